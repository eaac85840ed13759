import { table } from "./table.ts";

interface Figure {
  readonly text: string;
  /** The bar: what the value has to be at least, or at most. Without one, the value is only printed. */
  readonly least?: number;
  readonly most?: number;
}

const OWN = "own functions";
const SHARED = "shared functions";

/** What a run finds, in the order in which it is printed. "Of" another's is the ratio of two in the same run. */
const figures = {
  puts: { text: `PUT, ${SHARED}, of the baseline's` },
  ownPuts: { text: `PUT, ${OWN}, of the baseline's`, least: 0.8 },
  gets: { text: `GET, ${SHARED}, of the baseline's`, least: 0.75 },
  ownGets: { text: `GET, ${OWN}, of the baseline's`, least: 0.75 },
  putsInMemory: { text: `PUT, ${SHARED}, in memory, of the baseline's` },
  ownPutsInMemory: { text: `PUT, ${OWN}, in memory, of the baseline's`, least: 0.7 },
  signedInMemory: { text: `PUT signed, ${OWN}, in memory, of the baseline's`, least: 0.6 },
  getsInMemory: { text: `GET, ${SHARED}, in memory, of the baseline's`, least: 0.75 },
  ownGetsInMemory: { text: `GET, ${OWN}, in memory, of the baseline's`, least: 0.75 },
  madePuts: { text: `PUT to /s/{id}, ${OWN}, in memory, of default's`, least: 0.95 },
  madeGets: { text: `GET of /s/{id}, ${OWN}, in memory, of default's`, least: 0.95 },
  memory: { text: "memory with 500 functions, of the baseline's", most: 1.3 },
  accepted: { text: `202s, ${SHARED}, of the baseline's PUT`, least: 0.5 },
  ownAccepted: { text: `202s, ${OWN}, of the baseline's PUT` },
  steps: { text: "steps of invocations a second, frozen clock", least: 2000 },
  idle: { text: "idle, 500 functions pending, % of a core", most: 1 },
  timesWranglerDev: { text: "PUT, times wrangler dev's", least: 5 },
  firstTimesWranglerDev: { text: "PUT at first, times wrangler dev's" },
  ownTimesWranglerDev: { text: `PUT, ${OWN}, times wrangler dev's` },
  timesMiniflare: { text: "PUT, times miniflare's" },
  sandboxes: { text: "sandboxes made a second", least: 1000 },
  ready: { text: "ready after start, ms", most: 2000 },
  bundle: { text: "bundle, KiB gzip", most: 60 },
  pages: { text: "pages of a list of 500 functions, of the baseline's GET" },
  project: { text: "project of 100 functions, s" },
  projectRequests: { text: "requests of a project, of the baseline's PUT" },
  journal: { text: "journal of 500 functions, ms" },
  told: { text: "change told to 500 functions, ms" },
  reset: { text: "reset of 500 functions, ms" },
} as const satisfies Record<string, Figure>;

/** The values that a run found, by the figures' names. */
export type Found = { readonly [Name in keyof typeof figures]?: number };

/** A value beside its bar, if it has one. */
export interface Judged {
  readonly figure: string;
  readonly value: number;
  readonly bar?: string;
  readonly verdict?: "met" | "missed";
}

/** Holds the values that were found against their bars. A value that is no number misses its bar. */
export function judged(found: Found): Judged[] {
  return Object.entries<Figure>(figures).flatMap(([name, { text: figure, least, most }]): Judged[] => {
    const value = found[name as keyof Found];
    if (value === undefined) return [];
    if (least !== undefined) return [{ figure, value, bar: `>= ${least}`, verdict: verdict(value >= least) }];
    if (most !== undefined) return [{ figure, value, bar: `<= ${most}`, verdict: verdict(value <= most) }];
    return [{ figure, value }];
  });
}

function verdict(isMet: boolean): "met" | "missed" {
  return isMet ? "met" : "missed";
}

/** The values and the bars as text: those with a bar at the end, where a reader looks first. */
export function shownBars(all: readonly Judged[]): string {
  const rows = (some: readonly Judged[]) =>
    some.map(({ figure, value, bar = "", verdict = "" }) => [figure, shown(value), bar, verdict]);
  const withBar = rows(all.filter(({ bar }) => bar !== undefined));
  const others = rows(all.filter(({ bar }) => bar === undefined));
  return table([["", "measured", "bar", ""], ...others, ...withBar]);
}

function shown(value: number): string {
  return value < 20 ? value.toFixed(3) : String(Math.round(value));
}
