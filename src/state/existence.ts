import * as z from "zod/mini";
import { type ApiError, failure } from "../fc/errors.ts";
import { DEFAULT_QUALIFIER, type FunctionName, VERSION } from "../fc/names.ts";
import { ok, type Result } from "../lib/result.ts";
import type { Limits } from "./limits.ts";
import { nameSchemas } from "./nameSchemas.ts";

/** Durable Objects limit a stored value to 2 MB. */
const MAX_CHARACTERS = 1_000_000;

const MAX_QUALIFIERS = 100;
const MAX_FUNCTIONS = 500;
const MAX_SERVICES = 500;

const namedOnce = z.refine(
  (list) => {
    const names = (list as readonly { readonly name: string }[]).map((one) => one.name);
    return new Set(names).size === names.length;
  },
  { error: "a list that has each name once" },
);

/**
 * The schema of the declarations: what exists while the setting `functions` is `declared`. Services have
 * functions, versions and aliases (FC 2.0); functions without a service have their own versions and aliases
 * (FC 3.0).
 */
export function declaredSchema(limits: Limits) {
  const { name, version } = nameSchemas(limits);
  const qualifiers = {
    versions: z.optional(z.array(version).check(z.maxLength(MAX_QUALIFIERS))),
    aliases: z.optional(z.array(name).check(z.maxLength(MAX_QUALIFIERS))),
  };
  const service = z.strictObject({
    name,
    functions: z.optional(z.array(name).check(z.maxLength(MAX_FUNCTIONS))),
    ...qualifiers,
  });
  const functionWithoutService = z.strictObject({ name, ...qualifiers });
  return z
    .strictObject({
      services: z.optional(z.array(service).check(z.maxLength(MAX_SERVICES), namedOnce)),
      functions: z.optional(z.array(functionWithoutService).check(z.maxLength(MAX_FUNCTIONS), namedOnce)),
    })
    .check(
      z.refine((declared) => JSON.stringify(declared).length <= MAX_CHARACTERS, {
        error: `at most ${MAX_CHARACTERS} characters of JSON`,
      }),
    );
}

export type Declared = z.infer<ReturnType<typeof declaredSchema>>;

/**
 * The declarations that concern one function: whether its service and the function exist, and its qualifiers.
 */
export interface Existence {
  readonly service: boolean;
  readonly function: boolean;
  readonly versions: readonly string[];
  readonly aliases: readonly string[];
}

/** The names of all declared functions. */
export function declaredNames(declared: Declared): FunctionName[] {
  const ofServices = (declared.services ?? []).flatMap(({ name, functions = [] }) =>
    functions.map((one) => ({ service: name, function: one })),
  );
  return [...ofServices, ...(declared.functions ?? []).map(({ name }) => ({ service: "", function: name }))];
}

/** The versions and aliases that were declared before and are not declared after. */
export function withdrawnQualifiers(before: Existence, after: Existence): string[] {
  const declared = new Set([...after.versions, ...after.aliases]);
  return [...before.versions, ...before.aliases].filter((qualifier) => !declared.has(qualifier));
}

/** The declarations that concern one function. */
export function existenceOf(
  declared: Declared,
  { service, function: functionName }: FunctionName,
): Existence {
  if (service === "") {
    const found = declared.functions?.find(({ name }) => name === functionName);
    return {
      service: true,
      function: found !== undefined,
      versions: found?.versions ?? [],
      aliases: found?.aliases ?? [],
    };
  }
  const found = declared.services?.find(({ name }) => name === service);
  return {
    service: found !== undefined,
    function: found?.functions?.includes(functionName) ?? false,
    versions: found?.versions ?? [],
    aliases: found?.aliases ?? [],
  };
}

/**
 * Checks that the service, the function and the qualifier exist, in this order. Errors: ServiceNotFound,
 * FunctionNotFound, VersionNotFound, AliasNotFound.
 */
export function checkExistence(
  existence: Existence,
  service: string,
  functionName: string,
  qualifier: string | null,
): Result<undefined, ApiError> {
  if (!existence.service) return failure("ServiceNotFound", service);
  if (!existence.function) return failure("FunctionNotFound", functionName, service);
  if (qualifier === null || qualifier === DEFAULT_QUALIFIER) return ok(undefined);
  const owner = service ? `service '${service}'` : `function '${functionName}'`;
  if (VERSION.test(qualifier)) {
    return existence.versions.includes(qualifier)
      ? ok(undefined)
      : failure("VersionNotFound", qualifier, owner);
  }
  return existence.aliases.includes(qualifier) ? ok(undefined) : failure("AliasNotFound", qualifier, owner);
}
