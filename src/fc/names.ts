import { ok, type Result } from "../lib/result.ts";
import { type ApiError, abbreviated, failure, invalid } from "./errors.ts";
import type { RequestLimits } from "./request.ts";
import type { ApiVersion } from "./versions.ts";

/**
 * A function's name. FC 2.0 functions belong to a service. FC 3.0 functions have none: `service` is empty.
 */
export interface FunctionName {
  readonly service: string;
  readonly function: string;
}

/** A config's name. Each version, each alias and LATEST of a function can have a config. */
export interface ConfigName extends FunctionName {
  readonly qualifier: string;
}

/** A function's name as one text, unique among functions. */
export function functionKey({ service, function: name }: FunctionName): string {
  return service ? `${service}/${name}` : name;
}

export const DEFAULT_QUALIFIER = "LATEST";

// A name has letters, digits, _ and -, and starts with a letter or _. A version is a positive integer.
// The pattern of names has the form in which the API's messages quote it.
export const NAME = /^[_a-zA-Z][-_a-zA-Z0-9]*$/;
export const VERSION = /^[1-9][0-9]*$/;

/** The most characters of the id that a client gives a task. */
export const MAX_TASK_ID_LENGTH = 128;

/** The most digits of a version's number. */
export const MAX_VERSION_DIGITS = 10;
/** The highest number of a version. */
export const MAX_VERSION = 10 ** MAX_VERSION_DIGITS - 1;

/** LATEST, an alias or a version. */
export const QUALIFIER = new RegExp(`${NAME.source}|${VERSION.source}`);

/** The kinds of names, as the API's messages call them. */
type Kind = "ServiceName" | "FunctionName" | "AliasName" | "VersionID" | "Qualifier";

/** The most characters of a function's name in a version of the API. */
export function maxFunctionNameLength(
  { maxFunctionNameLength: most }: Pick<ApiVersion, "maxFunctionNameLength">,
  { limits }: { readonly limits: Pick<RequestLimits, "nameLength"> },
): number {
  return Math.min(most ?? limits.nameLength, limits.nameLength);
}

/** Parses the name of a service, function or alias. InvalidArgument for any other text. */
export function parseName(kind: Kind, came: string, maxLength: number): Result<string, ApiError> {
  return parse(kind, NAME, came, maxLength);
}

/** Parses the number of a version. InvalidArgument for any other text. */
export function parseVersionId(came: string): Result<string, ApiError> {
  return parse("VersionID", VERSION, came, MAX_VERSION_DIGITS);
}

/**
 * Parses the id that a client gives a task. `item` is the header. InvalidArgument for any other text. Source: the
 * vendor's OpenAPI metadata.
 */
export function parseTaskId(item: string, came: string): Result<string, ApiError> {
  return NAME.test(came) && came.length <= MAX_TASK_ID_LENGTH
    ? ok(came)
    : invalid(item, `a text like ${NAME.source} of at most ${MAX_TASK_ID_LENGTH} characters`, came);
}

/** Parses a qualifier: LATEST, a version number or an alias. InvalidArgument for any other text. */
export function parseQualifier(came: string, maxLength: number): Result<string, ApiError> {
  return parse("Qualifier", QUALIFIER, came, maxLength);
}

/**
 * Checks a name's pattern and then its length. Source of the messages: public reports of the cloud's errors.
 */
function parse(kind: Kind, pattern: RegExp, came: string, maxLength: number): Result<string, ApiError> {
  const actual = `actual: '${abbreviated(came)}'`;
  if (!pattern.test(came)) {
    const allowed = `allowed: ${pattern.source}`;
    return failure("InvalidArgument", `${kind} doesn't match expected format (${allowed}, ${actual})`);
  }
  return came.length <= maxLength
    ? ok(came)
    : failure("InvalidArgument", `${kind} exceeds the maximum allowed length (max: ${maxLength}, ${actual})`);
}
