import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { get } from "node:http";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import { text } from "node:stream/consumers";
import type { Problem } from "../sandbox/responses.ts";
import { openStateDirectory, type StateDirectory } from "./stateDirectory.ts";
import { WORKER_DIRECTORY, type WorkerSettings, workerdConfig } from "./worker.ts";

export interface SandboxOptions {
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** Default 0: any free port. */
  readonly port?: number;
  /** Where the state is kept; by default it goes with the sandbox. */
  readonly stateDirectory?: string | undefined;
  /**
   * Where the built Worker is; by default where the build puts it.
   * @internal
   */
  readonly workerDirectory?: string;
  /** In place of the defaults of the README's table; OPERATOR_TOKEN, too. */
  readonly variables?: Readonly<Record<string, string>>;
}

/** A sandbox's server, running. */
export interface Sandbox extends AsyncDisposable {
  /** Without a slash at the end. */
  readonly url: string;
  /** Absolute. */
  readonly stateDirectory: string;
  /** The process that serves. */
  readonly pid: number;
  /** Fulfilled when it no longer runs: with undefined after `close()`, else with what is known of the cause. */
  readonly ended: Promise<string | undefined>;
  /** Lets requests under way finish for at most a second, then ends it. */
  close(): Promise<void>;
}

/** The path of workerd; `require`, since loaders differ on how they import this CommonJS package. */
const { default: workerd } = createRequire(import.meta.url)("workerd") as { default: string };

/** On one's own machine the page that anyone can try is one's own, is kept, and is not logged. */
const LOCAL_VARIABLES = {
  DEFAULT_SANDBOX: "open",
  DEFAULT_SANDBOX_IDLE_SECONDS: "0",
  IDLE_SECONDS: "0",
  LOG_REQUESTS: "off",
};

/** A secret of a deployment, so not one of its variables; without it nobody controls a protected `default`. */
const OPERATOR_TOKEN = "OPERATOR_TOKEN";

const CLOSE_PATIENCE_MS = 1000;

/**
 * Serves a sandbox from this machine, in a process of its own; fulfilled once it answers requests. Throws an
 * Error with a message for people when the port is taken or the state directory can't be used.
 */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const settings: WorkerSettings = JSON.parse(
    await readFile(join(options.workerDirectory ?? WORKER_DIRECTORY, "settings.json"), "utf8"),
  );
  const names = [...Object.keys(settings.variables), OPERATOR_TOKEN];
  for (const name of Object.keys(options.variables ?? {})) {
    if (!names.includes(name)) {
      throw new Error(`There is no variable ${name}; there are ${names.join(", ")}.`);
    }
  }
  const state = await openStateDirectory(options.stateDirectory);
  try {
    return await serve(options, settings, state);
  } catch (error) {
    await state.release();
    throw error;
  }
}

async function serve(
  options: SandboxOptions,
  settings: WorkerSettings,
  state: StateDirectory,
): Promise<Sandbox> {
  const { host = "127.0.0.1", port = 0, workerDirectory = WORKER_DIRECTORY } = options;
  const configFile = "workerd.capnp";
  const config = workerdConfig({
    settings: {
      ...settings,
      variables: {
        ...settings.variables,
        ...LOCAL_VARIABLES,
        ...options.variables,
        ROOT_SECRET: state.rootSecret,
      },
    },
    workerDirectory: resolve(workerDirectory),
    address: `${inUrl(host)}:${port}`,
    objectsDirectory: state.objects,
  });
  await state.write(configFile, config);

  const args = ["serve", "--control-fd=3", `--import-path=${workerDirectory}`, join(state.path, configFile)];
  const { child, stopWatchdog } = startWorkerd(args, state);
  const exited = once(child, "exit");
  const [, , stderr, control] = child.stdio as unknown as [null, null, Readable, Readable];
  const complaints: Buffer[] = [];
  stderr.on("data", (chunk) => complaints.push(chunk));
  try {
    await state.heldBy(child.pid ?? 0);
  } catch (error) {
    stopWatchdog();
    child.kill("SIGKILL");
    await exited;
    throw error;
  }

  const listening = await Promise.race([listeningPort(control), exited.then(() => undefined)]);
  if (listening === undefined) {
    stopWatchdog();
    throw new Error(startFailure(Buffer.concat(complaints).toString(), host, port, state.path));
  }
  stderr.removeAllListeners("data").pipe(process.stderr);

  let closing = false;
  const ended = exited.then(async ([code, signal]) => {
    stopWatchdog();
    await state.release();
    return closing ? undefined : `workerd ended with ${signal ?? `code ${code}`}.`;
  });
  const url = `http://${connectableHost(host)}:${listening}`;
  const close = async () => {
    closing = true;
    child.kill("SIGTERM");
    const impatience = setTimeout(() => child.kill("SIGKILL"), CLOSE_PATIENCE_MS);
    await ended;
    clearTimeout(impatience);
  };
  try {
    await firstAnswer(url);
  } catch (error) {
    await close();
    throw error;
  }
  return {
    url,
    stateDirectory: state.path,
    pid: child.pid ?? 0,
    ended,
    close,
    [Symbol.asyncDispose]: close,
  };
}

/**
 * Becomes workerd, $0, after it has left a watchdog behind: when this process goes without a word, so that its end of
 * the pipe 4 closes, the watchdog kills workerd and removes the directory $1, if any. One that a dying process still
 * writes to can take a second try.
 */
const WITH_WATCHDOG = `{
  read _ <&4 || { kill -9 $$; [ -z "$1" ] || rm -rf "$1" || { sleep 1; rm -rf "$1"; }; }
} >/dev/null 2>&1 3>&- &
shift
exec "$0" "$@" 4<&-`;

/**
 * Starts workerd so that it ends when this process does, even by SIGKILL and however soon: none is left behind with
 * the port and the state, and state that was to last no longer is removed. Returns also what calls the watchdog off.
 */
function startWorkerd(
  args: readonly string[],
  state: StateDirectory,
): { readonly child: ChildProcess; readonly stopWatchdog: () => void } {
  // A process group of its own: Ctrl-C in a terminal is for us to handle, not for workerd.
  const options = { detached: true } as const;
  if (process.platform === "win32") {
    const child = spawn(workerd, args, { ...options, stdio: ["ignore", "inherit", "pipe", "pipe"] });
    return { child, stopWatchdog: () => {} };
  }
  const removed = state.isTemporary ? state.path : "";
  const child = spawn("/bin/sh", ["-c", WITH_WATCHDOG, workerd, removed, ...args], {
    ...options,
    stdio: ["ignore", "inherit", "pipe", "pipe", "pipe"],
  });
  const watchdog = child.stdio[4] as Writable;
  // Somebody may have killed it.
  watchdog.on("error", () => {});
  return { child, stopWatchdog: () => watchdog.end("\n") };
}

/** The port that workerd says it listens on; undefined when it ends without saying so. */
async function listeningPort(control: Readable): Promise<number | undefined> {
  for await (const line of createInterface({ input: control })) {
    const message: { event: string; port?: number } = JSON.parse(line);
    if (message.event === "listen") return message.port;
  }
  return undefined;
}

/**
 * Fulfilled once the Worker answers: workerd listens before it has run it. Throws what the Worker says is wrong with
 * its variables.
 */
async function firstAnswer(url: string): Promise<void> {
  const [response] = await once(get(`${url}/_sandbox/health`, { agent: false }), "response");
  const answer = await text(response);
  if (response.statusCode === 503) throw new Error((JSON.parse(answer) as Problem).detail);
}

function startFailure(complaint: string, host: string, port: number, stateDirectory: string): string {
  if (complaint.includes("Address already in use")) {
    return `Port ${port} of ${host} is in use: choose another port.`;
  }
  // workerd opens a file or two of its own, beside the objects', before it listens.
  const [, storage] = /SQLite failed; .* = (.*)/.exec(complaint) ?? [];
  if (storage !== undefined) return `The state directory ${stateDirectory} can't be used: ${storage}`;
  return `workerd did not start: ${complaint.trim()}`;
}

/** A host to connect to, as a URL has it, for one to listen on. */
function connectableHost(host: string): string {
  if (host === "0.0.0.0" || host === "*") return "127.0.0.1";
  return inUrl(host === "::" ? "::1" : host);
}

/** A host as a URL has it: an IPv6 address in brackets. */
function inUrl(host: string): string {
  return host.includes(":") ? `[${host}]` : host;
}
