import type { ErrorCode } from "./errors.ts";
import type { ApiVersion } from "./versions.ts";

/**
 * What a request names: a function with a qualifier, or a function. Where the path has no function, the query may name
 * one; without it the request is for all functions.
 */
type Named = "qualified function" | "function or all";

/** Where one version of the API has an operation. */
interface Route {
  /** The version's own name for the operation, where it differs. */
  readonly name?: string;
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  /** Below the version's prefix. Its parameters are `:service` and `:function`. */
  readonly path: string;
}

/** An operation of the API: all that is known of it but what it does. */
export interface Operation {
  /** What the journal, faults, metrics and the log call it, where that is not its name. */
  readonly shortName?: string;
  readonly routes: { readonly [V in ApiVersion["id"]]?: Route };
  readonly names: Named;
  /** The query's parameters besides names. */
  readonly query: readonly ("limit" | "nextToken")[];
  /** The JSON that a request may have. */
  readonly body?: { readonly schema: "AsyncInvokeConfigInput" };
  /** What comes of a request that succeeds; the status is 204 where there is no body. */
  readonly answer: {
    readonly status: 200 | 204;
    readonly schema?: "AsyncInvokeConfig" | "AsyncInvokeConfigs";
  };
  /** Whether it creates what it names: only then a function becomes one of its sandbox's. */
  readonly creates: boolean;
  /** The codes that it fails with besides those of every operation, of its names and of its body. */
  readonly errors: readonly ErrorCode[];
}

const IN_SERVICE = "/services/:service/functions/:function";

/** Both versions of FC 2.0 have an operation at the same place. */
function inFc2<const R extends Route>(route: R) {
  return { "2016-08-15": route, "2021-04-06": route } as const;
}

// Sources: PutFunctionAsyncInvokeConfig (2016-08-15), the 2021-04-06 and 2023-03-30 API references, and the requests of
// the official SDKs.
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

/** An operation's name: the API's own, that of FC 3.0 where the versions differ. */
export type OperationName = keyof Rows;

type ShortName<R> = R extends { readonly shortName: infer N extends string } ? N : never;
type RouteName<R> = R extends { readonly name: infer N extends string } ? N : never;

/** An operation as the journal, faults, metrics and the log call it. */
export type ShownOperation = {
  [N in OperationName]: Rows[N] extends { readonly shortName: string } ? ShortName<Rows[N]> : N;
}[OperationName];

/** Any word for an operation: its name, its short name, or what a version calls it. */
export type OperationWord =
  | OperationName
  | ShortName<Rows[OperationName]>
  | { [N in OperationName]: RouteName<Rows[N]["routes"][keyof Rows[N]["routes"]]> }[OperationName];

/** The registry: every operation there is. Routes, documents, filters and the conformance kit are made of it. */
export const operations: Readonly<Record<OperationName, Operation>> = rows;

/** All operations, in the registry's order. */
export const operationNames = Object.keys(rows) as readonly OperationName[];

/** What the journal, faults, metrics and the log call an operation: its short name where it has one. */
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

/** All words for operations. */
export const operationWords: readonly OperationWord[] = [...named.keys()];

/** The operation that a word stands for; undefined where it stands for none. */
export function operationNamed(word: OperationWord): OperationName;
export function operationNamed(word: string): OperationName | undefined;
export function operationNamed(word: string): OperationName | undefined {
  return named.get(word as OperationWord);
}

/** A word for an operation as the journal writes it; any other word as it is. */
export function shownWord<W extends string>(word: W): W | ShownOperation {
  const name = operationNamed(word);
  return name === undefined ? word : shownOperation(name);
}

/** An operation as one version of the API has it. */
export interface VersionRoute extends Route {
  readonly operation: OperationName;
  /** What the version calls the operation. */
  readonly name: string;
}

/** The operations that a version has, in the registry's order. */
export function routesOf(version: ApiVersion): VersionRoute[] {
  return operationNames.flatMap((name) => routeOf(version, name) ?? []);
}

/** Where a version has an operation; undefined when it has it not. */
export function routeOf(version: ApiVersion, operation: OperationName): VersionRoute | undefined {
  const route = operations[operation].routes[version.id];
  return route && { name: operation, ...route, operation };
}
