import { type ApiError, failure, invalid } from "../fc/errors.ts";
import { ok, type Result } from "../lib/result.ts";

/**
 * How many bytes of a body that is too large are read and dropped. Without that, a client that is still
 * sending would get a connection error instead of the response.
 */
const DRAINED_BYTES = 16 * 1024 * 1024;

/**
 * Reads a request's body, still encoded. EntityTooLarge when the body has more than `maxBytes` bytes,
 * whatever Content-Length says; InvalidArgument when the body ends early.
 */
export async function readBody(
  request: Request,
  maxBytes: number,
): Promise<Result<Uint8Array<ArrayBuffer>, ApiError>> {
  const declared = Number(request.headers.get("Content-Length") ?? Number.NaN);
  try {
    // Reading the whole body at once is faster.
    if (declared <= maxBytes) return bounded(new Uint8Array(await request.arrayBuffer()), maxBytes);
    if (request.body === null) return ok(new Uint8Array());
    return await readChunks(request.body, maxBytes, DRAINED_BYTES);
  } catch {
    // The client disconnected, sent less than Content-Length, or sent invalid chunks.
    return failure("InvalidArgument", "the request body ended before its end");
  }
}

/** Content codings by name in Content-Encoding. Source: RFC 9110, 8.4.1. */
const decoders: Readonly<Record<string, "gzip" | "deflate">> = {
  gzip: "gzip",
  "x-gzip": "gzip",
  deflate: "deflate",
};

/**
 * Decodes the body that `readBody` read, by the request's Content-Encoding. Returns an error of `readBody`
 * unchanged. EntityTooLarge when the content has more than `maxBytes` bytes; InvalidArgument for an unknown
 * coding or a body in another coding.
 */
export async function decodeContent(
  request: Request,
  sent: Result<Uint8Array<ArrayBuffer>, ApiError>,
  maxBytes: number,
): Promise<Result<Uint8Array<ArrayBuffer>, ApiError>> {
  if (!sent.ok) return sent;
  const encoding = request.headers.get("Content-Encoding") ?? "";
  const coding = encoding.trim().toLowerCase();
  if (coding === "" || coding === "identity") return sent;
  const format = Object.hasOwn(decoders, coding) ? decoders[coding] : undefined;
  if (format === undefined) return invalid("Content-Encoding", "gzip, deflate or identity", encoding);
  if (sent.value.length === 0) return sent;
  try {
    const stream = new Response(sent.value).body?.pipeThrough(new DecompressionStream(format));
    return stream ? await readChunks(stream, maxBytes, maxBytes) : sent;
  } catch {
    return failure("InvalidArgument", `the request body must be ${format}, as Content-Encoding says`);
  }
}

function bounded(
  bytes: Uint8Array<ArrayBuffer>,
  maxBytes: number,
): Result<Uint8Array<ArrayBuffer>, ApiError> {
  return bytes.length > maxBytes ? failure("EntityTooLarge", maxBytes) : ok(bytes);
}

async function readChunks(
  body: ReadableStream<Uint8Array>,
  maxBytes: number,
  readBytes: number,
): Promise<Result<Uint8Array<ArrayBuffer>, ApiError>> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (size <= maxBytes) chunks.push(chunk);
    if (size > readBytes) break;
  }
  return size > maxBytes ? failure("EntityTooLarge", maxBytes) : ok(joined(chunks, size));
}

function joined(chunks: readonly Uint8Array[], size: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(size);
  let end = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, end);
    end += chunk.length;
  }
  return bytes;
}
