/**
 * Measures whether speed stays constant as functions, sandboxes, qualifiers or running time grow; how fast a sandbox
 * with 500 functions answers for all of them; and the first request to an object that was evicted. Writes a table,
 * JSON to `bench/results/`, and the plots of docs/performance.md. `npm run bench:scaling`, or with `-- --quick`, or
 * with `-- --only functions,evicted`.
 */
import { writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { createSandbox, SandboxClient } from "../src/client/index.ts";
import { measureColdStarts, measureWholeSandbox } from "./cold.ts";
import { byWorkerd, hasMemory, memory } from "./hosts.ts";
import { leavePending, verifyPending } from "./invocations.ts";
import { configPath, configPaths, load, type Round, touch } from "./load.ts";
import { plot } from "./plot.ts";
import { type Measurement, progress } from "./progress.ts";
import { keepResults, only, quick } from "./results.ts";

const SECONDS = quick ? 1 : 8;
const SOAK_SLICES = quick ? 3 : 40;
const SOAK_SECONDS = quick ? 2 : 15;
/** How many functions are made in a second. */
const MADE_PER_SECOND = quick ? 600 : 300;
/** Up to so many functions are asked whether their invocations are pending: to ask them opens all their databases. */
const SUMMED_UP = 100;
const IMAGES = fileURLToPath(new URL("../docs/images/", import.meta.url));

interface Point extends Round {
  readonly x: number;
  readonly memoryMiB: number;
}

interface Series {
  readonly title: string;
  /** The name of what grows. */
  readonly x: string;
  readonly seconds: number;
  points(): Promise<Point[]>;
}

/** With `--quick` in memory where that is possible: making 10,000 functions on a disk can take minutes. */
const place = quick && hasMemory() ? "memory" : "disk";

/** Starts a new sandbox server for one series of measurements, and closes it afterwards. */
async function serving<T>(run: (host: Awaited<ReturnType<typeof byWorkerd>>) => Promise<T>): Promise<T> {
  const server = await byWorkerd({ variables: { MAX_FUNCTIONS_PER_SANDBOX: "20000" }, place });
  try {
    return await run(server);
  } finally {
    await server.close();
  }
}

/** Measures a point for each of these numbers of configs, which are made before. */
function series(
  xs: readonly number[],
  pathsOf: (url: string, x: number) => Promise<string[]> | string[],
  { withPending = false } = {},
): Promise<Point[]> {
  return serving(async ({ url, pid }) => {
    const points: Point[] = [];
    const made = new Set<string>();
    const pending = new Set<string>();
    for (const x of xs) {
      progress.note(`${x}, which are made`);
      const paths = await pathsOf(url, x);
      const others = paths.filter((path) => !made.has(path));
      await touch(url, others);
      for (const path of others) made.add(path);
      if (withPending) await leavePending(url, paths, pending);
      if (x <= SUMMED_UP) {
        const ofDefault = [...pending].filter((path) => !path.startsWith("/s/"));
        await verifyPending(new SandboxClient({ endpoint: url }), ofDefault.length);
      }
      progress.note(String(x));
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
  progress.print(line([x, Math.round(requestsPerSecond), p50, p99, Math.round(memoryMiB)]));
}

function line(cells: readonly (string | number)[]): string {
  return cells.map((cell) => String(cell).padStart(11)).join("");
}

const FUNCTIONS = [1, 10, 100, 1000, 10_000];
const SANDBOXES = [1, 10, 100, 1000];
const QUALIFIERS = quick ? [1, 10] : [1, 10, 30, 100];

const secondsOf = (xs: readonly number[], configs = 1) =>
  2 + xs.length * (1 + SECONDS) + ((xs.at(-1) ?? 0) * configs) / MADE_PER_SECOND;

const all = {
  functions: {
    title: "functions of one sandbox, a tenth with a pending invocation",
    x: "functions",
    seconds: secondsOf(FUNCTIONS),
    points: () => series(FUNCTIONS, (_, x) => configPaths(x), { withPending: true }),
  },
  sandboxes: {
    title: "sandboxes, a function each, a tenth with a pending invocation",
    x: "sandboxes",
    seconds: secondsOf(SANDBOXES),
    points: () => {
      const prefixes: string[] = [];
      return series(
        SANDBOXES,
        async (url, x) => {
          while (prefixes.length < x) prefixes.push(new URL((await createSandbox(url)).endpoint).pathname);
          return prefixes.map((prefix) => prefix + configPath("f"));
        },
        { withPending: true },
      );
    },
  },
  qualifiers: {
    title: "qualifiers of each of 16 functions",
    x: "qualifiers",
    seconds: secondsOf(QUALIFIERS, 16),
    points: () =>
      series(QUALIFIERS, (_, x) =>
        Array.from({ length: 16 * x }, (_, i) => configPath(`f${i % 16}`, `demo.q${Math.floor(i / 16)}`)),
      ),
  },
  soak: {
    title: "minutes of load on 64 functions",
    x: "minutes",
    seconds: 2 + SOAK_SLICES * SOAK_SECONDS,
    points: () =>
      serving(async ({ url, pid }) => {
        const paths = configPaths(64);
        await touch(url, paths);
        const points: Point[] = [];
        for (let slice = 1; slice <= SOAK_SLICES; slice++) {
          progress.note(`${slice} of ${SOAK_SLICES}`);
          const round = await load(url, paths, { seconds: SOAK_SECONDS });
          points.push({ x: (slice * SOAK_SECONDS) / 60, ...round, memoryMiB: await memory(pid) });
          show(points.at(-1));
        }
        return points;
      }),
  },
} as const satisfies Record<string, Series>;

const measured: Record<string, { readonly title: string; readonly points: readonly Point[] }> = {};
const numbers: Record<string, number> = {};

function ofSeries([name, { title, x, seconds, points }]: [string, Series]): Measurement {
  return {
    title,
    seconds,
    async run() {
      progress.print(`\n${line([x, "PUT/s", "p50 ms", "p99 ms", "MiB"])}`);
      measured[name] = { title, points: await points() };
    },
  };
}

/** Measures something of a new sandbox server, and prints it as lines of a text and a number. */
function ofNumbers(
  title: string,
  seconds: number,
  measure: (host: Awaited<ReturnType<typeof byWorkerd>>) => Promise<Readonly<Record<string, number>>>,
): Measurement {
  return {
    title,
    seconds,
    async run() {
      const found = await serving(measure);
      Object.assign(numbers, found);
      progress.print("");
      for (const [text, value] of Object.entries(found)) progress.print(`${text}: ${value.toFixed(1)}`);
    },
  };
}

const measurements: Readonly<Record<string, Measurement>> = {
  ...Object.fromEntries(Object.entries<Series>(all).map((one) => [one[0], ofSeries(one)])),
  whole: ofNumbers("a sandbox of 500 functions", 5, async (host) => {
    const { summaryMs, metricsMs } = await measureWholeSandbox(host);
    return { "summary of 500 functions, ms": summaryMs, "metrics of 500 functions, ms": metricsMs };
  }),
  evicted: ofNumbers("objects that were evicted", 14, async (host) => {
    const { coldMs, coldP99Ms, warmMs } = await measureColdStarts(host);
    return {
      "first request to an evicted object, ms": coldMs,
      "first request to an evicted object, p99 ms": coldP99Ms,
      "next request to the object, ms": warmMs,
    };
  }),
};

await progress.run(
  Object.entries(measurements).flatMap(([name, one]) => (only && !only.includes(name) ? [] : [one])),
);

await keepResults("scaling-", { measured, numbers });

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
