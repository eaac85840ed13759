import type { Result } from "../lib/result.ts";
import type { ApiError } from "./errors.ts";
import type { OperationName } from "./operations.ts";
import type { ApiVersion } from "./versions.ts";

/** A request of the API, whatever brought it: what an operation reads. */
export interface OperationRequest {
  /** A parameter of the path, decoded; undefined where the path has none of this name. */
  parameter(name: "service" | "function"): string | undefined;
  /** A parameter of the query, decoded. */
  query(name: string): string | undefined;
  header(name: string): string | null;
  /** The body's bytes, or why they could not be read. */
  readonly body: Result<Uint8Array, ApiError>;
  readonly maxNameLength: number;
}

/** What a request asks for, once read; its names are read apart. */
export interface OperationCall {
  readonly operation: OperationName;
}

/** What performing an operation comes to: the response's body, or undefined for none, and the change to be written. */
export interface Performed<Change> {
  readonly outcome: Result<object | undefined, ApiError>;
  readonly change?: Change | undefined;
}

/**
 * An operation: how its requests are read, in the Worker, and how it is performed, in the object that has what it works on.
 * An operation that changes something is performed without waiting, so that no other request comes in between.
 */
export interface Handler<C extends OperationCall, On, Change> {
  /** What a request asks for, or the API's error for what can't be read. */
  read(request: OperationRequest, version: ApiVersion): Result<C, ApiError>;
  /** Performs a call; the change is not written yet. */
  perform(call: C, on: On): Performed<Change> | Promise<Performed<never>>;
}
