/**
 * Loads a server that many teams share: creates sandboxes by invitations, sends requests to all of them at once, and holds
 * what the registry then says of each sandbox against what was sent. Alternates with a server that counts nothing, so that
 * the price of counting is known. Prints the table of docs/scale.md, and writes JSON to `bench/results/`.
 * `npm run bench:teams`, or with `-- --quick`.
 */
import autocannon from "autocannon";
import { byWorkerd, type Host, hasMemory, memory } from "./hosts.ts";
import { config, configPath, median, type Round, ratio, touch } from "./load.ts";
import { progress } from "./progress.ts";
import { keepResults, quick } from "./results.ts";

const TEAMS = quick ? 10 : 50;
const SANDBOXES = quick ? 2 : 4;
const FUNCTIONS = quick ? 3 : 5;
const SECONDS = quick ? 1 : 10;
const ROUNDS = quick ? 2 : 5;
const CONNECTIONS = [16, 64];
const WARM_UP = quick ? 320 : 3200;

/** After how long a request counts as failed. A disk that others use too may keep a commit waiting for some seconds. */
const PATIENCE_S = 60;

const TOKEN = "operator";
const HEADERS = { authorization: `Bearer ${TOKEN}`, "content-type": "application/json" };
/** An operator, and the quotas of a deployment. */
const METERED = {
  OPERATOR_TOKEN: TOKEN,
  CREATION: "invited",
  QUOTA_REQUESTS_PER_DAY: "1000000",
  QUOTA_BYTES_PER_SANDBOX: "1073741824",
  QUOTA_BYTES: "107374182400",
};
const place = quick && hasMemory() ? "memory" : "disk";

/** A served sandbox, and how many of its requests were answered. */
interface Loaded {
  readonly id: string;
  answered: number;
}

/** A server with all teams' sandboxes. */
interface Shared extends Host {
  readonly pid: number;
  readonly sandboxes: readonly Loaded[];
  /** Resident memory that a sandbox with its functions adds, in MiB. */
  readonly memoryMiB: number;
}

async function send<T>(
  url: string,
  method: "GET" | "POST",
  path: string,
  body?: object,
  key?: string,
): Promise<T> {
  const response = await fetch(`${url}/_sandbox${path}`, {
    method,
    headers: { ...HEADERS, ...(key === undefined ? {} : { authorization: `Bearer ${key}` }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
  return JSON.parse(text);
}

/** Starts a server, creates the sandboxes of all teams, and has each function be put once. */
async function share(variables: Readonly<Record<string, string>>, isInvited: boolean): Promise<Shared> {
  const host = await byWorkerd({ variables, place });
  const { url, pid } = host;
  const before = await memory(pid);
  const sandboxes: Loaded[] = [];
  for (let team = 0; team < TEAMS; team++) {
    progress.note(`team ${team + 1} of ${TEAMS}`);
    const invitation = { team: `team ${team}`, sandboxes: SANDBOXES, requestsPerDay: 1_000_000 };
    const key = isInvited
      ? (await send<{ readonly key: string }>(url, "POST", "/invitations", invitation)).key
      : undefined;
    for (let i = 0; i < SANDBOXES; i++) {
      const { id } = await send<{ readonly id: string }>(url, "POST", "/sandboxes", {}, key);
      sandboxes.push({ id, answered: FUNCTIONS });
    }
  }
  progress.note("functions are put once");
  await touch(
    url,
    sandboxes.flatMap((sandbox) => pathsOf(sandbox)),
  );
  const memoryMiB = ((await memory(pid)) - before) / sandboxes.length;
  return { ...host, sandboxes, memoryMiB };
}

function pathsOf({ id }: Loaded): string[] {
  return Array.from({ length: FUNCTIONS }, (_, i) => `/s/${id}${configPath(`f${i}`)}`);
}

/**
 * Sends so many requests, spread over all functions of all sandboxes: half PUTs, half GETs. The number is fixed in advance,
 * since a load that ends by the clock leaves requests of which nobody knows whether they were answered.
 */
async function load({ url, sandboxes }: Shared, connections: number, amount: number): Promise<Round> {
  const targets = sandboxes.flatMap((sandbox) => pathsOf(sandbox).map((path) => ({ sandbox, path })));
  let connection = 0;
  // autocannon looks once a second whether all is answered, and rounds its duration up to that.
  const started = performance.now();
  let ended = started;
  const setupClient = (client: autocannon.Client) => {
    const own = connection++;
    const its = targets.filter((_, i) => i % connections === own % targets.length);
    client.setRequests(
      its.flatMap(({ sandbox, path }, i) => {
        const onResponse = () => {
          sandbox.answered += 1;
          ended = performance.now();
        };
        const headers = { "content-type": "application/json" };
        return [
          { method: "PUT" as const, path, headers, body: config(own * 100 + i), onResponse },
          { method: "GET" as const, path, onResponse },
        ];
      }),
    );
  };
  const result = await autocannon({ url, connections, amount, setupClient, timeout: PATIENCE_S });
  const answered = result["2xx"];
  if (answered !== amount || result.non2xx > 0 || result.errors > 0) {
    throw new Error(`Of ${amount}, ${answered} answered, ${result.non2xx} not 2xx, ${result.errors} failed`);
  }
  return {
    requestsPerSecond: answered / ((ended - started) / 1000),
    p50: result.latency.p50,
    p99: result.latency.p99,
  };
}

/** Holds what the registry says against what was sent. Throws an Error where they differ. */
async function compare({ url, sandboxes }: Shared): Promise<void> {
  for (const { id, answered } of sandboxes) {
    const { latestDay, functions } = await send<{
      readonly functions: number;
      readonly latestDay: { readonly requests: number };
    }>(url, "GET", `/sandboxes/${id}`);
    if (latestDay.requests !== answered || functions !== FUNCTIONS) {
      throw new Error(`${id}: ${latestDay.requests} requests of ${answered}, ${functions} functions`);
    }
  }
  const { sandboxes: registered } = await send<{ readonly sandboxes: number }>(url, "GET", "/deployment");
  if (registered !== sandboxes.length) throw new Error(`${registered} sandboxes of ${sandboxes.length}`);
}

const dayBefore = new Date().toISOString().slice(0, 10);
let metered: Shared | undefined;
let unmetered: Shared | undefined;
const measured: Record<number, { readonly on: Round[]; readonly off: Round[] }> = {};

const both = (): readonly [Shared, Shared] => {
  if (metered === undefined || unmetered === undefined) throw new Error("The servers do not run.");
  return [metered, unmetered];
};

await progress.run([
  {
    title: `${TEAMS} teams, ${SANDBOXES} sandboxes each, ${FUNCTIONS} functions each`,
    seconds: quick ? 5 : 60,
    async run() {
      metered = await share(METERED, true);
      unmetered = await share({}, false);
    },
  },
  ...CONNECTIONS.map((connections) => ({
    title: `${connections} connections, counted and not counted`,
    seconds: (ROUNDS * SECONDS + 1) * 2 + (quick ? 1 : 5),
    async run() {
      const [on, off] = both();
      const rounds: { on: Round[]; off: Round[] } = { on: [], off: [] };
      measured[connections] = rounds;
      const { requestsPerSecond } = await load(on, connections, WARM_UP);
      await load(off, connections, WARM_UP);
      // Each connection gets as many.
      const amount = Math.ceil((requestsPerSecond * SECONDS) / connections) * connections;
      for (let round = 1; round <= ROUNDS; round++) {
        progress.note(`round ${round} of ${ROUNDS}`);
        rounds.on.push(await load(on, connections, amount));
        rounds.off.push(await load(off, connections, amount));
      }
    },
  })),
  {
    title: "what the registry says, against what was sent",
    seconds: quick ? 1 : 5,
    async run() {
      const [on] = both();
      // At midnight the registry begins to count anew.
      if (new Date().toISOString().slice(0, 10) === dayBefore) await compare(on);
      else progress.print("The day has changed, so what the registry says was not compared.");
    },
  },
]);

const [on, off] = both();
const answered = on.sandboxes.reduce((sum, one) => sum + one.answered, 0);
const rows = Object.entries(measured).map(([connections, rounds]) => {
  const usual = (item: keyof Round) => Math.round(median(rounds.on.map((round) => round[item])));
  return [
    connections,
    usual("requestsPerSecond").toLocaleString("en-US"),
    `${usual("p50")} ms`,
    `${usual("p99")} ms`,
    "0",
    ratio(rounds.on, rounds.off).toFixed(2),
  ];
});
const head = ["connections", "requests a second", "p50", "p99", "errors", "counted / not counted"];
const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
progress.print(["", line(head), `|${head.map(() => "---|").join("")}`, ...rows.map(line)].join("\n"));
progress.print(
  `\n${TEAMS} teams, ${on.sandboxes.length} sandboxes, ${on.sandboxes.length * FUNCTIONS} functions, state ${place === "disk" ? "on disk" : "in memory"}.
The registry says of each sandbox what was sent to it: ${answered.toLocaleString("en-US")} requests in all.
Memory of a sandbox with its functions: ${on.memoryMiB.toFixed(2)} MiB; not counted, ${off.memoryMiB.toFixed(2)} MiB.`,
);
await keepResults("teams-", {
  teams: TEAMS,
  sandboxes: on.sandboxes.length,
  functions: on.sandboxes.length * FUNCTIONS,
  answered,
  memoryMiB: { on: on.memoryMiB, off: off.memoryMiB },
  measured,
});
await Promise.all([on.close(), off.close()]);
