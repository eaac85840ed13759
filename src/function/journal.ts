import * as z from "zod/mini";
import { migrate } from "../migrations.ts";

/** One request to the API, as the journal keeps it: secrets replaced, bodies no longer than allowed. */
export interface JournalEntry {
  readonly requestId: string;
  /** RFC 3339 in UTC with milliseconds; real time, whatever the sandbox's clock shows. */
  readonly time: string;
  readonly sandbox: string;
  /** `null` where the request matched none. */
  readonly operation: string | null;
  readonly version: string;
  readonly service: string | null;
  readonly function: string | null;
  readonly qualifier: string | null;
  readonly method: string;
  /** Path and query, as they came. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly status: number;
  readonly responseBody: string;
  readonly durationMs: number;
  /** The faults that struck it: their ids, or "header". */
  readonly faults: readonly string[];
}

/** Where an entry stands among all of a sandbox's: newest first by time, then by object, then by number. */
export interface Position {
  readonly time: string;
  readonly source: string;
  readonly number: number;
}

export interface Placed {
  readonly position: Position;
  readonly entry: JournalEntry;
}

/** An entry that a filter does not mean, and why not. */
export interface NearMiss extends Placed {
  readonly differences: readonly string[];
}

/** Those with the fewest differences, the newest first among equals. */
export function nearest(misses: readonly NearMiss[], most: number): NearMiss[] {
  const order = (a: NearMiss, b: NearMiss) =>
    a.differences.length - b.differences.length || comparePositions(a.position, b.position);
  return misses.toSorted(order).slice(0, most);
}

const text = z.optional(z.string().check(z.maxLength(2000)));

const STATUS_ALLOWED = { error: "a status such as 404, 4xx or 404,5xx" };

/** Which entries are meant; an item left out is any. */
export const filterSchema = z.strictObject({
  operation: text,
  version: text,
  service: text,
  function: text,
  qualifier: text,
  method: text,
  requestId: text,
  /** A status, `4xx`, or several of them with commas. */
  status: z.optional(
    z.union(
      [
        z.int(STATUS_ALLOWED),
        z.string().check(z.regex(/^([1-5]xx|[1-5][0-9]{2})(,([1-5]xx|[1-5][0-9]{2}))*$/, STATUS_ALLOWED)),
      ],
      STATUS_ALLOWED,
    ),
  ),
  /** RFC 3339: entries from then on. */
  since: z.optional(
    z.string().check(z.refine((value) => !Number.isNaN(Date.parse(value)), { error: "an RFC 3339 time" })),
  ),
  /** JSON that the request's body contains: objects with at least these items, arrays and values alike. */
  body: z.optional(z.custom<string | number | boolean | object | null>()),
});

export type Filter = z.infer<typeof filterSchema>;

/** What of a filter an entry does not meet, a sentence each; empty when it meets all of it. */
export function differences(entry: JournalEntry, filter: Filter): string[] {
  const found: string[] = [];
  for (const item of [
    "operation",
    "version",
    "service",
    "function",
    "qualifier",
    "method",
    "requestId",
  ] as const) {
    const wanted = filter[item];
    if (wanted !== undefined && wanted !== entry[item])
      found.push(`${item} is ${JSON.stringify(entry[item])}, not ${JSON.stringify(wanted)}`);
  }
  if (filter.status !== undefined && !hasStatus(entry.status, String(filter.status))) {
    found.push(`status is ${entry.status}, not ${filter.status}`);
  }
  if (filter.since !== undefined && Date.parse(entry.time) < Date.parse(filter.since)) {
    found.push(`time is ${entry.time}, before ${filter.since}`);
  }
  if (filter.body !== undefined) found.push(...bodyDifferences(entry.body, filter.body));
  return found;
}

function hasStatus(status: number, wanted: string): boolean {
  return wanted.split(",").some((one) => one === String(status) || one === `${Math.floor(status / 100)}xx`);
}

function bodyDifferences(body: string, wanted: unknown): string[] {
  try {
    return jsonDifferences(body === "" ? {} : JSON.parse(body), wanted, "body");
  } catch {
    return ["body is not JSON"];
  }
}

function jsonDifferences(value: unknown, wanted: unknown, path: string): string[] {
  if (isObject(wanted) && isObject(value)) {
    return Object.entries(wanted).flatMap(([key, item]) =>
      Object.hasOwn(value, key)
        ? jsonDifferences(value[key], item, `${path}.${key}`)
        : [`${path}.${key} is not there`],
    );
  }
  if (Array.isArray(wanted) && Array.isArray(value) && wanted.length === value.length) {
    return wanted.flatMap((item, i) => jsonDifferences(value[i], item, `${path}[${i}]`));
  }
  const [came, meant] = [JSON.stringify(value), JSON.stringify(wanted)];
  return came === meant ? [] : [`${path} is ${came}, not ${meant}`];
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Whether an entry comes after (is older than) a position in the journal's order. */
export function isAfter(entry: Position, position: Position): boolean {
  return comparePositions(entry, position) > 0;
}

/** Newest first. */
export function comparePositions(a: Position, b: Position): number {
  if (a.time !== b.time) return a.time < b.time ? 1 : -1;
  if (a.source !== b.source) return a.source < b.source ? 1 : -1;
  return b.number - a.number;
}

const migrations = [
  `CREATE TABLE journal (slot INTEGER PRIMARY KEY, number INTEGER NOT NULL, entry TEXT NOT NULL) STRICT`,
];

/** A ring of the latest entries: each takes the slot of the one that is `size` older, so it costs one row. */
export class Journal {
  readonly #sql: SqlStorage;
  /** Tells the entries of one object from those of the others. */
  readonly #source: string;
  #next: number;

  constructor(storage: DurableObjectStorage, source: string) {
    migrate(storage, "journal", migrations);
    this.#sql = storage.sql;
    this.#source = source;
    const { last } = this.#sql.exec<{ last: number | null }>("SELECT max(number) AS last FROM journal").one();
    this.#next = (last ?? -1) + 1;
  }

  add(entry: JournalEntry, size: number): void {
    if (size === 0) return;
    const number = this.#next++;
    this.#sql.exec(
      "INSERT OR REPLACE INTO journal VALUES (?, ?, ?)",
      number % size,
      number,
      JSON.stringify(entry),
    );
  }

  /** Keeps the latest `size` entries, each in the slot that this size gives it. */
  resize(size: number): void {
    const kept = this.#rows().slice(0, size);
    this.#sql.exec("DELETE FROM journal");
    for (const { number, entry } of kept)
      this.#sql.exec("INSERT INTO journal VALUES (?, ?, ?)", number % size, number, entry);
  }

  clear(): void {
    this.#sql.exec("DELETE FROM journal");
  }

  /** The entries that a filter means, newest first: up to `most` that come after a position. */
  find(filter: Filter, after: Position | undefined, most: number): Placed[] {
    const found = this.#entries().filter(({ position, entry }) => {
      return (!after || isAfter(position, after)) && differences(entry, filter).length === 0;
    });
    return found.slice(0, most);
  }

  countOf(filter: Filter): number {
    return this.#entries().filter(({ entry }) => differences(entry, filter).length === 0).length;
  }

  /** The entries that a filter almost means: up to `most` with the fewest differences. */
  nearMisses(filter: Filter, most: number): NearMiss[] {
    const compared = this.#entries().map((placed) => ({
      ...placed,
      differences: differences(placed.entry, filter),
    }));
    return nearest(
      compared.filter((placed) => placed.differences.length > 0),
      most,
    );
  }

  #entries(): Placed[] {
    return this.#rows().map(({ number, entry: json }) => {
      const entry: JournalEntry = JSON.parse(json);
      return { entry, position: { time: entry.time, source: this.#source, number } };
    });
  }

  count(): number {
    return this.#sql.exec<{ count: number }>("SELECT count(*) AS count FROM journal").one().count;
  }

  #rows(): { number: number; entry: string }[] {
    return this.#sql
      .exec<{ number: number; entry: string }>("SELECT number, entry FROM journal ORDER BY number DESC")
      .toArray();
  }
}
