import type { ErrorCode } from "./errors.ts";
import type { ApiVersion } from "./versions.ts";

/**
 * What a request names. "service" and "function" have no qualifier; an "owner" is what has versions and
 * aliases: a service (FC 2.0) or a function (FC 3.0). A "function, perhaps qualified" has no default qualifier. Names that the body gives are the handler's to read. With
 * "function or all", the query may name the function where the path does not; without a name, the request is
 * for all functions.
 */
export type Named =
  | "nothing"
  | "service"
  | "qualified service"
  | "function"
  | "qualified function"
  | "function, perhaps qualified"
  | "owner"
  | "version of owner"
  | "alias of owner"
  | "function or all";

/** An operation's route in one version of the API. */
export interface Route {
  /** The version's name for the operation, where it differs from the key in the registry. */
  readonly name?: string;
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  /** Below the version's prefix. Its parameters are `:service`, `:function`, `:version`, `:alias` and `:task`. */
  readonly path: string;
  /** The status on success, where it differs from the operation's. */
  readonly status?: 200 | 204;
}

/** The names of the bodies of requests: JSON, but for an event, which is any bytes. */
export type RequestSchema =
  | "AsyncInvokeConfigInput"
  | "CreateService"
  | "UpdateService"
  | "CreateFunction"
  | "UpdateFunction"
  | "PublishVersion"
  | "CreateAlias"
  | "UpdateAlias"
  | "Event";

/** The names of the bodies of responses: JSON, but for a payload, which is any bytes. */
export type ResponseSchema =
  | "AsyncInvokeConfig"
  | "AsyncInvokeConfigs"
  | "Service"
  | "Services"
  | "Function"
  | "Functions"
  | "FunctionCode"
  | "Version"
  | "Versions"
  | "Alias"
  | "Aliases"
  | "EmptyList"
  | "Payload"
  | "AsyncTask"
  | "AsyncTasks"
  | "FunctionsWithTasks";

/** The query parameters of operations. Some of those about tasks have names that differ from the names on the wire. */
export type QueryParameter =
  | "limit"
  | "nextToken"
  | "prefix"
  | "startKey"
  | "direction"
  | "taskLimit"
  | "taskStatus"
  | "startedTimeBegin"
  | "startedTimeEnd"
  | "sortOrderByTime"
  | "taskPrefix"
  | "includePayload"
  | "functionsLimit";

/** An operation of the API: everything but its behaviour, which is in handlers.ts. */
export interface Operation {
  /** What the operation is for. Configs and invocations are their function's, all other resources are the sandbox's. */
  readonly resource: "config" | "invocation" | "service" | "function" | "version" | "alias" | "none";
  /** The name in the journal, faults, metrics and the log, where it differs from the key in the registry. */
  readonly shortName?: string;
  readonly routes: { readonly [V in ApiVersion["id"]]?: Route };
  readonly names: Named;
  /** The query parameters, without the parameters that name the function and the qualifier. */
  readonly query: readonly QueryParameter[];
  /** The body that a request may have, and the name of its size limit; default `bodyBytes`. */
  readonly body?: { readonly schema: RequestSchema; readonly limit?: "functionBodyBytes" | "eventBytes" };
  /** The response on success. Status 204 has no body, so no schema. */
  readonly answer: {
    readonly status: 200 | 204;
    readonly schema?: ResponseSchema;
    /** Whether the operation may also answer 202, without a body. */
    readonly accepted?: boolean;
  };
  /**
   * Whether the operation can create a config. Only such an operation registers a function with its sandbox.
   */
  readonly creates: boolean;
  /**
   * The error codes of this operation only. Codes shared by all operations, and those of names and bodies,
   * are omitted.
   */
  readonly errors: readonly ErrorCode[];
}

/** The paths of a service, of a function in a service (FC 2.0), and of a function without one (FC 3.0). */
export const SERVICE = "/services/:service";
export const IN_SERVICE = `${SERVICE}/functions/:function`;
export const FUNCTION = "/functions/:function";

/** The query of lists that have names. */
export const LIST = ["limit", "nextToken", "prefix", "startKey"] as const;

/** The same route in both versions of FC 2.0. */
export function inFc2<const R extends Route>(route: R) {
  return { "2016-08-15": route, "2021-04-06": route } as const;
}
