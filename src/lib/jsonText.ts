import { err, ok, type Result } from "./result.ts";

/** JSON that was read: its text, without a byte order mark, and its value. */
export interface JsonText {
  readonly text: string;
  readonly value: unknown;
}

/** Why bytes are not JSON. */
export type NotJson =
  /** The bytes are not UTF-8: what they are instead, such as "is UTF-16". */
  | { readonly encoding: string }
  /** The text has an error at this line and column, both counted from 1. */
  | { readonly text: string; readonly line: number; readonly column: number };

const strictUtf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: false });

/**
 * Decodes UTF-8 bytes, without a byte order mark at their start. Throws a TypeError when the bytes are not
 * UTF-8.
 */
export function decodeUtf8(bytes: Uint8Array): string {
  return strictUtf8.decode(bytes);
}

/** Reads bytes as JSON in UTF-8; the error says where or why they are not. */
export function readJson(bytes: Uint8Array): Result<JsonText, NotJson> {
  let text: string;
  try {
    text = decodeUtf8(bytes);
  } catch {
    return err({ encoding: encodingOf(bytes) });
  }
  try {
    return ok({ text, value: JSON.parse(text) });
  } catch {
    // ASCII text in UTF-16 is valid UTF-8, with a zero byte for every second character.
    if (text.includes("\0")) return err({ encoding: encodingOf(bytes) });
    return err({ text, ...placeOf(text, errorOffset(text)) });
  }
}

/** The end of an error message that begins with "must be JSON in UTF-8, but it ". */
export function notJson(error: NotJson): string {
  return "encoding" in error ? error.encoding : `has an error at line ${error.line}, column ${error.column}`;
}

function encodingOf(bytes: Uint8Array): string {
  const [first, second] = bytes;
  if (first === 0x1f && second === 0x8b) return "is gzip, without Content-Encoding: gzip";
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff)) return "is UTF-16";
  if (bytes.length > 1 && (first === 0 || second === 0)) return "is UTF-16, without a byte order mark";
  return "has bytes that are not";
}

function placeOf(text: string, offset: number): { readonly line: number; readonly column: number } {
  const before = text.slice(0, offset);
  const start = before.lastIndexOf("\n") + 1;
  return { line: before.split("\n").length, column: offset - start + 1 };
}

const SPACE = /[ \t\n\r]*/y;
/** A part of a string: a pattern of a whole one would take stack for each of its characters. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: JSON refuses them in strings.
const STRING_PART = /(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})){1,65536}/y;
const SCALAR = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;

/**
 * The offset of the first error in text that is not JSON. JSON.parse reports it only for some errors. Source:
 * RFC 8259.
 */
function errorOffset(text: string): number {
  const open: string[] = [];
  let at = 0;
  /** What may come next. `first` is true at the start of an object or array, where its end is allowed too. */
  let next: "value" | "key" | "after" = "value";
  let first = false;
  const match = (pattern: RegExp) => {
    pattern.lastIndex = at;
    const [found] = pattern.exec(text) ?? [];
    at += found?.length ?? 0;
    return found;
  };
  const matchesScalar = () => {
    if (text[at] !== '"') return match(SCALAR) !== undefined;
    const start = at;
    at += 1;
    while (match(STRING_PART) !== undefined);
    const isWhole = text[at] === '"';
    at = isWhole ? at + 1 : start;
    return isWhole;
  };
  for (;;) {
    match(SPACE);
    const character = text[at];
    if (character === undefined) return at;
    const closes = character === (open.at(-1) === "{" ? "}" : "]") && open.length > 0;
    if (closes && (first || next === "after")) {
      open.pop();
      at += 1;
      next = "after";
    } else if (next === "after") {
      if (character !== "," || open.length === 0) return at;
      at += 1;
      next = open.at(-1) === "{" ? "key" : "value";
    } else if (next === "key") {
      if (character !== '"' || !matchesScalar()) return at;
      match(SPACE);
      if (text[at] !== ":") return at;
      at += 1;
      next = "value";
    } else if (character === "{" || character === "[") {
      open.push(character);
      at += 1;
      next = character === "{" ? "key" : "value";
      first = true;
      continue;
    } else {
      if (!matchesScalar()) return at;
      next = "after";
    }
    first = false;
  }
}
