import { DEFAULT_QUALIFIER } from "../src/fc/names.ts";
import type { ApiVersion } from "../src/fc/versions.ts";
import type { Expectation, JsonValue } from "./scenario.ts";

/** An endpoint's response. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  /** The body as JSON, or as text when it is not JSON; undefined for an empty body. */
  readonly body: JsonValue | undefined;
}

/** The names of the items of an error body that hold the code and the message. */
export interface ErrorItems {
  readonly code: string;
  readonly message: string;
}

export function errorItemsOf(version: ApiVersion): ErrorItems {
  const body = version.errorBody({ status: 0, code: "InternalServerError", message: "message" }, "id");
  const named = (value: string) => Object.keys(body).find((name) => body[name] === value) ?? "";
  return { code: named("InternalServerError"), message: named("message") };
}

/** An item of a value; undefined when the value is no object. */
export function itemOf(value: unknown, name: string): unknown {
  return isObject(value) ? value[name] : undefined;
}

/**
 * How an answer differs from an expectation whose placeholders are filled in: one line for each difference.
 */
export function differences(
  expected: Expectation,
  identity: Readonly<Record<string, string>> | undefined,
  answer: Answer,
  version: ApiVersion,
): string[] {
  const found: string[] = [];
  const code = itemOf(answer.body, errorItemsOf(version).code);
  if (answer.status !== expected.status) {
    const reason = answer.status >= 400 ? ` ${shown(code ?? answer.body)}` : "";
    found.push(`expected status ${expected.status}, came ${answer.status}${reason}`);
  }
  const codes = expected.code === undefined ? [] : [expected.code].flat();
  if (codes.length > 0 && !codes.some((one) => one === code)) {
    found.push(`expected ${errorItemsOf(version).code} ${codes.join(" or ")}, came ${shown(code)}`);
  }
  for (const [name, wanted] of Object.entries(expected.headers ?? {})) {
    const came = answer.headers.get(name);
    if (came === null || (wanted !== "*" && came.toLowerCase() !== wanted.toLowerCase())) {
      found.push(`expected header ${name}: ${wanted}, came ${came ?? "none"}`);
    }
  }
  // With a wrong status, differences in the body would only repeat that.
  if (answer.status === expected.status) {
    if (identity) found.push(...compare(identity, answer.body, "", answer));
    if (expected.body !== undefined) found.push(...compare(expected.body, answer.body, "", answer));
  }
  return found;
}

/**
 * Compares a value with an expected value. Special texts:
 * - `$absent`; `$noToken`: absent or empty; `$noConfigs`: absent, null or an empty list;
 * - `$time`: a time; `$later than T`: a time after T;
 * - `$requestId`: the request id in the headers; `$text`: any text that is not empty.
 *
 * Special objects, each with one item:
 * - `$anyOrder`: a list of these entries in any order; `$includes`: a list with at least these entries;
 * - `$length`: a list with so many entries; `$sortedBy: "qualifier"`: configs sorted by the bytes of their qualifiers;
 * - `$only`: an object with these items and no others.
 */
function compare(expected: unknown, came: unknown, at: string, answer: Answer): string[] {
  const where = at || "the body";
  if (typeof expected === "string" && expected.startsWith("$")) {
    return isLike(expected, came, answer) ? [] : [`expected ${where} ${expected}, came ${shown(came)}`];
  }
  if (isObject(expected)) {
    const [name = "", ...others] = Object.keys(expected);
    if (others.length === 0 && name.startsWith("$")) {
      return compareSpecial(name, expected[name], came, where, at, answer);
    }
    if (!isObject(came)) return [`expected ${where} to be an object, came ${shown(came)}`];
    return Object.entries(expected).flatMap(([key, value]) =>
      compare(value, came[key], at ? `${at}.${key}` : key, answer),
    );
  }
  if (Array.isArray(expected)) {
    if (!Array.isArray(came) || came.length !== expected.length) {
      return [`expected ${where} to have ${expected.length} entries, came ${shown(came)}`];
    }
    return expected.flatMap((value, index) => compare(value, came[index], `${at}[${index}]`, answer));
  }
  return expected === came ? [] : [`expected ${where} ${shown(expected)}, came ${shown(came)}`];
}

function isLike(wanted: string, came: unknown, answer: Answer): boolean {
  if (wanted === "$absent") return came === undefined;
  if (wanted === "$noToken") return came === undefined || came === "";
  if (wanted === "$noConfigs") {
    return came === undefined || came === null || (Array.isArray(came) && came.length === 0);
  }
  if (typeof came !== "string") return false;
  if (wanted === "$time") return /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(came);
  if (wanted === "$requestId") return came !== "" && came === answer.headers.get("X-Fc-Request-Id");
  if (wanted === "$text") return came !== "";
  const [, time] = /^\$later than (.+)$/.exec(wanted) ?? [];
  if (time === undefined) throw new Error(`an expectation can't be ${wanted}`);
  return Date.parse(came) > Date.parse(time);
}

function compareSpecial(
  name: string,
  wanted: unknown,
  came: unknown,
  where: string,
  at: string,
  answer: Answer,
): string[] {
  if (name === "$only") {
    const further = isObject(came)
      ? Object.keys(came).filter((key) => !Object.hasOwn(Object(wanted), key))
      : [];
    return [
      ...compare(wanted, came, at, answer),
      ...further.map((key) => `expected ${where} to have no item ${key}, came ${shown(itemOf(came, key))}`),
    ];
  }
  if (!Array.isArray(came)) return [`expected ${where} to be a list, came ${shown(came)}`];
  if (name === "$length") {
    return came.length === wanted ? [] : [`expected ${where} to have ${wanted} entries, came ${came.length}`];
  }
  if (name === "$sortedBy") {
    const texts = came.map(qualifierOf);
    const sorted = [...texts].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
    return texts.join("\n") === sorted.join("\n")
      ? []
      : [`expected ${where} ordered ${shown(sorted)}, came ${shown(texts)}`];
  }
  if ((name !== "$anyOrder" && name !== "$includes") || !Array.isArray(wanted)) {
    throw new Error(`an expectation can't have ${name}`);
  }
  const found = wanted
    .filter((one) => !came.some((entry) => compare(one, entry, "", answer).length === 0))
    .map((one) => `expected ${where} to have ${shown(one)}, came ${shown(came)}`);
  if (name === "$anyOrder" && came.length !== wanted.length) {
    found.push(`expected ${where} to have ${wanted.length} entries, came ${came.length}`);
  }
  return found;
}

/**
 * The qualifier of a config in any version's response. In FC 3.0, the ARN of LATEST may end in the function's
 * name.
 */
function qualifierOf(config: unknown): string {
  const arn = itemOf(config, "functionArn");
  return typeof arn === "string"
    ? (arn.split("/")[2] ?? DEFAULT_QUALIFIER)
    : String(itemOf(config, "qualifier"));
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

const SHOWN_CHARACTERS = 300;

/** The token of a list's next page; undefined when the token is absent or empty. */
export function nextTokenOf(body: unknown): string | undefined {
  const token = itemOf(body, "nextToken");
  return typeof token === "string" && token !== "" ? token : undefined;
}

/** A value as a report quotes it: on one line, and cut to 300 characters. */
export function shown(value: unknown): string {
  const text = value === undefined ? "nothing" : JSON.stringify(value);
  return text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS)}…` : text;
}
