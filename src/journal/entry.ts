import * as z from "zod/mini";
import { configChangesSchema } from "../fc/asyncConfig/changes.ts";
import { errorCodes } from "../fc/errors.ts";
import { extendJson, type Json } from "../lib/json.ts";

const name = z.nullable(z.string());

/** A request to the API, as the journal keeps it: secrets replaced, its body no longer than allowed. */
const seenRequestSchema = z.strictObject({
  requestId: z.string(),
  /** RFC 3339 in UTC with milliseconds; real time, whatever the sandbox's clock shows. */
  time: z.string(),
  sandbox: z.string(),
  /** `null` where the request matched none, as with the names. */
  operation: name,
  version: z.string(),
  service: name,
  function: name,
  qualifier: name,
  method: z.string(),
  /** Path and query, as they came. */
  url: z.string(),
  headers: z.record(z.string(), z.string()),
  body: z.string(),
  /** There when `body` is not the whole body: the journal cut it, or it was too large to be read. */
  bodyCut: z.optional(z.literal(true)),
});

/** What came of a request. */
const seenReplySchema = z.strictObject({
  status: z.int(),
  responseBody: z.string(),
  /** There when `responseBody` is not the whole body. */
  responseBodyCut: z.optional(z.literal(true)),
  durationMs: z.int(),
  /** The faults that were applied to it: their ids, or "header". */
  faults: z.array(z.string()),
  // Entries of earlier commits do not have the following items.
  /** There when faults were applied: the effect of each, in the grammar of the header `X-Sandbox-Fault`. */
  effects: z.optional(z.array(z.string())),
  /** There when the response is an error of the API: its code. */
  errorCode: z.optional(z.enum(errorCodes)),
  /** There when the request created, changed or deleted a config, also where a fault hid the response. */
  changes: z.optional(configChangesSchema),
  /**
   * The headers of the response that belong to it alone, with names in lower case and secrets replaced. Headers that
   * every response has are not kept: `X-Fc-Request-Id` (which is `requestId`), `Date`, `Link`, `Server-Timing` and those
   * for browsers.
   */
  responseHeaders: z.optional(z.record(z.string(), z.string())),
});

export const journalEntrySchema = z.extend(seenRequestSchema, seenReplySchema.shape);

export type SeenRequest = z.infer<typeof seenRequestSchema>;
type SeenReply = z.infer<typeof seenReplySchema>;
export type JournalEntry = z.infer<typeof journalEntrySchema>;

/** The JSON of the entry that a request and its reply make. */
export function entryJson(request: Json<SeenRequest>, reply: SeenReply): Json<JournalEntry> {
  return extendJson(request, reply);
}

const ABRIDGED_CHARACTERS = 1000;

/** An entry with the beginnings of its bodies: enough to tell what it is. */
export function abridged(entry: JournalEntry): JournalEntry {
  const { body, responseBody } = entry;
  const cut = (text: string) => text.slice(0, ABRIDGED_CHARACTERS);
  return { ...entry, body: cut(body), responseBody: cut(responseBody) };
}
