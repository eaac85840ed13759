import { once } from "node:events";
import { existsSync, statfsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { convertV4MiniflareOptions, Miniflare } from "miniflare";
import { experimental_readRawConfig as readRawConfig } from "wrangler";
import { buildWorker } from "../src/local/buildWorker.ts";
import { startSandbox } from "../src/local/startSandbox.ts";
import { WORKER_DIRECTORY, type WorkerSettings } from "../src/local/worker.ts";
import { ended, killedAtEnd, killGroup, removeDirectory, spawnGroup, temporaryDirectory } from "./ending.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));

/** A served Worker. */
export interface Host {
  readonly url: string;
  /** The process that serves the Worker, if known. */
  readonly pid?: number;
  close(): Promise<void>;
}

let built: Promise<string> | undefined;

/** Builds the Worker of `baseline/`, once. Returns the directory of the built Worker. */
export function buildBaseline(): Promise<string> {
  const directory = join(ROOT, "dist/baseline/");
  built ??= buildWorker(join(ROOT, "bench/baseline/wrangler.toml"), directory, [], ended).then(
    () => directory,
  );
  return built;
}

/** Where a host keeps its state. */
export type Place = "disk" | "memory";

const SHARED_MEMORY = "/dev/shm";
/** The files of an object in use can take some 4 MB. */
const SHARED_MEMORY_NEEDED_BYTES = 2 * 1024 ** 3;

/** Whether state can be kept in memory here. */
export function hasMemory(): boolean {
  if (!existsSync(SHARED_MEMORY)) return false;
  const { bavail, bsize } = statfsSync(SHARED_MEMORY);
  return bavail * bsize >= SHARED_MEMORY_NEEDED_BYTES;
}

/** Serves a Worker as `npm start` does: by workerd itself, with durable state in its own directory. */
export async function byWorkerd({
  workerDirectory = WORKER_DIRECTORY,
  variables = {},
  place = "disk",
}: {
  readonly workerDirectory?: string;
  readonly variables?: Readonly<Record<string, string>>;
  readonly place?: Place;
} = {}): Promise<Host & { readonly pid: number }> {
  const stateDirectory = await temporaryDirectory(place === "memory" ? SHARED_MEMORY : tmpdir());
  const sandbox = await startSandbox({ workerDirectory, stateDirectory, variables });
  const isClosed = killedAtEnd(sandbox.pid);
  return {
    url: sandbox.url,
    pid: sandbox.pid,
    async close() {
      await sandbox.close();
      isClosed();
      await removeDirectory(stateDirectory);
    },
  };
}

/** Serves the Worker by miniflare's API, with durable state. */
export async function byMiniflare(): Promise<Host> {
  const directory = await temporaryDirectory(tmpdir());
  const settings: WorkerSettings = JSON.parse(
    await readFile(join(WORKER_DIRECTORY, "settings.json"), "utf8"),
  );
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      modules: true,
      scriptPath: join(WORKER_DIRECTORY, "index.js"),
      compatibilityDate: settings.compatibilityDate,
      bindings: { ...settings.variables, LOG_REQUESTS: "off", DEFAULT_SANDBOX: "open" },
      durableObjects: Object.fromEntries(
        settings.objects.map(({ binding, className }) => [binding, { className, useSQLite: true }]),
      ),
      durableObjectsPersist: directory,
      host: "127.0.0.1",
      port: 0,
    }),
  );
  const url = (await miniflare.ready).origin;
  return {
    url,
    async close() {
      await miniflare.dispose();
      await removeDirectory(directory);
    },
  };
}

/**
 * Serves the Worker by `wrangler dev`, as for a contributor. Its simulated rate limits stay on, because they
 * cost time in each request, but the limit is higher than any load.
 */
export async function byWranglerDev(): Promise<Host> {
  const directory = await temporaryDirectory(tmpdir());
  const {
    main,
    assets,
    build: _build,
    ratelimits,
    env: _env,
    ...config
  } = readRawConfig({
    config: join(ROOT, "wrangler.toml"),
  }).rawConfig;
  const configFile = join(directory, "wrangler.json");
  const inRoot = {
    ...config,
    main: join(ROOT, main ?? ""),
    ratelimits: ratelimits?.map((one: { simple: { period: number } }) => ({
      ...one,
      simple: { ...one.simple, limit: 1e9 },
    })),
    assets: { ...assets, directory: join(ROOT, assets?.directory ?? "") },
  };
  await writeFile(configFile, JSON.stringify(inRoot));
  const args = [
    "dev",
    "--config",
    configFile,
    "--port",
    "0",
    "--ip",
    "127.0.0.1",
    "--persist-to",
    directory,
    "--var",
    "LOG_REQUESTS:off",
  ];
  const child = spawnGroup(join(ROOT, "node_modules/.bin/wrangler"), args, {
    cwd: ROOT,
    // It is killed, so it can't remove its temporary files: they go with the directory.
    env: { ...process.env, TMPDIR: directory, WRANGLER_SEND_METRICS: "false", CI: "1" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const { pid, stdout, stderr } = child;
  if (pid === undefined || stdout === null || stderr === null) throw new Error("wrangler can't be started.");
  const exited = once(child, "exit");
  const url = await new Promise<string>((resolve, reject) => {
    let said = "";
    const read = (chunk: Buffer) => {
      said += chunk;
      const [found] = /http:\/\/127\.0\.0\.1:\d+/.exec(said) ?? [];
      if (!found || !/Ready/i.test(said)) return;
      // wrangler prints a line for each request; reading these lines would slow down the load.
      stdout.off("data", read).resume();
      stderr.off("data", read).resume();
      resolve(found);
    };
    stdout.on("data", read);
    stderr.on("data", read);
    exited.then(() => reject(new Error(`wrangler dev ended: ${said}`)));
  });
  return {
    url,
    async close() {
      killGroup(pid);
      await exited;
      await removeDirectory(directory);
    },
  };
}

/** A process's resident memory in MiB; NaN where there is no /proc. */
export async function memory(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, "utf8").catch(() => "");
  const [, kilobytes] = /VmRSS:\s+(\d+) kB/.exec(status) ?? [];
  return Number(kilobytes ?? Number.NaN) / 1024;
}

/** Linux counts CPU time in hundredths of a second. */
const TICKS_PER_SECOND = 100;

/** The CPU time that a process has used, in seconds; NaN where there is no /proc. */
export async function cpuSeconds(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
  // The name before them is in parentheses, and may contain spaces.
  const [user, system] = stat
    .slice(stat.lastIndexOf(")") + 2)
    .split(" ")
    .slice(11, 13);
  return (Number(user ?? Number.NaN) + Number(system ?? Number.NaN)) / TICKS_PER_SECOND;
}
