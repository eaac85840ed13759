#!/usr/bin/env node
import { relative } from "node:path";
import { parseArgs } from "node:util";
import { type SandboxOptions, startSandbox } from "./startSandbox.ts";

const DEFAULT_PORT = 8787;
const DEFAULT_HOST = "127.0.0.1";
const DEFAULT_STATE_DIRECTORY = ".fc-sandbox";
const PARENT_CHECK_MS = 200;

const HELP = `Usage: fc-sandbox [options]

Serves the sandbox until Ctrl-C.

  --port N         the port to listen on, 0 for any free one (default ${DEFAULT_PORT})
  --host H         the address to listen on (default ${DEFAULT_HOST}; 0.0.0.0 for all)
  --state-dir D    where the state is kept (default ${DEFAULT_STATE_DIRECTORY}, below the working directory)
  --ephemeral      keep no state: it goes when the sandbox stops; twice as fast where it can be in memory (Linux)
  --var NAME=VALUE set a variable in place of wrangler.toml's; can be given several times
  --help           show this
`;

/** The command line, read: how to serve, or that help was asked for. Throws an Error that says what is wrong. */
function readCommandLine(args: string[]): SandboxOptions | "help" {
  const { values } = parseArgs({
    args,
    options: {
      port: { type: "string", default: String(DEFAULT_PORT) },
      host: { type: "string", default: DEFAULT_HOST },
      "state-dir": { type: "string" },
      ephemeral: { type: "boolean", default: false },
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
    stateDirectory: values.ephemeral ? undefined : (values["state-dir"] ?? DEFAULT_STATE_DIRECTORY),
    variables: Object.fromEntries(values.var.map(readVariable)),
  };
}

function readVariable(text: string): [string, string] {
  const equals = text.indexOf("=");
  if (equals < 1) throw new Error(`--var must be NAME=VALUE, but is "${text}".`);
  return [text.slice(0, equals), text.slice(equals + 1)];
}

function welcome(url: string, state: string): string {
  return `fc-sandbox is ready.

  URL    ${url}
  State  ${state}
  Look   ${url}/ in a browser

Try it:

  curl -X PUT ${url}/2016-08-15/services/demo/functions/hello/async-invoke-config -H 'Content-Type: application/json' -d '{"maxAsyncRetryAttempts": 1}'

Ctrl-C stops it.
`;
}

async function serve(options: SandboxOptions): Promise<void> {
  const sandbox = await startSandbox(options);
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => sandbox.close());
  endWithNpx(() => sandbox.close());
  const state =
    options.stateDirectory === undefined
      ? "none is kept"
      : `${relative(".", sandbox.stateDirectory) || "."}/`;
  process.stdout.write(welcome(sandbox.url, state));
  const cause = await sandbox.ended;
  if (cause !== undefined) throw new Error(cause);
}

/** npx passes a signal to the shell that it runs us in, and many a shell just dies of it: then we end, too. */
function endWithNpx(end: () => void): void {
  if (process.env["npm_lifecycle_event"] !== "npx") return;
  const { ppid } = process;
  setInterval(() => process.ppid === ppid || end(), PARENT_CHECK_MS).unref();
}

try {
  const options = readCommandLine(process.argv.slice(2));
  if (options === "help") process.stdout.write(HELP);
  else await serve(options);
} catch (error) {
  process.stderr.write(`fc-sandbox: ${error instanceof Error ? error.message : error}\n`);
  process.exitCode = 1;
}
