import { failure, invalid, type Outcome, success } from "./errors.ts";

/** A request's body; EntityTooLarge as soon as it has more bytes than that, whatever Content-Length says. */
export async function readBody(
  request: Request,
  maxBytes: number,
): Promise<Outcome<Uint8Array<ArrayBuffer>>> {
  if (Number(request.headers.get("Content-Length")) > maxBytes) return failure("EntityTooLarge", maxBytes);
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let size = 0;
  for await (const chunk of request.body ?? []) {
    size += chunk.length;
    if (size > maxBytes) return failure("EntityTooLarge", maxBytes);
    chunks.push(chunk);
  }
  const [only] = chunks;
  if (only !== undefined && chunks.length === 1) return success(only);
  const bytes = new Uint8Array(size);
  let offset = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, offset);
    offset += chunk.length;
  }
  return success(bytes);
}

/** A body as JSON, an empty one as `{}`; UnsupportedMediaType or InvalidArgument. */
export function parseJson(contentType: string | null, bytes: Uint8Array): Outcome<unknown> {
  if (contentType !== null && !/^\s*application\/json\s*(;|$)/i.test(contentType)) {
    return failure("UnsupportedMediaType");
  }
  if (bytes.length === 0) return success({});
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
