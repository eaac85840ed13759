/**
 * Measures the served program as ratios within one run, because the speed differs between machines and
 * changes from minute to minute. `npm run bench`, or `npm run bench -- --quick` for fewer rounds, and
 * `npm run bench -- --only invocations` for a part.
 * `TMPDIR=/dev/shm` avoids the disk.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { createSandbox } from "../src/client/index.ts";
import { WORKER_DIRECTORY } from "../src/local/worker.ts";
import { buildBaseline, byMiniflare, byWorkerd, byWranglerDev, type Host, memory } from "./hosts.ts";
import { ASYNCHRONOUS, advanceInvocations, event, invocationPaths } from "./invocations.ts";
import {
  type AccessKey,
  configPaths,
  creation,
  FUNCTIONS,
  type Load,
  load,
  median,
  PUTS_UNTIL_STEADY,
  type Round,
  ratio,
} from "./load.ts";
import { applyProject, applyPuts, pagesOfFunctions, REQUESTS_OF_PROJECT } from "./project.ts";
import { keepResults, onlyInvocations, quick } from "./results.ts";

// Many short rounds, because the machine's speed drifts, and adjacent rounds run at a similar speed.
const SECONDS = 2;
const ROUNDS = quick ? 2 : 12;
const WARM_UP_PUTS = quick ? PUTS_UNTIL_STEADY / 20 : PUTS_UNTIL_STEADY;
const STARTS = quick ? 3 : 7;
/**
 * The title of measurements in which each connection has its own functions, instead of sharing all functions.
 */
const OWN = "functions of one's own";
const HERE = fileURLToPath(new URL(".", import.meta.url));

interface Target {
  readonly name: string;
  readonly host: Host;
  /** The endpoint of a sandbox on the host; default the sandbox `default`. */
  readonly url?: string;
  readonly key?: AccessKey;
  /** What a round does, given its number; default loads the configs for some seconds. */
  readonly run?: (round: number) => Promise<Round>;
}

interface Measured {
  readonly name: string;
  /** The rounds before the target was warm. */
  readonly atFirst: Round[];
  readonly rounds: Round[];
  memoryMiB?: number;
}

const paths = configPaths(FUNCTIONS);

/**
 * Loads targets in turn, A B A B, and prints the results. Cold targets are first loaded until all are warm,
 * also in turn, because workerd unloads an object after ten seconds without requests, and drops its
 * write-ahead log.
 */
async function inTurn(
  title: string,
  targets: readonly Target[],
  { areCold = false, ...how }: Pick<Load, "method" | "shared"> & { readonly areCold?: boolean },
): Promise<Measured[]> {
  const measured: Measured[] = targets.map(({ name }) => ({ name, atFirst: [], rounds: [] }));
  const each = async (visit: (target: Target, measured: Measured) => Promise<void>) => {
    for (const [i, target] of targets.entries()) await visit(target, measured[i] as Measured);
  };
  const once = ({ host, url = host.url, key, run }: Target, round = 0) =>
    run ? run(round) : load(url, paths, { ...how, seconds: SECONDS, key });
  const isWarm = ({ atFirst }: Measured) => total(atFirst) * SECONDS >= WARM_UP_PUTS;
  while (areCold && !measured.every(isWarm)) {
    await each(async (target, one) => {
      const round = await once(target);
      if (!isWarm(one)) one.atFirst.push(round);
    });
  }
  for (let round = 0; round < ROUNDS; round++) {
    await each(async (target, one) => {
      one.rounds.push(await once(target, round));
    });
  }
  await each(async ({ host }, one) => {
    if (host.pid) one.memoryMiB = await memory(host.pid);
  });
  process.stdout.write(figures(title, measured));
  return measured;
}

const total = (rounds: readonly Round[]) =>
  rounds.reduce((sum, { requestsPerSecond }) => sum + requestsPerSecond, 0);
const rate = (rounds: readonly Round[]) => median(rounds.map(({ requestsPerSecond }) => requestsPerSecond));
const times = (ours: Measured | undefined, other: Measured | undefined) =>
  ratio(ours?.rounds ?? [], other?.rounds ?? []);

/** The time from starting the built program until it prints its URL, in milliseconds. */
async function readyTime(): Promise<number> {
  const cwd = await mkdtemp(join(tmpdir(), "fc-sandbox-bench-"));
  const started = performance.now();
  const child: ChildProcess = spawn(process.execPath, [join(HERE, "../src/local/cli.ts"), "--port", "0"], {
    cwd,
    stdio: ["ignore", "pipe", "inherit"],
  });
  await new Promise<void>((resolve) => child.stdout?.once("data", () => resolve()));
  const ready = performance.now() - started;
  const exited = new Promise((resolve) => child.once("exit", resolve));
  child.kill();
  await exited;
  await rm(cwd, { recursive: true });
  return ready;
}

/** How long `run` takes in milliseconds: the median of several runs. */
async function time(times: number, run: () => Promise<unknown>): Promise<number> {
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
async function controlPlane(host: Host) {
  const configs = Array.from({ length: 500 }, (_, i) => ({ function: `f${i}`, maxAsyncRetryAttempts: 1 }));
  const sandbox = await createSandbox(host.url, { snapshot: { configs } });
  for (let i = 0; i < 500; i++)
    await fetch(`${sandbox.endpoint}/2023-03-30/functions/f${i}/async-invoke-config`, { method: "PUT" });
  const journalMs = await time(5, () => sandbox.requests.list({}, { limit: 100 }));
  const resetMs = await time(5, () => sandbox.reset("faults"));
  const resetAllMs = await time(1, () => sandbox.reset());
  return {
    journalMs,
    resetMs,
    resetAllMs,
    sandboxesPerSecond: (await creation(host.url, 3 * SECONDS)).requestsPerSecond,
  };
}

function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map((row) =>
      row
        .map((cell, column) =>
          column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
        )
        .join("  "),
    )
    .join("\n");
}

const round = (value: number) => String(Math.round(value));
const figures = (title: string, all: readonly Measured[]) =>
  `\n${table([
    [title, "at first", "requests/s", "p50 ms", "p99 ms", "MiB"],
    ...all.map((one) => [
      one.name,
      one.atFirst.length > 0 ? round(rate(one.atFirst)) : "",
      round(rate(one.rounds)),
      round(median(one.rounds.map(({ p50 }) => p50))),
      round(median(one.rounds.map(({ p99 }) => p99))),
      one.memoryMiB === undefined ? "" : round(one.memoryMiB),
    ]),
  ])}\n`;

/** A result beside what is wanted of it. */
interface Bar {
  readonly bar: string;
  readonly value: number;
  /** Empty when nothing is wanted. */
  readonly wanted: string;
  readonly met: boolean;
}

const shown = (bar: string, value: number): Bar => ({ bar, value, wanted: "", met: true });
const atLeast = (bar: string, value: number, least: number): Bar => ({
  bar,
  value,
  wanted: `>= ${least}`,
  met: value >= least,
});

function printBars(bars: readonly Bar[]): void {
  const rows = bars.map(({ bar, value, wanted, met }) => [
    bar,
    value < 20 ? value.toFixed(2) : round(value),
    wanted,
    wanted === "" ? "" : met ? "met" : "MISSED",
  ]);
  process.stdout.write(`\n${table([["", "measured", "wanted", ""], ...rows])}\n`);
}

/**
 * Measures asynchronous invocations beside the baseline's PUTs, on a real clock, on which they also run; and how fast
 * a frozen clock is advanced. Returns what was measured, with its bars.
 */
async function measureInvocations(ours: Host, baseline: Host) {
  const paths = invocationPaths(FUNCTIONS);
  const beside = (shared: boolean): Target[] => {
    const how = { seconds: SECONDS, shared, method: "POST", headers: ASYNCHRONOUS, body: event } as const;
    return [
      { name: "fc-sandbox, 202s", host: ours, run: () => load(ours.url, paths, how) },
      { name: "bare baseline, PUTs", host: baseline },
    ];
  };
  const title = "asynchronous invocations beside PUT";
  const accepted = await inTurn(title, beside(true), { shared: true });
  const ownAccepted = await inTurn(`${title}, ${OWN}`, beside(false), { shared: false });
  const advanced = await advanceInvocations(ours.url);
  const bars = [
    atLeast("202s, of the baseline's PUT", times(accepted[0], accepted[1]), 0.5),
    shown(`202s, ${OWN}, of the baseline's PUT`, times(ownAccepted[0], ownAccepted[1])),
    atLeast("steps of invocations a second, frozen clock", advanced.steps / advanced.seconds, 2000),
  ];
  return { bars, accepted, ownAccepted, advanced };
}

const inUse: Host[] = [];
async function use(host: Promise<Host>): Promise<Host> {
  inUse.push(await host);
  return host;
}
async function closeAll(): Promise<void> {
  await Promise.all(inUse.splice(0).map((host) => host.close()));
}
process.once("SIGINT", () => closeAll().then(() => process.exit(130)));

/** Measures everything, prints it beside what is wanted, and keeps the results. */
async function measureAll(ours: Host, baseline: Host): Promise<void> {
  const { access } = await createSandbox(ours.url, { settings: { signatures: "required" } });
  const signed = { name: "signature required", host: ours, url: access.endpoint, key: access as AccessKey };
  const pair = [
    { name: "fc-sandbox", host: ours },
    { name: "bare baseline", host: baseline },
  ];
  const puts = await inTurn("PUT", [...pair, signed], { shared: true, areCold: true });
  const ownPuts = await inTurn(`PUT, ${OWN}`, pair, { shared: false });
  const gets = await inTurn("GET", pair, { shared: true, method: "GET" });
  const ownGets = await inTurn(`GET, ${OWN}`, pair, { shared: false, method: "GET" });
  const pages = await pagesOfFunctions(ours.url);
  const list = { seconds: SECONDS, shared: true, method: "GET" } as const;
  const lists = await inTurn(
    "pages of 100 of a list of 500 functions, beside GET",
    [{ name: "fc-sandbox", host: ours, run: () => load(ours.url, pages, list) }, pair[1] as Target],
    { shared: true, method: "GET" },
  );
  const projects = await inTurn(
    "project of 100 functions, beside as many PUTs",
    [
      { name: "fc-sandbox", host: ours, run: () => applyProject(ours.url) },
      { name: "bare baseline", host: baseline, run: (round) => applyPuts(baseline.url, round) },
    ],
    {},
  );
  const invocations = await measureInvocations(ours, baseline);
  const control = await controlPlane(ours);
  await closeAll();

  const hosts = [
    { name: "workerd (npm start)", host: await use(byWorkerd()) },
    { name: "miniflare", host: await use(byMiniflare()) },
    { name: "wrangler dev", host: await use(byWranglerDev()) },
  ];
  const hosted = await inTurn("PUT, hosted by", hosts, { shared: true, areCold: true });
  const ownHosted = await inTurn(`PUT, ${OWN}, hosted by`, hosts, { shared: false });
  await closeAll();

  const readyMs: number[] = [];
  for (let i = 0; i < STARTS; i++) readyMs.push(await readyTime());
  const bundleKiB = gzipSync(await readFile(join(WORKER_DIRECTORY, "index.js"))).length / 1024;

  const bars = [
    atLeast("PUT, of the baseline's", times(puts[0], puts[1]), 0.7),
    shown(`PUT, ${OWN}, of the baseline's`, times(ownPuts[0], ownPuts[1])),
    atLeast("PUT signed, of the baseline's", times(puts[2], puts[1]), 0.6),
    shown("GET, of the baseline's", times(gets[0], gets[1])),
    shown(`GET, ${OWN}, of the baseline's`, times(ownGets[0], ownGets[1])),
    shown("pages of a list of 500 functions, of the baseline's GET", times(lists[0], lists[1])),
    shown("project of 100 functions, s", REQUESTS_OF_PROJECT / rate(projects[0]?.rounds ?? [])),
    shown("requests of a project, of the baseline's PUT", times(projects[0], projects[1])),
    shown("PUT, times miniflare's", times(hosted[0], hosted[1])),
    atLeast("PUT, times wrangler dev's", times(hosted[0], hosted[2]), 5),
    shown(
      "PUT at first, times wrangler dev's",
      rate(hosted[0]?.atFirst ?? []) / rate(hosted[2]?.atFirst ?? []),
    ),
    shown(`PUT, ${OWN}, times wrangler dev's`, times(ownHosted[0], ownHosted[2])),
    { bar: "ready after start, ms", value: median(readyMs), wanted: "< 2000", met: median(readyMs) < 2000 },
    { bar: "bundle, KiB gzip", value: bundleKiB, wanted: "<= 60", met: bundleKiB <= 60 },
    ...invocations.bars,
    atLeast("sandboxes made a second", control.sandboxesPerSecond, 1000),
    shown("journal of 500 functions, ms", control.journalMs),
    shown("change told to 500 functions, ms", control.resetMs),
    shown("reset of 500 functions, ms", control.resetAllMs),
  ];
  printBars(bars);

  const prefix = tmpdir().startsWith("/dev/shm") ? "memory-" : "";
  await keepResults(prefix, {
    secondsPerRound: SECONDS,
    bars,
    puts,
    ownPuts,
    gets,
    ownGets,
    lists,
    projects,
    invocations,
    hosted,
    ownHosted,
    readyMs,
    control,
  });
}

try {
  const [ours, baseline] = [await use(byWorkerd()), await use(byWorkerd(await buildBaseline()))];
  if (onlyInvocations) {
    const invocations = await measureInvocations(ours, baseline);
    printBars(invocations.bars);
    await keepResults("invocations-", { secondsPerRound: SECONDS, invocations });
  } else await measureAll(ours, baseline);
} finally {
  await closeAll();
}
