/** Starts servers as whole programs, and measures their start time and memory. */
import { once } from "node:events";
import { readdir, readFile } from "node:fs/promises";
import { createServer } from "node:net";
import { setTimeout } from "node:timers/promises";
import { killGroup, signalGroup, spawnGroup } from "../ending.ts";
import { memory } from "../hosts.ts";

const PATIENCE_MS = 60_000;
const LAST_WORDS_MS = 3000;

/** A running server. */
export interface Served {
  readonly url: string;
  readonly pid: number;
  /** The time from the server's start to its first response, in milliseconds. */
  readonly startMs: number;
  close(): Promise<void>;
}

export type Command = readonly [program: string, args: readonly string[]];

const open = new Set<() => Promise<void>>();

/** Closes everything that is still open, servers that are starting included. */
export async function closeAll(): Promise<void> {
  await Promise.all([...open].map((close) => close()));
}

/** Makes a function that calls `close` once. `closeAll` calls that function too. */
export function closing(close: () => Promise<void>): () => Promise<void> {
  let closed: Promise<void> | undefined;
  const closeOnce = () => {
    closed ??= close().finally(() => open.delete(closeOnce));
    return closed;
  };
  open.add(closeOnce);
  return closeOnce;
}

/**
 * Starts a server and waits for its first response. `afterwards` runs when the server has ended, also if it
 * never responded. Rejects when the server does not respond.
 */
export async function served(
  command: (port: number) => Command | Promise<Command>,
  afterwards: () => Promise<void> = async () => {},
): Promise<Served> {
  let end = async () => {};
  const close = closing(() => end().finally(afterwards));
  try {
    const port = await freePort();
    const [program, args] = await command(port);
    const started = performance.now();
    const child = spawnGroup(program, args, { stdio: ["ignore", "ignore", "pipe"] });
    let complaint = "";
    child.stderr?.on("data", (chunk) => {
      complaint = (complaint + chunk).slice(-2000);
    });
    const ended = new Promise<void>((resolve) => {
      child.once("exit", () => resolve());
      // The program could not be started.
      child.once("error", (error) => {
        complaint += error.message;
        resolve();
      });
    });
    end = () => endGroup(child.pid, ended);
    const url = `http://127.0.0.1:${port}`;
    if (!(await answers(url, ended)))
      throw new Error(`${program} ${args.join(" ")} did not answer: ${complaint}`);
    return { url, pid: child.pid ?? 0, startMs: performance.now() - started, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/**
 * Ends a program with SIGTERM, so that it can end its child processes; then kills the rest of its process
 * group.
 */
async function endGroup(pid: number | undefined, ended: Promise<void>): Promise<void> {
  if (pid === undefined) return;
  signalGroup(pid, "SIGTERM");
  await Promise.race([ended, setTimeout(LAST_WORDS_MS, undefined, { ref: false })]);
  killGroup(pid);
  await ended;
}

/**
 * Whether a server responds before it ends. Any response counts: the load checks that responses are right.
 */
async function answers(url: string, ended: Promise<void>): Promise<boolean> {
  const deadline = Date.now() + PATIENCE_MS;
  let isRunning = true;
  ended.then(() => {
    isRunning = false;
  });
  while (isRunning && Date.now() < deadline) {
    try {
      await (await fetch(url)).arrayBuffer();
      return true;
    } catch {
      await setTimeout(20);
    }
  }
  return false;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, "close");
  return port;
}

/** The memory of a process, its group and all their descendants, in MiB; NaN where there is no /proc. */
export async function memoryOfProgram(pid: number): Promise<number> {
  const processes = await Promise.all(
    (await readdir("/proc").catch(() => [])).filter((entry) => /^\d+$/.test(entry)).map(readProcess),
  );
  const counted = new Set([pid]);
  // Some descendants, such as workerd, have their own process group, so the parent's id identifies them.
  for (let before = 0; before < counted.size; ) {
    before = counted.size;
    for (const { id, parent, group } of processes) {
      if (group === pid || counted.has(parent)) counted.add(id);
    }
  }
  let total = 0;
  // A process that has just ended has no memory.
  for (const id of counted) total += (await memory(id)) || 0;
  return total || Number.NaN;
}

async function readProcess(id: string) {
  const stat = await readFile(`/proc/${id}/stat`, "utf8").catch(() => "");
  const [, parent, group] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return { id: Number(id), parent: Number(parent), group: Number(group) };
}
