import type { FunctionName } from "../../../fc/names.ts";
import type { OperationName } from "../../../fc/operations.ts";
import { type Owner, ownerOf } from "../../../fc/resources.ts";
import { type ApiCall, addressOf } from "../api.ts";
import { text } from "../text/text.ts";
import { type ShownConfig, titleOf } from "./configs.ts";
import { findOwner, nameText, ownerText, type ShownOwner, type ShownResources } from "./resources.ts";

/** What is to be deleted. */
export type Target =
  | { readonly kind: "service"; readonly name: FunctionName }
  | { readonly kind: "function"; readonly name: FunctionName }
  | { readonly kind: "version"; readonly owner: Owner; readonly id: string }
  | { readonly kind: "alias"; readonly owner: Owner; readonly id: string };

/** A kind of what is deleted with a resource. */
type LostKind = "functions" | "versions" | "aliases" | "configs";

/** What a deletion does. */
export interface Deletion {
  /** What is deleted, for display. */
  readonly title: string;
  /** What is deleted with it, by kind; no kind is empty. */
  readonly with: readonly { readonly kind: LostKind; readonly names: readonly string[] }[];
  /** The aliases that point to the version that is deleted, and stay. */
  readonly pointing: readonly string[];
  /** The requests, in the order that the API wants: what a resource has goes before the resource. */
  readonly calls: readonly ApiCall[];
}

/** What a version or an alias is called, with what has it. */
export function qualifierTitle(kind: "version" | "alias", id: string, owner: Owner): string {
  const { configs, forms } = text();
  const what = kind === "version" ? configs.version : configs.alias;
  return forms.qualifierText(what.toLowerCase(), id, ownerText(owner));
}

/** What the deletion of a resource does to what hangs on it. */
export function deletionOf(
  target: Target,
  resources: ShownResources,
  configs: readonly ShownConfig[],
): Deletion {
  if (target.kind === "service") return serviceDeletion(target.name, resources, configs);
  if (target.kind === "function") return functionDeletion(target.name, resources, configs);
  const { kind, owner, id } = target;
  const lost = configs.filter((config) => config.qualifier === id && belongsTo(owner, config));
  const aliases = kind === "version" ? (findOwner(owner, resources)?.aliases ?? []) : [];
  const pointing = aliases.filter((alias) => alias.versionId === id || alias.additional?.[0] === id);
  return {
    title: qualifierTitle(kind, id, owner),
    with: named({ configs: lost.map(titleOf) }),
    pointing: pointing.map(({ name }) => name),
    calls: [kind === "version" ? versionCall(owner, id) : aliasCall(owner, id)],
  };
}

function serviceDeletion(
  name: FunctionName,
  resources: ShownResources,
  configs: readonly ShownConfig[],
): Deletion {
  const functions = [...resources.functions.values()].filter(({ service }) => service === name.service);
  const names = new Set(functions.map((one) => one.function));
  const its = ownersQualifiers(resources.services.get(name.service));
  const lost = configs.filter(
    (config) =>
      config.service === name.service && (names.has(config.function) || its.names.has(config.qualifier)),
  );
  return {
    title: text().forms.serviceText(name.service),
    with: named({
      functions: functions.map((one) => one.function),
      versions: its.versions,
      aliases: its.aliases,
      configs: lost.map(titleOf),
    }),
    pointing: [],
    calls: [
      ...its.calls,
      ...functions.map((one) => functionCall(one)),
      deletionCall("DeleteService", { service: name.service }, "ServiceNotFound"),
    ],
  };
}

function functionDeletion(
  name: FunctionName,
  resources: ShownResources,
  configs: readonly ShownConfig[],
): Deletion {
  // Versions and aliases of a service outlive its functions.
  const its = ownersQualifiers(name.service ? undefined : findOwner(ownerOf(name), resources));
  const lost = configs.filter(
    ({ service, function: its }) => service === name.service && its === name.function,
  );
  return {
    title: nameText(name),
    with: named({
      versions: its.versions,
      aliases: its.aliases,
      configs: lost.map(({ qualifier }) => qualifier),
    }),
    pointing: [],
    calls: [...its.calls, functionCall(name)],
  };
}

function ownersQualifiers(found: ShownOwner | undefined) {
  const [versions, aliases] = [found?.versions ?? [], found?.aliases ?? []].map((list) =>
    list.map(({ name }) => name),
  ) as [string[], string[]];
  const calls = found
    ? [
        ...aliases.map((name) => aliasCall(found.owner, name)),
        ...versions.map((name) => versionCall(found.owner, name)),
      ]
    : [];
  return { versions, aliases, names: new Set([...versions, ...aliases]), calls };
}

function belongsTo(owner: Owner, config: FunctionName): boolean {
  const { service, function: name } = ownerOf(config);
  return service === owner.service && name === owner.function;
}

function named(lists: Readonly<Partial<Record<LostKind, readonly string[]>>>): Deletion["with"] {
  return Object.entries(lists)
    .filter(([, names]) => names.length > 0)
    .map(([kind, names]) => ({ kind: kind as LostKind, names }));
}

function deletionCall(
  operation: OperationName,
  names: Parameters<typeof addressOf>[1],
  done: NonNullable<ApiCall["done"]>[number],
): ApiCall {
  return { ...addressOf(operation, names), done: [done, "ServiceNotFound", "FunctionNotFound"] };
}

function functionCall(name: FunctionName): ApiCall {
  return deletionCall("DeleteFunction", name, "FunctionNotFound");
}

function versionCall(owner: Owner, version: string): ApiCall {
  return deletionCall("DeleteFunctionVersion", { ...owner, version }, "VersionNotFound");
}

function aliasCall(owner: Owner, alias: string): ApiCall {
  return deletionCall("DeleteAlias", { ...owner, alias }, "AliasNotFound");
}
