import * as z from "zod/mini";
import { destinationKinds } from "../fc/destinations.ts";
import { conditions } from "../fc/invocations/invocation.ts";
import { matchesPattern } from "../lib/pattern.ts";
import { timeSchema } from "../lib/time.ts";
import { jsonDifferences } from "./filter.ts";
import type { Examination } from "./verification.ts";

/** A delivery, as the inbox keeps it. */
export const deliverySchema = z.strictObject({
  id: z.string(),
  /** RFC 3339 in UTC with milliseconds, by the sandbox's clock. */
  time: z.string(),
  /** The function whose invocation has ended, and the invocation. */
  service: z.string(),
  function: z.string(),
  qualifier: z.string(),
  invocationId: z.string(),
  condition: z.enum(conditions),
  destination: z.string(),
  kind: z.enum(destinationKinds),
  status: z.enum(["Succeeded", "DestinationDeliveryFailed"]),
  /** Why the delivery failed. */
  error: z.optional(z.string()),
  /** The message as the destination gets it. */
  message: z.string(),
  /** There when `message` is not the whole message, which was too large for the inbox. */
  messageCut: z.optional(z.literal(true)),
});

export type InboxDelivery = z.infer<typeof deliverySchema>;

const text = z.optional(z.string().check(z.maxLength(2000)));
const json = z.optional(z.custom<string | number | boolean | object | null>());

/** Which deliveries to find. An item that is left out matches every delivery. */
export const deliveryFilterSchema = z.strictObject({
  /** In a destination, `*` stands for any text. */
  destination: text,
  service: text,
  function: text,
  qualifier: text,
  invocationId: text,
  condition: z.optional(z.enum(conditions, { error: '"onSuccess" or "onFailure"' })),
  status: z.optional(
    z.enum(["Succeeded", "DestinationDeliveryFailed"], {
      error: '"Succeeded" or "DestinationDeliveryFailed"',
    }),
  ),
  /** Deliveries from then on, by the sandbox's clock. */
  since: z.optional(timeSchema),
  /** JSON that the message contains: objects with at least these items, arrays and values alike. */
  message: json,
  /** JSON that the event contains, with which the function was called: the text in `requestPayload`. */
  requestPayload: json,
  /** JSON that the function's answer contains: the text in `responsePayload`. */
  responsePayload: json,
});

export type DeliveryFilter = z.infer<typeof deliveryFilterSchema>;

/** The difference of a delivery that may match all the same, because its message was cut. */
const NOT_KNOWN = "message was cut, so what it contains is not known";

/** How a delivery differs from a filter, a sentence for each item; empty when it matches. */
export function deliveryDifferences(delivery: InboxDelivery, filter: DeliveryFilter): string[] {
  const found: string[] = [];
  for (const item of ["service", "function", "qualifier", "invocationId", "condition", "status"] as const) {
    const wanted = filter[item];
    if (wanted !== undefined && wanted !== delivery[item]) {
      found.push(`${item} is ${JSON.stringify(delivery[item])}, not ${JSON.stringify(wanted)}`);
    }
  }
  const { destination, since, message } = filter;
  if (destination !== undefined && !matchesPattern(destination, delivery.destination)) {
    found.push(`destination is ${delivery.destination}, not ${destination}`);
  }
  if (since !== undefined && Date.parse(delivery.time) < Date.parse(since)) {
    found.push(`time is ${delivery.time}, before ${since}`);
  }
  const isContentWanted = [message, filter.requestPayload, filter.responsePayload].some(
    (one) => one !== undefined,
  );
  if (delivery.messageCut) return isContentWanted ? [...found, NOT_KNOWN] : found;
  const sent = parsed(delivery.message);
  if (message !== undefined) found.push(...jsonDifferences(sent, message, "message"));
  for (const item of ["requestPayload", "responsePayload"] as const) {
    const wanted = filter[item];
    if (wanted === undefined) continue;
    const payload = payloadIn(sent, item);
    found.push(...jsonDifferences(parsed(payload), wanted, item));
  }
  return found;
}

/** Whether a delivery with these differences may match all the same: nothing but its message is not known. */
export function mayMatchDelivery(differences: readonly string[]): boolean {
  return differences.length === 1 && differences[0] === NOT_KNOWN;
}

/** A payload of a record, which EventBridge gets in an envelope. */
function payloadIn(message: unknown, item: "requestPayload" | "responsePayload"): string {
  const outer = (message ?? {}) as { readonly data?: object };
  const record = (outer.data ?? outer) as Readonly<Record<string, unknown>>;
  return String(record[item] ?? "");
}

/** The value of JSON text, perhaps after a byte order mark; other text is its own value. */
function parsed(from: string): unknown {
  try {
    return JSON.parse(from.replace(/^\uFEFF/, ""));
  } catch {
    return from;
  }
}

const ABRIDGED_CHARACTERS = 1000;

/** A delivery with the beginning of its message. */
export function abridgedDelivery(delivery: InboxDelivery): InboxDelivery {
  return { ...delivery, message: delivery.message.slice(0, ABRIDGED_CHARACTERS) };
}

/** What an inbox knows of a filter, and which deliveries almost match. */
export type DeliveryExamination = Examination<InboxDelivery>;
