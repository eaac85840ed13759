import type { ApiError, ErrorCode } from "../fc/errors.ts";
import type { Call } from "../fc/handlers.ts";
import type { Outcome } from "../fc/invocations/outcome.ts";
import type { FunctionName } from "../fc/names.ts";
import type { ShownOperation } from "../fc/operations.ts";
import type { RequestNames } from "../fc/requestNames.ts";
import type { Verdict } from "../fc/signature/verdict.ts";
import { type ApiVersion, versionById } from "../fc/versions.ts";
import type { SeenRequest } from "../journal/entry.ts";
import {
  asciiJson,
  type Json,
  type JsonAndText,
  joinText,
  MAX_SENT_CHARACTERS,
  splitText,
  toJson,
} from "../lib/json.ts";
import type { Result } from "../lib/result.ts";
import type { Effect } from "../state/faults.ts";

export type { Call };

/**
 * A request to the API, parsed in the Worker: everything an object needs to answer the request and to record
 * it.
 */
export interface ApiRequest extends RequestNames {
  readonly sandbox: string;
  readonly version: ApiVersion["id"];
  /** The operation's name in the journal; `null` when the request matched no operation. */
  readonly operation: ShownOperation | null;
  /** The parsed call, or the error of parsing it. */
  readonly call: Result<Call, ApiError>;
  readonly verdict: Verdict;
  /** The generation of the access key by which the Worker verified the signature. */
  readonly keyGeneration: number;
  /** The fault that the request's own header asks for. */
  readonly fault: Effect | null;
  /** The outcomes that the request's own header asks for. */
  readonly outcomes: readonly Outcome[] | null;
  readonly requestId: string;
  /** Milliseconds since 1970. */
  readonly receivedAt: number;
  /** The request's part of the journal entry, as JSON text, because objects only store it. */
  readonly seen: Json<SeenRequest>;
}

/** The function that a request names; undefined when the request names no function. */
export function functionOf({ service, function: name }: RequestNames): FunctionName | undefined {
  return name === null ? undefined : { service: service ?? "", function: name };
}

/** An object's reply. The Worker makes the response from it and adds the headers that every response has. */
export interface ApiReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array<ArrayBuffer> | null;
  /** Whether the connection ends in the middle of the body. */
  readonly broken: boolean;
  /** The code of the error, when the reply is an error of the API. */
  readonly errorCode?: ErrorCode;
  /** Whether a fault specified the whole reply, headers included. */
  readonly madeUp?: boolean;
  /** How long the object took, as the journal has it; absent when no object answered. */
  readonly durationMs?: number;
  /** Whether the journal has an entry for the request. */
  readonly isInJournal?: boolean;
  /**
   * There when the request was not answered, because its signature was verified by a former access key: the generation of
   * the present one.
   */
  readonly keyGeneration?: number;
}

/** The reply to a successful request: 200 with a body, JSON or bytes; 204, or the given status, without a body. */
export function successReply(
  body: object | Uint8Array<ArrayBuffer> | undefined,
  headers: Readonly<Record<string, string>> | undefined,
  status = 204,
): ApiReply {
  if (body === undefined) return { status, headers: headers ?? {}, body: null, broken: false };
  if (body instanceof Uint8Array) return { status: 200, headers: headers ?? {}, body, broken: false };
  return {
    status: 200,
    headers: headers ? { ...JSON_TYPE, ...headers } : JSON_TYPE,
    body: JSON.stringify(body),
    broken: false,
  };
}

/** The reply with an error, in the shape of an API version. */
export function errorReply(version: ApiVersion["id"], error: ApiError, requestId: string): ApiReply {
  const headers = error.status === 429 ? { ...JSON_TYPE, "Retry-After": RETRY_AFTER_SECONDS } : JSON_TYPE;
  const body = JSON.stringify(versionById(version).errorBody(error, requestId));
  return { status: error.status, headers, body, errorCode: error.code, broken: false };
}

/** The reply to a request whose signature has to be verified by the access key of another generation. */
export function staleKeyReply(keyGeneration: number): ApiReply {
  return { status: 403, headers: {}, body: null, broken: false, keyGeneration };
}

const JSON_TYPE = { "Content-Type": "application/json; charset=utf-8" };
const RETRY_AFTER_SECONDS = "1";

/** A request packed for RPC. The journal's text is appended without escaping. */
export type SentRequest = JsonAndText<Omit<ApiRequest, "seen">>;

/** Packs a request for RPC; `receiveRequest` unpacks it. */
export function sendRequest({ seen, ...request }: ApiRequest): SentRequest {
  const json = toJson(request);
  return json.length > MAX_SENT_CHARACTERS
    ? joinText(asciiJson(json), asciiJson(seen))
    : joinText(json, seen);
}

export function receiveRequest(sent: SentRequest): ApiRequest {
  const { value, text } = splitText(sent);
  // The text is the `seen` that `sendRequest` packed.
  return { ...value, seen: text as Json<SeenRequest> };
}

/** A reply packed for RPC. The body's text, or the base64 of its bytes, is appended without escaping. */
export type SentReply = JsonAndText<Omit<ApiReply, "body"> & { readonly kind: "empty" | "text" | "bytes" }>;

/** Packs a reply for RPC; `receiveReply` unpacks it. */
export function sendReply({ body, ...reply }: ApiReply): SentReply {
  if (body === null) return joinText(toJson({ ...reply, kind: "empty" }), "");
  if (typeof body === "string") return joinText(toJson({ ...reply, kind: "text" }), body);
  return joinText(toJson({ ...reply, kind: "bytes" }), body.toBase64());
}

export function receiveReply(sent: SentReply): ApiReply {
  const { value, text } = splitText(sent);
  const { kind, ...reply } = value;
  if (kind === "empty") return { ...reply, body: null };
  return { ...reply, body: kind === "text" ? text : Uint8Array.fromBase64(text) };
}
