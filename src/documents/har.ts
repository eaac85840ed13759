import * as z from "zod/mini";

// HTTP Archive 1.2: http://www.softwareishard.com/blog/har-12-spec/. Items that begin with `_` are the sandbox's own, as the
// specification allows.

const pair = z.strictObject({ name: z.string(), value: z.string() });
const comment = z.optional(z.string());
/** -1 where it is not known. */
const size = z.int().check(z.gte(-1));

const harRequestSchema = z.strictObject({
  method: z.string(),
  /** Absolute, below the endpoint at which the export was asked for. */
  url: z.string(),
  httpVersion: z.literal("HTTP/1.1"),
  cookies: z.array(pair),
  headers: z.array(pair),
  queryString: z.array(pair),
  /** There when the request has a body. */
  postData: z.optional(z.strictObject({ mimeType: z.string(), text: z.string(), comment })),
  headersSize: size,
  bodySize: size,
});

const harResponseSchema = z.strictObject({
  status: z.int(),
  statusText: z.string(),
  httpVersion: z.literal("HTTP/1.1"),
  cookies: z.array(pair),
  headers: z.array(pair),
  content: z.strictObject({ size, mimeType: z.string(), text: z.optional(z.string()), comment }),
  redirectURL: z.string(),
  headersSize: size,
  bodySize: size,
});

const harEntrySchema = z.strictObject({
  startedDateTime: z.string(),
  /** Milliseconds, as all timings. */
  time: z.number(),
  request: harRequestSchema,
  response: harResponseSchema,
  cache: z.strictObject({}),
  timings: z.strictObject({ send: z.number(), wait: z.number(), receive: z.number() }),
  _requestId: z.string(),
  /** `null` where the request matched no operation. */
  _operation: z.nullable(z.string()),
  _version: z.string(),
  /** The ids of the faults that applied. */
  _faults: z.array(z.string()),
  /** The effects of these faults, as the header `X-Sandbox-Fault` writes them. */
  _effects: z.optional(z.array(z.string())),
  _errorCode: z.optional(z.string()),
});

/** Journal entries as an HTTP Archive, the oldest first. */
export const harSchema = z.strictObject({
  log: z.strictObject({
    version: z.literal("1.2"),
    creator: z.strictObject({ name: z.literal("fc-sandbox"), version: z.string() }),
    entries: z.array(harEntrySchema),
    /** There when more entries match: says so. */
    comment,
    /** There when more entries match: the token with which the next export begins. */
    _nextToken: z.optional(z.string()),
  }),
});

export type Har = z.infer<typeof harSchema>;
export type HarEntry = z.infer<typeof harEntrySchema>;
