import { type ApiError, failure } from "../fc/errors.ts";
import { DEFAULT_QUALIFIER, VERSION } from "../fc/names.ts";
import { ownerText } from "../fc/resources.ts";
import { ok, type Result } from "../lib/result.ts";

/** Which resources there are of one function: its service, itself, and its versions and aliases. */
export interface Existence {
  readonly service: boolean;
  readonly function: boolean;
  readonly versions: readonly string[];
  readonly aliases: readonly string[];
  /** The aliases' ids, in the same order. States that earlier releases stored have none. */
  readonly aliasIds?: readonly string[];
}

/**
 * The versions and aliases that were there before and are not there after. An alias that was deleted and created
 * again is another one.
 */
export function withdrawnQualifiers(before: Existence, after: Existence): string[] {
  const present = new Set([...after.versions, ...after.aliases]);
  const ids = new Set(after.aliasIds);
  return [
    ...before.versions.filter((version) => !present.has(version)),
    ...before.aliases.filter((alias, i) => {
      const id = before.aliasIds?.[i];
      return !present.has(alias) || (id !== undefined && ids.size > 0 && !ids.has(id));
    }),
  ];
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
  const owner = ownerText({ service, function: functionName });
  if (VERSION.test(qualifier)) {
    return existence.versions.includes(qualifier)
      ? ok(undefined)
      : failure("VersionNotFound", qualifier, owner);
  }
  return existence.aliases.includes(qualifier) ? ok(undefined) : failure("AliasNotFound", qualifier, owner);
}
