import type { ConfigChanges } from "../fc/asyncConfig/changes.ts";
import { type ApiError, failure, injectedError } from "../fc/errors.ts";
import type { FunctionName } from "../fc/names.ts";
import { operations } from "../fc/operations.ts";
import type { Performed } from "../fc/request.ts";
import { versionById } from "../fc/versions.ts";
import { entryJson, type JournalEntry } from "../journal/entry.ts";
import { redactedHeaders } from "../journal/redaction.ts";
import type { CountedRequest } from "../journal/traffic.ts";
import { fromJson, type Json } from "../lib/json.ts";
import { ok, type Result } from "../lib/result.ts";
import { checkExistence } from "../state/existence.ts";
import { drawDelay, type Effect, faultHeaderOf, HEADER_FAULT, matches, responds } from "../state/faults.ts";
import { throttledAt } from "../state/quota.ts";
import type { ResolvedState } from "../state/sharedState.ts";
import {
  type ApiReply,
  type ApiRequest,
  type Call,
  errorReply,
  functionOf,
  staleKeyReply,
  successReply,
} from "./messages.ts";

/** Performs a call. A call that changes data is synchronous, so that no other request runs in between. */
export type Perform<Change> = (call: Call) => Performed<Change> | Promise<Performed<never>>;

/** The object that answers a request, as the pipeline sees it: the sandbox's state, and where to write. */
export interface Answerer<Change> {
  state(): ResolvedState;
  /**
   * Counts a request, adds its entry to the journal, and writes the request's change. The entry of a read may be written
   * later.
   */
  record(
    entry: Json<JournalEntry>,
    counted: CountedRequest,
    { change, isRead }: { readonly change: Change | undefined; readonly isRead: boolean },
  ): void;
  /** What a change, which is not written yet, changes of a config; undefined for any other change. */
  changesOf(change: Change): ConfigChanges | undefined;
  /** Writes the change of a request before its journal entry is recorded. */
  write(change: Change): void;
  /** How many characters of a response's body the journal stores. */
  readonly maxJournalBody: number;
  /**
   * Counts a request for the faults with these ids. Returns the ids of the faults to apply, the request's own
   * included.
   */
  triggerFaults(ids: readonly string[], own: Effect | null): Promise<readonly string[]>;
  publish(entry: JournalEntry): void;
  /** Notes that a request is in no journal, since the sandbox's quota is used up. */
  noteThrottled(): void;
}

/**
 * Answers one request: fault, signature, existence, operation, journal, in that order. Without a fault, an
 * operation that changes data runs synchronously, from reading stored data to writing the change.
 */
export async function answer<Change>(
  request: ApiRequest,
  by: Answerer<Change>,
  perform: Perform<Change>,
): Promise<ApiReply> {
  const refused = refusedAtOnce(request, by.state());
  if (refused !== undefined) {
    if (refused.keyGeneration === undefined) by.noteThrottled();
    return refused;
  }
  const isFaultless = by.state().faults.length === 0 && request.fault === null;
  const { faults, effects } = isFaultless ? NO_FAULTS : await applyingFaults(request, by);

  const before = effects.filter((effect) => effect.after === undefined);
  if (before.length > 0) await waitFor(before);
  let reply = faultReply(request, before, undefined);
  let change: Change | undefined;
  let changes: ConfigChanges | undefined;
  let hasChanged = false;
  if (reply === undefined) {
    const admitted = admit(request, by.state());
    const performing = admitted.ok ? perform(admitted.value) : { outcome: admitted };
    const performed = performing instanceof Promise ? await performing : performing;
    change = performed.change;
    hasChanged = change !== undefined;
    if (change !== undefined) changes = by.changesOf(change);
    const { outcome } = performed;
    reply = outcome.ok
      ? successReply(outcome.value, performed.headers, performed.status)
      : errorReply(request.version, outcome.error, request.requestId);
    const after = effects.filter((effect) => effect.after === "apply");
    if (after.length > 0) {
      // Other requests run while this request waits, and must find its change.
      if (change !== undefined) by.write(change);
      change = undefined;
      await waitFor(after);
      reply = faultReply(request, after, reply) ?? reply;
    }
  }
  // Already an integer, but a float to V8, which would then optimise this function again and again.
  const durationMs = Math.round(Date.now() - request.receivedAt);
  const entry = entryJson(request.seen, {
    status: reply.status,
    responseBody: journalText(reply.body, by.maxJournalBody),
    ...(reply.body !== null && reply.body.length > by.maxJournalBody ? { responseBodyCut: true } : {}),
    durationMs,
    faults: [...faults],
    ...(effects.length > 0 ? { effects: effects.map(faultHeaderOf) } : {}),
    errorCode: reply.errorCode,
    changes,
    responseHeaders: redactedHeaders(reply.headers, by.maxJournalBody),
  });
  const counted = { operation: request.operation, status: reply.status, faultsStruck: faults.length };
  by.record(entry, counted, { change, isRead: isRead(request, hasChanged) });
  const { watched, settings } = by.state();
  if (watched) by.publish(fromJson(entry));
  return { ...reply, durationMs, isInJournal: settings.journalSize > 0 };
}

const NO_FAULTS = { faults: [], effects: [] } as const;

/** The faults that apply to a request, by their ids, and what each does. */
async function applyingFaults<Change>(
  request: ApiRequest,
  by: Answerer<Change>,
): Promise<{ readonly faults: readonly string[]; readonly effects: readonly Effect[] }> {
  const matching = by.state().faults.filter((fault) => matches(fault, request));
  const own = request.fault ? [{ id: HEADER_FAULT, effect: request.fault }] : [];
  const candidates = [...matching, ...own];
  const ids = matching.map(({ id }) => id);
  const faults = ids.length > 0 ? await by.triggerFaults(ids, request.fault) : own.map(({ id }) => id);
  const effects = faults
    .flatMap((id) => candidates.find((candidate) => candidate.id === id) ?? [])
    .map(({ effect }) => drawDelay(effect, Math.random()));
  return { faults, effects };
}

/** The reply to a request that costs no row: the Worker has to ask again, or a quota is used up. Undefined for any other. */
export function refusedAtOnce(request: ApiRequest, state: ResolvedState): ApiReply | undefined {
  const { settings, keyGeneration = 0, throttled } = state;
  const isSigned = settings.signatures !== "off" && request.verdict.kind !== "absent";
  if (isSigned && request.keyGeneration !== keyGeneration) return staleKeyReply(keyGeneration);
  const reason = throttledAt(throttled, Date.now());
  if (reason === undefined) return undefined;
  const { throttled: code } = versionById(request.version);
  return errorReply(request.version, injectedError(code, `request throttled: ${reason}`), request.requestId);
}

/**
 * Whether a request is a read: it changed nothing. Reads are GETs and lists, and requests that were refused, that found nothing
 * to change, or that a fault answered. The response to a read does not wait until the request's journal entry is durable.
 * A request that invokes a function is no read: of a synchronous invocation, which may have called a handler, the entry is all
 * that is left.
 */
function isRead({ operation }: ApiRequest, hasChanged: boolean): boolean {
  return !hasChanged && operation !== "invoke";
}

/** Whether a request may turn out to be a write: then it shares its commit with the writes that arrive together with it. */
export function mayWrite({ call, version }: ApiRequest): boolean {
  return call.ok && operations[call.value.operation].routes[version]?.method !== "GET";
}

const replacing = new TextDecoder();

/** The part of a response's body that the journal keeps, as text; bytes that are not UTF-8 become U+FFFD. */
function journalText(body: ApiReply["body"], most: number): string {
  if (body === null) return "";
  return typeof body === "string" ? body.slice(0, most) : replacing.decode(body.subarray(0, most));
}

/**
 * Checks a request's signature and then the existence of what it names, as the settings require. Returns the
 * call, or the first error of the signature, the existence check or the parsing.
 */
export function admit(request: ApiRequest, state: ResolvedState): Result<Call, ApiError> {
  const { settings } = state;
  if (settings.signatures !== "off" && request.verdict.kind === "refused") {
    return { ok: false, error: request.verdict.error };
  }
  if (settings.signatures === "required" && request.verdict.kind === "absent") {
    return failure("MissingRequiredHeader", "Authorization");
  }
  const name = functionOf(request);
  const exists = name ? existenceOf(state, name, request.qualifier) : ok(undefined);
  return exists.ok ? request.call : exists;
}

/** Whether a function and its qualifier exist, where the settings ask for that. */
export function existenceOf(
  { settings, existence }: ResolvedState,
  { service, function: functionName }: FunctionName,
  qualifier: string | null,
): Result<undefined, ApiError> {
  return settings.functions === "declared" && existence !== null
    ? checkExistence(existence, service, functionName, qualifier)
    : ok(undefined);
}

async function waitFor(effects: readonly Effect[]): Promise<void> {
  for (const effect of effects) {
    if (responds(effect)) continue;
    await scheduler.wait(effect.milliseconds);
  }
}

/**
 * The reply of the first effect that produces one; undefined when none does. `usual` is the reply that it
 * replaces.
 */
function faultReply(
  request: ApiRequest,
  effects: readonly Effect[],
  usual: ApiReply | undefined,
): ApiReply | undefined {
  const effect = effects.find(responds);
  if (effect === undefined) return undefined;
  if (effect.type === "error") {
    return errorReply(request.version, injectedError(effect.code, effect.message), request.requestId);
  }
  if (effect.type === "response") {
    const { status, headers: given, body } = effect;
    const madeUp = { status, headers: given ?? {}, body: null, broken: false, madeUp: true } as const;
    if (body === undefined) return madeUp;
    // The type that a response with text gets anyway.
    const type = typeof body === "string" ? "text/plain;charset=UTF-8" : "application/json; charset=utf-8";
    const text = typeof body === "string" ? body : JSON.stringify(body);
    return { ...madeUp, headers: { "Content-Type": type, ...given }, body: text };
  }
  const cut =
    usual ?? errorReply(request.version, injectedError("InternalServerError", undefined), request.requestId);
  return { ...cut, broken: true };
}
