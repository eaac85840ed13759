/** Ends what a benchmark started, however the benchmark ends: programs are killed, and directories removed. */
import { type ChildProcess, type SpawnOptions, spawn } from "node:child_process";
import { rmSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { constants } from "node:os";
import { join } from "node:path";

const PARENT_CHECK_MS = 500;

const groups = new Set<number>();
const directories = new Set<string>();
const aborted = new AbortController();

/** Aborted when the benchmark ends: for child processes that have no process group of their own. */
export const ended: AbortSignal = aborted.signal;

/** Has a process group killed when the benchmark ends, until the function that is returned is called. */
export function killedAtEnd(group: number): () => void {
  groups.add(group);
  return () => groups.delete(group);
}

/** Starts a program in a process group of its own, which is killed when the benchmark ends. */
export function spawnGroup(program: string, args: readonly string[], options: SpawnOptions): ChildProcess {
  const child = spawn(program, args, { ...options, detached: true });
  if (child.pid !== undefined) killedAtEnd(child.pid);
  return child;
}

/** Sends a signal to all processes of a group that `spawnGroup` made. */
export function signalGroup(group: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-group, signal);
  } catch {
    // The group is empty.
  }
}

/** Kills a group, whose number another group may get from now on. */
export function killGroup(group: number): void {
  signalGroup(group, "SIGKILL");
  groups.delete(group);
}

/** Makes a directory in another one, which is removed when the benchmark ends. */
export async function temporaryDirectory(parent: string): Promise<string> {
  const directory = await mkdtemp(join(parent, "fc-sandbox-bench-"));
  directories.add(directory);
  return directory;
}

/** Removes a temporary directory before the benchmark ends. */
export async function removeDirectory(directory: string): Promise<void> {
  await rm(directory, { recursive: true, force: true, maxRetries: 10 });
  directories.delete(directory);
}

// An exception that nobody catches ends the process in this way, too.
process.once("exit", () => {
  aborted.abort();
  for (const group of groups) signalGroup(group, "SIGKILL");
  // A process that is being killed may still write.
  for (const directory of directories) rmSync(directory, { recursive: true, force: true, maxRetries: 10 });
});

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.once(signal, () => process.exit(128 + constants.signals[signal]));
}

// npm does not pass each signal on, and may be killed.
if (process.env["npm_lifecycle_event"] !== undefined) {
  const { ppid } = process;
  setInterval(() => process.ppid === ppid || process.exit(1), PARENT_CHECK_MS).unref();
}
