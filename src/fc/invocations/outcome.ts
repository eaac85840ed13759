import * as z from "zod/mini";
import { ok, type Result } from "../../lib/result.ts";
import { jsonUpTo, wholeNumber } from "../../lib/schema.ts";
import { type ApiError, invalid } from "../errors.ts";

/** The longest that an attempt takes: the longest timeout that a function may have. */
const MAX_DURATION_MS = 86_400_000;
/** A timeout takes as long as a function's default timeout, unless the outcome says how long. */
const DEFAULT_TIMEOUT_MS = 3000;
/** The most bytes that are kept of what a function returned. Source: the metadata's `returnPayload`. */
export const MAX_RESULT_BYTES = 1_048_576;
const MAX_HANDLER_SECONDS = 600;
const DEFAULT_HANDLER_SECONDS = 60;
/** Every function of the sandbox stores a copy of the outcomes that concern it. */
const MAX_PAYLOAD_CHARACTERS = 16_384;
export const MAX_OUTCOMES_IN_LIST = 100;

const durationMilliseconds = z.optional(wholeNumber(0, MAX_DURATION_MS));
const message = z.optional(z.string().check(z.maxLength(1000)));

/** The schema of an address that the sandbox posts to. OUTBOUND_HOSTS says which hosts it may post to. */
export const urlSchema = z.string().check(
  z.maxLength(2000),
  z.refine((text) => /^https?:\/\/[^/?#@\s\\]+(\/[^?#@\s\\]*)?$/i.test(text) && URL.canParse(text), {
    error: "an http or https URL without a query and without credentials",
  }),
);

/** The schema of what comes of one attempt to run a function. */
export const outcomeSchema = z.discriminatedUnion(
  "type",
  [
    /** The function returns the payload: text as it is, any other value as JSON, and the event without one. */
    z.strictObject({
      type: z.literal("success"),
      payload: z.optional(jsonUpTo(MAX_PAYLOAD_CHARACTERS)),
      durationMilliseconds,
    }),
    /** The function returns an error (`handled`), or fails. */
    z.strictObject({
      type: z.literal("error"),
      handled: z.optional(z.boolean({ error: "true or false" })),
      message,
      errorType: z.optional(z.string().check(z.minLength(1), z.maxLength(128))),
      durationMilliseconds,
    }),
    /** The function does not end in time. */
    z.strictObject({ type: z.literal("timeout"), durationMilliseconds }),
    /** The function is not run: 429, 500 and 503. */
    z.strictObject({ type: z.literal("throttled"), message, durationMilliseconds }),
    z.strictObject({ type: z.literal("systemError"), message, durationMilliseconds }),
    z.strictObject({ type: z.literal("noResources"), message, durationMilliseconds }),
    /** Real code: the event is posted to a handler, whose answer is the outcome. */
    z.strictObject({
      type: z.literal("http"),
      url: urlSchema,
      timeoutSeconds: z.optional(wholeNumber(1, MAX_HANDLER_SECONDS)),
    }),
  ],
  {
    error:
      'an outcome of type "success", "error", "timeout", "throttled", "systemError", "noResources" or "http"',
  },
);

export type Outcome = z.infer<typeof outcomeSchema>;
export type HandlerOutcome = Extract<Outcome, { type: "http" }>;
export type ScriptedOutcome = Exclude<Outcome, HandlerOutcome>;

/** What is kept of an invocation to carry it on, besides the invocation itself. */
export interface Plan {
  /** The outcomes that the caller asked for. */
  readonly outcomes: readonly Outcome[] | null;
  /** By the id of outcomes that are counted, whether they apply to this invocation. */
  readonly counted: Readonly<Record<string, boolean>>;
  /** The outcome of the attempt that is under way. */
  readonly outcome: Outcome | null;
}

/** Without an outcome of the sandbox's owner, every attempt succeeds at once, and returns the event. */
export const DEFAULT_OUTCOME: ScriptedOutcome = { type: "success" };

/** What came of an attempt. */
export interface AttemptResult {
  readonly kind: "succeeded" | "function failed" | "system failed";
  /** 200 when the function ran, whatever it returned; else the system's status. */
  readonly statusCode: 200 | 429 | 500 | 503;
  /** "HandledInvocationError", "UnhandledInvocationError", or the code of the system's error; empty on success. */
  readonly error: string;
  /** For people; empty on success. */
  readonly message: string;
  /** What the function returned; null for the event that it was called with. */
  readonly payload: Uint8Array<ArrayBuffer> | null;
}

/** The errors of an attempt that did not run: the status, the code, and what it says. */
export const systemErrors = {
  throttled: { statusCode: 429, error: "ResourceThrottled", message: "request throttled" },
  systemError: {
    statusCode: 500,
    error: "InternalServerError",
    message: "an internal error has occurred. Please retry",
  },
  noResources: {
    statusCode: 503,
    error: "ServiceUnavailable",
    message: "the service is temporarily unavailable",
  },
} as const;

const NOTHING = new Uint8Array();
const encoder = new TextEncoder();

/** What comes of an attempt by a scripted outcome. */
export function resultOf(outcome: ScriptedOutcome): AttemptResult {
  if (outcome.type === "success") return succeeded(payloadOf(outcome.payload));
  if (outcome.type === "timeout") {
    const seconds = durationOf(outcome) / 1000;
    return functionFailed("UnhandledInvocationError", timedOut(seconds));
  }
  if (outcome.type === "error") {
    const { handled = false, message: text = "the function failed", errorType } = outcome;
    return functionFailed(handled ? "HandledInvocationError" : "UnhandledInvocationError", text, errorType);
  }
  return systemFailed(outcome.type, outcome.message);
}

export function succeeded(payload: AttemptResult["payload"]): AttemptResult {
  return { kind: "succeeded", statusCode: 200, error: "", message: "", payload };
}

/** A function's error, with the payload that the cloud returns for it. Source: the vendor's tests for Node.js. */
export function functionFailed(
  error: "HandledInvocationError" | "UnhandledInvocationError",
  text: string,
  errorType?: string,
): AttemptResult {
  const payload = errorPayload(text, errorType);
  return { kind: "function failed", statusCode: 200, error, message: text, payload };
}

/** What a function returns that fails. */
export function errorPayload(text: string, errorType?: string): Uint8Array<ArrayBuffer> {
  return encode(JSON.stringify({ errorMessage: text, errorType }));
}

/** The message of a function that did not end in time. */
export function timedOut(seconds: number): string {
  return `Function timed out after ${seconds} ${seconds === 1 ? "second" : "seconds"}`;
}

export function systemFailed(type: keyof typeof systemErrors, text: string | undefined): AttemptResult {
  const { statusCode, error, message: usual } = systemErrors[type];
  return { kind: "system failed", statusCode, error, message: text ?? usual, payload: NOTHING };
}

function payloadOf(payload: unknown): AttemptResult["payload"] {
  if (payload === undefined) return null;
  return encode(typeof payload === "string" ? payload : JSON.stringify(payload));
}

function encode(text: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(encoder.encode(text));
}

/** How long an attempt takes, in milliseconds of the sandbox's time. */
export function durationOf(outcome: ScriptedOutcome): number {
  return outcome.durationMilliseconds ?? (outcome.type === "timeout" ? DEFAULT_TIMEOUT_MS : 0);
}

/** How long a handler may take, in milliseconds. */
export function handlerTimeoutOf({ timeoutSeconds = DEFAULT_HANDLER_SECONDS }: HandlerOutcome): number {
  return timeoutSeconds * 1000;
}

/** The entry of a list of outcomes for an attempt, the first of which is 1. The last entry repeats. */
export function outcomeOfAttempt(outcomes: readonly Outcome[], attempt: number): Outcome {
  return outcomes[Math.min(attempt, outcomes.length) - 1] ?? DEFAULT_OUTCOME;
}

/** The words of the header X-Sandbox-Outcome. */
const words: Readonly<Record<string, object>> = {
  success: { type: "success" },
  error: { type: "error" },
  handledError: { type: "error", handled: true },
  timeout: { type: "timeout" },
  throttled: { type: "throttled" },
  systemError: { type: "systemError" },
  noResources: { type: "noResources" },
};

/** The words that the header may have. */
export const outcomeWords: readonly string[] = Object.keys(words);

/**
 * Parses the header `X-Sandbox-Outcome`: an outcome for each attempt, separated by commas, the last of which
 * repeats. `error=1500` takes 1500 ms. Returns null without the header; InvalidArgument for any other text.
 */
export function parseOutcomeHeader(text: string | null): Result<readonly Outcome[] | null, ApiError> {
  if (text === null) return ok(null);
  const outcomes = text.split(",").map((part) => {
    const [, word = "", duration] = /^\s*(\w+)(?:=([0-9]{1,9}))?\s*$/.exec(part) ?? [];
    const its = Object.hasOwn(words, word) ? words[word] : undefined;
    const took = duration === undefined ? {} : { durationMilliseconds: Number(duration) };
    return outcomeSchema.safeParse({ ...its, ...took }).data;
  });
  const known = outcomes.filter((outcome) => outcome !== undefined);
  return known.length === outcomes.length && known.length <= MAX_OUTCOMES_IN_LIST
    ? ok(known)
    : invalid(
        "X-Sandbox-Outcome",
        `a list of ${outcomeWords.join(", ")}, each perhaps with =<milliseconds>`,
        text,
      );
}
