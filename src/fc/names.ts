import { ok, type Result } from "../lib/result.ts";
import { type ApiError, invalid } from "./errors.ts";

/** A function. FC 2.0 functions live in a service; FC 3.0 functions have none: `service` is empty. */
export interface FunctionName {
  readonly service: string;
  readonly function: string;
}

/** A config: every version, every alias and LATEST of a function has one of its own. */
export interface ConfigName extends FunctionName {
  readonly qualifier: string;
}

/** A function's name as one text; no two functions share one. */
export function functionKey({ service, function: name }: FunctionName): string {
  return service ? `${service}/${name}` : name;
}

export const DEFAULT_QUALIFIER = "LATEST";

// Names are letters, digits, _ and -, not starting with a digit or -; a version is a positive integer.
export const NAME = /^[A-Za-z_][A-Za-z0-9_-]*$/;
export const VERSION = /^[1-9][0-9]*$/;

function allowed(maxLength: number): string {
  return `1 to ${maxLength} letters, digits, "_" or "-", not starting with a digit or "-"`;
}

/** A service's or function's name, `item` being what the API calls it; InvalidArgument when it is not one. */
export function parseName(item: string, came: string, maxLength: number): Result<string, ApiError> {
  if (came.length <= maxLength && NAME.test(came)) return ok(came);
  return invalid(item, allowed(maxLength), came);
}

/** The name of an alias, a version number, or LATEST; InvalidArgument when it is none of them. */
export function parseQualifier(came: string, maxLength: number): Result<string, ApiError> {
  if (came.length <= maxLength && (NAME.test(came) || VERSION.test(came))) return ok(came);
  return invalid("qualifier", `LATEST, a version number, or an alias of ${allowed(maxLength)}`, came);
}
