import type { Result } from "../lib/result.ts";
import type { ApiError } from "./errors.ts";
import type { OperationName } from "./operations.ts";
import type { RequestNames } from "./requestNames.ts";
import type { ApiVersion } from "./versions.ts";

/** A request to the API, independent of the HTTP library: the input of an operation. */
export interface OperationRequest {
  /** A path parameter, decoded; undefined when the route has no such parameter. */
  parameter(name: PathParameter): string | undefined;
  /** A query parameter, decoded. */
  query(name: string): string | undefined;
  header(name: string): string | null;
  /** The URL at which clients reach the request's sandbox, without a trailing slash. */
  endpoint(): string;
  /** The body's bytes, or why they could not be read. */
  readonly body: Result<Uint8Array, ApiError>;
  readonly limits: RequestLimits;
}

/** The parameters in the paths of operations. */
export type PathParameter = "service" | "function" | "version" | "alias" | "task";

/** How long a name, and how large a body, code or event that is stored may be; in characters, and bytes. */
export interface RequestLimits {
  readonly nameLength: number;
  readonly bodyBytes: number;
  readonly codeBytes: number;
  readonly eventBytes: number;
  readonly asyncEventBytes: number;
}

/** A parsed request, without the names: requestNames.ts parses them. */
export interface OperationCall {
  readonly operation: OperationName;
  /** The names that the body gives, of what the operation creates. */
  readonly named?: Partial<RequestNames>;
}

/**
 * The result of an operation: the response's body (JSON, bytes, or undefined for none) or an error, and the
 * change to store.
 */
export interface Performed<Change> {
  readonly outcome: Result<object | Uint8Array<ArrayBuffer> | undefined, ApiError>;
  /** The status on success, where it is neither 200 with a body nor 204 without one. */
  readonly status?: 202;
  /** The response's own headers, when the outcome is not an error. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly change?: Change | undefined;
}

/**
 * The behaviour of an operation. The Worker reads the request; the object that stores the data performs the
 * call. An operation that changes data is synchronous, so that no other request runs in between.
 */
export interface Handler<C extends OperationCall, On, Change> {
  /** Parses a request; the error is the API's own. */
  read(request: OperationRequest, version: ApiVersion): Result<C, ApiError>;
  /** Performs a call. The caller stores the returned change. */
  perform(call: C, on: On): Performed<Change> | Promise<Performed<never>>;
}
