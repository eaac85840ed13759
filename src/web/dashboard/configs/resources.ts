import type { Declared } from "../../../client/index.ts";
import { functionDefaults } from "../../../fc/functions/defaults.ts";
import { DEFAULT_QUALIFIER, type FunctionName, functionKey } from "../../../fc/names.ts";
import { type Owner, ownerOf } from "../../../fc/resources.ts";
import { text as words } from "../text/text.ts";

/** The services and functions of a sandbox as the dashboard shows them, by `functionKey`. */
export interface ShownResources {
  readonly services: ReadonlyMap<string, ShownService>;
  readonly functions: ReadonlyMap<string, ShownFunction>;
}

export const NO_RESOURCES: ShownResources = { services: new Map(), functions: new Map() };

export interface ShownVersion {
  readonly name: string;
  readonly description: string;
  readonly createdTime: string;
}

export interface ShownAlias {
  readonly name: string;
  readonly versionId: string;
  /** The version that gets a part of the invocations, with its weight, where the alias has one. */
  readonly additional: readonly [version: string, weight: number] | undefined;
  readonly createdTime: string;
}

/** A resource that has versions and aliases: a service (FC 2.0), or a function without a service (FC 3.0). */
export interface ShownOwner {
  readonly owner: Owner;
  /** The versions, newest first. */
  readonly versions: readonly ShownVersion[];
  readonly aliases: readonly ShownAlias[];
}

export interface ShownService extends ShownOwner {
  readonly id: string;
  readonly description: string;
  readonly createdTime: string;
}

/** A function. A function of FC 2.0 has no versions and aliases: its service has them. */
export interface ShownFunction extends FunctionName, ShownOwner {
  readonly id: string;
  readonly description: string;
  readonly runtime: string;
  readonly handler: string;
  /** MB. */
  readonly memorySize: number;
  /** Seconds. */
  readonly timeout: number;
  /** Bytes. */
  readonly codeSize: number;
  readonly createdTime: string;
}

/** A resource in the document of what exists; the schema has items of many types. */
type Described = Readonly<Record<string, unknown>>;

/** What exists, from the document that the control plane answers with when asked for details. */
export function resourcesOf({ services = [], functions = [] }: Declared): ShownResources {
  const all = [
    ...services.flatMap(({ name: service, functions: its = [] }) =>
      its.map((one) => shownFunction({ service, function: nameOf(one) }, one as Described)),
    ),
    ...functions.map((one) => shownFunction({ service: "", function: one.name }, one)),
  ];
  return {
    services: new Map(services.map((service) => [service.name, shownService(service)])),
    functions: new Map(all.map((one) => [functionKey(one), one])),
  };
}

function nameOf(named: string | { readonly name: string }): string {
  return typeof named === "string" ? named : named.name;
}

function shownService(service: Described & { readonly name: string }): ShownService {
  return {
    ...shownOwner({ service: service.name, function: "" }, service),
    id: text(service["serviceId"]),
    description: text(service["description"]),
    createdTime: text(service["createdTime"]),
  };
}

function shownFunction(name: FunctionName, given: Described): ShownFunction {
  const items = { ...functionDefaults(name.service !== ""), ...given };
  return {
    ...name,
    ...shownOwner(ownerOf(name), name.service ? {} : given),
    id: text(given["functionId"]),
    description: text(given["description"]),
    runtime: text(given["runtime"]),
    handler: text(given["handler"]),
    memorySize: Number(items.memorySize),
    timeout: Number(items.timeout),
    codeSize: Number(given["codeSize"] ?? 0),
    createdTime: text(given["createdTime"]),
  };
}

function shownOwner(owner: Owner, { versions = [], aliases = [] }: Described): ShownOwner {
  const shownVersions = (versions as readonly Described[]).map((version) => ({
    name: text(version["versionId"]),
    description: text(version["description"]),
    createdTime: text(version["createdTime"]),
  }));
  const shownAliases = (aliases as readonly Described[]).map((alias) => {
    const [additional] = Object.entries((alias["additionalVersionWeight"] ?? {}) as Record<string, number>);
    return {
      name: text(alias["name"]),
      versionId: text(alias["versionId"]),
      additional,
      createdTime: text(alias["createdTime"]),
    };
  });
  return { owner, versions: shownVersions.reverse(), aliases: shownAliases };
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

/** A function's name, or its service's, for display. */
export function nameText({ service, function: name }: FunctionName): string {
  return [service, name].filter(Boolean).join(" / ");
}

/** What an owner of versions and aliases is, for display. */
export function ownerText({ service, function: name }: Owner): string {
  return service ? words().forms.serviceText(service) : name;
}

/** What has versions and aliases under this name; undefined when it does not exist. */
export function findOwner(owner: Owner, resources: ShownResources): ShownOwner | undefined {
  return owner.service ? resources.services.get(owner.service) : resources.functions.get(functionKey(owner));
}

/** Where an alias points, for display. */
export function aliasText({ versionId, additional }: ShownAlias): string {
  if (additional === undefined) return versionId;
  const [version, weight] = additional;
  return `${versionId}, ${Math.round(weight * 1000) / 10} % ${version}`;
}

/** The qualifiers that a function has: LATEST, its aliases, and its versions, newest first. */
export function qualifiersOf(name: FunctionName, resources: ShownResources): string[] {
  const { versions = [], aliases = [] } = findOwner(ownerOf(name), resources) ?? {};
  return [
    DEFAULT_QUALIFIER,
    ...aliases.map((alias) => alias.name),
    ...versions.map((version) => version.name),
  ];
}

/**
 * Whether something that was there is no longer there, or was replaced by another of its name: then configs
 * may have gone with it.
 */
export function hasLost(before: ShownResources, after: ShownResources): boolean {
  const present = new Set(identities(after));
  return identities(before).some((identity) => !present.has(identity));
}

function identities({ services, functions }: ShownResources): string[] {
  return [...services.values(), ...functions.values()].flatMap((one) => [
    one.id,
    ...[...one.versions, ...one.aliases].map((its) => `${one.id} ${its.name} ${its.createdTime}`),
  ]);
}
