/**
 * The same PUTs, on this machine, in one run, in turn: this sandbox, its bare baseline, and other mock servers.
 * `npm run bench:peers`, or `npm run bench:peers -- --quick`.
 */
import { startSandbox } from "../../src/local/startSandbox.ts";
import { buildBaseline, byWorkerd, type Host } from "../hosts.ts";
import { load, median, type Round } from "../load.ts";
import { keepResults, quick } from "../run.ts";
import { memoryOfGroup, type Peer, peers, type Served } from "./peers.ts";

const SECONDS = quick ? 2 : 5;
const ROUNDS = quick ? 2 : 4;
const STARTS = quick ? 1 : 3;

const baseline = await buildBaseline();

async function ours(starting: Promise<Host>): Promise<Served> {
  const started = performance.now();
  const host = await starting;
  return { ...host, pid: host.pid ?? 0, startMs: performance.now() - started };
}

const all: readonly Peer[] = [
  {
    name: "fc-sandbox",
    keepsState: true,
    lacks: "nothing: merges, validates, persists durably, remembers each request",
    start: () => ours(byWorkerd()),
  },
  {
    name: "bare baseline",
    keepsState: true,
    lacks: "merges nothing, validates nothing, remembers no request; persists durably",
    start: () => ours(byWorkerd(baseline)),
  },
  {
    name: "fc-sandbox --ephemeral",
    keepsState: true,
    lacks: "keeps its state as long as it runs, in memory on Linux",
    start: () => ours(startSandbox()),
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

const measured: Measured[] = [];
for (const peer of all) {
  const starts: number[] = [];
  let server: Served | undefined;
  for (let i = 0; i < STARTS; i++) {
    await server?.close();
    server = await peer.start();
    if (server) starts.push(server.startMs);
  }
  if (server === undefined) {
    console.log(`${peer.name} can't run here.`);
    continue;
  }
  measured.push({ peer, starts, rounds: [], server, memoryMiB: Number.NaN });
}
try {
  for (const { server } of measured) await load(server.url, "PUT", quick ? 1 : 3);
  for (let round = 0; round < ROUNDS; round++) {
    for (const one of measured) one.rounds.push(await load(one.server.url, "PUT", SECONDS));
  }
  for (const one of measured) one.memoryMiB = await memoryOfGroup(one.server.pid);
} finally {
  for (const { server } of measured) await server.close();
}

const results = measured.map(({ peer, starts, rounds, memoryMiB }) => ({
  name: peer.name,
  requestsPerSecond: Math.round(median(rounds.map((round) => round.requestsPerSecond))),
  p50: median(rounds.map((round) => round.p50)),
  p99: median(rounds.map((round) => round.p99)),
  memoryMiB: Math.round(memoryMiB),
  startMs: Math.round(median(starts)),
  keepsState: peer.keepsState,
  lacks: peer.lacks,
}));
const rate = (name: string) =>
  results.find((result) => result.name === name)?.requestsPerSecond ?? Number.NaN;
const width = Math.max(...results.map(({ name }) => name.length));
console.log(`\n${"".padEnd(width)}    PUT/s   p50 ms   p99 ms      MiB  start ms   what it does not do`);
for (const result of results) {
  const { name, requestsPerSecond, p50, p99, memoryMiB, startMs, lacks } = result;
  const cells = [requestsPerSecond, p50, p99, memoryMiB, startMs].map((cell) => String(cell).padStart(9));
  console.log(`${name.padEnd(width)}${cells.join("")}   ${lacks}`);
}
const bars = [
  ...results
    .filter(({ name, keepsState }) => keepsState || name === "Prism")
    .filter(({ name }) => !name.startsWith("fc-sandbox") && name !== "bare baseline")
    .map(({ name, requestsPerSecond }) => ({
      bar: `ahead of ${name}`,
      ratio: rate("fc-sandbox") / requestsPerSecond,
      wanted: 1,
    })),
  { bar: "of the bare baseline's", ratio: rate("fc-sandbox") / rate("bare baseline"), wanted: 0.7 },
];
console.log();
for (const { bar, ratio, wanted } of bars) {
  console.log(
    `${bar.padEnd(28)} ${ratio.toFixed(2)}   wanted ${wanted}   ${ratio >= wanted ? "met" : "MISSED"}`,
  );
}
await keepResults("peers-", { results, bars });
