import type { FunctionName } from "../names.ts";
import type { ListTokens } from "../paging.ts";
import type { Handler, OperationCall } from "../request.ts";
import type { ApiVersion, Place } from "../versions.ts";
import type { Invocation, InvocationConfig, Status } from "./invocation.ts";
import type { AttemptResult, Outcome } from "./outcome.ts";

/** Which tasks to find, and in which order. An item that is undefined matches every task. */
export interface TaskQuery {
  readonly qualifier: string | undefined;
  readonly status: Status | undefined;
  readonly prefix: string;
  /** Milliseconds since 1970, inclusive. */
  readonly startedTimeBegin: number | undefined;
  readonly startedTimeEnd: number | undefined;
  readonly order: "asc" | "desc";
  /** The task after which the page begins. */
  readonly after: TaskPosition | undefined;
  readonly most: number;
}

/** Where a task is in a list: by the time at which it was enqueued, then by its number. */
export interface TaskPosition {
  readonly enqueuedAt: number;
  readonly number: number;
}

export interface PlacedInvocation extends TaskPosition {
  readonly invocation: Invocation;
}

export interface Payloads {
  readonly event: Uint8Array<ArrayBuffer>;
  /** What the latest attempt returned; empty before the end. */
  readonly result: Uint8Array<ArrayBuffer>;
}

/** The asynchronous invocations of one function, to read. */
export interface FunctionInvocations {
  get(id: string): Invocation | undefined;
  payloads(id: string): Payloads;
  tasks(query: TaskQuery): readonly PlacedInvocation[];
  /** Whether there is room for another invocation with an event of so many bytes. */
  hasRoom(eventBytes: number): boolean;
}

/** What an operation does to a function's invocations. */
export type InvocationChange =
  | {
      readonly kind: "enqueue";
      readonly invocation: Invocation;
      readonly event: Uint8Array<ArrayBuffer>;
      readonly outcomes: readonly Outcome[] | null;
    }
  | { readonly kind: "stop"; readonly id: string };

/** One function's invocations, and what an operation on them needs. */
export interface InvocationOperand {
  readonly name: FunctionName;
  /** The qualifier that the request names; null for none. */
  readonly qualifier: string | null;
  readonly version: ApiVersion;
  readonly place: Place;
  readonly requestId: string;
  /** The sandbox's time, in milliseconds since 1970. */
  readonly now: number;
  readonly invocations: FunctionInvocations;
  readonly tokens: ListTokens;
  /** The outcomes that the request's own header asks for. */
  readonly outcomes: readonly Outcome[] | null;
  config(qualifier: string): InvocationConfig | undefined;
  /** Runs the function once, for a synchronous call. Resolves when the attempt has ended. */
  attempt(qualifier: string, event: Uint8Array<ArrayBuffer>): Promise<Attempted>;
  /** A page of the functions that have tasks. Only the sandbox knows them. */
  functionsWithTasks(): Promise<readonly FunctionWithTasks[]>;
}

/** An attempt that has ended, and how long it took. */
export interface Attempted {
  readonly result: AttemptResult;
  readonly durationMs: number;
}

export interface FunctionWithTasks extends FunctionName {
  readonly qualifier: string;
}

/** An operation on invocations. */
export type InvocationHandler<C extends OperationCall> = Handler<C, InvocationOperand, InvocationChange>;
