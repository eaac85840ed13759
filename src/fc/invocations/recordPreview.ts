import type { Condition, Invocation } from "./invocation.ts";
import { DEFAULT_OUTCOME, errorPayload, resultOf } from "./outcome.ts";

/** What an invocation would be if it ended now, and what its function would have returned. */
export interface Preview {
  readonly condition: Condition;
  readonly invocation: Invocation;
  readonly result: Uint8Array;
}

/** How an invocation fails of which no attempt has failed. */
const FAILED = resultOf({ type: "error" });
const NOTHING = new Uint8Array();

/**
 * An invocation that has not ended as it would be if it ended at `now`, in milliseconds since 1970: failed, if its latest
 * attempt failed; stopped, if it is being stopped; or else succeeded, as by the default outcome. `wanted` asks for an end by
 * this condition. `event` is what the function is called with.
 */
export function previewOf(
  invocation: Invocation,
  wanted: Condition | undefined,
  event: Uint8Array,
  now: number,
): Preview {
  const { status, attempts, failure } = invocation;
  const condition = wanted ?? (failure !== null || status === "Stopping" ? "onFailure" : "onSuccess");
  const ended = { ...invocation, endedAt: now, dueAt: null };
  if (condition === "onFailure" && status === "Stopping") {
    return { condition, invocation: { ...ended, status: "Stopped" }, result: NOTHING };
  }
  if (condition === "onFailure" && failure !== null) {
    // What an attempt returned that is retried is not stored, but its message is.
    const result = failure.statusCode === 200 ? errorPayload(failure.message) : NOTHING;
    return { condition, invocation: { ...ended, status: "Failed" }, result };
  }
  // One more attempt begins, unless one is under way.
  const isUnderWay = status === "Running" || status === "Stopping";
  const begun = { ...ended, attempts: isUnderWay ? Math.max(attempts, 1) : attempts + 1 };
  if (condition === "onFailure") {
    const { statusCode, error, message, payload } = FAILED;
    const failed = { ...begun, status: "Failed", failure: { statusCode, error, message } } as const;
    return { condition, invocation: failed, result: payload ?? NOTHING };
  }
  const { payload } = resultOf(DEFAULT_OUTCOME);
  const succeeded = { ...begun, status: "Succeeded", failure: null } as const;
  return { condition, invocation: succeeded, result: payload ?? event };
}
