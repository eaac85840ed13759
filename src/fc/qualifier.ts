import { ok, type Result } from "../lib/result.ts";
import { type ApiError, failure } from "./errors.ts";
import { DEFAULT_QUALIFIER, VERSION } from "./names.ts";
import { type Owner, ownerText, type Resources } from "./resources.ts";

/**
 * The number of the version that a qualifier stands for; undefined for LATEST. Errors: VersionNotFound,
 * AliasNotFound.
 */
export function versionNumber(
  owner: Owner,
  qualifier: string | null,
  resources: Resources,
): Result<string | undefined, ApiError> {
  if (qualifier === null || qualifier === DEFAULT_QUALIFIER) return ok(undefined);
  if (VERSION.test(qualifier)) return existing(owner, qualifier, resources);
  const alias = resources.alias(owner, qualifier);
  if (alias === undefined) return failure("AliasNotFound", qualifier, ownerText(owner));
  // An alias may outlive its version.
  return alias.versionId === DEFAULT_QUALIFIER ? ok(undefined) : existing(owner, alias.versionId, resources);
}

/** A version's number, if the version exists; else VersionNotFound. */
export function existing(owner: Owner, id: string, resources: Resources): Result<string, ApiError> {
  return VERSION.test(id) && resources.version(owner, id)
    ? ok(id)
    : failure("VersionNotFound", id, ownerText(owner));
}
