import * as z from "zod/mini";
import { conditions, type Invocation, statuses } from "../fc/invocations/invocation.ts";
import type { FunctionName } from "../fc/names.ts";

/** An asynchronous invocation as the control plane shows it. Times are RFC 3339 in UTC, by the sandbox's clock. */
export const shownInvocationSchema = z.strictObject({
  service: z.string(),
  function: z.string(),
  qualifier: z.string(),
  /** The id of the task, or else of the request. */
  id: z.string(),
  requestId: z.string(),
  version: z.string(),
  isTask: z.boolean(),
  status: z.enum(statuses),
  enqueuedAt: z.string(),
  /** When there is something to do next: an attempt, its end, or the delivery; null when all is done. */
  dueAt: z.nullable(z.string()),
  endedAt: z.nullable(z.string()),
  /** How many attempts began. */
  attempts: z.int(),
  /** The rules by which the latest attempt began; null before the first one. */
  rules: z.nullable(
    z.strictObject({
      maxAsyncRetryAttempts: z.int(),
      maxAsyncEventAgeInSeconds: z.int(),
      onSuccess: z.nullable(z.string()),
      onFailure: z.nullable(z.string()),
    }),
  ),
  /** What the latest attempt failed by. */
  failure: z.nullable(z.strictObject({ statusCode: z.int(), error: z.string(), message: z.string() })),
  delivery: z.nullable(
    z.strictObject({
      id: z.string(),
      condition: z.enum(conditions),
      destination: z.string(),
      status: z.enum(["Pending", "Succeeded", "DestinationDeliveryFailed"]),
    }),
  ),
  /** The invocation that was delivered to this one, and how many deliveries lie before this one. */
  origin: z.nullable(z.strictObject({ service: z.string(), function: z.string(), id: z.string() })),
  depth: z.int(),
  events: z.array(
    z.strictObject({
      status: z.enum(statuses),
      time: z.string(),
      attempt: z.optional(z.int()),
      error: z.optional(z.string()),
      message: z.optional(z.string()),
    }),
  ),
});

export type ShownInvocation = z.infer<typeof shownInvocationSchema>;

/** An invocation with its payloads as text; bytes that are not UTF-8 become U+FFFD. */
export const invocationDetailsSchema = z.extend(shownInvocationSchema, {
  requestPayload: z.string(),
  responsePayload: z.string(),
});

export type InvocationDetails = z.infer<typeof invocationDetailsSchema>;

/** An invocation of a function as the control plane shows it. */
export function showInvocation(invocation: Invocation, name: FunctionName): ShownInvocation {
  const { id, requestId, version, isTask, status, attempts, rules, failure, delivery, origin, depth } =
    invocation;
  return {
    service: name.service,
    function: name.function,
    qualifier: invocation.qualifier,
    id,
    requestId,
    version,
    isTask,
    status,
    enqueuedAt: isoTime(invocation.enqueuedAt),
    dueAt: invocation.dueAt === null ? null : isoTime(invocation.dueAt),
    endedAt: invocation.endedAt === null ? null : isoTime(invocation.endedAt),
    attempts,
    rules,
    failure,
    delivery,
    origin,
    depth,
    events: invocation.events.map(({ at, ...event }) => ({ ...event, time: isoTime(at) })),
  };
}

const name = z.optional(z.string().check(z.maxLength(128)));

/** Which invocations to find. An item that is left out matches every invocation. */
export const invocationFilterSchema = z.strictObject({
  service: name,
  function: name,
  qualifier: name,
  id: z.optional(z.string().check(z.maxLength(200))),
  status: z.optional(z.enum(statuses, { error: `one of ${statuses.join(", ")}` })),
});

/** Which function an invocation is of, where functions have invocations of the same id. */
export const invocationOwnerSchema = z.strictObject({ service: name, function: name });

/** Which record of an invocation to read: of which function, and by which condition it would be delivered. */
export const recordQuerySchema = z.extend(invocationOwnerSchema, {
  condition: z.optional(z.enum(conditions, { error: '"onSuccess" or "onFailure"' })),
});

export type RecordQuery = z.infer<typeof recordQuerySchema>;

/** The record of an invocation, as it was or will be delivered, or as it would be if the invocation ended now. */
export const invocationRecordSchema = z.strictObject({
  /** Whether the record is only what would be delivered: the invocation has not ended, or had no destination. */
  isPreview: z.boolean(),
  /** By which condition; null when nothing is ever delivered, since the function was deleted. */
  condition: z.nullable(z.enum(conditions)),
  destination: z.nullable(z.string()),
  /** The record's JSON, as the destination gets it. */
  record: z.nullable(z.string()),
});

export type ShownRecord = z.infer<typeof invocationRecordSchema>;

export type InvocationOwner = z.infer<typeof invocationOwnerSchema>;

export type InvocationFilter = z.infer<typeof invocationFilterSchema>;

export function matchesInvocation(shown: ShownInvocation, filter: InvocationFilter): boolean {
  return Object.entries(filter).every(
    ([item, wanted]) => wanted === undefined || shown[item as keyof InvocationFilter] === wanted,
  );
}

function isoTime(time: number): string {
  return new Date(time).toISOString();
}
