import { DAY_MS } from "../lib/time.ts";

/** Why the requests of a sandbox are refused at present. */
export interface Throttled {
  /** Which quota it is. */
  readonly kind: "requests" | "bytes" | "team's requests" | "all bytes";
  /** A clause for people: what is used up, and what helps. */
  readonly reason: string;
  /** When the requests are answered again, in milliseconds since 1970; null when something has to be done first. */
  readonly until: number | null;
}

/** After how many requests a function reports what it uses: at first, and at most. */
export const REPORT_AFTER = { first: 16, most: 1000 } as const;

/** What a function has used since it was registered: it reports the totals, so a repeated report changes nothing. */
export interface FunctionUsage {
  /** Requests of the API that were answered. */
  readonly requests: number;
  /** Requests that were sent to handlers and to the addresses of deliveries. */
  readonly posts: number;
  /** What the function's object stores. */
  readonly bytes: number;
}

/** Of which team a sandbox is: the invitation that it was created by. */
export interface Origin {
  readonly invitation: string;
  readonly team: string;
  /** How many requests the sandbox may get on one day; null for as many as the deployment allows. */
  readonly requestsPerDay: number | null;
}

/** The day of a time, in UTC, as RFC 3339 writes it. */
export function dayOf(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}

/** When the next day begins, in UTC, in milliseconds since 1970. */
export function nextDayAfter(time: number): number {
  return (Math.floor(time / DAY_MS) + 1) * DAY_MS;
}

/** Why a request that arrives at a time is refused; undefined when it is not. */
export function throttledAt(throttled: Throttled | null | undefined, time: number): string | undefined {
  if (!throttled || (throttled.until !== null && time >= throttled.until)) return undefined;
  return throttled.reason;
}

/** Whether requests are refused for the same reason, and until the same time. */
export function isSameRefusal(one: Throttled | null, other: Throttled | null): boolean {
  return one?.kind === other?.kind && one?.until === other?.until;
}

/** What a sandbox is told that has got as many requests on a day as it may. */
export function requestsUsedUp(kind: Throttled["kind"], what: string, most: number, time: number): Throttled {
  const until = nextDayAfter(time);
  const at = new Date(until).toISOString().replace(".000", "");
  return {
    kind,
    reason: `${what} has used the ${most} requests of ${dayOf(time)} (UTC): requests are answered again from ${at} on`,
    until,
  };
}
