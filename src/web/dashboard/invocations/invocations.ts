import type { AdvancedClock, InvocationsPage } from "../../../client/index.ts";
import { destinationFunction } from "../../../fc/destinations.ts";
import { isFinal } from "../../../fc/invocations/invocation.ts";
import { titleOf } from "../configs/configs.ts";
import { nameText } from "../configs/resources.ts";
import { joined, type LoadedPages } from "../loadedPages.ts";
import { text } from "../text/text.ts";
import { dateAndTime, span } from "../time.ts";

/** An asynchronous invocation as the control plane shows it. */
export type ShownInvocation = InvocationsPage["invocations"][number];
type Status = ShownInvocation["status"];
type ShownEvent = ShownInvocation["events"][number];

/** The newest invocations, newest first, and whether the sandbox has older ones that the page does not hold. */
export interface ListedInvocations extends LoadedPages<ShownInvocation> {
  readonly hasOlder: boolean;
}

/** How many invocations the page holds. */
const MAX_INVOCATIONS = 1000;

/** What identifies an invocation among all of the sandbox: its function and its id, as one text. */
export function invocationId({
  service,
  function: name,
  id,
}: Pick<ShownInvocation, "service" | "function" | "id">): string {
  return `${service}/${name}/${id}`;
}

/** The function and the id that `invocationId` has made a text of. An id may have slashes, a name has none. */
export function invocationNamed(text: string): Pick<ShownInvocation, "service" | "function" | "id"> {
  const [service = "", name = "", ...rest] = text.split("/");
  return { service, function: name, id: rest.join("/") };
}

/**
 * The invocations of a list with newer states of them, and new invocations. The states may come in any order: a
 * state that is older than the known one is ignored.
 */
export function withStates(
  { list, hasOlder, nextToken }: ListedInvocations,
  states: Iterable<ShownInvocation>,
): ListedInvocations {
  const known = new Map(list.map((invocation) => [invocationId(invocation), invocation]));
  const added = new Map<string, ShownInvocation>();
  const oldest = list.at(-1)?.enqueuedAt ?? "";
  for (const state of states) {
    const key = invocationId(state);
    const place = known.has(key) ? known : added;
    const before = place.get(key);
    if (before === undefined ? !hasOlder || state.enqueuedAt >= oldest : isLater(state, before)) {
      place.set(key, state);
    }
  }
  const all = [...[...added.values()].reverse(), ...known.values()];
  // The sort is stable: of invocations of the same time, those that came last are first.
  if (added.size > 0) all.sort((a, b) => compare(b.enqueuedAt, a.enqueuedAt));
  if (all.length > MAX_INVOCATIONS) return { list: all.slice(0, MAX_INVOCATIONS), hasOlder: true };
  return { list: all, hasOlder, nextToken };
}

/** The list with a page of those that follow it. */
export function withOlder({ list }: ListedInvocations, page: InvocationsPage): ListedInvocations {
  const all = joined(list, page.invocations, invocationId);
  const isFull = all.length >= MAX_INVOCATIONS;
  return {
    list: all,
    hasOlder: page.nextToken !== undefined,
    nextToken: isFull ? undefined : page.nextToken,
  };
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Whether a state of an invocation is later than another: more has happened to the invocation, or its delivery ended. */
function isLater(state: ShownInvocation, known: ShownInvocation): boolean {
  if (state.events.length !== known.events.length) return state.events.length > known.events.length;
  return known.delivery === null || known.delivery.status === "Pending";
}

/** Whether an invocation has its final status. */
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
  const words = text().invocations;
  const most = (rules?.maxAsyncRetryAttempts ?? 0) + 1;
  // Attempts that fail by the system are retried without end, and do not count.
  return attempts <= most ? words.attemptOf(attempts, most) : words.attemptOnly(attempts);
}

/** What happens next, and when, by the sandbox's clock; empty when nothing does, or only the delivery. */
export function nextText(invocation: ShownInvocation, now: number, isFrozen: boolean): string {
  const words = text().invocations;
  const { status, attempts, dueAt } = invocation;
  if (hasEnded(invocation)) return "";
  const left = dueAt === null ? 0 : Date.parse(dueAt) - now;
  const due = left > 0 ? words.inSpan(span(left)) : isFrozen ? words.whenAdvanced : words.atOnce;
  if (status === "Enqueued") return words.startsIn(due);
  if (status === "Retrying") return words.attemptIn(attempts + 1, due);
  if (status === "Stopping") return words.stopsIn(due);
  return left > 0 ? words.endsWithin(span(left)) : "";
}

/** Where an ended invocation's record goes, and whether it got there; undefined without a delivery. */
export function deliveryText({ delivery }: ShownInvocation):
  | {
      readonly text: string;
      readonly destination: string;
      readonly tone: "good" | "bad" | "plain";
    }
  | undefined {
  if (delivery === null) return undefined;
  const words = text().invocations;
  const { destination, status } = delivery;
  const tone = status === "Succeeded" ? "good" : status === "Pending" ? "plain" : "bad";
  const said = {
    Pending: words.deliveryPending,
    Succeeded: words.delivered,
    DestinationDeliveryFailed: words.deliveryFailed,
  }[status];
  return { destination: destinationName(destination), text: said, tone };
}

/** A destination in short: `queue failed`, `shop / archive : prod`. */
export function destinationName(destination: string): string {
  const words = text().invocations;
  const named: Readonly<Record<string, (name: string) => string>> = {
    queues: words.queue,
    topics: words.topic,
    eventbus: words.eventBus,
  };
  const called = destinationFunction(destination);
  if (called) return titleOf(called);
  const parts = destination.split(":").slice(4).join(":").split("/").filter(Boolean);
  const index = parts.findLastIndex((part) => Object.hasOwn(named, part));
  return named[parts[index] ?? ""]?.(parts[index + 1] ?? "") ?? destination;
}

/** What happened to an invocation, for the list of its events. */
export function eventText({ status, error, message }: ShownEvent): string {
  const words = text().invocations;
  const failure = [error, message].filter(Boolean).join(": ");
  const texts: Readonly<Record<Status, string>> = {
    Enqueued: words.evEnqueued,
    Running: words.evRunning,
    Retrying: words.evFailed(failure),
    Succeeded: words.evSucceeded,
    Failed: words.evFailed(failure),
    Stopping: words.evStopping,
    Stopped: words.evStopped(failure),
    Expired: words.evExpired,
    Invalid: words.evInvalid,
  };
  return texts[status];
}

/** What the next step of an invocation is, for the button that leads to it. */
export function stepText(invocation: ShownInvocation): string {
  const words = text().clock;
  const title = titleOf(invocation);
  if (hasEnded(invocation)) return words.deliveryOf(title);
  if (invocation.status === "Running" || invocation.status === "Stopping") return words.endOf(title);
  return invocation.attempts === 0 ? words.startOf(title) : words.attemptOf(invocation.attempts + 1, title);
}

/** How many events an answer has at most. If it has that many, the last event of an invocation may be missing. */
const REPORTED_EVENTS = 1000;
/** How many invocations are named; of more, the statuses are counted. */
const NAMED_INVOCATIONS = 2;

/** What happened when the clock advanced, in two sentences; empty when the answer does not say. */
export function advanceText({ advance }: AdvancedClock): string {
  if (advance === undefined) return "";
  const words = text().clock;
  const { steps, nextDueAt, events } = advance;
  const made = steps === 0 ? words.noStep : words.steps(steps);
  const what = events.length < REPORTED_EVENTS ? statusesText(events) : "";
  const next = nextDueAt === null ? words.nothingDue : words.nextDue(dateAndTime(nextDueAt));
  return words.advanced(made, what, next);
}

/** The statuses that invocations have after these events. */
function statusesText(events: NonNullable<AdvancedClock["advance"]>["events"]): string {
  const latest = new Map(events.map((event) => [`${nameText(event)} ${event.invocation}`, event]));
  if (latest.size <= NAMED_INVOCATIONS) {
    return [...latest.values()]
      .map((event) => text().clock.isStatus(titleOf(event), event.status))
      .join(text().punctuation.phrases);
  }
  const byStatus = Map.groupBy(latest.values(), ({ status }) => status);
  return [...byStatus].map(([status, { length }]) => `${length} ${status}`).join(text().punctuation.phrases);
}
