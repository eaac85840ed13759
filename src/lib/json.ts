declare const jsonOf: unique symbol;
declare const headOf: unique symbol;

/** A value as JSON text. For RPC, copying text costs a fraction of cloning an object: see bench/. */
export type Json<T> = string & { readonly [jsonOf]: T };

export function toJson<T>(value: T): Json<T> {
  return JSON.stringify(value) as Json<T>;
}

export function fromJson<T>(json: Json<T>): T {
  return JSON.parse(json);
}

/** How many characters one object may send another: RPC passes 32 MiB, and may take two bytes for a character. */
export const MAX_SENT_CHARACTERS = 8_000_000;

/** The JSON of an object with the items of both. `json` must have at least one item, and is not parsed. */
export function extendJson<T extends object, U extends object>(json: Json<T>, items: U): Json<T & U> {
  return `${json.slice(0, -1)},${JSON.stringify(items).slice(1)}` as Json<T & U>;
}

/** Whether two values are the same JSON. The order of an object's items does not count. */
export function isSameJson(one: unknown, other: unknown): boolean {
  return JSON.stringify(one, sorted) === JSON.stringify(other, sorted);
}

function sorted(_: string, value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** A value's JSON as a stream of bytes, for values that are too large to be copied from one isolate to another. */
export function jsonStream(value: unknown): ReadableStream {
  // A constructed response always has the body that it was given.
  return Response.json(value).body as ReadableStream;
}

/**
 * The same JSON in ASCII. RPC sends a string with two bytes for each character if one of them is beyond U+00FF, and
 * otherwise with one.
 */
export function asciiJson<T>(json: Json<T>): Json<T> {
  const escaped = json.replace(
    /[^\0-\x7f]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
  // The engine keeps two bytes for each character of what `replace` made of such a string. Of what is decoded, it keeps one.
  return new TextDecoder().decode(new TextEncoder().encode(escaped)) as Json<T>;
}

/** A value as JSON, followed by a text that is neither escaped nor parsed. */
export type JsonAndText<T> = string & { readonly [headOf]: T };

/** Joins a value and a text; `splitText` separates them. */
export function joinText<T>(value: Json<T>, text: string): JsonAndText<T> {
  // JSON.stringify writes no line feed, so the first line feed ends the JSON.
  return `${value}\n${text}` as JsonAndText<T>;
}

export function splitText<T>(joined: JsonAndText<T>): { readonly value: T; readonly text: string } {
  const end = joined.indexOf("\n");
  return { value: JSON.parse(joined.slice(0, end)), text: joined.slice(end + 1) };
}
