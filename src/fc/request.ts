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

/** How the requests for an operation are read. */
export interface Handler<C extends OperationCall> {
  /** What a request asks for, or the API's error for what can't be read. */
  read(request: OperationRequest, version: ApiVersion): Result<C, ApiError>;
}
