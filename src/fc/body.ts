import { type Err, ok, type Result } from "../lib/result.ts";
import { type ApiError, failure, invalid } from "./errors.ts";

/**
 * How much of a body that is too large is read and forgotten: a client that is still sending would see a broken
 * connection in place of the answer.
 */
const DRAINED_BYTES = 16 * 1024 * 1024;

/** A request's body; EntityTooLarge when it has more bytes than that, whatever Content-Length says. */
export async function readBody(
  request: Request,
  maxBytes: number,
): Promise<Result<Uint8Array<ArrayBuffer>, ApiError>> {
  const declared = Number(request.headers.get("Content-Length") ?? Number.NaN);
  try {
    // Reading in one go is faster.
    if (declared <= maxBytes) return bounded(new Uint8Array(await request.arrayBuffer()), maxBytes);
    if (request.body === null) return ok(new Uint8Array());
    return await readChunks(request.body, maxBytes);
  } catch {
    // The client went away, sent less than it said, or sent broken chunks.
    return failure("InvalidArgument", "the request body ended before its end");
  }
}

function bounded(
  bytes: Uint8Array<ArrayBuffer>,
  maxBytes: number,
): Result<Uint8Array<ArrayBuffer>, ApiError> {
  return bytes.length > maxBytes ? failure("EntityTooLarge", maxBytes) : ok(bytes);
}

async function readChunks(
  body: ReadableStream<Uint8Array<ArrayBuffer>>,
  maxBytes: number,
): Promise<Result<Uint8Array<ArrayBuffer>, ApiError>> {
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (size <= maxBytes) chunks.push(chunk);
    if (size > DRAINED_BYTES) break;
  }
  return size > maxBytes ? failure("EntityTooLarge", maxBytes) : ok(joined(chunks, size));
}

function joined(chunks: readonly Uint8Array<ArrayBuffer>[], size: number): Uint8Array<ArrayBuffer> {
  const [first] = chunks;
  if (first?.length === size) return first;
  const bytes = new Uint8Array(size);
  let end = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, end);
    end += chunk.length;
  }
  return bytes;
}

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Bytes as the text that they are in UTF-8. Throws a TypeError when they are none. */
export function decodeUtf8(bytes: Uint8Array): string {
  return utf8.decode(bytes);
}

/** A body as JSON, an empty one as `{}`; UnsupportedMediaType or InvalidArgument. */
export function parseJson(contentType: string | null, bytes: Uint8Array): Result<unknown, ApiError> {
  if (contentType !== null && !/^\s*application\/json\s*(;|$)/i.test(contentType)) {
    return failure("UnsupportedMediaType");
  }
  if (bytes.length === 0) return ok({});
  let text: string;
  let value: unknown;
  try {
    text = decodeUtf8(bytes);
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
  const key = ambiguousKey(text, value);
  if (key === undefined) return ok(value);
  return key === "__proto__"
    ? failure("InvalidArgument", `the request body must not have an item named "__proto__"`)
    : repeatedItem(key);
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
