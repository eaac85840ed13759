import * as z from "zod/mini";
import { shownWord } from "../fc/operations.ts";
import { timeSchema } from "../lib/time.ts";
import type { JournalEntry } from "./entry.ts";

const text = z.optional(z.string().check(z.maxLength(2000)));
/** Any name of an operation, as the journal writes it. */
const operation = z.optional(z.string().check(z.maxLength(2000), z.overwrite(shownWord<string>)));

const STATUS_ALLOWED = { error: "a status such as 404, 4xx or 404,5xx" };

/** Which entries to find. An item that is left out matches every entry. */
export const filterSchema = z.strictObject({
  operation,
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

/** The difference of an entry whose body can't be compared. */
const CUT = "body was cut, so what it contains is not known";

/** How an entry differs from a filter, a sentence for each item; empty when the entry matches. */
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
  if (filter.status !== undefined && !hasStatus(entry.status, filter.status)) {
    found.push(`status is ${entry.status}, not ${filter.status}`);
  }
  if (filter.since !== undefined && Date.parse(entry.time) < Date.parse(filter.since)) {
    found.push(`time is ${entry.time}, before ${filter.since}`);
  }
  if (filter.body !== undefined) {
    found.push(...(entry.bodyCut ? [CUT] : bodyDifferences(entry.body, filter.body)));
  }
  return found;
}

/** Whether an entry with these differences may match all the same: only its body is not known. */
export function mayMatch(differences: readonly string[]): boolean {
  return differences.length === 1 && differences[0] === CUT;
}

/** Whether a request of this operation (null where it matched none) and status may match a filter. */
export function matchesOutcome(operation: string | null, status: number, filter: Filter): boolean {
  if (filter.operation !== undefined && filter.operation !== operation) return false;
  return filter.status === undefined || hasStatus(status, filter.status);
}

function hasStatus(status: number, wanted: number | string): boolean {
  return String(wanted)
    .split(",")
    .some((one) => one === String(status) || one === `${Math.floor(status / 100)}xx`);
}

function bodyDifferences(body: string, wanted: unknown): string[] {
  try {
    return jsonDifferences(body === "" ? {} : JSON.parse(body), wanted, "body");
  } catch {
    return ["body is not JSON"];
  }
}

/** How a JSON value differs from one that it is to contain, a sentence for each place. `path` names the value. */
export function jsonDifferences(value: unknown, wanted: unknown, path: string): string[] {
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
