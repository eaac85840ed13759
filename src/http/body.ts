import { type ApiError, failure } from "../fc/errors.ts";
import { ok, type Result } from "../lib/result.ts";

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
