/**
 * Measures the same PUTs on one machine, in turn: this sandbox, its bare baseline, and other mock servers.
 * Then measures the stateful servers with more state. `npm run bench:peers`, or `npm run bench:peers --
 * --quick`.
 */
import { tmpdir } from "node:os";
import { fileURLToPath } from "node:url";
import { removeDirectory, temporaryDirectory } from "../ending.ts";
import { buildBaseline, byWorkerd } from "../hosts.ts";
import { configPaths, FUNCTIONS, load, median, type Round, ratio } from "../load.ts";
import { progress } from "../progress.ts";
import { keepResults, quick } from "../results.ts";
import { table } from "../table.ts";
import { ahead, COLUMNS, type Result } from "./ahead.ts";
import { type Peer, peers } from "./peers.ts";
import { closeAll, closing, memoryOfProgram, type Served, served } from "./served.ts";

const SECONDS = quick ? 2 : 5;
const ROUNDS = quick ? 2 : 4;
const WARM_UP_SECONDS = quick ? 1 : 3;
const STARTS = quick ? 1 : 3;
/** The numbers of functions for the stateful servers: a sandbox's default limit, and more. */
const GROWN = quick ? [200] : [500, 2000];

const CLI = fileURLToPath(new URL("../../src/local/cli.ts", import.meta.url));

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
  const host = await byWorkerd({ workerDirectory: baseline });
  return { ...host, startMs: performance.now() - started, close: closing(() => host.close()) };
}

const DURABLE = "fc-sandbox";
const EPHEMERAL = "fc-sandbox --ephemeral";
const BASELINE = "bare baseline";

const all: readonly Peer[] = [
  {
    name: DURABLE,
    keepsState: true,
    keeps: "configs and requests on a disk",
    validates: true,
    does: "merges and validates",
    start: async (functions) => {
      const directory = await temporaryDirectory(tmpdir());
      return ours(functions, ["--state-dir", directory], () => removeDirectory(directory));
    },
  },
  {
    name: BASELINE,
    keepsState: true,
    keeps: "configs on a disk",
    validates: false,
    does: "merges nothing, validates nothing. Start and MiB are workerd's alone",
    start: startBaseline,
  },
  {
    name: EPHEMERAL,
    keepsState: true,
    keeps: "configs and requests in memory",
    validates: true,
    does: "merges and validates",
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
      progress.note(`${peer.name} starts`);
      const starts: number[] = [];
      let server: Served | undefined;
      for (let i = 0; i < STARTS; i++) {
        await server?.close();
        server = await peer.start(functions);
        if (server) starts.push(server.startMs);
      }
      if (server) running.push({ peer, starts, rounds: [], server, memoryMiB: Number.NaN });
      else progress.print(`${peer.name} can't run here.`);
    }
    for (const { server } of running) await load(server.url, paths, { shared, seconds: WARM_UP_SECONDS });
    for (let round = 0; round < ROUNDS; round++) {
      progress.note(`round ${round + 1} of ${ROUNDS}`);
      for (const one of running)
        one.rounds.push(await load(one.server.url, paths, { shared, seconds: SECONDS }));
    }
    for (const one of running) one.memoryMiB = await memoryOfProgram(one.server.pid);
  } finally {
    await closeAll();
  }
  return running;
}

function results(of: readonly Measured[]): Results {
  return of.map(({ peer, starts, rounds, memoryMiB }) => ({
    name: peer.name,
    requestsPerSecond: Math.round(median(rounds.map((round) => round.requestsPerSecond))),
    p50: median(rounds.map((round) => round.p50)),
    p99: median(rounds.map((round) => round.p99)),
    memoryMiB: Math.round(memoryMiB),
    startMs: Math.round(median(starts)),
    keepsState: peer.keepsState,
    keeps: peer.keeps,
    does: peer.does,
  }));
}
type Results = readonly (Result & { readonly does: string })[];

/** Prints what was found, and who is ahead in what. The baseline is no rival. */
function show(found: Results, title: string): void {
  const rows = found.map((one) => [one.name, ...COLUMNS.map(({ of }) => String(of(one)))]);
  const lines = table([[title, ...COLUMNS.map(({ name }) => name)], ...rows]).split("\n");
  const notes = [
    "what it keeps, and what it does",
    ...found.map(({ keeps, does }) => `keeps ${keeps}; ${does}`),
  ];
  progress.print(`\n${lines.map((line, i) => `${line}   ${notes[i]}`).join("\n")}\n`);
  const rivals = found.filter(({ name }) => name !== BASELINE);
  for (const sentence of ahead(rivals, [DURABLE, EPHEMERAL])) progress.print(sentence);
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
await progress.run(
  [
    { functions: FUNCTIONS, contestants: all, shared: true },
    { functions: FUNCTIONS, contestants: all, shared: false },
    ...GROWN.map((functions) => ({ functions, contestants: keepers, shared: false })),
  ].map(({ functions, contestants, shared }) => {
    const title = `${functions} functions, ${shared ? "shared" : "each connection its own"}`;
    return {
      title,
      seconds: contestants.length * (STARTS + WARM_UP_SECONDS + ROUNDS * SECONDS),
      async run() {
        const its = await measured(contestants, functions, shared);
        const found = results(its);
        contests.push({ title, measured: its, found });
        show(found, title);
      },
    };
  }),
);

/** How many times faster than a rival a server has to be. */
const WANTED = 1;

/** The ratio of one server's speed to a rival's; empty when one of the two did not run. */
function ratioOf({ title, measured }: Contest, one: string, rival: string) {
  const roundsOf = (name: string) => measured.find(({ peer }) => peer.name === name)?.rounds;
  const [ours, others] = [roundsOf(one), roundsOf(rival)];
  return ours && others
    ? [{ bar: `${one}, ahead of ${rival}; ${title}`, ratio: ratio(ours, others), wanted: WANTED }]
    : [];
}

// The servers that do a part of the same work: store state, or validate requests.
const rivals = peers.filter(({ keepsState, validates }) => keepsState || validates);
const bars = [DURABLE, EPHEMERAL].flatMap((name) =>
  rivals.flatMap((rival) => contests.flatMap((contest) => ratioOf(contest, name, rival.name))),
);
const rows = bars.map(({ bar, ratio, wanted }) => [
  bar,
  ratio.toFixed(2),
  `>= ${wanted}`,
  ratio >= wanted ? "met" : "missed",
]);
progress.print(`\n${table([["", "ratio", "bar", ""], ...rows])}`);
const kept = contests.map(({ title, found }) => ({ title, found }));
await keepResults("peers-", { contests: kept, bars });
