import type { ApiError } from "../fc/errors.ts";
import type { Call } from "../fc/handlers.ts";
import type { FunctionName } from "../fc/names.ts";
import type { ShownOperation } from "../fc/operations.ts";
import type { RequestNames } from "../fc/requestNames.ts";
import type { Verdict } from "../fc/signature/verdict.ts";
import { type ApiVersion, versionById } from "../fc/versions.ts";
import type { SeenRequest } from "../journal/entry.ts";
import { type Json, type JsonAndText, joinText, splitText } from "../lib/json.ts";
import type { Result } from "../lib/result.ts";
import type { Effect } from "../state/faults.ts";

export type { Call };

/** One request to the API, read at the edge: all that an object needs to answer it and to remember it. */
export interface ApiRequest extends RequestNames {
  readonly sandbox: string;
  readonly version: ApiVersion["id"];
  /** As the journal shows it; `null` where the request matched none. */
  readonly operation: ShownOperation | null;
  /** What is asked for, or the error that reading it came to. */
  readonly call: Result<Call, ApiError>;
  readonly verdict: Verdict;
  /** The fault that the request asks for itself. */
  readonly fault: Effect | null;
  readonly requestId: string;
  /** Milliseconds since 1970. */
  readonly receivedAt: number;
  /** What the journal keeps of it; text already, since no object looks into it. */
  readonly seen: Json<SeenRequest>;
}

/** The function that a request names; undefined when it names none. */
export function functionOf({ service, function: name }: RequestNames): FunctionName | undefined {
  return name === null ? undefined : { service: service ?? "", function: name };
}

/** A response before it is one: headers but those that every response has. */
export interface ApiReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
  /** Whether the connection ends in the middle of the body. */
  readonly broken: boolean;
  /** Whether a fault made it up, headers and all. */
  readonly madeUp?: boolean;
}

/** The reply to a request that came to something: a 200 with a body, or a 204. */
export function successReply(body: object | undefined): ApiReply {
  return body === undefined
    ? { status: 204, headers: {}, body: null, broken: false }
    : { status: 200, headers: JSON_TYPE, body: JSON.stringify(body), broken: false };
}

/** An error in the shape of an API version. */
export function errorReply(version: ApiVersion["id"], error: ApiError, requestId: string): ApiReply {
  const headers = error.status === 429 ? { ...JSON_TYPE, "Retry-After": RETRY_AFTER_SECONDS } : JSON_TYPE;
  const body = JSON.stringify(versionById(version).errorBody(error, requestId));
  return { status: error.status, headers, body, broken: false };
}

const JSON_TYPE = { "Content-Type": "application/json; charset=utf-8" };
const RETRY_AFTER_SECONDS = "1";

/** A request on its way to an object: what the journal keeps of it goes along as the text that it is. */
export type SentRequest = JsonAndText<Omit<ApiRequest, "seen">>;

/** Packs a request for RPC; `receiveRequest` unpacks it. */
export function sendRequest({ seen, ...request }: ApiRequest): SentRequest {
  return joinText(request, seen);
}

export function receiveRequest(sent: SentRequest): ApiRequest {
  const { value, text } = splitText(sent);
  // The text is the JSON that `sendRequest` was given.
  return { ...value, seen: text as Json<SeenRequest> };
}

/** A reply on its way back, its body as the text that it is. */
export type SentReply = JsonAndText<Omit<ApiReply, "body"> & { readonly empty: boolean }>;

/** Packs a reply for RPC; `receiveReply` unpacks it. */
export function sendReply({ body, ...reply }: ApiReply): SentReply {
  return joinText({ ...reply, empty: body === null }, body ?? "");
}

export function receiveReply(sent: SentReply): ApiReply {
  const { value, text } = splitText(sent);
  const { empty, ...reply } = value;
  return { ...reply, body: empty ? null : text };
}
