import { aliasOperations } from "./aliases/registry.ts";
import { configOperations } from "./asyncConfig/registry.ts";
import { emptyListOperations } from "./emptyLists/registry.ts";
import { functionOperations } from "./functions/registry.ts";
import { invocationOperations } from "./invocations/registry.ts";
import type { Operation, Route } from "./operation.ts";
import { serviceOperations } from "./services/registry.ts";
import { versionOperations } from "./versions/registry.ts";
import type { ApiVersion } from "./versions.ts";

export type { Operation };

const rows = {
  ...configOperations,
  ...invocationOperations,
  ...serviceOperations,
  ...functionOperations,
  ...versionOperations,
  ...aliasOperations,
  ...emptyListOperations,
} as const;

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
