import { readdir, readlink } from "node:fs/promises";
import { setTimeout } from "node:timers/promises";
import { createSandbox, SandboxClient } from "../src/client/index.ts";
import { time } from "./control.ts";
import type { Host } from "./hosts.ts";
import { configPath, configPaths, median, percentile, touch } from "./load.ts";
import { progress } from "./progress.ts";
import { quick } from "./results.ts";

const GROWN = 500;
const COLD = quick ? 50 : 200;
/** workerd unloads an object after ten seconds without a request. */
const EVICTED_MS = 15_000;
const PATIENCE_MS = 60_000;

/** How long a whole sandbox with 500 functions takes to answer, in milliseconds. */
export interface WholeSandbox {
  readonly summaryMs: number;
  readonly metricsMs: number;
}

/** Measures the summary and the metrics of a sandbox whose 500 functions all have a config. */
export async function measureWholeSandbox({ url }: Host): Promise<WholeSandbox> {
  const { access } = await createSandbox(url);
  const { endpoint, controlToken } = access;
  await touch(endpoint, configPaths(GROWN));
  const headers = { authorization: `Bearer ${controlToken}` };
  const read = async (path: string) => {
    const response = await fetch(`${endpoint}/_sandbox${path}`, { headers });
    const text = await response.text();
    if (!response.ok) throw new Error(`${path}: ${response.status} ${text}`);
    return text;
  };
  const { counts } = await new SandboxClient(access).summary();
  if (counts.functions !== GROWN) throw new Error(`${counts.functions} functions`);
  return {
    summaryMs: await time(quick ? 5 : 20, () => read("")),
    metricsMs: await time(quick ? 5 : 20, () => read("/metrics")),
  };
}

/** How long requests take that come one after the other, in milliseconds. */
export interface ColdStarts {
  /** The first request to an object that was evicted, which opens its database. */
  readonly coldMs: number;
  readonly coldP99Ms: number;
  /** The next request to the same object. */
  readonly warmMs: number;
}

/** Measures the GET of functions whose objects workerd has evicted, and then again. */
export async function measureColdStarts({ url, pid }: Host & { readonly pid: number }): Promise<ColdStarts> {
  const paths = Array.from({ length: COLD }, (_, i) => configPath(`cold-${i}`));
  await touch(url, paths);
  await eviction(pid);
  const [cold, warm]: [number[], number[]] = [[], []];
  for (const path of paths) {
    for (const taken of [cold, warm]) taken.push(await time(1, () => get(url + path)));
  }
  return { coldMs: median(cold), coldP99Ms: percentile(cold, 0.99), warmMs: median(warm) };
}

/** Waits until workerd has closed all databases of objects; where there is no /proc, for as long as that takes. */
async function eviction(pid: number): Promise<void> {
  progress.note("until the objects are evicted");
  if ((await openDatabases(pid)) === undefined) return setTimeout(EVICTED_MS);
  const deadline = performance.now() + PATIENCE_MS;
  while ((await openDatabases(pid)) !== 0) {
    if (performance.now() > deadline) throw new Error("The objects were not evicted.");
    await setTimeout(200);
  }
}

/** The file of an object's database. workerd has others, which it keeps open. */
const DATABASE = /\/[0-9a-f]{64}\.sqlite$/;

/** How many objects' databases a process has open; undefined where there is no /proc. */
async function openDatabases(pid: number): Promise<number | undefined> {
  const descriptors = `/proc/${pid}/fd`;
  const names = await readdir(descriptors).catch(() => undefined);
  const files = names?.map((name) => readlink(`${descriptors}/${name}`).catch(() => ""));
  return files && (await Promise.all(files)).filter((file) => DATABASE.test(file)).length;
}

async function get(url: string): Promise<void> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url}: ${response.status} ${await response.text()}`);
  await response.arrayBuffer();
}
