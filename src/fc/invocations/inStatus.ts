import { enqueued, type Invocation, type Rules, type Status } from "./invocation.ts";
import { type Circumstances, type Occurrence, transition } from "./machine.ts";
import { type Outcome, resultOf, type ScriptedOutcome } from "./outcome.ts";

/** How long an invocation stays in a status that is not final: an attempt takes that long, or its wait does. */
const STAY_MS = 3_600_000;
const EVENT_AGE_SECONDS = 86_400;
const FAILED: ScriptedOutcome = { type: "error" };
const RUNNING: ScriptedOutcome = { type: "success", durationMilliseconds: STAY_MS };

/** An invocation that has come to a status. */
export interface InStatus {
  readonly invocation: Invocation;
  /** What the function returned; null for the event that it was called with, or for nothing. */
  readonly result: Uint8Array<ArrayBuffer> | null;
  /** The outcome of the attempt that is under way. */
  readonly outcome: Outcome | null;
}

/** Who was called, and under which id. */
export type Called = Pick<Invocation, "id" | "requestId" | "qualifier" | "version" | "isTask">;

/**
 * An invocation that has come to a status by the invocation machine, at `now` in milliseconds since 1970 of the sandbox's
 * time. It stays there for an hour of that time if the status is not final. Its config has no destinations, so nothing is
 * delivered.
 */
export function invocationInStatus(status: Status, called: Called, now: number): InStatus {
  const rules: Rules = {
    maxAsyncRetryAttempts: status === "Retrying" ? 1 : 0,
    maxAsyncEventAgeInSeconds: EVENT_AGE_SECONDS,
    onSuccess: null,
    onFailure: null,
  };
  const by: Circumstances = { rules, retryDelaysSeconds: [STAY_MS / 1000], deliveryId: "" };
  const since = status === "Expired" ? now - (EVENT_AGE_SECONDS + 1) * 1000 : now;
  const invocation = ways[status].reduce<Invocation>(
    (before, occurrence) => transition(before, occurrence, by, now)?.invocation ?? before,
    enqueued(called, since),
  );
  const stays = status === "Enqueued" || status === "Running" || status === "Stopping";
  return {
    invocation: stays ? { ...invocation, dueAt: now + STAY_MS } : invocation,
    result: status === "Failed" ? resultOf(FAILED).payload : null,
    outcome: status === "Running" || status === "Stopping" ? RUNNING : null,
  };
}

const due: Occurrence = { type: "due" };
const failed: Occurrence = ended(FAILED);

function ended(outcome: ScriptedOutcome): Occurrence {
  const { kind, statusCode, error, message } = resultOf(outcome);
  return { type: kind, statusCode, error, message };
}

/** What happens to an invocation on its way to each status. */
const ways: Readonly<Record<Status, readonly Occurrence[]>> = {
  Enqueued: [],
  Running: [due],
  Retrying: [due, failed],
  Stopping: [due, { type: "stop" }],
  Succeeded: [due, ended({ type: "success" })],
  Failed: [due, failed],
  Stopped: [due, { type: "stop" }, due],
  Expired: [due],
  Invalid: [{ type: "deleted" }],
};
