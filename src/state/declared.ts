import * as z from "zod/mini";
import { aliasItems, fc2AliasItems } from "../fc/aliases/schema.ts";
import { withoutNulls } from "../fc/bodyItems.ts";
import { NO_CODE } from "../fc/functions/code.ts";
import { fc2FunctionItems, fc3FunctionItems } from "../fc/functions/schema.ts";
import { text } from "../fc/itemSchemas.ts";
import { DEFAULT_QUALIFIER } from "../fc/names.ts";
import {
  type Items,
  type NamedResource,
  type Owner,
  type Range,
  type ResourceChange,
  type Resources,
  type ResourceWrite,
  type StoredAlias,
  type StoredFunction,
  type StoredService,
  type StoredVersion,
  stamp,
} from "../fc/resources.ts";
import { serviceItems } from "../fc/services/schema.ts";
import { rfc3339, timeSchema } from "../lib/time.ts";
import type { Limits } from "./limits.ts";
import { nameSchemas } from "./nameSchemas.ts";

/** Items that may be left out. */
function optional<S extends Readonly<Record<string, z.ZodMiniType>>>(items: S) {
  return Object.fromEntries(Object.entries(items).map(([name, item]) => [name, z.optional(item)])) as {
    readonly [K in keyof S]: z.ZodMiniOptional<z.ZodMiniType<string | number | boolean | object>>;
  };
}

const times = { createdTime: z.optional(timeSchema), lastModifiedTime: z.optional(timeSchema) };
const count = z.optional(z.int({ error: "a whole number from 0" }).check(z.gte(0)));

const functionIdentity = {
  functionId: z.optional(text(64)),
  codeChecksum: z.optional(text(32)),
  codeSize: count,
  ossBucketName: z.optional(text(63)),
  ossObjectName: z.optional(text(1024)),
  ...times,
};

const namedOnce = z.refine(
  (list) => {
    const names = (list as readonly Named[]).map(nameOf);
    return new Set(names).size === names.length;
  },
  { error: "a list that has each name once" },
);

/**
 * The schema of the declarations: which services, functions, versions and aliases a sandbox has. Services have
 * functions, versions and aliases (FC 2.0); functions without a service have their own versions and aliases
 * (FC 3.0). Each is a name, or an object with the name and items of the API.
 */
export function declaredSchema(limits: Limits) {
  const { name, version } = nameSchemas(limits);
  const listOf = <S extends z.ZodMiniType>(element: S, most: number) =>
    z.optional(z.array(element).check(z.maxLength(most), namedOnce));
  const fc2Function = z.union([
    name,
    z.strictObject({ name, ...functionIdentity, ...optional(fc2FunctionItems) }),
  ]);
  const qualifiers = <P extends z.ZodMiniType, A extends Readonly<Record<string, z.ZodMiniType>>>(
    picture: P,
    functions: P | undefined,
    items: A,
  ) => ({
    versions: listOf(
      z.union([
        version,
        z.strictObject({
          versionId: version,
          description: z.optional(text(256)),
          /** The service, or the function, as it was. */
          of: z.optional(picture),
          ...(functions ? { functions: listOf(functions, limits.functions) } : {}),
          ...times,
        }),
      ]),
      limits.qualifiersPerFunction,
    ),
    aliases: listOf(
      z.union([name, z.strictObject({ name, ...optional(items), ...times })]),
      limits.qualifiersPerFunction,
    ),
    lastVersion: count,
  });
  const fc3Items = { ...functionIdentity, ...optional(fc3FunctionItems) };
  const fc2Items = { serviceId: z.optional(text(64)), ...times, ...optional(serviceItems) };
  const service = z.strictObject({
    name,
    functions: listOf(fc2Function, limits.functions),
    ...qualifiers(z.strictObject(fc2Items) as z.ZodMiniType, fc2Function as z.ZodMiniType, fc2AliasItems),
    ...fc2Items,
  });
  const functionWithoutService = z.strictObject({
    name,
    ...qualifiers(z.strictObject(fc3Items) as z.ZodMiniType, undefined, aliasItems),
    ...fc3Items,
  });
  const document = z.strictObject({
    services: listOf(service, limits.services),
    functions: listOf(functionWithoutService, limits.functions),
  });
  return document.check(
    z.refine(
      ({ services = [], functions = [] }) =>
        services.reduce((sum, { functions: its = [] }) => sum + its.length, functions.length) <=
        limits.functions,
      { error: `at most ${limits.functions} functions`, when: ({ issues }) => issues.length === 0 },
    ),
  );
}

/** A name, or an object that has one. */
type Named = string | { readonly name: string } | { readonly versionId: string };

function nameOf(named: Named): string {
  if (typeof named === "string") return named;
  return "versionId" in named ? named.versionId : named.name;
}

/** An element of the declarations, as an object: its items, and what else it says. */
type Described = Readonly<Record<string, unknown>>;

function described(named: unknown): Described {
  return typeof named === "object" && named !== null ? (named as Described) : {};
}

/** The declarations of what a sandbox has. */
export type Declared = z.infer<ReturnType<typeof declaredSchema>>;

/** The declarations, as far as this file looks into them. */
interface Document {
  readonly services?: readonly DeclaredService[] | undefined;
  readonly functions?: readonly DeclaredFunction[] | undefined;
}

interface DeclaredQualifiers {
  readonly versions?: readonly (string | ({ readonly versionId: string } & object))[] | undefined;
  readonly aliases?: readonly (string | ({ readonly name: string } & object))[] | undefined;
  readonly lastVersion?: number | undefined;
}

interface DeclaredService extends DeclaredQualifiers {
  readonly name: string;
  readonly functions?: readonly (string | ({ readonly name: string } & object))[] | undefined;
}

interface DeclaredFunction extends DeclaredQualifiers {
  readonly name: string;
}

/** A contradiction that the schema does not detect, as a sentence; undefined when there is none. */
export function contradictionInDeclared({ services = [], functions = [] }: Document): string | undefined {
  for (const { name, versions = [], aliases = [] } of [...services, ...functions]) {
    const numbers = new Set(versions.map(nameOf));
    for (const alias of aliases) {
      const { versionId } = described(alias);
      if (nameOf(alias) === DEFAULT_QUALIFIER) return `${name} has an alias LATEST, which is no alias.`;
      if (versionId === undefined || versionId === DEFAULT_QUALIFIER) continue;
      if (!numbers.has(String(versionId))) {
        return `The alias ${nameOf(alias)} of ${name} points to version ${versionId}, which is not declared.`;
      }
    }
  }
  return undefined;
}

// Everything.
const ALL: Range = { prefix: "", from: "", after: undefined, most: -1 };

/** What a sandbox has, by names alone. */
export function declaredNames(resources: Resources): Declared {
  return documentOf(resources, {
    service: () => ({}),
    function: () => ({}),
    functionOfService: ({ name }) => name,
    version: (_, { name }) => name,
    alias: ({ name }) => name,
  });
}

/** What a sandbox has, with everything that is stored but the code. */
export function describeAll(resources: Resources): Declared {
  const describeNamedFunction = ({ name, value }: NamedResource<StoredFunction>) => ({
    name,
    ...describeFunction(value),
  });
  return documentOf(resources, {
    service: (service) => ({ ...describeService(service), lastVersion: service.lastVersion }),
    function: (it) => ({ ...describeFunction(it), lastVersion: it.lastVersion }),
    functionOfService: describeNamedFunction,
    version: (owner, { name, value }) => ({
      versionId: name,
      description: value.description,
      ...describeTimes(value),
      of: "code" in value.of ? describeFunction(value.of) : describeService(value.of),
      ...(owner.service
        ? { functions: resources.functions(owner.service, name, ALL).map(describeNamedFunction) }
        : {}),
    }),
    alias: ({ name, value }) => ({
      name,
      versionId: value.versionId,
      ...value.items,
      ...describeTimes(value),
    }),
  });
}

/** What a document says of each resource. */
interface Description {
  service(service: StoredService): object;
  function(it: StoredFunction): object;
  functionOfService(it: NamedResource<StoredFunction>): string | ({ readonly name: string } & object);
  version(
    owner: Owner,
    version: NamedResource<StoredVersion>,
  ): string | ({ readonly versionId: string } & object);
  alias(alias: NamedResource<StoredAlias>): string | ({ readonly name: string } & object);
}

function documentOf(resources: Resources, say: Description): Declared {
  const qualifiers = (owner: Owner): DeclaredQualifiers =>
    withoutEmpty({
      versions: resources.versions(owner, ALL, "FORWARD").map((version) => say.version(owner, version)),
      aliases: resources.aliases(owner, ALL).map((alias) => say.alias(alias)),
    });
  const services = resources.services(ALL).map(
    ({ name, value }): DeclaredService => ({
      name,
      ...say.service(value),
      ...withoutEmpty({
        functions: resources.functions(name, undefined, ALL).map((one) => say.functionOfService(one)),
      }),
      ...qualifiers({ service: name, function: "" }),
    }),
  );
  const functions = resources.functions("", undefined, ALL).map(
    ({ name, value }): DeclaredFunction => ({
      name,
      ...say.function(value),
      ...qualifiers({ service: "", function: name }),
    }),
  );
  // Its parts are of the schema: names, and items that were checked when they were stored.
  return withoutEmpty({ services, functions }) as Declared;
}

function withoutEmpty<T extends Readonly<Record<string, readonly unknown[]>>>(lists: T): Partial<T> {
  return Object.fromEntries(Object.entries(lists).filter(([, list]) => list.length > 0)) as Partial<T>;
}

function describeTimes({
  createdTime,
  lastModifiedTime,
}: StoredAlias | StoredVersion | StoredFunction | StoredService) {
  return { createdTime: rfc3339(createdTime), lastModifiedTime: rfc3339(lastModifiedTime) };
}

function describeService(service: StoredService) {
  return { serviceId: service.id, ...describeTimes(service), ...service.items };
}

function describeFunction(it: StoredFunction) {
  const { checksum, size, bucket } = it.code;
  return {
    functionId: it.id,
    ...describeTimes(it),
    ...it.items,
    codeChecksum: checksum,
    codeSize: size,
    ...(bucket ? { ossBucketName: bucket.name, ossObjectName: bucket.object } : {}),
  };
}

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
      if (typeof version === "string" && resources.version(owner, name)) return [];
      return [{ kind: "version", owner, name, ...versionFrom(owner, described(version), written, now) }];
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
  const isNameOnly = Object.keys(given).every((item) => item === "name");
  if (before && isNameOnly) return before;
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

function versionFrom(
  { service }: Owner,
  { description, of, functions, createdTime, lastModifiedTime }: Described,
  owner: StoredService | StoredFunction,
  now: number,
): { readonly value: StoredVersion; readonly functions?: readonly NamedResource<StoredFunction>[] } {
  const from = service ? serviceFrom : functionFrom;
  const picture =
    of === undefined ? owner : { ...from(described(of), undefined, now), lastVersion: owner.lastVersion };
  const value = {
    description: String(description ?? ""),
    of: picture,
    ...stampFrom({ createdTime, lastModifiedTime }, now),
  };
  if (functions === undefined) return { value };
  const its = (functions as readonly Named[]).map((one) => ({
    name: nameOf(one),
    value: functionFrom(described(one), undefined, now),
  }));
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
  if (before && Object.keys(given).length === 0) {
    const isThere = before.versionId === DEFAULT_QUALIFIER || versions.includes(Number(before.versionId));
    return isThere ? before : { ...before, versionId: newest };
  }
  return {
    versionId: String(versionId ?? newest),
    items: itemsOf(items),
    ...stampFrom({ createdTime, lastModifiedTime }, now),
  };
}
