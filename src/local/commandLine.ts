import { parseArgs } from "node:util";
import type { HttpsOptions } from "./httpsOptions.ts";
import type { SandboxOptions } from "./startSandbox.ts";

const DEFAULT_PORT = 8787;
const DEFAULT_HOST = "127.0.0.1";
const DEFAULT_STATE_DIRECTORY = ".fc-sandbox";

export const HELP = `Usage: fc-sandbox [options]

Serves the sandbox until Ctrl-C.

  --port N         the port to listen on, 0 for any free one (default ${DEFAULT_PORT})
  --host H         the address to listen on (default ${DEFAULT_HOST}; 0.0.0.0 for all)
  --state-dir D    where the state is kept (default ${DEFAULT_STATE_DIRECTORY}, below the working directory)
  --ephemeral      keep no state: it goes when the sandbox stops; faster where it can be in memory (Linux)
  --https          serve HTTPS instead of HTTP, with a certificate that it makes and tells you how to trust
  --tls-host NAME  one more host name or address for that certificate; implies --https; can be given several times
  --tls-cert FILE  serve HTTPS with this certificate or certificate chain, in PEM
  --tls-key FILE   its private key, in PEM
  --var NAME=VALUE set a variable in place of wrangler.toml's, or OPERATOR_TOKEN; can be given several times
  --help           show this
`;

/** The command line, read: how to serve, or that help was asked for. Throws an Error that says what is wrong. */
export function readCommandLine(args: string[]): SandboxOptions | "help" {
  const { values } = parseArgs({
    args,
    options: {
      port: { type: "string", default: String(DEFAULT_PORT) },
      host: { type: "string", default: DEFAULT_HOST },
      "state-dir": { type: "string" },
      ephemeral: { type: "boolean", default: false },
      https: { type: "boolean", default: false },
      "tls-host": { type: "string", multiple: true },
      "tls-cert": { type: "string" },
      "tls-key": { type: "string" },
      var: { type: "string", multiple: true, default: [] },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) return "help";
  const port = Number(values.port);
  if (!/^[0-9]+$/.test(values.port) || port > 65535) {
    throw new Error(`--port must be a number from 0 to 65535, but is "${values.port}".`);
  }
  if (values.ephemeral && values["state-dir"] !== undefined) {
    throw new Error("--ephemeral keeps no state: it does not go with --state-dir.");
  }
  return {
    host: values.host,
    port,
    https: readHttps(values.https, values["tls-host"], values["tls-cert"], values["tls-key"]),
    stateDirectory: values.ephemeral ? undefined : (values["state-dir"] ?? DEFAULT_STATE_DIRECTORY),
    variables: Object.fromEntries(values.var.map(readVariable)),
  };
}

function readHttps(
  isAsked: boolean,
  hosts: string[] | undefined,
  certificateFile: string | undefined,
  keyFile: string | undefined,
): HttpsOptions {
  if (certificateFile === undefined && keyFile === undefined) return hosts ? { hosts } : isAsked;
  if (certificateFile === undefined || keyFile === undefined) {
    throw new Error("--tls-cert and --tls-key go together.");
  }
  if (hosts) {
    throw new Error("--tls-host is for the certificate that is made: it does not go with --tls-cert.");
  }
  return { certificateFile, keyFile };
}

function readVariable(text: string): [string, string] {
  const equals = text.indexOf("=");
  if (equals < 1) throw new Error(`--var must be NAME=VALUE, but is "${text}".`);
  return [text.slice(0, equals), text.slice(equals + 1)];
}
