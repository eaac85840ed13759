import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { fileURLToPath } from "node:url";
import { createSandbox } from "../src/client/index.ts";
import { removeDirectory, temporaryDirectory } from "./ending.ts";
import { type Host, memory } from "./hosts.ts";
import { configPaths, creation, median, touch } from "./load.ts";

const CLI = fileURLToPath(new URL("../src/local/cli.ts", import.meta.url));
const GROWN = 500;
/** How often each of the functions whose memory is measured gets a config. */
const PUTS_PER_FUNCTION = 10;

/** How long `run` takes in milliseconds: the median of several runs. */
export async function time(times: number, run: () => Promise<unknown>): Promise<number> {
  const taken: number[] = [];
  for (let i = 0; i < times; i++) {
    const started = performance.now();
    await run();
    taken.push(performance.now() - started);
  }
  return median(taken);
}

/**
 * Times of the control plane in a sandbox with 500 functions, in milliseconds, and sandboxes created per
 * second.
 */
export async function controlPlane(host: Host, creationSeconds: number) {
  const configs = Array.from({ length: GROWN }, (_, i) => ({ function: `f${i}`, maxAsyncRetryAttempts: 1 }));
  const sandbox = await createSandbox(host.url, { snapshot: { configs } });
  await touch(
    sandbox.endpoint,
    configs.map((config) => `/2023-03-30/functions/${config.function}/async-invoke-config`),
  );
  const journal = await time(5, () => sandbox.requests.list({}, { limit: 100 }));
  const told = await time(5, () => sandbox.reset("faults"));
  const reset = await time(1, () => sandbox.reset());
  const sandboxes = (await creation(host.url, creationSeconds)).requestsPerSecond;
  return { journal, told, reset, sandboxes };
}

/** The memory, in MiB, of a new host after ten PUTs to each of 500 functions. */
export async function memoryOfFunctions({ url, pid }: Host & { readonly pid: number }): Promise<number> {
  for (let i = 0; i < PUTS_PER_FUNCTION; i++) await touch(url, configPaths(GROWN));
  return memory(pid);
}

/** The time from starting the built program until it prints its URL, in milliseconds. */
export async function readyTime(): Promise<number> {
  const cwd = await temporaryDirectory(tmpdir());
  const started = performance.now();
  const child: ChildProcess = spawn(process.execPath, [CLI, "--port", "0"], {
    cwd,
    stdio: ["ignore", "pipe", "inherit"],
  });
  const exited = once(child, "exit");
  await once(child.stdout as NonNullable<typeof child.stdout>, "data");
  const ready = performance.now() - started;
  child.kill();
  await exited;
  await removeDirectory(cwd);
  return ready;
}
