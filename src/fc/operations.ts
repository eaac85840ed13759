import type { ErrorCode } from "./errors.ts";
import type { ApiVersion } from "./versions.ts";

/**
 * What a request names: a function with a qualifier, or a function that may be absent. Where the path has no
 * function, the query may name it; without a name, the request is for all functions.
 */
type Named = "qualified function" | "function or all";

/** An operation's route in one version of the API. */
interface Route {
  /** The version's name for the operation, where it differs from the key in the registry. */
  readonly name?: string;
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  /** Below the version's prefix. Its parameters are `:service` and `:function`. */
  readonly path: string;
}

/** An operation of the API: everything but its behaviour, which is in handlers.ts. */
export interface Operation {
  /** The name in the journal, faults, metrics and the log, where it differs from the key in the registry. */
  readonly shortName?: string;
  readonly routes: { readonly [V in ApiVersion["id"]]?: Route };
  readonly names: Named;
  /** The query parameters, without the parameters that name the function and the qualifier. */
  readonly query: readonly ("limit" | "nextToken")[];
  /** The JSON body that a request may have. */
  readonly body?: { readonly schema: "AsyncInvokeConfigInput" };
  /** The response on success. Status 204 has no body, so no schema. */
  readonly answer: {
    readonly status: 200 | 204;
    readonly schema?: "AsyncInvokeConfig" | "AsyncInvokeConfigs";
  };
  /**
   * Whether the operation can create what it names. Only such an operation registers a function with its
   * sandbox.
   */
  readonly creates: boolean;
  /**
   * The error codes of this operation only. Codes shared by all operations, and those of names and bodies,
   * are omitted.
   */
  readonly errors: readonly ErrorCode[];
}

const IN_SERVICE = "/services/:service/functions/:function";

/** The same route in both versions of FC 2.0. */
function inFc2<const R extends Route>(route: R) {
  return { "2016-08-15": route, "2021-04-06": route } as const;
}

// Sources: PutFunctionAsyncInvokeConfig (2016-08-15), the 2021-04-06 and 2023-03-30 API references, and the
// requests of the official SDKs.
const rows = {
  PutAsyncInvokeConfig: {
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
