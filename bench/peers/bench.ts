/**
 * The same PUTs, on this machine, in one run, in turn: this sandbox, its bare baseline, and other mock servers; then
 * those that keep state, with more of it. `npm run bench:peers`, or `npm run bench:peers -- --quick`.
 */
import { startSandbox } from "../../src/local/startSandbox.ts";
import { buildBaseline, byWorkerd, type Host } from "../hosts.ts";
import { configPaths, FUNCTIONS, median, putTo, type Round } from "../load.ts";
import { keepResults, quick } from "../results.ts";
import { memoryOfGroup, type Peer, peers, type Served } from "./peers.ts";

const SECONDS = quick ? 2 : 5;
const ROUNDS = quick ? 2 : 4;
const STARTS = quick ? 1 : 3;
/** How many functions' configs those keep that keep state: as above, a sandbox's default limit, and more. */
const GROWN = quick ? [200] : [500, 2000];

const baseline = await buildBaseline();

async function ours(starting: Promise<Host>): Promise<Served> {
  const started = performance.now();
  const host = await starting;
  return { ...host, pid: host.pid ?? 0, startMs: performance.now() - started };
}

const DURABLE = "fc-sandbox";
const EPHEMERAL = "fc-sandbox --ephemeral";
const BASELINE = "bare baseline";

const all: readonly Peer[] = [
  {
    name: DURABLE,
    keepsState: true,
    lacks: "nothing: merges, validates, persists durably, remembers each request",
    start: (functions) => ours(byWorkerd(undefined, limits(functions))),
  },
  {
    name: BASELINE,
    keepsState: true,
    lacks: "merges nothing, validates nothing, remembers no request; persists durably",
    start: () => ours(byWorkerd(baseline)),
  },
  {
    name: EPHEMERAL,
    keepsState: true,
    lacks: "keeps its state as long as it runs, in memory on Linux",
    start: (functions) => ours(startSandbox({ variables: limits(functions) })),
  },
  ...peers,
];

function limits(functions: number) {
  return { MAX_FUNCTIONS_PER_SANDBOX: String(Math.max(functions, 500)) };
}

interface Measured {
  readonly peer: Peer;
  readonly starts: number[];
  readonly rounds: Round[];
  server: Served;
  memoryMiB: number;
}

async function measured(contestants: readonly Peer[], functions: number): Promise<Measured[]> {
  const running: Measured[] = [];
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
  const paths = configPaths(functions);
  try {
    for (const { server } of running) await putTo(server.url, paths, quick ? 1 : 3);
    for (let round = 0; round < ROUNDS; round++) {
      for (const one of running) one.rounds.push(await putTo(one.server.url, paths, SECONDS));
    }
    for (const one of running) one.memoryMiB = await memoryOfGroup(one.server.pid);
  } finally {
    for (const { server } of running) await server.close();
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

function show(found: Results, functions: number): void {
  const width = Math.max(...found.map(({ name }) => name.length));
  console.log(`\n${functions} functions`);
  console.log(`${"".padEnd(width)}    PUT/s   p50 ms   p99 ms      MiB  start ms   what it does not do`);
  for (const { name, requestsPerSecond, p50, p99, memoryMiB, startMs, lacks } of found) {
    const cells = [requestsPerSecond, p50, p99, memoryMiB, startMs].map((cell) => String(cell).padStart(9));
    console.log(`${name.padEnd(width)}${cells.join("")}   ${lacks}`);
  }
}

const small = results(await measured(all, FUNCTIONS));
show(small, FUNCTIONS);
const sizes: { readonly functions: number; readonly found: Results }[] = [
  { functions: FUNCTIONS, found: small },
];
const keepers = all.filter(({ name, keepsState }) => keepsState && name !== BASELINE);
for (const functions of GROWN) {
  const found = results(await measured(keepers, functions));
  show(found, functions);
  sizes.push({ functions, found });
}

function ratio(found: Results, one: string, other: string): number {
  const rate = (name: string) => found.find((result) => result.name === name)?.requestsPerSecond;
  return (rate(one) ?? Number.NaN) / (rate(other) ?? Number.NaN);
}
const bars = [
  { bar: "of the bare baseline's", ratio: ratio(small, DURABLE, BASELINE), wanted: 0.7 },
  ...[DURABLE, EPHEMERAL].flatMap((name) => [
    { bar: `${name}, ahead of Prism`, ratio: ratio(small, name, "Prism"), wanted: 1 },
    ...sizes.map(({ functions, found }) => ({
      bar: `${name}, ahead of json-server, ${functions} functions`,
      ratio: ratio(found, name, "json-server"),
      wanted: 1,
    })),
  ]),
];
console.log();
for (const { bar, ratio, wanted } of bars) {
  console.log(
    `${bar.padEnd(64)} ${ratio.toFixed(2)}   wanted ${wanted}   ${ratio >= wanted ? "met" : "MISSED"}`,
  );
}
await keepResults("peers-", { sizes, bars });
