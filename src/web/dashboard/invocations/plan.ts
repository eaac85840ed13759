import { defaults } from "../../../fc/asyncConfig/defaults.ts";
import { isFinal } from "../../../fc/invocations/invocation.ts";
import { systemErrors } from "../../../fc/invocations/outcome.ts";
import type { ShownConfig } from "../configs/configs.ts";
import type { ShownInvocation } from "./invocations.ts";

// What comes of an invocation that has not ended, if the function fails at every attempt. The invocation machine has
// the rules: each attempt goes by the config of its time, which is the present one for all that are planned.

/** The codes of failures by the system, which do not use attempts up. */
const SYSTEM_ERRORS: readonly string[] = Object.values(systemErrors).map(({ error }) => error);

/** The rules by which an invocation goes. */
export type Rules = NonNullable<ShownInvocation["rules"]>;

/** An attempt that began. */
export interface Attempt {
  readonly number: number;
  /** When it began, in RFC 3339. */
  readonly time: string;
  readonly result: "running" | "succeeded" | "failed";
  /** What failed; empty unless it failed. */
  readonly failure: string;
  /** Milliseconds; undefined while it runs. */
  readonly took: number | undefined;
}

/** An attempt that is to come. */
export interface PlannedAttempt {
  readonly number: number;
  /** When it begins, in milliseconds since 1970, by the sandbox's clock. */
  readonly at: number;
  readonly isLast: boolean;
}

/** What is to come of an invocation. */
export interface Plan {
  /** The attempts that begin in time, in order. */
  readonly attempts: readonly PlannedAttempt[];
  /** How many attempts the config allows that are still to come, whether they begin in time or not. */
  readonly allowed: number;
  /** When the event expires, in milliseconds since 1970. */
  readonly expiresAt: number;
  /** When the last attempt that the config allows would begin, in milliseconds since 1970; undefined without one. */
  readonly lastAt: number | undefined;
}

/** The rules that an invocation goes by: those of its latest attempt once it has ended, or else the config's. */
export function rulesOf(invocation: ShownInvocation, config: ShownConfig | undefined): Rules {
  if (invocation.rules && isFinal(invocation.status)) return invocation.rules;
  const items = config?.items;
  return {
    maxAsyncRetryAttempts: items?.maxAsyncRetryAttempts ?? defaults.maxAsyncRetryAttempts,
    maxAsyncEventAgeInSeconds: items?.maxAsyncEventAgeInSeconds ?? defaults.maxAsyncEventAgeInSeconds,
    onSuccess: items?.onSuccess || null,
    onFailure: items?.onFailure || null,
  };
}

/** The attempts that began, in order. */
export function attemptsOf({ events }: Pick<ShownInvocation, "events">): Attempt[] {
  const begun = events.filter(({ status }) => status === "Running");
  return begun.map((event, index) => {
    const end = events.find((other) => other.attempt === event.attempt && other.status !== "Running");
    const number = event.attempt ?? index + 1;
    if (end === undefined)
      return { number, time: event.time, result: "running", failure: "", took: undefined };
    return {
      number,
      time: event.time,
      result: end.status === "Succeeded" ? "succeeded" : "failed",
      failure: [end.error, end.message].filter(Boolean).join(": "),
      took: Date.parse(end.time) - Date.parse(event.time),
    };
  });
}

/** How often the function itself failed. */
function functionFailures({ events }: ShownInvocation): number {
  return events.filter(
    ({ error, status }) => error !== undefined && status !== "Running" && !SYSTEM_ERRORS.includes(error),
  ).length;
}

/** How many planned attempts are worth drawing, at most. */
const MOST = 20;

/** What is to come of an invocation by these rules; no attempts once it has ended. */
export function planOf(
  invocation: ShownInvocation,
  { maxAsyncRetryAttempts, maxAsyncEventAgeInSeconds }: Rules,
  retryDelaysSeconds: readonly number[],
): Plan {
  const enqueuedAt = Date.parse(invocation.enqueuedAt);
  const expiresAt = enqueuedAt + maxAsyncEventAgeInSeconds * 1000;
  const { status, dueAt, attempts } = invocation;
  if (isFinal(invocation.status) || status === "Stopping") {
    return { attempts: [], allowed: 0, expiresAt, lastAt: undefined };
  }
  const isRunning = status === "Running";
  const failed = functionFailures(invocation) + (isRunning ? 1 : 0);
  // What waits for its retry is tried again, even where the config allows fewer attempts by now.
  const allowed = Math.max(maxAsyncRetryAttempts + 1 - failed, isRunning ? 0 : 1);
  const delay = (failures: number) =>
    1000 * (retryDelaysSeconds[Math.min(failures - 1, retryDelaysSeconds.length - 1)] ?? 0);
  const start = dueAt === null ? enqueuedAt : Date.parse(dueAt);
  const times: number[] = [];
  let at = isRunning ? start + delay(failed) : start;
  for (let index = 0; index < Math.min(allowed, MOST); index++) {
    times.push(at);
    at += delay(failed + index + 1);
  }
  const inTime = times.filter((time) => time <= expiresAt);
  return {
    attempts: inTime.map((time, index) => ({
      number: attempts + index + 1,
      at: time,
      isLast: index === allowed - 1,
    })),
    allowed,
    expiresAt,
    lastAt: times.at(-1),
  };
}
