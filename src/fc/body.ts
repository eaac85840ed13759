import { type NotJson, notJson, readJson } from "../lib/jsonText.ts";
import { type Err, ok, type Result } from "../lib/result.ts";
import { type ApiError, abbreviated, failure } from "./errors.ts";

/**
 * Parses a body as JSON in UTF-8; an empty body is `{}`. Errors: UnsupportedMediaType for another
 * Content-Type, InvalidArgument for a body that is not JSON, repeats a key or has the key `__proto__`. A
 * number that Go does not read as an integer, or that JavaScript can't represent, may become a symbol with
 * the number's text. No item accepts a symbol, and an error message can quote its text.
 */
export function parseJson(contentType: string | null, bytes: Uint8Array): Result<unknown, ApiError> {
  if (contentType !== null && !/^\s*application\/json\s*(;|$)/i.test(contentType)) {
    return failure("UnsupportedMediaType");
  }
  if (bytes.length === 0) return ok({});
  const json = readJson(bytes);
  if (!json.ok) return invalidBody(json.error);
  const { text, value } = json.value;
  // Most clients write JSON as JSON.stringify does; equal text has each key once and every number exact.
  if (JSON.stringify(value) === text && !text.includes("__proto__")) return ok(value);
  const { ambiguousKey, hasOtherNumbers, depth } = scan(text);
  if (ambiguousKey === "__proto__") {
    return failure("InvalidArgument", `the request body must not have an item named "__proto__"`);
  }
  if (ambiguousKey !== undefined) return repeatedItem(ambiguousKey);
  // JSON.parse with a reviver recurses into the value. No valid body of an operation is so deep.
  const isWorthwhile = hasOtherNumbers && depth <= MAX_REVIVED_DEPTH;
  return ok(isWorthwhile ? JSON.parse(text, withNumbersAsWritten) : value);
}

/** The error for a body that is not JSON in UTF-8. */
function invalidBody(error: NotJson): Err<ApiError> {
  const got = "text" in error ? `: ${JSON.stringify(abbreviated(error.text))}` : "";
  return failure("InvalidArgument", `the request body must be JSON in UTF-8, but it ${notJson(error)}${got}`);
}

const MAX_REVIVED_DEPTH = 100;

/** The error for a body that contains an item twice. */
export function repeatedItem(name: string): Err<ApiError> {
  return failure(
    "InvalidArgument",
    `the request body must give each item once, but gives ${JSON.stringify(name)} more than once`,
  );
}

/**
 * Whether a number in JSON is an integer that JavaScript represents exactly. Go reads `1.0` and `1e2` as no
 * integers.
 */
function isExactInteger(source: string): boolean {
  return /^-?\d+$/.test(source) && Number.isSafeInteger(Number(source));
}

/**
 * A reviver for JSON.parse, which replaces a number that is no exact integer by a symbol with the number's
 * text.
 */
function withNumbersAsWritten(_: string, value: unknown, context?: { readonly source?: string }): unknown {
  const source = context?.source;
  if (typeof value !== "number" || source === undefined || isExactInteger(source)) return value;
  return Symbol(source);
}

/** The beginnings of tokens: strings are left out, since a pattern of a whole one takes stack for each character. */
const TOKENS = /["{}[\]:]|-?\d[\d.eE+-]*/g;

/** Properties of a JSON text that its parsed value does not show. */
interface Scan {
  /** The first key that JSON parsers treat differently: `__proto__`, or a key that one object has twice. */
  readonly ambiguousKey?: string;
  readonly hasOtherNumbers: boolean;
  readonly depth: number;
}

/** `text` must be JSON. */
function scan(text: string): Scan {
  const open: (Set<string> | undefined)[] = [];
  let string = "";
  let hasOtherNumbers = false;
  let depth = 0;
  TOKENS.lastIndex = 0;
  for (let found = TOKENS.exec(text); found; found = TOKENS.exec(text)) {
    const [token] = found;
    if (token === "{" || token === "[") {
      open.push(token === "{" ? new Set() : undefined);
      depth = Math.max(depth, open.length);
    } else if (token === "}" || token === "]") open.pop();
    else if (token === '"') {
      TOKENS.lastIndex = endOfString(text, found.index);
      string = text.slice(found.index, TOKENS.lastIndex);
    } else if (token !== ":") hasOtherNumbers ||= !isExactInteger(token);
    else {
      const key: string = JSON.parse(string);
      const keys = open.at(-1);
      if (key === "__proto__" || keys?.has(key)) return { ambiguousKey: key, hasOtherNumbers, depth };
      keys?.add(key);
    }
  }
  return { hasOtherNumbers, depth };
}

/** The place after the string that begins at `start`. */
function endOfString(text: string, start: number): number {
  let at = start;
  let backslashes: number;
  do {
    at = text.indexOf('"', at + 1);
    backslashes = 0;
    while (text[at - 1 - backslashes] === "\\") backslashes += 1;
  } while (backslashes % 2 === 1);
  return at + 1;
}
