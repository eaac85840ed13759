import type { InvocationEvent, Origin } from "../fc/invocations/invocation.ts";
import type { FunctionName } from "../fc/names.ts";
import type { ApiVersion } from "../fc/versions.ts";
import type { SharedState } from "../state/sharedState.ts";

// What the objects tell each other of invocations.

/** An invocation that comes of a delivery. */
export interface DeliveredInvocation {
  readonly id: string;
  readonly qualifier: string;
  readonly version: ApiVersion["id"];
  readonly depth: number;
  readonly origin: Origin;
  readonly event: Uint8Array<ArrayBuffer>;
  /** When the delivery is made, in milliseconds since 1970 of the sandbox's time. */
  readonly at: number;
  /** The epoch of the invocation that is delivered: a reset since then has deleted that invocation. */
  readonly epoch?: SharedState["invocationsEpoch"];
}

/** Up to when to do what is due. */
export interface Span {
  /** Milliseconds since 1970 of the sandbox's time, inclusive. */
  readonly until: number;
  /** How many steps to make at most. */
  readonly most: number;
  /**
   * The sandbox's time when it advances: then each step is made at its own due time, but not before this time, and
   * the answers of handlers are waited for. Undefined in real time, in which every step is made at `until`.
   */
  readonly from: number | undefined;
}

/** Something that happened to an invocation. */
export interface Happened {
  readonly invocation: string;
  readonly qualifier: string;
  readonly event: InvocationEvent;
}

/** How many events the answer to an advance has at most. The invocations have all of them. */
export const REPORTED_EVENTS = 1000;

/** What was done of a span. */
export interface Progress {
  readonly steps: number;
  /** What happened first: no more than an advance reports. */
  readonly happened: readonly Happened[];
  /** The time of the last step. */
  readonly at: number | undefined;
  /** When something is due next; undefined when nothing is. */
  readonly nextDue: number | undefined;
  /** The other function that was delivered to: an advance has to ask that function before it goes on. */
  readonly deliveredTo: FunctionName | undefined;
}
