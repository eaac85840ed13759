import { type ApiError, failure, injectedError } from "../fc/errors.ts";
import { entryJson, type JournalEntry } from "../journal/entry.ts";
import type { CountedRequest } from "../journal/traffic.ts";
import { fromJson, type Json } from "../lib/json.ts";
import type { Result } from "../lib/result.ts";
import { checkExistence } from "../state/existence.ts";
import { answers, type Effect, HEADER_FAULT, matches } from "../state/faults.ts";
import type { ResolvedState } from "../state/sharedState.ts";
import { type ApiReply, type ApiRequest, type Call, errorReply, successReply } from "./messages.ts";

/** The object that answers a request: what it knows of its sandbox, and where it keeps the journal. */
export interface Answerer {
  state(): ResolvedState;
  /** Counts a request, and adds its entry to the journal. */
  record(entry: Json<JournalEntry>, counted: CountedRequest): void;
  /** How much of a response's body the journal keeps, in characters. */
  readonly maxJournalBody: number;
  /** Counts a request for these faults, and says which of them, and of the request's own, strike it. */
  strike(ids: readonly string[], own: Effect | null): Promise<readonly string[]>;
  publish(entry: JournalEntry): void;
}

type Operate = (
  call: Call,
) => Result<object | undefined, ApiError> | Promise<Result<object | undefined, ApiError>>;

/**
 * Answers one request: fault, signature, existence, operation, journal, in that order. Without a fault nothing is
 * waited for before `operate`, nor between it and the journal unless it waits itself.
 */
export async function answer(request: ApiRequest, by: Answerer, operate: Operate): Promise<ApiReply> {
  const matching = by.state().faults.filter((fault) => matches(fault, request));
  const own = request.fault ? [{ id: HEADER_FAULT, effect: request.fault }] : [];
  const ids = matching.map(({ id }) => id);
  const faults = ids.length > 0 ? await by.strike(ids, request.fault) : own.map(({ id }) => id);
  const effects = [...matching, ...own].filter(({ id }) => faults.includes(id)).map(({ effect }) => effect);

  const before = effects.filter((effect) => effect.after === undefined);
  if (before.length > 0) await waitFor(before);
  let reply = faultReply(request, before, undefined);
  if (reply === undefined) {
    const admitted = admit(request, by.state());
    const outcome = admitted.ok ? operate(admitted.value) : admitted;
    const settled = outcome instanceof Promise ? await outcome : outcome;
    reply = settled.ok
      ? successReply(settled.value)
      : errorReply(request.version, settled.error, request.requestId);
    const after = effects.filter((effect) => effect.after === "apply");
    if (after.length > 0) {
      await waitFor(after);
      reply = faultReply(request, after, reply) ?? reply;
    }
  }
  const entry = entryJson(request.seen, {
    status: reply.status,
    responseBody: (reply.body ?? "").slice(0, by.maxJournalBody),
    // Whole already, but a float to V8, which would optimize this function again and again.
    durationMs: Math.round(Date.now() - request.receivedAt),
    faults: [...faults],
  });
  by.record(entry, { operation: request.operation, status: reply.status, faultsStruck: faults.length });
  if (by.state().watched) by.publish(fromJson(entry));
  return reply;
}

/** What the request asks for, when it is signed as the sandbox wants it, names what exists, and could be read. */
export function admit(request: ApiRequest, { settings, existence }: ResolvedState): Result<Call, ApiError> {
  if (settings.signatures !== "off" && request.verdict.kind === "refused") {
    return { ok: false, error: request.verdict.error };
  }
  if (settings.signatures === "required" && request.verdict.kind === "absent") {
    return failure("MissingRequiredHeader", "Authorization");
  }
  if (settings.functions === "declared" && existence !== null && request.function !== null) {
    const exists = checkExistence(existence, request.service ?? "", request.function, request.qualifier);
    if (!exists.ok) return exists;
  }
  return request.call;
}

async function waitFor(effects: readonly Effect[]): Promise<void> {
  for (const effect of effects) {
    if (answers(effect)) continue;
    const jitter = (effect.jitterMilliseconds ?? 0) * (2 * Math.random() - 1);
    await scheduler.wait(Math.max(0, effect.milliseconds + jitter));
  }
}

/** The reply that the first effect which has one puts in the place of `usual`. */
function faultReply(
  request: ApiRequest,
  effects: readonly Effect[],
  usual: ApiReply | undefined,
): ApiReply | undefined {
  const effect = effects.find(answers);
  if (effect === undefined) return undefined;
  if (effect.type === "error") {
    return errorReply(request.version, injectedError(effect.code, effect.message), request.requestId);
  }
  if (effect.type === "response") {
    const { status, headers: given, body } = effect;
    const madeUp = { status, headers: given ?? {}, body: null, broken: false, madeUp: true } as const;
    if (body === undefined) return madeUp;
    if (typeof body === "string") return { ...madeUp, body };
    const headers = { "Content-Type": "application/json; charset=utf-8", ...given };
    return { ...madeUp, headers, body: JSON.stringify(body) };
  }
  const cut =
    usual ?? errorReply(request.version, injectedError("InternalServerError", undefined), request.requestId);
  return { ...cut, broken: true };
}
