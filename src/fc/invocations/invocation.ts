import type { FunctionName } from "../names.ts";
import type { ApiVersion } from "../versions.ts";

/** The statuses that are not final. Source: the vendor's OpenAPI metadata, as all statuses. */
export const pendingStatuses = ["Enqueued", "Running", "Retrying", "Stopping"] as const;
export const finalStatuses = ["Succeeded", "Failed", "Stopped", "Expired", "Invalid"] as const;
export const statuses = [...pendingStatuses, ...finalStatuses] as const;

export type PendingStatus = (typeof pendingStatuses)[number];
export type Status = (typeof statuses)[number];

export function isFinal(status: Status): boolean {
  return (finalStatuses as readonly Status[]).includes(status);
}

/** What happened to an invocation. Times are milliseconds since 1970 of the sandbox's time, here as everywhere. */
export interface InvocationEvent {
  readonly status: Status;
  readonly at: number;
  /** What failed: a code. */
  readonly error?: string;
  readonly message?: string;
  /** Which attempt it is about, from 1. */
  readonly attempt?: number;
}

/** What a config says of an invocation. */
export interface Rules {
  readonly maxAsyncRetryAttempts: number;
  readonly maxAsyncEventAgeInSeconds: number;
  readonly onSuccess: string | null;
  readonly onFailure: string | null;
}

/** A config as far as it concerns invocations; null where an item was never set. */
export interface InvocationConfig {
  readonly maxAsyncRetryAttempts: number | null;
  readonly maxAsyncEventAgeInSeconds: number | null;
  readonly onSuccess: string | null;
  readonly onFailure: string | null;
  /** Whether invocations are tasks. */
  readonly stateful: boolean | null;
}

const DEFAULT_RULES: Rules = {
  maxAsyncRetryAttempts: 3,
  maxAsyncEventAgeInSeconds: 86_400,
  onSuccess: null,
  onFailure: null,
};

/** The rules of a config; items that were never set have the API's defaults. */
export function rulesOf(config: InvocationConfig | undefined): Rules {
  if (config === undefined) return DEFAULT_RULES;
  return {
    maxAsyncRetryAttempts: config.maxAsyncRetryAttempts ?? DEFAULT_RULES.maxAsyncRetryAttempts,
    maxAsyncEventAgeInSeconds: config.maxAsyncEventAgeInSeconds ?? DEFAULT_RULES.maxAsyncEventAgeInSeconds,
    onSuccess: config.onSuccess,
    onFailure: config.onFailure,
  };
}

/** When a destination gets the record of an invocation. */
export const conditions = ["onSuccess", "onFailure"] as const;
export type Condition = (typeof conditions)[number];

/** Where the record of an ended invocation goes. */
export interface Delivery {
  /** Names the delivery; an invocation that comes of the delivery has the same id, so that repeating it is harmless. */
  readonly id: string;
  readonly condition: Condition;
  readonly destination: string;
  /** What came of it. */
  readonly status: "Pending" | "Succeeded" | "DestinationDeliveryFailed";
}

/** The invocation whose delivery another invocation comes of. */
export interface Origin extends FunctionName {
  readonly id: string;
}

/** An asynchronous invocation, without its payloads. */
export interface Invocation {
  /** The id of the task, or else of the request. */
  readonly id: string;
  readonly requestId: string;
  readonly qualifier: string;
  /** The version of the API by which the function was called. */
  readonly version: ApiVersion["id"];
  readonly isTask: boolean;
  readonly status: Status;
  readonly enqueuedAt: number;
  /** When there is something to do next; null when all is done. */
  readonly dueAt: number | null;
  /** When the final status was reached. */
  readonly endedAt: number | null;
  /** How many attempts began. */
  readonly attempts: number;
  /** How many attempts failed by the function: these use up the retries. */
  readonly functionFailures: number;
  /** How many attempts failed by the system: these do not. */
  readonly systemFailures: number;
  readonly firstSystemFailureAt: number | null;
  /** When the latest attempt began, and how long it took. */
  readonly attemptedAt: number | null;
  readonly durationMs: number;
  /** The rules as they were when the event was last taken from the queue. */
  readonly rules: Rules | null;
  /** What the latest attempt failed by; null after a success. */
  readonly failure: {
    readonly statusCode: number;
    readonly error: string;
    readonly message: string;
  } | null;
  readonly delivery: Delivery | null;
  /** How many deliveries lie between this invocation and a client's call. */
  readonly depth: number;
  readonly origin: Origin | null;
  readonly events: readonly InvocationEvent[];
}

/** An invocation as a client's call or a delivery enqueues it. */
export function enqueued(
  given: Pick<Invocation, "id" | "requestId" | "qualifier" | "version" | "isTask"> & {
    readonly delaySeconds?: number;
    readonly depth?: number;
    readonly origin?: Origin | null;
  },
  now: number,
): Invocation {
  const { delaySeconds = 0, depth = 0, origin = null, ...its } = given;
  return {
    ...its,
    status: "Enqueued",
    enqueuedAt: now,
    dueAt: now + delaySeconds * 1000,
    endedAt: null,
    attempts: 0,
    functionFailures: 0,
    systemFailures: 0,
    firstSystemFailureAt: null,
    attemptedAt: null,
    durationMs: 0,
    rules: null,
    failure: null,
    delivery: null,
    depth,
    origin,
    events: [{ status: "Enqueued", at: now }],
  };
}
