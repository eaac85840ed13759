import { withoutNulls } from "../fc/bodyItems.ts";
import { NO_CODE } from "../fc/functions/code.ts";
import { DEFAULT_QUALIFIER } from "../fc/names.ts";
import {
  ALL,
  type Items,
  type NamedResource,
  type Owner,
  type ResourceChange,
  type Resources,
  type ResourceWrite,
  type StoredAlias,
  type StoredFunction,
  type StoredService,
  type StoredVersion,
  stamp,
} from "../fc/resources.ts";
import {
  type DeclaredFunction,
  type DeclaredQualifiers,
  type DeclaredService,
  type Described,
  type Document,
  described,
  type Named,
  nameOf,
} from "./declared.ts";

/**
 * The writes that make a sandbox have exactly what is declared. A resource that is declared by its name alone,
 * and is there, stays as it is. `now` is in milliseconds since 1970.
 */
export function declaredChange(declared: Document, resources: Resources, now: number): ResourceChange {
  const services = declared.services ?? [];
  const functions = declared.functions ?? [];
  const kept = new Set(services.map(({ name }) => name));
  const deletions: ResourceWrite[] = [];
  for (const { name } of resources.services(ALL)) {
    const owner = { service: name, function: "" };
    const { functions: its = [], ...qualifiers } = services.find((one) => one.name === name) ?? { name };
    deletions.push(...withdrawn(owner, qualifiers, resources));
    const names = new Set(its.map(nameOf));
    for (const one of resources.functions(name, undefined, ALL)) {
      if (!names.has(one.name)) {
        deletions.push({ kind: "function", name: { service: name, function: one.name }, value: null });
      }
    }
    if (!kept.has(name)) deletions.push({ kind: "service", name, value: null });
  }
  for (const { name } of resources.functions("", undefined, ALL)) {
    const owner = { service: "", function: name };
    const found = functions.find((one) => one.name === name);
    deletions.push(...withdrawn(owner, found ?? {}, resources));
    if (!found) deletions.push({ kind: "function", name: owner, value: null });
  }
  const writes = [
    ...services.flatMap((service) => serviceWrites(service, resources, now)),
    ...functions.flatMap((one) => {
      const owner = { service: "", function: one.name };
      const value = functionFrom(withoutQualifiers(one), resources.function(owner), now);
      return ownerWrites(owner, value, one, resources, now, (written) => ({
        kind: "function",
        name: owner,
        value: written,
      }));
    }),
  ];
  return [...deletions, ...writes];
}

/** Deletes the versions and aliases of an owner that are no longer declared. */
function withdrawn(
  owner: Owner,
  { versions = [], aliases = [] }: DeclaredQualifiers,
  resources: Resources,
): ResourceWrite[] {
  const declaredVersions = new Set(versions.map(nameOf));
  const declaredAliases = new Set(aliases.map(nameOf));
  return [
    ...resources
      .aliases(owner, ALL)
      .filter(({ name }) => !declaredAliases.has(name))
      .map(({ name }): ResourceWrite => ({ kind: "alias", owner, name, value: null })),
    ...resources
      .versions(owner, ALL, "FORWARD")
      .filter(({ name }) => !declaredVersions.has(name))
      .map(({ name }): ResourceWrite => ({ kind: "version", owner, name, value: null })),
  ];
}

function withoutQualifiers({
  versions: _,
  aliases: __,
  lastVersion: ___,
  ...rest
}: DeclaredFunction): Described {
  return rest;
}

function serviceWrites(service: DeclaredService, resources: Resources, now: number): ResourceWrite[] {
  const { name, functions = [], versions: _, aliases: __, lastVersion: ___, ...own } = service;
  const owner = { service: name, function: "" };
  const value = serviceFrom(own, resources.service(name), now);
  const functionWrites = functions.map((one): ResourceWrite => {
    const functionName = { service: name, function: nameOf(one) };
    const before = resources.function(functionName);
    return { kind: "function", name: functionName, value: functionFrom(described(one), before, now) };
  });
  return ownerWrites(
    owner,
    value,
    service,
    resources,
    now,
    (written) => ({ kind: "service", name, value: written }),
    functionWrites,
  );
}

/** The writes of an owner with its versions and aliases; with a service, its functions come first. */
function ownerWrites<T extends StoredService | StoredFunction>(
  owner: Owner,
  value: T,
  declared: DeclaredQualifiers,
  resources: Resources,
  now: number,
  write: (value: T) => ResourceWrite,
  functions: readonly ResourceWrite[] = [],
): ResourceWrite[] {
  const { versions = [], aliases = [] } = declared;
  const numbers = versions.map((version) => Number(nameOf(version)));
  const lastVersion = Math.max(value.lastVersion, declared.lastVersion ?? 0, ...numbers);
  const written = { ...value, lastVersion };
  return [
    write(written),
    ...functions,
    ...versions.flatMap((version): ResourceWrite[] => {
      const name = nameOf(version);
      if (isNameOnly(described(version)) && resources.version(owner, name)) return [];
      const present = { owner: written, functions };
      return [{ kind: "version", owner, name, ...versionFrom(owner, described(version), present, now) }];
    }),
    ...aliases.map((alias): ResourceWrite => {
      const name = nameOf(alias);
      const before = resources.alias(owner, name);
      return { kind: "alias", owner, name, value: aliasFrom(described(alias), before, numbers, now) };
    }),
  ];
}

function stampFrom({ createdTime, lastModifiedTime }: Described, now: number) {
  const [created, modified] = [createdTime ?? lastModifiedTime, lastModifiedTime ?? createdTime];
  const { etag } = stamp(now);
  return {
    createdTime: created === undefined ? now : Date.parse(String(created)),
    lastModifiedTime: modified === undefined ? now : Date.parse(String(modified)),
    etag,
  };
}

/** Whether something is declared by its name alone. */
function isNameOnly(given: Described): boolean {
  return Object.keys(given).every((item) => item === "name" || item === "versionId");
}

function itemsOf(given: Described): Items {
  return withoutNulls(given) as Items;
}

function serviceFrom(given: Described, before: StoredService | undefined, now: number): StoredService {
  const { serviceId, createdTime, lastModifiedTime, ...items } = given;
  if (before && Object.keys(given).length === 0) return before;
  return {
    id: String(serviceId ?? before?.id ?? crypto.randomUUID()),
    lastVersion: before?.lastVersion ?? 0,
    items: itemsOf(items),
    ...stampFrom({ createdTime, lastModifiedTime }, now),
  };
}

/** The runtime and handler of a function that is declared without them. */
const DECLARED_ITEMS = { runtime: "custom.debian12", handler: "index.handler" };

function functionFrom(given: Described, before: StoredFunction | undefined, now: number): StoredFunction {
  const {
    name: _,
    functionId,
    codeChecksum,
    codeSize,
    ossBucketName,
    ossObjectName,
    createdTime,
    lastModifiedTime,
    ...items
  } = given;
  if (before && isNameOnly(given)) return before;
  const code = {
    checksum: String(codeChecksum ?? NO_CODE.checksum),
    size: Number(codeSize ?? NO_CODE.size),
    ...(ossBucketName && ossObjectName
      ? { bucket: { name: String(ossBucketName), object: String(ossObjectName) } }
      : {}),
  };
  const keepsCode = before?.code.stored !== undefined && before.code.checksum === code.checksum;
  return {
    id: String(functionId ?? before?.id ?? crypto.randomUUID()),
    lastVersion: before?.lastVersion ?? 0,
    items: { ...DECLARED_ITEMS, ...itemsOf(items) },
    code: keepsCode ? before.code : code,
    ...stampFrom({ createdTime, lastModifiedTime }, now),
  };
}

/** An owner as it is declared, and with a service the writes of its functions. */
interface Present {
  readonly owner: StoredService | StoredFunction;
  readonly functions: readonly ResourceWrite[];
}

/**
 * A picture in a version, as the same state as the present one if they don't differ: so nothing has changed
 * since that version was published. Code is in no declaration, so its checksum stands for it.
 */
function sameState<T extends StoredService | StoredFunction>(picture: T, present: T | undefined): T {
  const contentOf = (one: T) => {
    const code = "code" in one ? { ...one.code, stored: undefined } : undefined;
    return JSON.stringify({ ...one, etag: undefined, code });
  };
  return present && contentOf(picture) === contentOf(present) ? present : picture;
}

function versionFrom(
  { service }: Owner,
  { description, of, functions, createdTime, lastModifiedTime }: Described,
  present: Present,
  now: number,
): { readonly value: StoredVersion; readonly functions?: readonly NamedResource<StoredFunction>[] } {
  const from = service ? serviceFrom : functionFrom;
  const picture =
    of === undefined
      ? present.owner
      : sameState(
          { ...from(described(of), undefined, now), lastVersion: present.owner.lastVersion },
          present.owner,
        );
  const value = {
    description: String(description ?? ""),
    of: picture,
    ...stampFrom({ createdTime, lastModifiedTime }, now),
  };
  if (functions === undefined) return { value };
  const its = (functions as readonly Named[]).map((one) => {
    const name = nameOf(one);
    const written = present.functions.find(
      (write) => write.kind === "function" && write.name.function === name,
    );
    const picture = functionFrom(described(one), undefined, now);
    return { name, value: sameState(picture, written?.value as StoredFunction | undefined) };
  });
  return { value, functions: its };
}

function aliasFrom(
  given: Described,
  before: StoredAlias | undefined,
  versions: readonly number[],
  now: number,
): StoredAlias {
  const { name: _, versionId, createdTime, lastModifiedTime, ...items } = given;
  const newest = versions.length > 0 ? String(Math.max(...versions)) : DEFAULT_QUALIFIER;
  if (before && versionId === undefined && isNameOnly(given)) {
    const isThere = before.versionId === DEFAULT_QUALIFIER || versions.includes(Number(before.versionId));
    return isThere ? before : { ...before, versionId: newest };
  }
  return {
    id: before?.id ?? crypto.randomUUID(),
    versionId: String(versionId ?? newest),
    items: itemsOf(items),
    ...stampFrom({ createdTime, lastModifiedTime }, now),
  };
}
