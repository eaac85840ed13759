import type { Condition, Invocation, InvocationEvent, Rules, Status } from "./invocation.ts";
import type { AttemptResult } from "./outcome.ts";

/** What happens to an invocation. */
export type Occurrence =
  /** Its time has come: it is taken from the queue, or what was to end by then has ended. */
  | { readonly type: "due" }
  /** The attempt has ended. */
  | ({ readonly type: AttemptResult["kind"] } & Pick<AttemptResult, "statusCode" | "error" | "message">)
  | { readonly type: "stop" }
  /** The function, or the qualifier that was called, was deleted. */
  | { readonly type: "deleted" };

/** What an invocation goes by. */
export interface Circumstances {
  /** What the config of the qualifier that was called says now. */
  readonly rules: Rules;
  /** The waits between attempts after the function failed, in seconds; the last one repeats. */
  readonly retryDelaysSeconds: readonly number[];
  /** The id of the delivery that the final status causes. */
  readonly deliveryId: string;
}

/** A row of the table of transitions. */
export interface TransitionRow {
  readonly from: readonly Status[];
  readonly on: Occurrence["type"];
  /** The condition, for people; without one the row always applies. */
  readonly when?: string;
  readonly applies?: (invocation: Invocation, by: Circumstances, now: number) => boolean;
  readonly to: Status;
  /** What is to be done. A delivery goes to the destination that the config names, if it names one. */
  readonly effect: "attempt" | "wait" | "deliver to onSuccess" | "deliver to onFailure" | "none";
}

/** For how long the system's failures are retried. Source: the retry policy in the API reference. */
const SYSTEM_RETRY_MS = 5 * 3_600_000;
const FIRST_SYSTEM_DELAY_MS = 500;

/** The transitions, in order: the first row that applies counts. What has no row changes nothing. */
export const transitions: readonly TransitionRow[] = [
  {
    from: ["Enqueued", "Retrying"],
    on: "due",
    when: "the event is older than its event age",
    applies: ({ enqueuedAt }, { rules }, now) => now - enqueuedAt > rules.maxAsyncEventAgeInSeconds * 1000,
    to: "Expired",
    effect: "deliver to onFailure",
  },
  { from: ["Enqueued", "Retrying"], on: "due", to: "Running", effect: "attempt" },
  { from: ["Running"], on: "succeeded", to: "Succeeded", effect: "deliver to onSuccess" },
  {
    from: ["Running"],
    on: "function failed",
    when: "fewer attempts have failed than may be retried",
    applies: ({ functionFailures, rules }, by) =>
      functionFailures < (rules ?? by.rules).maxAsyncRetryAttempts,
    to: "Retrying",
    effect: "wait",
  },
  { from: ["Running"], on: "function failed", to: "Failed", effect: "deliver to onFailure" },
  {
    from: ["Running"],
    on: "system failed",
    when: "the next attempt is within 5 hours of the first failure of the system",
    applies: (invocation, _, now) =>
      now + systemDelay(invocation) <= (invocation.firstSystemFailureAt ?? now) + SYSTEM_RETRY_MS,
    to: "Retrying",
    effect: "wait",
  },
  { from: ["Running"], on: "system failed", to: "Failed", effect: "deliver to onFailure" },
  { from: ["Enqueued", "Running", "Retrying"], on: "stop", to: "Stopping", effect: "none" },
  ...(["due", "succeeded", "function failed", "system failed"] as const).map((on) => ({
    from: ["Stopping"] as const,
    on,
    to: "Stopped" as const,
    effect: "deliver to onFailure" as const,
  })),
  {
    from: ["Enqueued", "Running", "Retrying", "Stopping"],
    on: "deleted",
    to: "Invalid",
    effect: "none",
  },
];

/** The condition by which a row delivers; null when it delivers nothing. */
function conditionOfRow({ effect }: TransitionRow): Condition | null {
  if (effect === "deliver to onSuccess") return "onSuccess";
  return effect === "deliver to onFailure" ? "onFailure" : null;
}

/** The condition by which the record of an invocation is delivered that ended so; null when nothing is delivered. */
export function conditionOf(status: Status): Condition | null {
  const row = transitions.find(({ to }) => to === status);
  return row === undefined ? null : conditionOfRow(row);
}

/** What a transition makes of an invocation, and whether an attempt is to begin. */
export interface Transition {
  readonly invocation: Invocation;
  readonly begins: boolean;
}

/**
 * What an occurrence makes of an invocation, by the table; undefined when it changes nothing. `now` is the
 * sandbox's time in milliseconds since 1970. Source of the retries: the API reference on retry policies.
 */
export function transition(
  invocation: Invocation,
  occurrence: Occurrence,
  by: Circumstances,
  now: number,
): Transition | undefined {
  const row = transitions.find(
    ({ from, on, applies }) =>
      from.includes(invocation.status) && on === occurrence.type && (applies?.(invocation, by, now) ?? true),
  );
  if (row === undefined) return undefined;
  const moved: Invocation = {
    ...counted(invocation, occurrence, by, row, now),
    status: row.to,
    dueAt: dueAfter(invocation, occurrence, by, row, now),
  };
  const event: InvocationEvent = {
    status: row.to,
    at: now,
    ...(moved.attempts > 0 ? { attempt: moved.attempts } : {}),
    ...("error" in occurrence && occurrence.error !== ""
      ? { error: occurrence.error, message: occurrence.message }
      : {}),
  };
  return {
    invocation: ended({ ...moved, events: [...invocation.events, event] }, by, row, now),
    begins: row.effect === "attempt",
  };
}

/** The invocation with its counters after an occurrence. */
function counted(
  invocation: Invocation,
  occurrence: Occurrence,
  { rules }: Circumstances,
  row: TransitionRow,
  now: number,
): Invocation {
  if (row.effect === "attempt") {
    return { ...invocation, attempts: invocation.attempts + 1, attemptedAt: now, durationMs: 0, rules };
  }
  if (!("statusCode" in occurrence)) return invocation;
  const { type, statusCode, error, message } = occurrence;
  // The clock may have been set back meanwhile.
  const durationMs = Math.max(0, now - (invocation.attemptedAt ?? now));
  const failure = type === "succeeded" ? null : { statusCode, error, message };
  if (type === "function failed") {
    return { ...invocation, durationMs, failure, functionFailures: invocation.functionFailures + 1 };
  }
  if (type === "system failed") {
    return {
      ...invocation,
      durationMs,
      failure,
      systemFailures: invocation.systemFailures + 1,
      firstSystemFailureAt: invocation.firstSystemFailureAt ?? now,
    };
  }
  return { ...invocation, durationMs, failure };
}

/** When there is something to do next. While an attempt runs, its outcome says when. */
function dueAfter(
  invocation: Invocation,
  { type }: Occurrence,
  { retryDelaysSeconds }: Circumstances,
  { to, effect }: TransitionRow,
  now: number,
): number | null {
  if (to === "Stopping") return now;
  if (effect !== "wait") return null;
  if (type === "system failed") return now + systemDelay(invocation);
  const delay = retryDelaysSeconds[Math.min(invocation.functionFailures, retryDelaysSeconds.length - 1)] ?? 0;
  return now + delay * 1000;
}

/** The wait before the next attempt after another failure of the system: 0.5 s, and twice as long each time. */
function systemDelay({ systemFailures }: Invocation): number {
  return FIRST_SYSTEM_DELAY_MS * 2 ** systemFailures;
}

/** The invocation with its end and its delivery, where the row's status is final. */
function ended(invocation: Invocation, by: Circumstances, row: TransitionRow, now: number): Invocation {
  if (invocation.status === "Invalid") return { ...invocation, endedAt: now };
  const condition = conditionOfRow(row);
  if (condition === null) return invocation;
  // The rules that the attempt began with; an invocation that never ran has those of now.
  const destination = (invocation.status === "Expired" ? by.rules : (invocation.rules ?? by.rules))[
    condition
  ];
  if (destination === null) return { ...invocation, endedAt: now };
  const delivery = { id: by.deliveryId, condition, destination, status: "Pending" } as const;
  return { ...invocation, endedAt: now, dueAt: now, delivery };
}

/** An invocation whose delivery has ended. */
export function delivered(
  invocation: Invocation,
  status: "Succeeded" | "DestinationDeliveryFailed",
): Invocation {
  const { delivery } = invocation;
  return delivery === null ? invocation : { ...invocation, dueAt: null, delivery: { ...delivery, status } };
}
