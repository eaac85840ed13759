import {
  type AttemptResult,
  functionFailed,
  type HandlerOutcome,
  handlerTimeoutOf,
  succeeded,
  timedOut,
} from "../../fc/invocations/outcome.ts";
import type { ConfigName } from "../../fc/names.ts";
import type { Place } from "../../fc/versions.ts";
import { type Outbound, post } from "../outbound.ts";

/** What a handler is told of the invocation. */
export interface HandlerCall extends ConfigName {
  readonly requestId: string;
  readonly place: Place;
  /** From 1. */
  readonly attempt: number;
  readonly event: Uint8Array<ArrayBuffer>;
}

/**
 * Runs real code: posts the event to a handler, and takes its answer as what came of the attempt. Source: the
 * contract of custom runtimes, `POST /invoke` with headers that describe the invocation; a status other than 200, or
 * another `X-Fc-Status`, is an error of the function.
 */
export async function runHandler(
  outcome: HandlerOutcome,
  { requestId, place, attempt, event, ...name }: HandlerCall,
  outbound: Outbound,
  bytes: number,
): Promise<AttemptResult> {
  const milliseconds = handlerTimeoutOf(outcome);
  const url = `${outcome.url.replace(/\/+$/, "")}/invoke`;
  const headers = {
    "Content-Type": "application/octet-stream",
    "x-fc-request-id": requestId,
    "x-fc-control-path": "/invoke",
    ...(name.service === "" ? {} : { "x-fc-service-name": name.service }),
    "x-fc-function-name": name.function,
    "x-fc-qualifier": name.qualifier,
    "x-fc-region": place.region,
    "x-fc-account-id": place.accountId,
    "x-fc-retry-count": String(attempt - 1),
  };
  const answer = await post(url, event, headers, outbound, { bytes, milliseconds });
  if (!answer.ok) {
    const { kind, why } = answer.error;
    return functionFailed(
      "UnhandledInvocationError",
      kind === "timeout" ? timedOut(milliseconds / 1000) : why,
    );
  }
  const { status, headers: its, body } = answer.value;
  const told = its.get("X-Fc-Status");
  if (status === 200 && (told === null || told === "200")) return succeeded(body);
  const text = new TextDecoder().decode(body);
  const failed = functionFailed(
    its.get("X-Fc-Error-Type") === "HandledInvocationError"
      ? "HandledInvocationError"
      : "UnhandledInvocationError",
    messageIn(text) ?? `the handler answered ${told ?? status}`,
  );
  return body.length > 0 ? { ...failed, payload: body } : failed;
}

const MAX_MESSAGE_CHARACTERS = 1000;

/** The `errorMessage` of a JSON document, as functions return it. */
function messageIn(text: string): string | undefined {
  try {
    const { errorMessage } = JSON.parse(text);
    return typeof errorMessage === "string" ? errorMessage.slice(0, MAX_MESSAGE_CHARACTERS) : undefined;
  } catch {
    return undefined;
  }
}
