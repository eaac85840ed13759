import * as z from "zod/mini";
import { aliasItems, fc2AliasItems } from "../fc/aliases/schema.ts";
import { byteLength } from "../fc/bodyItems.ts";
import { fc2FunctionItems, fc3FunctionItems } from "../fc/functions/schema.ts";
import { MAX_DESCRIPTION, text } from "../fc/itemSchemas.ts";
import { DEFAULT_QUALIFIER, MAX_VERSION, MAX_VERSION_DIGITS, VERSION } from "../fc/names.ts";
import { serviceItems } from "../fc/services/schema.ts";
import { timeSchema } from "../lib/time.ts";
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

const LAST_VERSION = `a whole number from 0 to ${MAX_VERSION}`;

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
    z.optional(z.array(element).check(z.maxLength(most), namedOnce, fits));
  const fits = z.refine(
    (list) => (list as readonly unknown[]).every((one) => byteLength(ownItems(one)) <= limits.bodyBytes),
    { error: `a list of at most ${limits.bodyBytes} bytes each` },
  );
  const fc2Function = either("a name", [
    name,
    z.strictObject({ name, ...functionIdentity, ...optional(fc2FunctionItems) }),
  ]);
  const qualifiers = <P extends z.ZodMiniType, A extends Readonly<Record<string, z.ZodMiniType>>>(
    picture: P,
    functions: P | undefined,
    items: A,
  ) => ({
    versions: listOf(
      either("a version's number", [
        version,
        z.strictObject({
          versionId: version,
          description: z.optional(text(MAX_DESCRIPTION)),
          /** The service, or the function, as it was. */
          of: z.optional(picture),
          ...(functions ? { functions: listOf(functions, limits.functions) } : {}),
          ...times,
        }),
      ]),
      limits.qualifiersPerFunction,
    ),
    aliases: listOf(
      either("a name", [name, z.strictObject({ name, ...optional(items), ...times })]),
      limits.qualifiersPerFunction,
    ),
    lastVersion: z.optional(
      z
        .int({ error: LAST_VERSION })
        .check(z.gte(0, { error: LAST_VERSION }), z.lte(MAX_VERSION, { error: LAST_VERSION })),
    ),
  });
  const fc3Items = { ...functionIdentity, ...optional(fc3FunctionItems) };
  const fc2Items = { serviceId: z.optional(text(64)), ...times, ...optional(serviceItems) };
  const service = z.strictObject(
    {
      name,
      functions: listOf(fc2Function, limits.functions),
      ...qualifiers(z.strictObject(fc2Items) as z.ZodMiniType, fc2Function as z.ZodMiniType, fc2AliasItems),
      ...fc2Items,
    },
    { error: "an object with a name" },
  );
  const functionWithoutService = z.strictObject(
    {
      name,
      ...qualifiers(z.strictObject(fc3Items) as z.ZodMiniType, undefined, aliasItems),
      ...fc3Items,
    },
    { error: "an object with a name" },
  );
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

/** The schema of what may be declared by its name alone, or as an object. */
function either<const O extends readonly [z.ZodMiniType, z.ZodMiniType]>(simple: string, options: O) {
  return z.union(options, { error: `${simple}, or an object` });
}

/** An element of a list without the lists in it, whose elements are held against the limit by themselves. */
function ownItems(element: unknown): Described {
  const { functions: _, versions: __, aliases: ___, ...own } = described(element);
  return own;
}

/** A name, or an object that has one. */
export type Named = string | { readonly name: string } | { readonly versionId: string };

export function nameOf(named: Named): string {
  if (typeof named === "string") return named;
  // An alias has a name, and the version that it points to.
  return "name" in named ? named.name : named.versionId;
}

/** An element of the declarations, as an object: its items, and what else it says. */
export type Described = Readonly<Record<string, unknown>>;

export function described(named: unknown): Described {
  return typeof named === "object" && named !== null ? (named as Described) : {};
}

/** The declarations of what a sandbox has. */
export type Declared = z.infer<ReturnType<typeof declaredSchema>>;

/** The declarations, as far as this file looks into them. */
export interface Document {
  readonly services?: readonly DeclaredService[] | undefined;
  readonly functions?: readonly DeclaredFunction[] | undefined;
}

export interface DeclaredQualifiers {
  readonly versions?: readonly (string | ({ readonly versionId: string } & object))[] | undefined;
  readonly aliases?: readonly (string | ({ readonly name: string } & object))[] | undefined;
  readonly lastVersion?: number | undefined;
}

export interface DeclaredService extends DeclaredQualifiers {
  readonly name: string;
  readonly functions?: readonly (string | ({ readonly name: string } & object))[] | undefined;
}

export interface DeclaredFunction extends DeclaredQualifiers {
  readonly name: string;
}

/** Declarations without versions whose numbers are too long to be stored: earlier releases accepted them. */
export function withoutLongVersions({ services = [], functions = [] }: Document): Document {
  const shorten = <T extends DeclaredQualifiers>({ versions = [], ...owner }: T) => ({
    ...owner,
    versions: versions.filter((version) => nameOf(version).length <= MAX_VERSION_DIGITS),
  });
  return { services: services.map(shorten), functions: functions.map(shorten) };
}

/** A contradiction that the schema does not detect, as a sentence; undefined when there is none. */
export function contradictionInDeclared({ services = [], functions = [] }: Document): string | undefined {
  for (const { name, versions = [], aliases = [], lastVersion = 0 } of [...services, ...functions]) {
    const numbers = new Set(versions.map(nameOf));
    for (const alias of aliases) {
      const { versionId } = described(alias);
      if (nameOf(alias) === DEFAULT_QUALIFIER) return `${name} has an alias LATEST, which is no alias.`;
      if (versionId === undefined || versionId === DEFAULT_QUALIFIER) continue;
      if (!VERSION.test(String(versionId))) {
        return `The alias ${nameOf(alias)} of ${name} points to ${JSON.stringify(versionId)}, which is no version.`;
      }
      // An alias outlives its version: a version that was published may be gone.
      if (!numbers.has(String(versionId)) && Number(versionId) > lastVersion) {
        return `The alias ${nameOf(alias)} of ${name} points to version ${versionId}, which is not declared.`;
      }
    }
  }
  return undefined;
}
