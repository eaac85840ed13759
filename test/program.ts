import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterAll } from "vitest";
import { startSandbox } from "../src/local/startSandbox.ts";

export const ROOT = fileURLToPath(new URL("../", import.meta.url));
export const CLI = join(ROOT, "src/local/cli.ts");

/** The program, running. */
export interface Program {
  readonly child: ChildProcess;
  /** What it has said so far. */
  readonly output: { stdout: string; stderr: string };
  /** The URL it printed, once it has. */
  readonly url: Promise<string>;
  /** Fulfilled when it has ended. */
  readonly exit: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
}

/** What process.kill takes to end those that run: a process, or a group of them. */
const running = new Set<number>();
const directories: string[] = [];

afterAll(async () => {
  for (const target of running) {
    try {
      process.kill(target, "SIGKILL");
    } catch {} // It has just ended.
  }
  await Promise.all(directories.map((directory) => rm(directory, { recursive: true, force: true })));
});

/** A new directory, removed after the tests. */
export async function newDirectory(prefix = "fc-sandbox-test-"): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), prefix));
  directories.push(directory);
  return directory;
}

/** The environment of the processes of a test file's programs: together they compile each program once. */
export const programEnvironment = { ...process.env, NODE_COMPILE_CACHE: await newDirectory() };

/** Starts the program as `npm start` does, or by another command; `cwd` is for temporary files too. */
export function start(args: string[], { cwd, by }: { cwd: string; by?: readonly string[] }): Program {
  const [command = "", ...first] = by ?? [process.execPath, CLI];
  // Another command's processes are a group, as they are in a terminal.
  const options = { cwd, env: { ...programEnvironment, TMPDIR: cwd }, detached: by !== undefined };
  const child = spawn(command, [...first, ...args], options);
  if (child.pid === undefined) throw new Error(`${command} can't be started`);
  const target = options.detached ? -child.pid : child.pid;
  running.add(target);
  const output = { stdout: "", stderr: "" };
  const exit = once(child, "close").then(([code, signal]) => {
    running.delete(target);
    return { code, signal };
  });
  const url = new Promise<string>((resolve, reject) => {
    child.stdout?.on("data", (chunk) => {
      output.stdout += chunk;
      const [, found] = /URL +(https?:\S+)\n[\s\S]*Ctrl-C/.exec(output.stdout) ?? [];
      if (found) resolve(found);
    });
    child.stderr?.on("data", (chunk) => {
      output.stderr += chunk;
    });
    exit.then(() => reject(new Error(`ended before it was ready: ${output.stderr}`)));
  });
  url.catch(() => {});
  return { child, output, url, exit };
}

/** Serves a sandbox until the tests of the file that asks for it are done; its URL. */
export async function servedSandbox(): Promise<string> {
  const sandbox = await startSandbox();
  afterAll(() => sandbox.close());
  return sandbox.url;
}

/** Runs the program to its end. */
export async function run(args: string[], cwd: string) {
  const { output, exit } = start(args, { cwd });
  const { code } = await exit;
  return { ...output, code };
}

/** The process that serves, as the state directory's lock names it. */
export function servingProcess(stateDirectory: string): number {
  const [pid] = readFileSync(join(stateDirectory, "lock"), "utf8").split(" ");
  return Number(pid);
}

/** How long a condition may take, on a busy machine too. */
const PATIENCE_MS = 20_000;

/** Fulfilled once a condition holds; fails after twenty seconds. */
export async function until(condition: () => boolean | Promise<boolean>, what: string): Promise<void> {
  const deadline = Date.now() + PATIENCE_MS;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`not within ${PATIENCE_MS / 1000} s: ${what}`);
    await setTimeout(10);
  }
}

/** Whether somebody listens there. */
export async function listens(url: string): Promise<boolean> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  return new Promise((resolve) => {
    socket.once("connect", () => resolve(true)).once("error", () => resolve(false));
  }).then((answer) => {
    socket.destroy();
    return answer as boolean;
  });
}

export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    // One that has ended, and whose end nobody has asked for, still takes signals.
    return !(existsSync("/proc/self/stat") && readFileSync(`/proc/${pid}/stat`, "utf8").includes(") Z "));
  } catch {
    return false;
  }
}

export const config = (url: string, name: string, qualifier?: string) =>
  `${url}/2016-08-15/services/demo${qualifier ? `.${qualifier}` : ""}/functions/${name}/async-invoke-config`;

export async function put(url: string, name: string, items: object) {
  const response = await fetch(config(url, name), {
    method: "PUT",
    body: JSON.stringify(items),
    headers: { "Content-Type": "application/json" },
  });
  return response.json();
}

export async function get(url: string, name: string) {
  return (await fetch(config(url, name))).json();
}
