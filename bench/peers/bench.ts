/**
 * Measures the same PUTs on one machine, in turn: this sandbox, its bare baseline, and other mock servers.
 * Then measures the stateful servers with more state. `npm run bench:peers`, or `npm run bench:peers --
 * --quick`.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { buildBaseline, byWorkerd } from "../hosts.ts";
import { configPaths, FUNCTIONS, load, median, type Round, ratio } from "../load.ts";
import { keepResults, quick } from "../results.ts";
import { type Peer, peers } from "./peers.ts";
import { closeAll, closing, memoryOfProgram, type Served, served } from "./served.ts";

const SECONDS = quick ? 2 : 5;
const ROUNDS = quick ? 2 : 4;
const STARTS = quick ? 1 : 3;
/** The numbers of functions for the stateful servers: a sandbox's default limit, and more. */
const GROWN = quick ? [200] : [500, 2000];

const CLI = fileURLToPath(new URL("../../src/local/cli.ts", import.meta.url));

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => closeAll().then(() => process.exit(130)));
}

const baseline = await buildBaseline();

/** This sandbox, started as users start it. */
function ours(
  functions: number,
  state: readonly string[],
  afterwards?: () => Promise<void>,
): Promise<Served> {
  const most = `MAX_FUNCTIONS_PER_SANDBOX=${Math.max(functions, 500)}`;
  return served(
    (port) => [process.execPath, [CLI, "--port", String(port), "--var", most, ...state]],
    afterwards,
  );
}

/**
 * Starts the baseline, which has no program: start time and memory are workerd's, without the Node that
 * starts it.
 */
async function startBaseline(): Promise<Served> {
  const started = performance.now();
  const host = await byWorkerd(baseline);
  return { ...host, startMs: performance.now() - started, close: closing(() => host.close()) };
}

const DURABLE = "fc-sandbox";
const EPHEMERAL = "fc-sandbox --ephemeral";
const BASELINE = "bare baseline";

const all: readonly Peer[] = [
  {
    name: DURABLE,
    keepsState: true,
    validates: true,
    lacks: "nothing: merges, validates, persists durably, remembers each request",
    start: async (functions) => {
      const directory = await mkdtemp(join(tmpdir(), "fc-sandbox-peer-"));
      return ours(functions, ["--state-dir", directory], () =>
        rm(directory, { recursive: true, force: true }),
      );
    },
  },
  {
    name: BASELINE,
    keepsState: true,
    validates: false,
    lacks:
      "merges nothing, validates nothing, remembers no request; persists durably. Start and MiB are workerd's alone",
    start: startBaseline,
  },
  {
    name: EPHEMERAL,
    keepsState: true,
    validates: true,
    lacks: "keeps its state as long as it runs, in memory on Linux",
    start: (functions) => ours(functions, ["--ephemeral"]),
  },
  ...peers,
];

interface Measured {
  readonly peer: Peer;
  readonly starts: number[];
  readonly rounds: Round[];
  server: Served;
  memoryMiB: number;
}

async function measured(
  contestants: readonly Peer[],
  functions: number,
  shared: boolean,
): Promise<Measured[]> {
  const running: Measured[] = [];
  const paths = configPaths(functions);
  try {
    for (const peer of contestants) {
      const starts: number[] = [];
      let server: Served | undefined;
      for (let i = 0; i < STARTS; i++) {
        await server?.close();
        server = await peer.start(functions);
        if (server) starts.push(server.startMs);
      }
      if (server) running.push({ peer, starts, rounds: [], server, memoryMiB: Number.NaN });
      else console.log(`${peer.name} can't run here.`);
    }
    for (const { server } of running) await load(server.url, paths, { shared, seconds: quick ? 1 : 3 });
    for (let round = 0; round < ROUNDS; round++) {
      for (const one of running)
        one.rounds.push(await load(one.server.url, paths, { shared, seconds: SECONDS }));
    }
    for (const one of running) one.memoryMiB = await memoryOfProgram(one.server.pid);
  } finally {
    await closeAll();
  }
  return running;
}

function results(of: readonly Measured[]) {
  return of.map(({ peer, starts, rounds, memoryMiB }) => ({
    name: peer.name,
    requestsPerSecond: Math.round(median(rounds.map((round) => round.requestsPerSecond))),
    p50: median(rounds.map((round) => round.p50)),
    p99: median(rounds.map((round) => round.p99)),
    memoryMiB: Math.round(memoryMiB),
    startMs: Math.round(median(starts)),
    keepsState: peer.keepsState,
    lacks: peer.lacks,
  }));
}
type Results = ReturnType<typeof results>;

function show(found: Results, title: string): void {
  const width = Math.max(...found.map(({ name }) => name.length));
  console.log(`\n${title}`);
  console.log(`${"".padEnd(width)}    PUT/s   p50 ms   p99 ms      MiB  start ms   what it does not do`);
  for (const { name, requestsPerSecond, p50, p99, memoryMiB, startMs, lacks } of found) {
    const cells = [requestsPerSecond, p50, p99, memoryMiB, startMs].map((cell) => String(cell).padStart(9));
    console.log(`${name.padEnd(width)}${cells.join("")}   ${lacks}`);
  }
}

/**
 * The measurements with one number of functions, either shared by all connections or divided between them.
 */
interface Contest {
  readonly title: string;
  readonly measured: readonly Measured[];
  readonly found: Results;
}
const contests: Contest[] = [];
const keepers = all.filter(({ name, keepsState }) => keepsState && name !== BASELINE);
for (const [functions, contestants, shared] of [
  [FUNCTIONS, all, true] as const,
  [FUNCTIONS, all, false] as const,
  ...GROWN.map((functions) => [functions, keepers, false] as const),
]) {
  const title = `${functions} functions, ${shared ? "shared" : "each connection its own"}`;
  const its = await measured(contestants, functions, shared);
  const found = results(its);
  contests.push({ title, measured: its, found });
  show(found, title);
}

/** The wanted ratio of one server's speed to another's; empty when one of the two did not run. */
function bar(
  text: string,
  { title, measured }: Contest,
  [one, other]: readonly [string, string],
  wanted: number,
) {
  const roundsOf = (name: string) => measured.find(({ peer }) => peer.name === name)?.rounds;
  const [ours, others] = [roundsOf(one), roundsOf(other)];
  return ours && others ? [{ bar: `${text}; ${title}`, ratio: ratio(ours, others), wanted }] : [];
}

// The servers that do a part of the same work: store state, or validate requests.
const rivals = peers.filter(({ keepsState, validates }) => keepsState || validates);
const bars = [
  ...contests.flatMap((contest) => bar("of the bare baseline's", contest, [DURABLE, BASELINE], 0.7)),
  ...[DURABLE, EPHEMERAL].flatMap((name) =>
    rivals.flatMap((rival) =>
      contests.flatMap((contest) => bar(`${name}, ahead of ${rival.name}`, contest, [name, rival.name], 1)),
    ),
  ),
];
console.log();
const width = Math.max(...bars.map(({ bar }) => bar.length));
for (const { bar, ratio, wanted } of bars) {
  console.log(
    `${bar.padEnd(width)} ${ratio.toFixed(2)}   wanted ${wanted}   ${ratio >= wanted ? "met" : "MISSED"}`,
  );
}
const kept = contests.map(({ title, found }) => ({ title, found }));
await keepResults("peers-", { contests: kept, bars });
