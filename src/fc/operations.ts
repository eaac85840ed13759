import type { ErrorCode } from "./errors.ts";
import type { ApiVersion } from "./versions.ts";

/**
 * What a request names. "service" and "function" have no qualifier; an "owner" is what has versions and
 * aliases: a service (FC 2.0) or a function (FC 3.0). Names that the body gives are the handler's to read. With
 * "function or all", the query may name the function where the path does not; without a name, the request is
 * for all functions.
 */
type Named =
  | "nothing"
  | "service"
  | "qualified service"
  | "function"
  | "qualified function"
  | "owner"
  | "version of owner"
  | "alias of owner"
  | "function or all";

/** An operation's route in one version of the API. */
interface Route {
  /** The version's name for the operation, where it differs from the key in the registry. */
  readonly name?: string;
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  /** Below the version's prefix. Its parameters are `:service`, `:function`, `:version` and `:alias`. */
  readonly path: string;
}

/** The names of the JSON bodies of requests. */
export type RequestSchema =
  | "AsyncInvokeConfigInput"
  | "CreateService"
  | "UpdateService"
  | "CreateFunction"
  | "UpdateFunction"
  | "PublishVersion"
  | "CreateAlias"
  | "UpdateAlias";

/** The names of the JSON bodies of responses. */
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
  | "EmptyList";

/** An operation of the API: everything but its behaviour, which is in handlers.ts. */
export interface Operation {
  /** What the operation is for. Configs are their function's, all other resources are the sandbox's. */
  readonly resource: "config" | "service" | "function" | "version" | "alias" | "none";
  /** The name in the journal, faults, metrics and the log, where it differs from the key in the registry. */
  readonly shortName?: string;
  readonly routes: { readonly [V in ApiVersion["id"]]?: Route };
  readonly names: Named;
  /** The query parameters, without the parameters that name the function and the qualifier. */
  readonly query: readonly ("limit" | "nextToken" | "prefix" | "startKey" | "direction")[];
  /** The JSON body that a request may have, and the name of its size limit; default `bodyBytes`. */
  readonly body?: { readonly schema: RequestSchema; readonly limit?: "functionBodyBytes" };
  /** The response on success. Status 204 has no body, so no schema. */
  readonly answer: {
    readonly status: 200 | 204;
    readonly schema?: ResponseSchema;
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

const SERVICE = "/services/:service";
const IN_SERVICE = `${SERVICE}/functions/:function`;
const FUNCTION = "/functions/:function";

/** The query of lists that have names. */
const LIST = ["limit", "nextToken", "prefix", "startKey"] as const;

/** The same route in both versions of FC 2.0. */
function inFc2<const R extends Route>(route: R) {
  return { "2016-08-15": route, "2021-04-06": route } as const;
}

// Sources: PutFunctionAsyncInvokeConfig (2016-08-15), the 2021-04-06 and 2023-03-30 API references, and the
// requests of the official SDKs.
const rows = {
  PutAsyncInvokeConfig: {
    resource: "config",
    shortName: "put",
    routes: {
      ...inFc2({
        name: "PutFunctionAsyncInvokeConfig",
        method: "PUT",
        path: `${IN_SERVICE}/async-invoke-config`,
      }),
      "2023-03-30": { method: "PUT", path: "/functions/:function/async-invoke-config" },
    },
    names: "qualified function",
    query: [],
    body: { schema: "AsyncInvokeConfigInput" },
    answer: { status: 200, schema: "AsyncInvokeConfig" },
    creates: true,
    errors: ["InvalidDestinationResources"],
  },
  GetAsyncInvokeConfig: {
    resource: "config",
    shortName: "get",
    routes: {
      ...inFc2({
        name: "GetFunctionAsyncInvokeConfig",
        method: "GET",
        path: `${IN_SERVICE}/async-invoke-config`,
      }),
      "2023-03-30": { method: "GET", path: "/functions/:function/async-invoke-config" },
    },
    names: "qualified function",
    query: [],
    answer: { status: 200, schema: "AsyncInvokeConfig" },
    creates: false,
    errors: ["AsyncConfigNotExists"],
  },
  DeleteAsyncInvokeConfig: {
    resource: "config",
    shortName: "delete",
    routes: {
      ...inFc2({
        name: "DeleteFunctionAsyncInvokeConfig",
        method: "DELETE",
        path: `${IN_SERVICE}/async-invoke-config`,
      }),
      "2023-03-30": { method: "DELETE", path: "/functions/:function/async-invoke-config" },
    },
    names: "qualified function",
    query: [],
    answer: { status: 204 },
    creates: false,
    errors: ["AsyncConfigNotExists"],
  },
  ListAsyncInvokeConfigs: {
    resource: "config",
    shortName: "list",
    routes: {
      ...inFc2({
        name: "ListFunctionAsyncInvokeConfigs",
        method: "GET",
        path: `${IN_SERVICE}/async-invoke-configs`,
      }),
      "2023-03-30": { method: "GET", path: "/async-invoke-configs" },
    },
    names: "function or all",
    query: ["limit", "nextToken"],
    answer: { status: 200, schema: "AsyncInvokeConfigs" },
    creates: false,
    errors: [],
  },
  CreateService: {
    resource: "service",
    routes: { ...inFc2({ method: "POST", path: "/services" }) },
    names: "nothing",
    query: [],
    body: { schema: "CreateService" },
    answer: { status: 200, schema: "Service" },
    creates: false,
    errors: ["ServiceAlreadyExists"],
  },
  GetService: {
    resource: "service",
    routes: { ...inFc2({ method: "GET", path: SERVICE }) },
    names: "qualified service",
    query: [],
    answer: { status: 200, schema: "Service" },
    creates: false,
    errors: ["ServiceNotFound", "VersionNotFound", "AliasNotFound"],
  },
  UpdateService: {
    resource: "service",
    routes: { ...inFc2({ method: "PUT", path: SERVICE }) },
    names: "service",
    query: [],
    body: { schema: "UpdateService" },
    answer: { status: 200, schema: "Service" },
    creates: false,
    errors: ["ServiceNotFound", "PreconditionFailed"],
  },
  DeleteService: {
    resource: "service",
    routes: { ...inFc2({ method: "DELETE", path: SERVICE }) },
    names: "service",
    query: [],
    answer: { status: 204 },
    creates: false,
    errors: ["ServiceNotFound", "ServiceNotEmpty", "PreconditionFailed"],
  },
  ListServices: {
    resource: "service",
    routes: { ...inFc2({ method: "GET", path: "/services" }) },
    names: "nothing",
    query: LIST,
    answer: { status: 200, schema: "Services" },
    creates: false,
    errors: [],
  },
  CreateFunction: {
    resource: "function",
    routes: {
      ...inFc2({ method: "POST", path: `${SERVICE}/functions` }),
      "2023-03-30": { method: "POST", path: "/functions" },
    },
    names: "service",
    query: [],
    body: { schema: "CreateFunction", limit: "functionBodyBytes" },
    answer: { status: 200, schema: "Function" },
    creates: false,
    errors: ["ServiceNotFound", "FunctionAlreadyExists"],
  },
  GetFunction: {
    resource: "function",
    routes: {
      ...inFc2({ method: "GET", path: IN_SERVICE }),
      "2023-03-30": { method: "GET", path: FUNCTION },
    },
    names: "qualified function",
    query: [],
    answer: { status: 200, schema: "Function" },
    creates: false,
    errors: ["ServiceNotFound", "FunctionNotFound", "VersionNotFound", "AliasNotFound"],
  },
  UpdateFunction: {
    resource: "function",
    routes: {
      ...inFc2({ method: "PUT", path: IN_SERVICE }),
      "2023-03-30": { method: "PUT", path: FUNCTION },
    },
    names: "function",
    query: [],
    body: { schema: "UpdateFunction", limit: "functionBodyBytes" },
    answer: { status: 200, schema: "Function" },
    creates: false,
    errors: ["ServiceNotFound", "FunctionNotFound", "PreconditionFailed"],
  },
  DeleteFunction: {
    resource: "function",
    routes: {
      ...inFc2({ method: "DELETE", path: IN_SERVICE }),
      "2023-03-30": { method: "DELETE", path: FUNCTION },
    },
    names: "function",
    query: [],
    answer: { status: 204 },
    creates: false,
    errors: ["ServiceNotFound", "FunctionNotFound", "FunctionNotEmpty", "PreconditionFailed"],
  },
  ListFunctions: {
    resource: "function",
    routes: {
      ...inFc2({ method: "GET", path: `${SERVICE}/functions` }),
      "2023-03-30": { method: "GET", path: "/functions" },
    },
    names: "qualified service",
    query: LIST,
    answer: { status: 200, schema: "Functions" },
    creates: false,
    errors: ["ServiceNotFound", "VersionNotFound", "AliasNotFound"],
  },
  GetFunctionCode: {
    resource: "function",
    routes: {
      ...inFc2({ method: "GET", path: `${IN_SERVICE}/code` }),
      "2023-03-30": { method: "GET", path: `${FUNCTION}/code` },
    },
    names: "qualified function",
    query: [],
    answer: { status: 200, schema: "FunctionCode" },
    creates: false,
    errors: ["ServiceNotFound", "FunctionNotFound", "VersionNotFound", "AliasNotFound"],
  },
  PublishFunctionVersion: {
    resource: "version",
    routes: {
      ...inFc2({ name: "PublishServiceVersion", method: "POST", path: `${SERVICE}/versions` }),
      "2023-03-30": { method: "POST", path: `${FUNCTION}/versions` },
    },
    names: "owner",
    query: [],
    body: { schema: "PublishVersion" },
    answer: { status: 200, schema: "Version" },
    creates: false,
    errors: ["ServiceNotFound", "FunctionNotFound", "VersionPublishError", "PreconditionFailed"],
  },
  DeleteFunctionVersion: {
    resource: "version",
    routes: {
      ...inFc2({ name: "DeleteServiceVersion", method: "DELETE", path: `${SERVICE}/versions/:version` }),
      "2023-03-30": { method: "DELETE", path: `${FUNCTION}/versions/:version` },
    },
    names: "version of owner",
    query: [],
    answer: { status: 204 },
    creates: false,
    errors: ["ServiceNotFound", "FunctionNotFound", "VersionNotFound"],
  },
  ListFunctionVersions: {
    resource: "version",
    routes: {
      ...inFc2({ name: "ListServiceVersions", method: "GET", path: `${SERVICE}/versions` }),
      "2023-03-30": { method: "GET", path: `${FUNCTION}/versions` },
    },
    names: "owner",
    query: ["limit", "nextToken", "startKey", "direction"],
    answer: { status: 200, schema: "Versions" },
    creates: false,
    errors: ["ServiceNotFound", "FunctionNotFound"],
  },
  CreateAlias: {
    resource: "alias",
    routes: {
      ...inFc2({ method: "POST", path: `${SERVICE}/aliases` }),
      "2023-03-30": { method: "POST", path: `${FUNCTION}/aliases` },
    },
    names: "owner",
    query: [],
    body: { schema: "CreateAlias" },
    answer: { status: 200, schema: "Alias" },
    creates: false,
    errors: ["ServiceNotFound", "FunctionNotFound", "VersionNotFound", "AliasAlreadyExists"],
  },
  GetAlias: {
    resource: "alias",
    routes: {
      ...inFc2({ method: "GET", path: `${SERVICE}/aliases/:alias` }),
      "2023-03-30": { method: "GET", path: `${FUNCTION}/aliases/:alias` },
    },
    names: "alias of owner",
    query: [],
    answer: { status: 200, schema: "Alias" },
    creates: false,
    errors: ["ServiceNotFound", "FunctionNotFound", "AliasNotFound"],
  },
  UpdateAlias: {
    resource: "alias",
    routes: {
      ...inFc2({ method: "PUT", path: `${SERVICE}/aliases/:alias` }),
      "2023-03-30": { method: "PUT", path: `${FUNCTION}/aliases/:alias` },
    },
    names: "alias of owner",
    query: [],
    body: { schema: "UpdateAlias" },
    answer: { status: 200, schema: "Alias" },
    creates: false,
    errors: ["ServiceNotFound", "FunctionNotFound", "VersionNotFound", "AliasNotFound", "PreconditionFailed"],
  },
  DeleteAlias: {
    resource: "alias",
    routes: {
      ...inFc2({ method: "DELETE", path: `${SERVICE}/aliases/:alias` }),
      "2023-03-30": { method: "DELETE", path: `${FUNCTION}/aliases/:alias` },
    },
    names: "alias of owner",
    query: [],
    answer: { status: 204 },
    creates: false,
    errors: ["ServiceNotFound", "FunctionNotFound", "AliasNotFound", "PreconditionFailed"],
  },
  ListAliases: {
    resource: "alias",
    routes: {
      ...inFc2({ method: "GET", path: `${SERVICE}/aliases` }),
      "2023-03-30": { method: "GET", path: `${FUNCTION}/aliases` },
    },
    names: "owner",
    query: LIST,
    answer: { status: 200, schema: "Aliases" },
    creates: false,
    errors: ["ServiceNotFound", "FunctionNotFound"],
  },
  ListTriggers: {
    resource: "none",
    routes: {
      ...inFc2({ method: "GET", path: `${IN_SERVICE}/triggers` }),
      "2023-03-30": { method: "GET", path: `${FUNCTION}/triggers` },
    },
    names: "function",
    query: LIST,
    answer: { status: 200, schema: "EmptyList" },
    creates: false,
    errors: [],
  },
  ListProvisionConfigs: {
    resource: "none",
    routes: {
      ...inFc2({ method: "GET", path: "/provision-configs" }),
      "2023-03-30": { method: "GET", path: "/provision-configs" },
    },
    names: "nothing",
    query: ["limit", "nextToken"],
    answer: { status: 200, schema: "EmptyList" },
    creates: false,
    errors: [],
  },
  ListScalingConfigs: {
    resource: "none",
    routes: { "2023-03-30": { method: "GET", path: "/scaling-configs" } },
    names: "nothing",
    query: ["limit", "nextToken"],
    answer: { status: 200, schema: "EmptyList" },
    creates: false,
    errors: [],
  },
  ListConcurrencyConfigs: {
    resource: "none",
    routes: { "2023-03-30": { method: "GET", path: "/concurrency-configs" } },
    names: "nothing",
    query: ["limit", "nextToken"],
    answer: { status: 200, schema: "EmptyList" },
    creates: false,
    errors: [],
  },
  ListVpcBindings: {
    resource: "none",
    routes: {
      ...inFc2({ method: "GET", path: `${SERVICE}/bindings` }),
      "2023-03-30": { method: "GET", path: `${FUNCTION}/vpc-bindings` },
    },
    names: "owner",
    query: [],
    answer: { status: 200, schema: "EmptyList" },
    creates: false,
    errors: [],
  },
} as const satisfies Record<string, Operation>;

type Rows = typeof rows;

/** An operation's name in the API; where the versions differ, the name in FC 3.0. */
export type OperationName = keyof Rows;

type ShortName<R> = R extends { readonly shortName: infer N extends string } ? N : never;
type RouteName<R> = R extends { readonly name: infer N extends string } ? N : never;

/** An operation's name in the journal, faults, metrics and the log: its short name if it has one. */
export type ShownOperation = {
  [N in OperationName]: Rows[N] extends { readonly shortName: string } ? ShortName<Rows[N]> : N;
}[OperationName];

/** Any name of an operation: its name, its short name, or a version's name for it. */
export type OperationWord =
  | OperationName
  | ShortName<Rows[OperationName]>
  | { [N in OperationName]: RouteName<Rows[N]["routes"][keyof Rows[N]["routes"]]> }[OperationName];

/** The registry of all operations. Routes, documents, filters and the conformance kit are derived from it. */
export const operations: Readonly<Record<OperationName, Operation>> = rows;

/** All operations, in the registry's order. */
export const operationNames = Object.keys(rows) as readonly OperationName[];

/** An operation's name in the journal, faults, metrics and the log. */
export function shownOperation(name: OperationName): ShownOperation {
  return (operations[name].shortName ?? name) as ShownOperation;
}

const named = new Map(
  operationNames.flatMap((name) => {
    const { shortName = name, routes } = operations[name];
    const ownNames = Object.values(routes).map((route) => route.name ?? name);
    return [shortName, name, ...ownNames].map((word) => [word as OperationWord, name] as const);
  }),
);

/** All names of all operations. */
export const operationWords: readonly OperationWord[] = [...named.keys()];

/** The operation with this name, whichever of its names it is; undefined when there is none. */
export function operationNamed(word: OperationWord): OperationName;
export function operationNamed(word: string): OperationName | undefined;
export function operationNamed(word: string): OperationName | undefined {
  return named.get(word as OperationWord);
}

/** Replaces any name of an operation by its name in the journal. Returns any other word unchanged. */
export function shownWord<W extends string>(word: W): W | ShownOperation {
  const name = operationNamed(word);
  return name === undefined ? word : shownOperation(name);
}

/** An operation's route in a version, with its names. */
export interface VersionRoute extends Route {
  readonly operation: OperationName;
  /** The version's name for the operation. */
  readonly name: string;
}

/** The routes of all operations of a version, in the registry's order. */
export function routesOf(version: ApiVersion): VersionRoute[] {
  return operationNames.flatMap((name) => routeOf(version, name) ?? []);
}

/** The route of an operation in a version; undefined when the version does not have the operation. */
export function routeOf(version: ApiVersion, operation: OperationName): VersionRoute | undefined {
  const route = operations[operation].routes[version.id];
  return route && { name: operation, ...route, operation };
}
