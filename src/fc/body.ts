import { type NotJson, notJson, readJson } from "../lib/jsonText.ts";
import { type Err, ok, type Result } from "../lib/result.ts";
import { type ApiError, abbreviated, failure } from "./errors.ts";

/**
 * A body as JSON, an empty one as `{}`; UnsupportedMediaType or InvalidArgument. A number that is no integer as Go reads one,
 * or that JavaScript can't hold, may be a symbol with the number's text: no item takes it, and an error can quote it.
 */
export function parseJson(contentType: string | null, bytes: Uint8Array): Result<unknown, ApiError> {
  if (contentType !== null && !/^\s*application\/json\s*(;|$)/i.test(contentType)) {
    return failure("UnsupportedMediaType");
  }
  if (bytes.length === 0) return ok({});
  const json = readJson(bytes);
  if (!json.ok) return invalidBody(json.error);
  const { text, value } = json.value;
  // Most clients write JSON as JavaScript does, which gives each key once and writes each number as it is.
  if (JSON.stringify(value) === text && !text.includes("__proto__")) return ok(value);
  const { ambiguousKey, hasOtherNumbers, depth } = scan(text);
  if (ambiguousKey === "__proto__") {
    return failure("InvalidArgument", `the request body must not have an item named "__proto__"`);
  }
  if (ambiguousKey !== undefined) return repeatedItem(ambiguousKey);
  // A reviver recurses into the value. No body that any operation takes is so deep.
  const isWorthwhile = hasOtherNumbers && depth <= MAX_REVIVED_DEPTH;
  return ok(isWorthwhile ? JSON.parse(text, withNumbersAsWritten) : value);
}

/** The refusal of a body that can't be read. */
function invalidBody(error: NotJson): Err<ApiError> {
  const got = "text" in error ? `: ${JSON.stringify(abbreviated(error.text))}` : "";
  return failure("InvalidArgument", `the request body must be JSON in UTF-8, but it ${notJson(error)}${got}`);
}

const MAX_REVIVED_DEPTH = 100;

/** The refusal of a body that gives an item twice. */
export function repeatedItem(name: string): Err<ApiError> {
  return failure(
    "InvalidArgument",
    `the request body must give each item once, but gives ${JSON.stringify(name)} more than once`,
  );
}

/** Whether a number in JSON is an integer that JavaScript reads as it is. `1.0` and `1e2` are none: Go takes neither for one. */
function isExactInteger(source: string): boolean {
  return /^-?\d+$/.test(source) && Number.isSafeInteger(Number(source));
}

/** A reviver: a number that is no exact integer becomes a symbol with the number's text. */
function withNumbersAsWritten(_: string, value: unknown, context?: { readonly source?: string }): unknown {
  const source = context?.source;
  if (typeof value !== "number" || source === undefined || isExactInteger(source)) return value;
  return Symbol(source);
}

const TOKENS = /"(?:[^"\\]|\\.)*"|[{}[\]:]|-?\d[\d.eE+-]*/g;

/** What a JSON text has that its value does not show. */
interface Scan {
  /** A key that readers disagree about: `__proto__`, or a key that one object has twice. */
  readonly ambiguousKey?: string;
  readonly hasOtherNumbers: boolean;
  readonly depth: number;
}

function scan(text: string): Scan {
  const open: (Set<string> | undefined)[] = [];
  let string = "";
  let hasOtherNumbers = false;
  let depth = 0;
  for (const [token] of text.matchAll(TOKENS)) {
    if (token === "{" || token === "[") {
      open.push(token === "{" ? new Set() : undefined);
      depth = Math.max(depth, open.length);
    } else if (token === "}" || token === "]") open.pop();
    else if (token.startsWith('"')) string = token;
    else if (token !== ":") hasOtherNumbers ||= !isExactInteger(token);
    else {
      const key: string = JSON.parse(string);
      const keys = open.at(-1);
      if (key === "__proto__" || keys?.has(key)) return { ambiguousKey: key, hasOtherNumbers, depth };
      keys?.add(key);
    }
  }
  return { hasOtherNumbers, depth };
}
