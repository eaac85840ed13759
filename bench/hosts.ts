import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { convertV4MiniflareOptions, Miniflare } from "miniflare";
import { experimental_readRawConfig as readRawConfig } from "wrangler";
import { buildWorker } from "../src/local/buildWorker.ts";
import { startSandbox } from "../src/local/startSandbox.ts";
import { WORKER_DIRECTORY, type WorkerSettings } from "../src/local/worker.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));

/** A served Worker. */
export interface Host {
  readonly url: string;
  /** The process that serves the Worker, if known. */
  readonly pid?: number;
  close(): Promise<void>;
}

/** Builds the Worker of `baseline/`. Returns the directory of the built Worker. */
export async function buildBaseline(): Promise<string> {
  const directory = join(ROOT, "dist/baseline/");
  await buildWorker(join(ROOT, "bench/baseline/wrangler.toml"), directory);
  return directory;
}

/** Serves a Worker as `npm start` does: by workerd itself, with durable state in its own directory. */
export async function byWorkerd(
  workerDirectory = WORKER_DIRECTORY,
  variables: Readonly<Record<string, string>> = {},
): Promise<Host & { readonly pid: number }> {
  const stateDirectory = await mkdtemp(join(tmpdir(), "fc-sandbox-bench-"));
  const sandbox = await startSandbox({ workerDirectory, stateDirectory, variables });
  return {
    url: sandbox.url,
    pid: sandbox.pid,
    async close() {
      await sandbox.close();
      await rm(stateDirectory, { recursive: true });
    },
  };
}

/** Serves the Worker by miniflare's API, with durable state. */
export async function byMiniflare(): Promise<Host> {
  const directory = await mkdtemp(join(tmpdir(), "fc-sandbox-bench-"));
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
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/**
 * Serves the Worker by `wrangler dev`, as for a contributor. Its simulated rate limits stay on, because they
 * cost time in each request, but the limit is higher than any load.
 */
export async function byWranglerDev(): Promise<Host> {
  const directory = await mkdtemp(join(tmpdir(), "fc-sandbox-bench-"));
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
  const child = spawn(join(ROOT, "node_modules/.bin/wrangler"), args, {
    cwd: ROOT,
    env: { ...process.env, WRANGLER_SEND_METRICS: "false", CI: "1" },
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  const exited = once(child, "exit");
  const url = await new Promise<string>((resolve, reject) => {
    let said = "";
    const read = (chunk: Buffer) => {
      said += chunk;
      const [found] = /http:\/\/127\.0\.0\.1:\d+/.exec(said) ?? [];
      if (!found || !/Ready/i.test(said)) return;
      // wrangler prints a line for each request; reading these lines would slow down the load.
      child.stdout.off("data", read).resume();
      child.stderr.off("data", read).resume();
      resolve(found);
    };
    child.stdout.on("data", read);
    child.stderr.on("data", read);
    exited.then(() => reject(new Error(`wrangler dev ended: ${said}`)));
  });
  return {
    url,
    async close() {
      process.kill(-(child.pid ?? 0), "SIGKILL");
      await exited;
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** A process's resident memory in MiB; NaN where there is no /proc. */
export async function memory(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, "utf8").catch(() => "");
  const [, kilobytes] = /VmRSS:\s+(\d+) kB/.exec(status) ?? [];
  return Number(kilobytes ?? Number.NaN) / 1024;
}
