/**
 * What limits 1, 100 and 10,000 teams of one deployment, by arithmetic: from what a team does, what each thing costs
 * (counted.ts), and what the platform allows and charges. `npm run bench:model` prints the tables of docs/scale.md.
 */
import { counted } from "./counted.ts";

const TEAMS = [1, 100, 10_000];
export const SHARDS = 16;
const HOUR_S = 3600;
const DAY_S = 86_400;
const GB = 1e9;

/** What a team does on a working day. */
const team = {
  developers: 20,
  /** Of each developer, in a sandbox of their own. */
  requestsOfDeveloper: 500,
  changesOfDeveloper: 10,
  /** Of the CI, each in a new sandbox, which is erased when it was idle for a week. */
  runs: 100,
  requestsOfRun: 200,
  changesOfRun: 5,
  functionsOfSandbox: 5,
  /** The share of requests that only read. */
  reads: 0.5,
} as const;

/** The days on which a team works: in a month, and in the week for which an idle sandbox is kept. */
const WORKDAYS = { month: 22, kept: 5 };
/** The part of a day's calls that come in its busiest hour. */
const PEAK_HOUR = 0.2;
/** After how many requests a function that has been in use for long reports. */
const REQUESTS_PER_REPORT = 1000;
/** What the operator's pages show in a day, and how often the cron trigger looks. */
const operator = { pages: 100, deploymentPages: 100, changes: 100, checks: 96 } as const;

/** Limits of Cloudflare and of `wrangler.toml`. */
const limits = {
  objectCallsPerSecond: 1000,
  objectBytes: 10 * GB,
  free: { requestsPerDay: 100_000, objectCallsPerDay: 100_000, rowsPerDay: 100_000, bytes: 5 * GB },
  quotaBytes: 107_374_182_400,
  invitationsOfShard: 1000,
  requestsPerMinuteOfAddress: 6000,
} as const;

/** In US dollars: what a unit costs, and how many units a month are included. */
const prices = {
  plan: 5,
  request: { price: 0.3e-6, included: 10e6 },
  cpuMs: { price: 0.02e-6, included: 30e6 },
  objectCall: { price: 0.15e-6, included: 1e6 },
  gbSecond: { price: 12.5e-6, included: 400_000 },
  row: { price: 1e-6, included: 50e6 },
  gbMonth: { price: 0.2, included: 5 },
  logGb: { price: 0.25, included: 50 },
} as const;
/** As docs/hosting.md has them: of a request in the Worker; of an object's call, and of a read that comes alone. */
const CPU_MS = 1;
const LOG_BYTES = 1000;
const MEMORY_GB = 0.128;
const seconds = { call: 0.01, read: 0.06 } as const;

interface Load {
  readonly calls: number;
  readonly rows: number;
}

/** What a team's working day is to each kind of object. */
function day() {
  const { developers, runs, functionsOfSandbox: functions, requestsOfDeveloper, requestsOfRun } = team;
  const requests = developers * requestsOfDeveloper + runs * requestsOfRun;
  const changes = developers * team.changesOfDeveloper + runs * team.changesOfRun;
  const registers = runs * functions;
  const usageOfRuns = runs * functions * counted.usage.reportsOf40;
  const usageOfDevelopers = (developers * requestsOfDeveloper) / REQUESTS_PER_REPORT;
  const usages = usageOfRuns + usageOfDevelopers;
  // Each change of a developer, and each run, is told to the registry later.
  const reports = developers * team.changesOfDeveloper + runs;
  const { create, change, erasure, register, report, usage } = counted;
  const functionLoad: Load = {
    calls: requests * counted.request.calls + changes * change.functionCalls + runs * erasure.functionCalls,
    rows:
      (requests - registers) * counted.request.rows +
      registers * register.functionRows +
      changes * change.functionRows +
      usages * usage.functionRows,
  };
  const sandbox: Load = {
    calls:
      runs * (create.sandboxCalls + erasure.sandboxCalls) +
      registers * register.sandboxCalls +
      changes * change.sandboxCalls +
      usages * usage.sandboxCalls +
      reports * report.sandboxCalls,
    rows:
      runs * create.sandboxRows +
      registers * register.sandboxRows +
      changes * change.sandboxRows +
      usageOfRuns * usage.sandboxRows +
      usageOfDevelopers * usage.sandboxRowsLater +
      reports * report.sandboxRows,
  };
  const shard: Load = {
    calls: runs * (create.registryCalls + erasure.registryCalls) + reports * report.registryCalls,
    rows:
      runs * (create.admitRows + create.reportRows + erasure.registryRows) + reports * report.registryRows,
  };
  return { requests: requests + changes + runs, reads: requests * team.reads, functionLoad, sandbox, shard };
}

/** What the operator's day is to each shard, and to the first one besides. */
const operatorsDay = (() => {
  const { pages, deploymentPages, changes, checks } = operator;
  const told = SHARDS * (DAY_S / 60);
  return {
    // A check asks each shard for its totals, and for sandboxes that are over a quota.
    eachShard: { calls: pages + deploymentPages + 2 * checks, rows: 0 },
    firstShard: {
      // A check also asks for the errors and the alerts, and notes the alerts.
      calls: told + deploymentPages + changes + 3 * checks,
      rows: told * counted.total.registryRows + changes * counted.operatorChange.registryRows + checks,
    },
  };
})();

const perTeam = day();
const sandboxesOfTeam = team.developers + team.runs * WORKDAYS.kept;
const bytesOfTeam = {
  developers:
    team.developers * (counted.bytes.sandbox + team.functionsOfSandbox * counted.bytes.functionFull),
  runs:
    team.runs *
    WORKDAYS.kept *
    (counted.bytes.sandbox + team.functionsOfSandbox * counted.bytes.functionOf40),
  registry: sandboxesOfTeam * counted.bytes.registryRow,
} as const;
const allBytesOfTeam = bytesOfTeam.developers + bytesOfTeam.runs + bytesOfTeam.registry;

const average = (calls: number) => calls / DAY_S;
const peak = (calls: number) => (calls * PEAK_HOUR) / HOUR_S;

/** The load of each kind of object, of one or of all of them. */
function loads(teams: number) {
  const of = ({ calls, rows }: Load): Load => ({ calls: calls * teams, rows: rows * teams });
  const shard = of({ calls: perTeam.shard.calls / SHARDS, rows: perTeam.shard.rows / SHARDS });
  const sandboxes = sandboxesOfTeam * teams;
  const functions = sandboxes * team.functionsOfSandbox;
  const registryBytes = (bytesOfTeam.registry * teams) / SHARDS;
  const plus = (a: Load, b: Load): Load => ({ calls: a.calls + b.calls, rows: a.rows + b.rows });
  const eachShard = plus(shard, operatorsDay.eachShard);
  return [
    { kind: "the Worker", objects: 0, ...of({ calls: perTeam.requests, rows: 0 }), bytes: 0 },
    {
      kind: "all functions",
      objects: functions,
      ...of(perTeam.functionLoad),
      bytes: teams * allBytesOfTeam - teams * bytesOfTeam.registry - sandboxes * counted.bytes.sandbox,
    },
    {
      kind: "all sandboxes",
      objects: sandboxes,
      ...of(perTeam.sandbox),
      bytes: sandboxes * counted.bytes.sandbox,
    },
    { kind: "each shard", objects: SHARDS, ...eachShard, bytes: registryBytes },
    {
      kind: "the first shard",
      objects: 1,
      ...plus(eachShard, operatorsDay.firstShard),
      bytes: registryBytes,
    },
  ];
}

/** For so many teams: which object gets how many calls, and writes and stores how much. */
export function loadTable(): string {
  const rows = TEAMS.flatMap((teams) =>
    loads(teams).map(({ kind, objects, calls, rows, bytes }) => [
      whole(teams),
      kind,
      objects === 0 ? "" : whole(objects),
      rate(average(calls)),
      rate(peak(calls)),
      rows === 0 ? "" : threeDigits(rows),
      bytes === 0 ? "" : size(bytes),
    ]),
  );
  return markdown(
    ["teams", "calls of", "objects", "a second", "in the peak hour", "rows written a day", "stored"],
    rows,
  );
}

/** At how many teams each limit is met, the first one first. */
export function limitTable(): string {
  const { free } = limits;
  const objectCalls = perTeam.functionLoad.calls + perTeam.sandbox.calls + perTeam.shard.calls;
  const rows = perTeam.functionLoad.rows + perTeam.sandbox.rows + perTeam.shard.rows;
  const shardsPeak = peak(perTeam.shard.calls / SHARDS);
  const left = (own: Load) => limits.objectCallsPerSecond - peak(own.calls);
  const { eachShard, firstShard } = operatorsDay;
  const first = { calls: eachShard.calls + firstShard.calls, rows: 0 };
  const bytesLeft = (bytes: number) => bytes / allBytesOfTeam;
  const found: readonly (readonly [string, number])[] = [
    ["free plan: 100,000 rows written a day", free.rowsPerDay / rows],
    ["free plan: 100,000 object calls a day", free.objectCallsPerDay / objectCalls],
    ["free plan: 100,000 Workers requests a day", free.requestsPerDay / perTeam.requests],
    ["free plan: 5 GB", bytesLeft(free.bytes)],
    [
      "`API_RATE_LIMIT`: 6,000 requests a minute, if all teams share one address",
      limits.requestsPerMinuteOfAddress / (peak(perTeam.requests) * 60),
    ],
    ["`QUOTA_BYTES`: 107 GB", bytesLeft(limits.quotaBytes)],
    ["`QUOTA_BYTES`, if the CI deletes its sandboxes", limits.quotaBytes / bytesOfTeam.developers],
    ["1,000 invitations in the fullest shard, if each team has one", teamsUntilFull()],
    ["1,000 calls a second in a shard", left(eachShard) / shardsPeak],
    ["1,000 calls a second in the first shard", left(first) / shardsPeak],
    [
      "1,000 calls a second in the shard of one team that is as large as so many",
      (limits.objectCallsPerSecond - peak(eachShard.calls)) / peak(perTeam.shard.calls),
    ],
    ["10 GB in a shard", limits.objectBytes / (bytesOfTeam.registry / SHARDS)],
  ];
  const sorted = found.toSorted(([, a], [, b]) => a - b);
  return markdown(
    ["limit", "met at so many teams"],
    sorted.map(([limit, teams]) => [limit, threeDigits(Math.floor(teams))]),
  );
}

/**
 * How many invitations there are when the fullest of the shards is expected to be full: it has about 1.77 standard
 * deviations (the expected maximum of 16 normal values) more than the average.
 */
function teamsUntilFull(): number {
  const fullest = (teams: number) => teams / SHARDS + 1.77 * Math.sqrt(teams / SHARDS);
  let teams = SHARDS * limits.invitationsOfShard;
  while (fullest(teams) > limits.invitationsOfShard) teams -= 1;
  return teams;
}

/** What a month costs, in US dollars. */
export function costTable(): string {
  const rows = TEAMS.map((teams) => {
    const all = loads(teams);
    const monthly = (perDay: number) => perDay * WORKDAYS.month;
    const [worker] = all;
    const requests = monthly(worker?.calls ?? 0);
    const objectLoads = all.filter(({ kind }) => kind.startsWith("all "));
    const registry: Load = {
      calls:
        perTeam.shard.calls * teams + operatorsDay.eachShard.calls * SHARDS + operatorsDay.firstShard.calls,
      rows: perTeam.shard.rows * teams + operatorsDay.firstShard.rows,
    };
    const calls = monthly([...objectLoads, registry].reduce((sum, load) => sum + load.calls, 0));
    const written = monthly([...objectLoads, registry].reduce((sum, load) => sum + load.rows, 0));
    const reads = monthly(perTeam.reads * teams);
    const gbSeconds = MEMORY_GB * ((calls - reads) * seconds.call + reads * seconds.read);
    const costs = [
      prices.plan,
      charge(prices.request, requests),
      charge(prices.cpuMs, requests * CPU_MS),
      charge(prices.objectCall, calls),
      charge(prices.gbSecond, gbSeconds),
      charge(prices.row, written),
      charge(prices.gbMonth, (allBytesOfTeam * teams) / GB),
      charge(prices.logGb, (requests * LOG_BYTES) / GB),
    ];
    const total = costs.reduce((sum, cost) => sum + cost, 0);
    return [whole(teams), ...[...costs, total, total / teams].map(dollars)];
  });
  const columns = [
    "plan",
    "requests",
    "CPU",
    "object calls",
    "duration",
    "rows",
    "stored",
    "logs",
    "total",
    "a team",
  ];
  return markdown(["teams", ...columns], rows);
}

function charge({ price, included }: { readonly price: number; readonly included: number }, used: number) {
  return price * Math.max(0, used - included);
}

function markdown(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `|${cells.map((cell) => (cell === "" ? " |" : ` ${cell} |`)).join("")}`;
  return [line(head), `|${head.map(() => "---|").join("")}`, ...rows.map(line)].join("\n");
}

const whole = (value: number) => Math.round(value).toLocaleString("en-US");

/** With three digits, and the unit. */
function size(bytes: number): string {
  const [unit, name] = (
    [
      [1e12, "TB"],
      [GB, "GB"],
      [1e6, "MB"],
    ] as const
  ).find(([least]) => bytes >= least) ?? [1e3, "kB"];
  return `${(bytes / unit).toLocaleString("en-US", { maximumSignificantDigits: 3 })} ${name}`;
}

const threeDigits = (value: number) => value.toLocaleString("en-US", { maximumSignificantDigits: 3 });

const rate = (value: number) =>
  value < 0.1 ? "less than 0.1" : value.toLocaleString("en-US", { maximumSignificantDigits: 2 });

const dollars = (value: number) =>
  value.toLocaleString("en-US", { minimumFractionDigits: 2, maximumFractionDigits: 2 });

if (import.meta.main) console.log([loadTable(), limitTable(), costTable()].join("\n\n"));
