import { failure, invalid, type Outcome, success } from "./errors.ts";

/**
 * A request's body as JSON; an empty body is `{}`. Fails with UnsupportedMediaType, EntityTooLarge (more than
 * `maxBytes` bytes, whatever Content-Length says) or InvalidArgument.
 */
export async function readJson(request: Request, maxBytes: number): Promise<Outcome<unknown>> {
  const contentType = request.headers.get("Content-Type");
  if (contentType !== null && !/^\s*application\/json\s*(;|$)/i.test(contentType)) {
    return failure("UnsupportedMediaType");
  }
  const bytes = await readBytes(request, maxBytes);
  if (bytes === undefined) return failure("EntityTooLarge", maxBytes);
  if (bytes.length === 0) return success({});
  return parseJson(bytes);
}

/** The body's bytes; undefined as soon as there are too many of them. */
async function readBytes(request: Request, maxBytes: number): Promise<Uint8Array | undefined> {
  if (Number(request.headers.get("Content-Length")) > maxBytes) return undefined;
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request.body ?? []) {
    size += chunk.length;
    if (size > maxBytes) return undefined;
    chunks.push(chunk);
  }
  const [only] = chunks;
  if (only !== undefined && chunks.length === 1) return only;
  const bytes = new Uint8Array(size);
  let offset = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, offset);
    offset += chunk.length;
  }
  return bytes;
}

function parseJson(bytes: Uint8Array): Outcome<unknown> {
  let text: string;
  let value: unknown;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return failure(
      "InvalidArgument",
      "the request body must be JSON in UTF-8, but it has bytes that are not",
    );
  }
  try {
    value = JSON.parse(text);
  } catch {
    return invalid("the request body", "JSON", text);
  }
  const key = ambiguousKey(text);
  if (key === undefined) return success(value);
  return failure(
    "InvalidArgument",
    key === "__proto__"
      ? `the request body must not have an item named "__proto__"`
      : `the request body must give each item once, but gives ${JSON.stringify(key)} more than once`,
  );
}

const TOKENS = /"(?:[^"\\]|\\.)*"|[{}[\]:]/g;

/** In text that is valid JSON, a key that readers disagree about: `__proto__`, or twice in one object. */
function ambiguousKey(text: string): string | undefined {
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
