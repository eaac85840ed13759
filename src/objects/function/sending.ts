import {
  type CalledFunction,
  destinationFunction,
  destinationKind,
  versionOfCall,
} from "../../fc/destinations.ts";
import { injectedError } from "../../fc/errors.ts";
import type { Delivery, Invocation } from "../../fc/invocations/invocation.ts";
import { maxRecordBytes } from "../../fc/invocations/record.ts";
import { matchesPattern } from "../../lib/pattern.ts";
import { err, type Result } from "../../lib/result.ts";
import { type Fault, matchesDelivery } from "../../state/faults.ts";
import { post } from "../outbound.ts";
import type { InvocationHost } from "./invocationHost.ts";

/** How many deliveries may lie between a client's call and an invocation. */
const MAX_DEPTH = 16;
/** How long a team's own address may take to answer. */
export const PUSH_TIMEOUT_MS = 10_000;
const MAX_PUSH_ANSWER_BYTES = 65_536;

/** What a delivery has to do with besides the inbox. */
interface Route {
  /** The faults that may make the delivery fail. */
  readonly faults: readonly Fault[];
  /** The function that gets the record. */
  readonly target: CalledFunction | undefined;
  /** The address of the team's own that the record is posted to. */
  readonly push: { readonly url: string } | undefined;
}

/** The route of a delivery, by the sandbox's faults and settings as they are now. */
export function routeOf(
  { name, state }: InvocationHost,
  { qualifier }: Invocation,
  { destination }: Delivery,
): Route {
  const { faults, settings } = state();
  return {
    faults: faults.filter((fault) => matchesDelivery(fault, name, qualifier, destination)),
    target: destinationFunction(destination),
    push: settings.pushDeliveries.find((row) => matchesPattern(row.destination, destination)),
  };
}

/** Whether nothing but the inbox gets the record. */
export function isInboxAlone({ faults, target, push }: Route): boolean {
  return faults.length === 0 && target === undefined && push === undefined;
}

/** Why a message of so many bytes can't be sent at all; undefined when it can. */
export function refusalOf({ destination }: Delivery, bytes: number, { target }: Route): string | undefined {
  const kind = destinationKind(destination);
  const most = maxRecordBytes[kind];
  if (bytes > most) return `the message has ${bytes} bytes, and ${kind} takes ${most} at most`;
  return kind === "fc" && target === undefined ? `${destination} names no function` : undefined;
}

/** A record on its way. */
interface Sent {
  readonly invocation: Invocation;
  readonly delivery: Delivery;
  readonly message: string;
  /** The message's bytes. */
  readonly event: Uint8Array<ArrayBuffer>;
  /** The sandbox's time, in milliseconds since 1970. */
  readonly at: number;
}

/**
 * Sends a record along its route. Returns why that failed; undefined when it did not. Rejects when another object could not
 * be reached.
 */
export async function send(
  host: InvocationHost,
  { faults, target, push }: Route,
  sent: Sent,
): Promise<string | undefined> {
  const ids = await host.triggerFaults(faults.map(({ id }) => id));
  const fault = faults.find(({ id }) => ids.includes(id));
  if (fault?.effect.type === "error") {
    const { code, message } = injectedError(fault.effect.code, fault.effect.message);
    return `${code}: ${message}`;
  }
  const invoked = target && (await invoke(host, target, sent));
  if (invoked !== undefined && !invoked.ok) return invoked.error;
  return push && pushTo(push.url, sent, host);
}

/** Has a function of the sandbox enqueue an invocation with the record as its event. The error says why that can't be. */
async function invoke(
  { name, state, deliver }: InvocationHost,
  target: CalledFunction,
  { invocation: { id, depth }, delivery, event, at }: Sent,
): Promise<Result<undefined, string>> {
  if (depth >= MAX_DEPTH) return err(`a chain of functions has at most ${MAX_DEPTH} deliveries`);
  return deliver(target, {
    id: delivery.id,
    qualifier: target.qualifier,
    version: versionOfCall(target),
    depth: depth + 1,
    origin: { service: name.service, function: name.function, id },
    event,
    at,
    epoch: state().invocationsEpoch,
  });
}

/** Posts a message to a team's own address. Returns why that failed; undefined when it did not. */
async function pushTo(
  url: string,
  { message, delivery }: Sent,
  { outbound }: InvocationHost,
): Promise<string | undefined> {
  const headers = {
    "Content-Type": "application/json; charset=utf-8",
    "X-Sandbox-Delivery-Id": delivery.id,
  };
  const most = { milliseconds: PUSH_TIMEOUT_MS, bytes: MAX_PUSH_ANSWER_BYTES };
  const answer = await post(url, message, headers, outbound(), most);
  if (!answer.ok) return answer.error.why;
  const { status } = answer.value;
  return status >= 200 && status < 300 ? undefined : `${url} answered ${status}`;
}
