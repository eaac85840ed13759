/** Servers that are started, timed and weighed as whole programs. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdir, readFile } from "node:fs/promises";
import { createServer } from "node:net";
import { setTimeout } from "node:timers/promises";
import { memory } from "../hosts.ts";

const PATIENCE_MS = 60_000;
const LAST_WORDS_MS = 3000;

/** A server that is running. */
export interface Served {
  readonly url: string;
  readonly pid: number;
  /** From its start to its first answer, in milliseconds. */
  readonly startMs: number;
  close(): Promise<void>;
}

export type Command = readonly [program: string, args: readonly string[]];

const open = new Set<() => Promise<void>>();

/** Closes everything that was started and is still open, what is only starting included. */
export async function closeAll(): Promise<void> {
  await Promise.all([...open].map((close) => close()));
}

/** What closes a thing, made so that it does it once, and that `closeAll` does it, too. */
export function closing(close: () => Promise<void>): () => Promise<void> {
  let closed: Promise<void> | undefined;
  const closeOnce = () => {
    closed ??= close().finally(() => open.delete(closeOnce));
    return closed;
  };
  open.add(closeOnce);
  return closeOnce;
}

/** Starts a server and waits for its first answer. `afterwards` runs once it has ended, also when it never answered. */
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
    const child = spawn(program, args, { stdio: ["ignore", "ignore", "pipe"], detached: true });
    let complaint = "";
    child.stderr?.on("data", (chunk) => {
      complaint = (complaint + chunk).slice(-2000);
    });
    const ended = new Promise<void>((resolve) => {
      child.once("exit", () => resolve());
      // It could not be started at all.
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

/** Ends a program so that it can end what it started; then whatever of its group is left. */
async function endGroup(pid: number | undefined, ended: Promise<void>): Promise<void> {
  if (pid === undefined) return;
  const signal = (name: NodeJS.Signals) => {
    try {
      process.kill(-pid, name);
    } catch {
      // Nobody of the group is left.
    }
  };
  signal("SIGTERM");
  await Promise.race([ended, setTimeout(LAST_WORDS_MS, undefined, { ref: false })]);
  signal("SIGKILL");
  await ended;
}

/** Whether a server answers before it ends. Any answer will do: that it is the right one is seen under load. */
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

/** The memory of a process and all that it and its group started, in MiB; NaN where there is no /proc. */
export async function memoryOfProgram(pid: number): Promise<number> {
  const processes = await Promise.all(
    (await readdir("/proc").catch(() => [])).filter((entry) => /^\d+$/.test(entry)).map(readProcess),
  );
  const counted = new Set([pid]);
  // Some of them, workerd among them, have a group of their own: a parent's number tells.
  for (let before = 0; before < counted.size; ) {
    before = counted.size;
    for (const { id, parent, group } of processes) {
      if (group === pid || counted.has(parent)) counted.add(id);
    }
  }
  let total = 0;
  // One that has just ended has none.
  for (const id of counted) total += (await memory(id)) || 0;
  return total || Number.NaN;
}

async function readProcess(id: string) {
  const stat = await readFile(`/proc/${id}/stat`, "utf8").catch(() => "");
  const [, parent, group] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return { id: Number(id), parent: Number(parent), group: Number(group) };
}
