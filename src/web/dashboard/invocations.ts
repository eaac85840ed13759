import type { AdvancedClock, InvocationsPage } from "../../client/index.ts";
import { destinationFunction } from "../../fc/destinations.ts";
import { isFinal } from "../../fc/invocations/invocation.ts";
import { titleOf } from "./configs.ts";
import { nameText } from "./resources.ts";
import { span, wholeSeconds } from "./sandboxTime.ts";

/** An asynchronous invocation as the control plane shows it. */
export type ShownInvocation = InvocationsPage["invocations"][number];
type Status = ShownInvocation["status"];
type ShownEvent = ShownInvocation["events"][number];

/** The newest invocations, newest first, and whether the sandbox has older ones that the page does not hold. */
export interface ListedInvocations {
  readonly list: readonly ShownInvocation[];
  readonly hasOlder: boolean;
}

/** How many invocations the page holds. */
const MAX_INVOCATIONS = 200;

/** An invocation's id, which only its function's other invocations can't have, as one text. */
export function invocationKey({ service, function: name, id }: ShownInvocation): string {
  return `${service}/${name}/${id}`;
}

/**
 * The invocations of a list with newer states of them, and new invocations. The states may come in any order: a
 * state that is older than the known one is ignored.
 */
export function withStates(
  { list, hasOlder }: ListedInvocations,
  states: Iterable<ShownInvocation>,
): ListedInvocations {
  const known = new Map(list.map((invocation) => [invocationKey(invocation), invocation]));
  const added = new Map<string, ShownInvocation>();
  const oldest = list.at(-1)?.enqueuedAt ?? "";
  for (const state of states) {
    const key = invocationKey(state);
    const place = known.has(key) ? known : added;
    const before = place.get(key);
    if (before === undefined ? !hasOlder || state.enqueuedAt >= oldest : isLater(state, before)) {
      place.set(key, state);
    }
  }
  const all = [...[...added.values()].reverse(), ...known.values()];
  // The sort is stable: of invocations of the same time, those that came last are first.
  if (added.size > 0) all.sort((a, b) => compare(b.enqueuedAt, a.enqueuedAt));
  return { list: all.slice(0, MAX_INVOCATIONS), hasOlder: hasOlder || all.length > MAX_INVOCATIONS };
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Whether a state of an invocation is later than another: more has happened to the invocation, or its delivery ended. */
function isLater(state: ShownInvocation, known: ShownInvocation): boolean {
  if (state.events.length !== known.events.length) return state.events.length > known.events.length;
  return known.delivery === null || known.delivery.status === "Pending";
}

export function hasEnded({ status }: ShownInvocation): boolean {
  return isFinal(status);
}

/** How a status is coloured. */
export function toneOf(status: Status): "good" | "bad" | "waiting" | "plain" {
  if (status === "Succeeded") return "good";
  if (status === "Failed" || status === "Expired" || status === "Invalid") return "bad";
  return status === "Retrying" ? "waiting" : "plain";
}

/** Which attempt is the latest, of how many: `attempt 2 of 4`; empty before the first. */
export function attemptText({ attempts, rules }: ShownInvocation): string {
  if (attempts === 0) return "";
  const most = (rules?.maxAsyncRetryAttempts ?? 0) + 1;
  // Attempts that fail by the system are retried without end, and do not count.
  return attempts <= most ? `attempt ${attempts} of ${most}` : `attempt ${attempts}`;
}

/** What happens next, and when, by the sandbox's clock; empty when nothing does, or only the delivery. */
export function nextText(invocation: ShownInvocation, now: number, isFrozen: boolean): string {
  const { status, attempts, dueAt } = invocation;
  if (hasEnded(invocation)) return "";
  const left = dueAt === null ? 0 : Date.parse(dueAt) - now;
  const due = left > 0 ? `in ${span(left)}` : isFrozen ? "when the clock advances" : "now";
  if (status === "Enqueued") return `starts ${due}`;
  if (status === "Retrying") return `attempt ${attempts + 1} ${due}`;
  if (status === "Stopping") return `stops ${due}`;
  return left > 0 ? `ends within ${span(left)}` : "";
}

const deliveryStatuses = {
  Pending: "delivery pending",
  Succeeded: "delivered",
  DestinationDeliveryFailed: "delivery failed",
} as const;

/** Where an ended invocation's record goes, and whether it got there; undefined without a delivery. */
export function deliveryText({ delivery }: ShownInvocation):
  | {
      readonly text: string;
      readonly destination: string;
      readonly tone: "good" | "bad" | "plain";
    }
  | undefined {
  if (delivery === null) return undefined;
  const { destination, status } = delivery;
  const tone = status === "Succeeded" ? "good" : status === "Pending" ? "plain" : "bad";
  return { destination: destinationName(destination), text: deliveryStatuses[status], tone };
}

const resourceWords: Readonly<Record<string, string>> = {
  queues: "queue",
  topics: "topic",
  eventbus: "event bus",
};

/** A destination in short: `queue failed`, `shop / archive : prod`. */
export function destinationName(destination: string): string {
  const called = destinationFunction(destination);
  if (called) return `${called.service && `${called.service} / `}${called.function} : ${called.qualifier}`;
  const parts = destination.split(":").slice(4).join(":").split("/").filter(Boolean);
  const index = parts.findLastIndex((part) => part in resourceWords);
  const word = resourceWords[parts[index] ?? ""];
  return word === undefined ? destination : `${word} ${parts[index + 1] ?? ""}`;
}

/** What happened to an invocation, for the list of its events. */
export function eventText({ status, attempt, error, message }: ShownEvent): string {
  const failure = [error, message].filter(Boolean).join(": ");
  const nth = attempt === undefined ? "" : `attempt ${attempt}`;
  const texts: Readonly<Record<Status, string>> = {
    Enqueued: "the event was put in the queue",
    Running: `${nth} began`,
    Retrying: `${nth} failed: ${failure}`,
    Succeeded: `${nth} succeeded`,
    Failed: `${nth} failed: ${failure}`,
    Stopping: "a stop was requested",
    Stopped: failure && `${nth} failed: ${failure}`,
    Expired: "the event was older than the maximum event age",
    Invalid: "the function or its qualifier was deleted",
  };
  return texts[status];
}

/** How many events an answer has at most. If it has that many, the last event of an invocation may be missing. */
const REPORTED_EVENTS = 1000;
/** How many invocations are named; of more, the statuses are counted. */
const NAMED_INVOCATIONS = 2;

/** What happened when the clock advanced, in two sentences; empty when the answer does not say. */
export function advanceText({ advance }: AdvancedClock): string {
  if (advance === undefined) return "";
  const { steps, nextDueAt, events } = advance;
  const made = steps === 0 ? "No step was due" : steps === 1 ? "1 step was made" : `${steps} steps were made`;
  const what = events.length < REPORTED_EVENTS ? statusesText(events) : "";
  const next =
    nextDueAt === null
      ? "Nothing is due now."
      : `The next step is due at ${wholeSeconds(Date.parse(nextDueAt))}.`;
  return `${made}${what && `: ${what}`}. ${next}`;
}

/** The statuses that invocations have after these events. */
function statusesText(events: NonNullable<AdvancedClock["advance"]>["events"]): string {
  const latest = new Map(events.map((event) => [`${nameText(event)} ${event.invocation}`, event]));
  if (latest.size <= NAMED_INVOCATIONS) {
    return [...latest.values()].map((event) => `${titleOf(event)} is ${event.status}`).join(", ");
  }
  const byStatus = Map.groupBy(latest.values(), ({ status }) => status);
  return [...byStatus].map(([status, { length }]) => `${length} ${status}`).join(", ");
}
