import { type ChildProcess, type SpawnOptions, spawn } from "node:child_process";
import { once } from "node:events";
import { createRequire } from "node:module";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";

/** The path of workerd; `require`, since loaders differ on how they import this CommonJS package. */
const { default: workerd } = createRequire(import.meta.url)("workerd") as { default: string };

/** workerd, started. */
export interface WorkerdProcess {
  readonly pid: number;
  /** The port that it says it listens on; undefined when it ends without saying so. */
  readonly listeningPort: Promise<number | undefined>;
  readonly stderr: Readable;
  /** Fulfilled when it has ended: with the signal that ended it, or with `code` and its exit code. */
  readonly exited: Promise<string>;
  kill(signal: NodeJS.Signals): void;
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
 * the port and the state. The directory `temporary` is then removed. Throws an Error with a message for people when
 * no process can be started.
 */
export async function startWorkerd(
  configFile: string,
  workerDirectory: string,
  temporary: string | undefined,
): Promise<WorkerdProcess> {
  const args = ["serve", "--control-fd=3", `--import-path=${workerDirectory}`, configFile];
  // A process group of its own: Ctrl-C in a terminal is for us to handle, not for workerd.
  const options: SpawnOptions = { detached: true, stdio: ["ignore", "inherit", "pipe", "pipe", "pipe"] };
  const child = await (process.platform === "win32"
    ? started(workerd, args, options)
    : started("/bin/sh", ["-c", WITH_WATCHDOG, workerd, temporary ?? "", ...args], options));
  const [, , stderr, control, watchdog] = child.stdio as unknown as [
    null,
    null,
    Readable,
    Readable,
    Writable,
  ];
  // Somebody may have killed it.
  watchdog.on("error", () => {});
  const exited = once(child, "exit").then(([code, signal]) => {
    // A word, so that the watchdog goes too, and removes nothing.
    watchdog.end("\n");
    return signal ?? `code ${code}`;
  });
  return {
    pid: child.pid,
    listeningPort: listeningPort(control),
    stderr,
    exited,
    kill: (signal) => child.kill(signal),
  };
}

async function started(
  command: string,
  args: readonly string[],
  options: SpawnOptions,
): Promise<ChildProcess & { readonly pid: number }> {
  const child = spawn(command, args, options);
  if (child.pid === undefined) {
    const [error] = await once(child, "error");
    throw new Error(`workerd can't be started: ${error.message}`);
  }
  return child as ChildProcess & { readonly pid: number };
}

async function listeningPort(control: Readable): Promise<number | undefined> {
  for await (const line of createInterface({ input: control })) {
    const message: { event: string; port?: number } = JSON.parse(line);
    if (message.event === "listen") return message.port;
  }
  return undefined;
}
