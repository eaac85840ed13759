/**
 * Measures the served program as ratios within one run, because the speed differs between machines and
 * changes from minute to minute. `npm run bench`, or `npm run bench -- --quick` for fewer and shorter rounds, and
 * `npm run bench -- --only memory,hosts` for some parts.
 */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { createSandbox } from "../src/client/index.ts";
import { WORKER_DIRECTORY } from "../src/local/worker.ts";
import { type Found, judged, shownBars } from "./bars.ts";
import { controlPlane, memoryOfFunctions, readyTime } from "./control.ts";
import { buildBaseline, byMiniflare, byWorkerd, byWranglerDev, type Host, hasMemory } from "./hosts.ts";
import {
  ASYNCHRONOUS,
  advanceInvocations,
  event,
  idleWithPending,
  invocationPaths,
  SECONDS_OF_IDLE,
} from "./invocations.ts";
import { configPaths, FUNCTIONS, load, median, touch } from "./load.ts";
import { type Measurement, progress } from "./progress.ts";
import { applyProject, applyPuts, pagesOfFunctions, REQUESTS_OF_PROJECT } from "./project.ts";
import { keepResults, only, quick } from "./results.ts";
import { inTurn, rate, SECONDS, secondsInTurn, type Target, times } from "./turns.ts";

const STARTS = quick ? 3 : 7;
/** The end of titles of measurements in which each connection has its own functions, instead of sharing all. */
const OWN = "own functions";

/** A part of the run, which has a name for `--only`; its hosts run only while it does. */
interface Part extends Omit<Measurement, "run"> {
  readonly name: string;
  /** Returns the figures, and in `raw` what they come from. */
  run(use: Use): Promise<Found & { readonly raw: object }>;
}

/** Has a host closed at the end of the part. */
type Use = <H extends Host>(host: Promise<H>) => Promise<H>;

/** Serves the sandbox and the baseline. */
async function pair(use: Use, place: "disk" | "memory" = "disk") {
  const workerDirectory = await buildBaseline();
  return {
    ours: { name: "fc-sandbox", host: await use(byWorkerd({ place })) },
    baseline: { name: "bare baseline", host: await use(byWorkerd({ workerDirectory, place })) },
  };
}

const onDisk: Part = {
  name: "disk",
  title: "PUT and GET, state on a disk",
  seconds: 5 + secondsInTurn(2, { areCold: true }) + 3 * secondsInTurn(2),
  async run(use) {
    const { ours, baseline } = await pair(use);
    const both = [ours, baseline];
    const puts = await inTurn("PUT", both, { shared: true, areCold: true });
    const ownPuts = await inTurn(`PUT, ${OWN}`, both, { shared: false });
    const gets = await inTurn("GET", both, { shared: true, method: "GET" });
    const ownGets = await inTurn(`GET, ${OWN}`, both, { shared: false, method: "GET" });
    return {
      puts: times(puts[0], puts[1]),
      ownPuts: times(ownPuts[0], ownPuts[1]),
      gets: times(gets[0], gets[1]),
      ownGets: times(ownGets[0], ownGets[1]),
      raw: { puts, ownPuts, gets, ownGets },
    };
  },
};

const inMemory: Part = {
  name: "memory",
  title: "PUT and GET, state in memory",
  seconds: 5 + secondsInTurn(4, { areCold: true }) + secondsInTurn(3) + 2 * secondsInTurn(2),
  async run(use) {
    const { ours, baseline } = await pair(use, "memory");
    const { host } = ours;
    const prefix = new URL((await createSandbox(host.url)).endpoint).pathname;
    const made = { name: "/s/{id}", host, paths: configPaths(FUNCTIONS).map((path) => prefix + path) };
    // Its access key selects its sandbox, without a prefix.
    const { access: key } = await createSandbox(host.url, { settings: { signatures: "required" } });
    const signed = { name: "signature required", host, key };
    const all = [ours, baseline, made, signed];
    const ownPuts = await inTurn(`PUT, in memory, ${OWN}`, all, { shared: false, areCold: true });
    const puts = await inTurn("PUT, in memory", [ours, baseline], { shared: true });
    const ownGets = await inTurn(`GET, in memory, ${OWN}`, all.slice(0, 3), { shared: false, method: "GET" });
    const gets = await inTurn("GET, in memory", [ours, baseline], { shared: true, method: "GET" });
    return {
      ownPutsInMemory: times(ownPuts[0], ownPuts[1]),
      madePuts: times(ownPuts[2], ownPuts[0]),
      signedInMemory: times(ownPuts[3], ownPuts[1]),
      putsInMemory: times(puts[0], puts[1]),
      ownGetsInMemory: times(ownGets[0], ownGets[1]),
      madeGets: times(ownGets[2], ownGets[0]),
      getsInMemory: times(gets[0], gets[1]),
      raw: { ownPuts, puts, ownGets, gets },
    };
  },
};

const functions: Part = {
  name: "functions",
  title: "memory with 500 functions",
  seconds: 10,
  async run(use) {
    const { ours, baseline } = await pair(use);
    const [oursMiB, baselineMiB] = [
      await memoryOfFunctions(ours.host),
      await memoryOfFunctions(baseline.host),
    ];
    return { memory: oursMiB / baselineMiB, raw: { oursMiB, baselineMiB } };
  },
};

/**
 * Asynchronous invocations, on a real clock, on which they also run; how fast a frozen clock is advanced; and what
 * invocations cost that wait.
 */
const invocations: Part = {
  name: "invocations",
  title: "asynchronous invocations",
  seconds:
    (quick ? 8 : 20 + SECONDS_OF_IDLE) + secondsInTurn(2, { areCold: true }) + (quick ? 0 : secondsInTurn(2)),
  async run(use) {
    const { ours, baseline } = await pair(use);
    const paths = invocationPaths(FUNCTIONS);
    const beside = (shared: boolean): Target[] => {
      const how = { seconds: SECONDS, shared, method: "POST", headers: ASYNCHRONOUS, body: event } as const;
      const run = () => load(ours.host.url, paths, how);
      return [
        { ...ours, name: "fc-sandbox, 202s", run },
        { ...baseline, name: "bare baseline, PUTs" },
      ];
    };
    const title = "202s beside PUT";
    const accepted = await inTurn(title, beside(true), { shared: true, areCold: true });
    const own = quick ? [] : await inTurn(`${title}, ${OWN}`, beside(false), { shared: false });
    progress.note("an advance of a frozen clock");
    const advanced = await advanceInvocations(ours.host.url);
    if (!quick) progress.note("an idle host with 500 functions pending");
    const idle = quick ? undefined : await idleWithPending(await use(byWorkerd()));
    return {
      accepted: times(accepted[0], accepted[1]),
      ...(own.length > 0 && { ownAccepted: times(own[0], own[1]) }),
      steps: advanced.steps / advanced.seconds,
      ...(idle !== undefined && { idle }),
      raw: { accepted, own, advanced, idle },
    };
  },
};

const hosts: Part = {
  name: "hosts",
  title: "other local hosts",
  seconds: 12 + secondsInTurn(3, { areCold: true }) + (quick ? 0 : secondsInTurn(3)),
  async run(use) {
    const all = [
      { name: "workerd (npm start)", host: await use(byWorkerd()) },
      { name: "miniflare", host: await use(byMiniflare()) },
      { name: "wrangler dev", host: await use(byWranglerDev()) },
    ];
    const hosted = await inTurn("PUT, hosted by", all, { shared: true, areCold: true });
    const own = quick ? [] : await inTurn(`PUT, ${OWN}, hosted by`, all, { shared: false });
    return {
      timesWranglerDev: times(hosted[0], hosted[2]),
      firstTimesWranglerDev: rate(hosted[0]?.atFirst) / rate(hosted[2]?.atFirst),
      ...(own.length > 0 && { ownTimesWranglerDev: times(own[0], own[2]) }),
      timesMiniflare: times(hosted[0], hosted[1]),
      raw: { hosted, own },
    };
  },
};

const control: Part = {
  name: "control",
  title: "the control plane",
  seconds: 5 + 3 * SECONDS,
  async run(use) {
    const times = await controlPlane(await use(byWorkerd()), 3 * SECONDS);
    return { ...times, raw: times };
  },
};

const start: Part = {
  name: "start",
  title: "start and size",
  seconds: STARTS / 2,
  async run() {
    const readyMs: number[] = [];
    for (let i = 0; i < STARTS; i++) readyMs.push(await readyTime());
    const bundle = gzipSync(await readFile(join(WORKER_DIRECTORY, "index.js"))).length / 1024;
    return { ready: median(readyMs), bundle, raw: { readyMs } };
  },
};

const resources: Part = {
  name: "resources",
  title: "lists and projects of functions",
  seconds: 5 + 2 * secondsInTurn(2),
  async run(use) {
    const { ours, baseline } = await pair(use);
    const pages = await pagesOfFunctions(ours.host.url);
    await touch(baseline.host.url, configPaths(FUNCTIONS));
    const how = { shared: true, method: "GET" } as const;
    const lists = await inTurn(
      "pages of 100 of a list of 500 functions, beside GET",
      [{ ...ours, paths: pages }, baseline],
      how,
    );
    const projects = await inTurn("project of 100 functions, beside as many PUTs", [
      { ...ours, run: () => applyProject(ours.host.url) },
      { ...baseline, run: (round) => applyPuts(baseline.host.url, round) },
    ]);
    return {
      pages: times(lists[0], lists[1]),
      project: REQUESTS_OF_PROJECT / rate(projects[0]?.rounds),
      projectRequests: times(projects[0], projects[1]),
      raw: { lists, projects },
    };
  },
};

/** With `--quick` only those that have a bar, unless they are asked for. */
const parts = [onDisk, inMemory, functions, invocations, hosts, control, start, resources].filter((part) =>
  only ? only.includes(part.name) : !(quick && part === resources),
);

if (!hasMemory()) progress.print("/dev/shm has no 2 GiB here: nothing is measured in memory.");

let found: Found = {};
const raw: Record<string, object> = {};
await progress.run(
  parts
    .filter((part) => part !== inMemory || hasMemory())
    .map(({ name, title, seconds, run }) => ({
      title,
      seconds,
      async run() {
        const inUse: Host[] = [];
        const use: Use = async (host) => {
          inUse.push(await host);
          return host;
        };
        const { raw: its, ...figures } = await run(use);
        await Promise.all(inUse.map((host) => host.close()));
        found = { ...found, ...figures };
        raw[name] = its;
      },
    })),
);

const bars = judged(found);
progress.print(`\n${shownBars(bars)}`);
await keepResults(only ? `${only.join("-")}-` : "", { secondsPerRound: SECONDS, bars, ...raw });
