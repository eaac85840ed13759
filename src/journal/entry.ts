import * as z from "zod/mini";
import type { Json } from "../lib/json.ts";
import { timeSchema } from "../lib/time.ts";

const name = z.nullable(z.string());

/** A request to the API, as the journal keeps it: secrets replaced, its body no longer than allowed. */
const seenRequestSchema = z.strictObject({
  requestId: z.string(),
  /** RFC 3339 in UTC with milliseconds; real time, whatever the sandbox's clock shows. */
  time: z.string(),
  sandbox: z.string(),
  /** `null` where the request matched none, as with the names. */
  operation: name,
  version: z.string(),
  service: name,
  function: name,
  qualifier: name,
  method: z.string(),
  /** Path and query, as they came. */
  url: z.string(),
  headers: z.record(z.string(), z.string()),
  body: z.string(),
});

/** What came of a request. */
const seenReplySchema = z.strictObject({
  status: z.int(),
  responseBody: z.string(),
  durationMs: z.int(),
  /** The faults that struck it: their ids, or "header". */
  faults: z.array(z.string()),
});

export const journalEntrySchema = z.extend(seenRequestSchema, seenReplySchema.shape);

export type SeenRequest = z.infer<typeof seenRequestSchema>;
type SeenReply = z.infer<typeof seenReplySchema>;
export type JournalEntry = z.infer<typeof journalEntrySchema>;

/** The JSON of the entry that both make, without reading the first. */
export function entryJson(request: Json<SeenRequest>, reply: SeenReply): Json<JournalEntry> {
  return `${request.slice(0, -1)},${JSON.stringify(reply).slice(1)}`;
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

const ABRIDGED_CHARACTERS = 1000;

/** An entry with the beginnings of its bodies: enough to tell what it is. */
export function abridged(entry: JournalEntry): JournalEntry {
  const { body, responseBody } = entry;
  const cut = (text: string) => text.slice(0, ABRIDGED_CHARACTERS);
  return { ...entry, body: cut(body), responseBody: cut(responseBody) };
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
  /** Entries from then on. */
  since: z.optional(timeSchema),
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
