#!/usr/bin/env node
import { relative } from "node:path";
import { HELP, readCommandLine } from "./commandLine.ts";
import { type Sandbox, type SandboxOptions, startSandbox } from "./startSandbox.ts";
import { shellWord, tryIt } from "./tryIt.ts";

const PARENT_CHECK_MS = 200;

function welcome({ url, caFile }: Sandbox, state: string, command: string | undefined): string {
  return `fc-sandbox is ready.

  URL    ${url}
  State  ${state}
  Look   ${url}/ in a browser
${caFile === undefined ? "" : howToTrust(caFile)}${command === undefined ? "" : `\nTry it:\n\n  ${command}\n`}
Ctrl-C stops it.
`;
}

function howToTrust(caFile: string): string {
  const file = shellWord(caFile);
  return `  CA     ${caFile}

Clients must trust the certificate authority in that file. Set one of these for them:

  NODE_EXTRA_CA_CERTS=${file}   Node.js
  SSL_CERT_FILE=${file}   Go, Terraform, Python
  REQUESTS_CA_BUNDLE=${file}   Python's requests, and SDKs that use it
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
  process.stdout.write(welcome(sandbox, state, await tryIt(sandbox, options.https ?? false)));
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
