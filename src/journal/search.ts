import { operationNamed, routeOf } from "../fc/operations.ts";
import { VERSION_IDS, versionById } from "../fc/versions.ts";
import { percentDecoded } from "../lib/url.ts";
import type { JournalEntry } from "./entry.ts";

/** The words of a search. */
export function wordsOf(search: string): string[] {
  return search.split(/\s+/).filter((word) => word !== "");
}

/**
 * The words of a search that an entry does not contain, in any letter case. Searched are the method, the URL, the names of
 * the operation, the version, the names, the error's code, the effects of faults, the headers, both bodies, and the names of
 * changed items, each by the rule of `wordFinder`; and what must be the whole word: the id of the request, the ids of its
 * faults, and its time. `404` and `4xx` also find the status. What was cut off a body is not known.
 */
export function missingWords(entry: JournalEntry, search: string): string[] {
  const words = wordsOf(search);
  if (words.length === 0) return [];
  const { status, requestId, sandbox, time, faults } = entry;
  const wholes = [requestId, time, ...faults, String(status), `${Math.floor(status / 100)}xx`];
  const exact = new Set(wholes.map(folded));
  const ids = RANDOM_ID.test(sandbox) ? [sandbox] : [];
  const finders = textsOf(entry).map((text) => wordFinder(text, ids));
  return words.filter((word) => !exact.has(folded(word)) && !finders.some((isIn) => isIn(word)));
}

/** A sandbox's id but `default`: its end is random. */
const RANDOM_ID = /[a-z2-7]{26}$/;

/** What is searched of an entry. The bodies, which are the longest, come last. */
function textsOf(entry: JournalEntry): string[] {
  const { operation, version, method, url, service, function: name, qualifier, errorCode } = entry;
  const {
    effects = [],
    headers,
    responseHeaders,
    changes,
    body,
    bodyCut,
    responseBody,
    responseBodyCut,
  } = entry;
  const names = [operation, ...operationNames(operation, version), version, service, name, qualifier];
  return [
    method,
    url,
    ...(url.includes("%") ? [percentDecoded(url)] : []),
    ...names.filter((one) => one !== null),
    ...(errorCode === undefined ? [] : [errorCode]),
    ...effects,
    ...(changes?.items ?? []).map(({ item }) => item),
    ...Object.entries(headers).map(([header, value]) => `${header}: ${value}`),
    ...Object.entries(responseHeaders ?? {}).map(([header, value]) => `${header}: ${value}`),
    bodyCut ? withoutLastRun(body) : body,
    responseBodyCut ? withoutLastRun(responseBody) : responseBody,
  ];
}

/** An operation's name in the API, and the version's own name for it. */
function operationNames(shown: string | null, version: string): string[] {
  const operation = shown === null ? undefined : operationNamed(shown);
  const id = VERSION_IDS.find((one) => one === version);
  if (operation === undefined) return [];
  const route = id && routeOf(versionById(id), operation);
  return route ? [operation, route.name] : [operation];
}

/** A text that was cut, without its last run of other characters than spaces and delimiters: an id or a number may go on. */
function withoutLastRun(text: string): string {
  let end = text.length;
  while (end > 0 && !/[\s"',;(){}[\]&?]/.test(text.charAt(end - 1))) end--;
  return text.slice(0, end);
}

/**
 * Ids, in lower case: UUIDs, request ids of FC 3.0, 16 and more hexadecimal digits (with a letter, as in ETags and digests),
 * RFC 3339 and HTTP times, base64 with padding or of 100 and more characters (digests, signatures, code), and the tokens
 * that `PageTokens` issues.
 */
const IDS = new RegExp(
  [
    ...[
      "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}",
      "1-[0-9a-f]{8}-[0-9a-f]{8}-[0-9a-f]{12}",
      "(?=[0-9]*[a-f])[0-9a-f]{16,}",
      "[0-9]{4}-[0-9]{2}-[0-9]{2}t[0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\\.[0-9]+)?)?(?:z|[+-][0-9]{2}:?[0-9]{2})?",
      "[0-9]{8}t[0-9]{6}z",
      "[a-z]{3}, [0-9]{2} [a-z]{3} [0-9]{4} [0-9]{2}:[0-9]{2}:[0-9]{2} gmt",
    ].map((id) => `(?<![a-z0-9])${id}(?![a-z0-9])`),
    "(?<![a-z0-9+/])(?:[a-z0-9+/]{20,}={1,2}(?![a-z0-9=])|[a-z0-9+/]{100,})",
    "(?<![a-z0-9_-])[a-z0-9_-]{43}\\.[a-z0-9_-]+",
  ].join("|"),
  "g",
);

/**
 * Returns whether a word is in a text, in any letter case. The rule:
 *
 * 1. A word may be anywhere in the text, also in the middle of another word.
 * 2. But it must not begin or end inside an id (`IDS`, and the ids that are given): an id is found by the whole id, or by a
 *    word that contains it.
 * 3. A word of digits is a number, and finds the whole number only: no letter, digit, `_` or `%` is beside it, and no `.` or
 *    `-` with a digit. So `404` is in `status=404` and in `[404,1]`, but not in `1404`, `f404`, `1.404` or `404-1`.
 */
export function wordFinder(text: string, ids: readonly string[] = []): (word: string) => boolean {
  const searched = folded(text);
  let inside: Uint8Array | undefined;
  return (word) => {
    const wanted = folded(word);
    for (const start of occurrences(searched, wanted)) {
      inside ??= insideIds(searched, ids.map(folded));
      if (!inside[start] && !inside[start + wanted.length]) return true;
    }
    return false;
  };
}

/** Where a word is in a text, both in lower case. */
function* occurrences(text: string, word: string): Generator<number> {
  if (!text.includes(word)) return;
  if (/^[0-9]+$/.test(word)) {
    const number = new RegExp(`(?<![a-z0-9_%]|[0-9][.-])${word}(?![a-z0-9_]|[.-][0-9])`, "g");
    for (const { index } of text.matchAll(number)) yield index;
    return;
  }
  for (let at = text.indexOf(word); at !== -1; at = text.indexOf(word, at + 1)) yield at;
}

/** 1 at each position in a text between two characters of one id. */
function insideIds(text: string, ids: readonly string[]): Uint8Array {
  const inside = new Uint8Array(text.length + 1);
  for (const { index, 0: id } of text.matchAll(IDS)) inside.fill(1, index + 1, index + id.length);
  for (const id of ids) {
    if (id === "") continue;
    for (let at = text.indexOf(id); at !== -1; at = text.indexOf(id, at + id.length)) {
      inside.fill(1, at + 1, at + id.length);
    }
  }
  return inside;
}

/** A text in lower case. */
function folded(text: string): string {
  return text.toLowerCase();
}
