/**
 * Measures whether speed stays constant as functions, sandboxes, qualifiers or running time grow. Writes a
 * table, JSON to `bench/results/`, and the plots of docs/performance.md. `npm run bench:scaling`, or with `--
 * --quick`.
 */
import { writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { createSandbox } from "../src/client/index.ts";
import { byWorkerd, memory } from "./hosts.ts";
import { configPath, configPaths, load, type Round, touch } from "./load.ts";
import { plot } from "./plot.ts";
import { keepResults, quick } from "./results.ts";

const SECONDS = quick ? 2 : 8;
const SOAK_SLICES = quick ? 3 : 40;
const SOAK_SECONDS = quick ? 2 : 15;
const IMAGES = fileURLToPath(new URL("../docs/images/", import.meta.url));

interface Point extends Round {
  readonly x: number;
  readonly memoryMiB: number;
}

/** Starts a new sandbox server for one series of measurements, and closes it afterwards. */
async function serving<T>(run: (url: string, pid: number) => Promise<T>): Promise<T> {
  const server = await byWorkerd({ variables: { MAX_FUNCTIONS_PER_SANDBOX: "20000" } });
  try {
    return await run(server.url, server.pid);
  } finally {
    await server.close();
  }
}

async function series(
  xs: readonly number[],
  pathsOf: (url: string, x: number) => Promise<string[]> | string[],
): Promise<Point[]> {
  return serving(async (url, pid) => {
    const points: Point[] = [];
    for (const x of xs) {
      const paths = await pathsOf(url, x);
      await touch(url, paths);
      await load(url, paths, { seconds: 1 });
      points.push({ x, ...(await load(url, paths, { seconds: SECONDS })), memoryMiB: await memory(pid) });
      show(points.at(-1));
    }
    return points;
  });
}

function show(point: Point | undefined): void {
  if (point === undefined) return;
  const { x, requestsPerSecond, p50, p99, memoryMiB } = point;
  const cells = [x, Math.round(requestsPerSecond), p50, p99, Math.round(memoryMiB)];
  console.log(cells.map((cell) => String(cell).padStart(9)).join(""));
}

const measured = {
  functions: {
    title: "functions of one sandbox",
    points: await announced("functions", () =>
      series(quick ? [1, 100] : [1, 10, 100, 1000, 10_000], (_, x) => configPaths(x)),
    ),
  },
  sandboxes: {
    title: "sandboxes, a function each",
    points: await announced("sandboxes", () => {
      const prefixes: string[] = [];
      return series(quick ? [1, 100] : [1, 10, 100, 1000], async (url, x) => {
        while (prefixes.length < x) prefixes.push(new URL((await createSandbox(url)).endpoint).pathname);
        return prefixes.map((prefix) => prefix + configPath("f"));
      });
    }),
  },
  qualifiers: {
    title: "qualifiers of each of 16 functions",
    points: await announced("qualifiers", () =>
      series(quick ? [1, 10] : [1, 10, 30, 100], (_, x) =>
        Array.from({ length: 16 * x }, (_, i) => configPath(`f${i % 16}`, `demo.q${Math.floor(i / 16)}`)),
      ),
    ),
  },
  soak: {
    title: "minutes of load on 64 functions",
    points: await announced("minutes", () =>
      serving(async (url, pid) => {
        const paths = configPaths(64);
        await touch(url, paths);
        const points: Point[] = [];
        for (let slice = 1; slice <= SOAK_SLICES; slice++) {
          const round = await load(url, paths, { seconds: SOAK_SECONDS });
          points.push({ x: (slice * SOAK_SECONDS) / 60, ...round, memoryMiB: await memory(pid) });
          show(points.at(-1));
        }
        return points;
      }),
    ),
  },
};

async function announced(x: string, measure: () => Promise<Point[]>): Promise<Point[]> {
  console.log(`\n${[x, "PUT/s", "p50 ms", "p99 ms", "MiB"].map((cell) => cell.padStart(9)).join("")}`);
  return measure();
}

await keepResults("scaling-", { measured });

if (!quick) {
  for (const [name, { title, points }] of Object.entries(measured)) {
    const svg = plot({
      title,
      isLogarithmic: name !== "soak",
      series: [
        { name: "PUT/s", points: points.map(({ x, requestsPerSecond }) => [x, requestsPerSecond]) },
        { name: "p99, ms", points: points.map(({ x, p99 }) => [x, p99]) },
        { name: "memory, MiB", points: points.map(({ x, memoryMiB }) => [x, memoryMiB]) },
      ],
    });
    await writeFile(`${IMAGES}scaling-${name}.svg`, svg);
  }
}
