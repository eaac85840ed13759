import {
  type Declared,
  type DeclaredFunction,
  type DeclaredQualifiers,
  type DeclaredService,
  type Document,
  type Named,
  nameOf,
} from "./declared.ts";

/** Declarations of what is there and what is added. What both name has the items of what is added. */
export function withDeclared(present: Document, added: Document): Document {
  return {
    services: joined(
      present.services,
      added.services,
      (before, after): DeclaredService => ({
        ...joinedQualifiers(before, after),
        functions: joined(before.functions, after.functions, (_, one) => one),
      }),
    ),
    functions: joined(
      present.functions,
      added.functions,
      (before, after): DeclaredFunction => joinedQualifiers(before, after),
    ),
  };
}

function joinedQualifiers<T extends DeclaredQualifiers>(before: T, after: T): T {
  return {
    ...after,
    versions: joined(before.versions, after.versions, (_, version) => version),
    aliases: joined(before.aliases, after.aliases, (_, alias) => alias),
  };
}

/** Both lists as one. What both have is joined, unless the second list has no more than its name. */
function joined<T extends Named>(
  before: readonly T[] = [],
  after: readonly T[] = [],
  join: (before: T, after: T) => T,
): T[] {
  const added = new Map(after.map((one) => [nameOf(one), one]));
  const kept = before.map((one) => {
    const other = added.get(nameOf(one));
    added.delete(nameOf(one));
    return other === undefined ? one : join(one, other);
  });
  return [...kept, ...added.values()];
}

/** The declaration of a function, and of a qualifier of it that is neither empty nor LATEST. */
export function declarationOf(
  { service, function: name }: { readonly service: string; readonly function: string },
  qualifier: { readonly version?: string; readonly alias?: string },
): Declared {
  const its = {
    ...(qualifier.version === undefined ? {} : { versions: [qualifier.version] }),
    ...(qualifier.alias === undefined ? {} : { aliases: [qualifier.alias] }),
  };
  return service === ""
    ? { functions: [{ name, ...its }] }
    : { services: [{ name: service, functions: [name], ...its }] };
}
