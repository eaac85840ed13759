import * as z from "zod/mini";
import { failure, type Outcome, success } from "../api/errors.ts";
import { DEFAULT_QUALIFIER, type FunctionName, isName, isVersion } from "../api/names.ts";

/** A stored value may have two million bytes. */
const MAX_CHARACTERS = 1_000_000;

const name = z.string().check(z.refine((text) => isName(text, 128), { error: "a name" }));
const qualifiers = {
  versions: z.optional(
    z
      .array(z.string().check(z.refine((text) => isVersion(text, 128), { error: "a version number" })))
      .check(z.maxLength(100)),
  ),
  aliases: z.optional(z.array(name).check(z.maxLength(100))),
};

const namedOnce = z.refine(
  (list) => {
    const names = (list as readonly { readonly name: string }[]).map((one) => one.name);
    return new Set(names).size === names.length;
  },
  { error: "a list that has each name once" },
);

/** The functions that exist in declared mode: FC 2.0's by service, with its versions and aliases; FC 3.0's alone. */
export const declaredSchema = z
  .strictObject({
    services: z.optional(
      z
        .array(
          z.strictObject({
            name,
            functions: z.optional(z.array(name).check(z.maxLength(500))),
            ...qualifiers,
          }),
        )
        .check(z.maxLength(500), namedOnce),
    ),
    functions: z.optional(
      z.array(z.strictObject({ name, ...qualifiers })).check(z.maxLength(500), namedOnce),
    ),
  })
  .check(
    z.refine((declared) => JSON.stringify(declared).length <= MAX_CHARACTERS, {
      error: `at most ${MAX_CHARACTERS} characters of JSON`,
    }),
  );

export type Declared = z.infer<typeof declaredSchema>;

/** What of the declarations concerns one function. */
export interface Existence {
  readonly service: boolean;
  readonly function: boolean;
  readonly versions: readonly string[];
  readonly aliases: readonly string[];
}

export function declaredNames(declared: Declared): FunctionName[] {
  const ofServices = (declared.services ?? []).flatMap(({ name, functions = [] }) =>
    functions.map((one) => ({ service: name, function: one })),
  );
  return [...ofServices, ...(declared.functions ?? []).map(({ name }) => ({ service: "", function: name }))];
}

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

/** Whether the function and its qualifier exist, as the cloud checks them: the API's own 404s. */
export function checkExistence(
  existence: Existence,
  service: string,
  functionName: string,
  qualifier: string | null,
): Outcome<undefined> {
  if (!existence.service) return failure("ServiceNotFound", service);
  if (!existence.function) return failure("FunctionNotFound", functionName, service);
  if (qualifier === null || qualifier === DEFAULT_QUALIFIER) return success(undefined);
  const owner = service ? `service '${service}'` : `function '${functionName}'`;
  if (isVersion(qualifier, qualifier.length)) {
    return existence.versions.includes(qualifier)
      ? success(undefined)
      : failure("VersionNotFound", qualifier, owner);
  }
  return existence.aliases.includes(qualifier)
    ? success(undefined)
    : failure("AliasNotFound", qualifier, owner);
}
