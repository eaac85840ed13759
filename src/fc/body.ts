import { type NotJson, notJson, readJson } from "../lib/jsonText.ts";
import { type Err, ok, type Result } from "../lib/result.ts";
import { type ApiError, abbreviated, failure } from "./errors.ts";

/** A body as JSON, an empty one as `{}`; UnsupportedMediaType or InvalidArgument. */
export function parseJson(contentType: string | null, bytes: Uint8Array): Result<unknown, ApiError> {
  if (contentType !== null && !/^\s*application\/json\s*(;|$)/i.test(contentType)) {
    return failure("UnsupportedMediaType");
  }
  if (bytes.length === 0) return ok({});
  const json = readJson(bytes);
  if (!json.ok) return invalidBody(json.error);
  const { text, value } = json.value;
  const key = ambiguousKey(text, value);
  if (key === undefined) return ok(value);
  return key === "__proto__"
    ? failure("InvalidArgument", `the request body must not have an item named "__proto__"`)
    : repeatedItem(key);
}

/** The refusal of a body that can't be read. */
function invalidBody(error: NotJson): Err<ApiError> {
  const got = "text" in error ? `: ${JSON.stringify(abbreviated(error.text))}` : "";
  return failure("InvalidArgument", `the request body must be JSON in UTF-8, but it ${notJson(error)}${got}`);
}

/** The refusal of a body that gives an item twice. */
export function repeatedItem(name: string): Err<ApiError> {
  return failure(
    "InvalidArgument",
    `the request body must give each item once, but gives ${JSON.stringify(name)} more than once`,
  );
}

const TOKENS = /"(?:[^"\\]|\\.)*"|[{}[\]:]/g;

/** In the JSON of a value, a key that readers disagree about: `__proto__`, or twice in one object. */
function ambiguousKey(text: string, value: unknown): string | undefined {
  // Most clients write JSON as JavaScript does, which gives each key once.
  if (JSON.stringify(value) === text && !text.includes("__proto__")) return undefined;
  const open: (Set<string> | undefined)[] = [];
  let string = "";
  for (const [token] of text.matchAll(TOKENS)) {
    if (token === "{" || token === "[") open.push(token === "{" ? new Set() : undefined);
    else if (token === "}" || token === "]") open.pop();
    else if (token !== ":") string = token;
    else {
      const key: string = JSON.parse(string);
      const keys = open.at(-1);
      if (key === "__proto__" || keys?.has(key)) return key;
      keys?.add(key);
    }
  }
  return undefined;
}
