import * as z from "zod/mini";
import { errorCodes, statusOf } from "../fc/errors.ts";
import { shownWord } from "../fc/operations.ts";
import { timeSchema } from "../lib/time.ts";
import type { JournalEntry } from "./entry.ts";
import { missingWords, wordsOf } from "./search.ts";

const text = z.optional(z.string().check(z.maxLength(2000)));
/** Any name of an operation, as the journal writes it. */
const operation = z.optional(z.string().check(z.maxLength(2000), z.overwrite(shownWord<string>)));

const MAX_SEARCH_CHARACTERS = 200;
const MAX_SEARCH_WORDS = 10;
const SEARCH_ALLOWED = {
  error: `a text of at most ${MAX_SEARCH_CHARACTERS} characters and ${MAX_SEARCH_WORDS} words`,
};

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
  /** The code of an error of the API. */
  errorCode: z.optional(z.enum(errorCodes, { error: `an error code of the API: ${errorCodes.join(", ")}` })),
  /** Words, all of which the entry contains: search.ts has the rule. */
  search: z.optional(
    z.string(SEARCH_ALLOWED).check(
      z.maxLength(MAX_SEARCH_CHARACTERS, SEARCH_ALLOWED),
      z.refine((search) => wordsOf(search).length <= MAX_SEARCH_WORDS, SEARCH_ALLOWED),
    ),
  ),
  /** Entries from then on. */
  since: z.optional(timeSchema),
  /** JSON that the request's body contains: objects with at least these items, arrays and values alike. */
  body: z.optional(z.custom<string | number | boolean | object | null>()),
});

export type Filter = z.infer<typeof filterSchema>;

/** The end of each difference of an entry that may match all the same, because a body was cut. */
const NOT_KNOWN = "body was cut, so what it contains is not known";

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
    "errorCode",
  ] as const) {
    const wanted = filter[item];
    if (wanted !== undefined && wanted !== entry[item])
      found.push(`${item} is ${JSON.stringify(entry[item] ?? null)}, not ${JSON.stringify(wanted)}`);
  }
  if (filter.status !== undefined && !hasStatus(entry.status, filter.status)) {
    found.push(`status is ${entry.status}, not ${filter.status}`);
  }
  if (filter.since !== undefined && Date.parse(entry.time) < Date.parse(filter.since)) {
    found.push(`time is ${entry.time}, before ${filter.since}`);
  }
  if (filter.body !== undefined) {
    found.push(...(entry.bodyCut ? [NOT_KNOWN] : bodyDifferences(entry.body, filter.body)));
  }
  if (filter.search !== undefined) {
    const isCut = entry.bodyCut || entry.responseBodyCut;
    for (const word of missingWords(entry, filter.search)) {
      found.push(`search: ${JSON.stringify(word)} is not there${isCut ? `, but a ${NOT_KNOWN}` : ""}`);
    }
  }
  return found;
}

/** Whether an entry with these differences may match all the same: nothing but its bodies is not known. */
export function mayMatch(differences: readonly string[]): boolean {
  return differences.length > 0 && differences.every((difference) => difference.endsWith(NOT_KNOWN));
}

/** Whether a request of this operation (null where it matched none) and status may match a filter. */
export function matchesOutcome(operation: string | null, status: number, filter: Filter): boolean {
  if (filter.operation !== undefined && filter.operation !== operation) return false;
  if (filter.errorCode !== undefined && statusOf(filter.errorCode) !== status) return false;
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
