import { ok, type Result } from "../lib/result.ts";
import { type ApiError, abbreviated, failure } from "./errors.ts";

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
// The pattern of names is written as the API's messages write it.
export const NAME = /^[_a-zA-Z][-_a-zA-Z0-9]*$/;
export const VERSION = /^[1-9][0-9]*$/;

const QUALIFIER = new RegExp(`${NAME.source}|${VERSION.source}`);

/** What the API's messages call each kind of name. */
type Kind = "ServiceName" | "FunctionName" | "Qualifier";

/** A service's or function's name; InvalidArgument when it is not one. */
export function parseName(kind: Kind, came: string, maxLength: number): Result<string, ApiError> {
  return parse(kind, NAME, came, maxLength);
}

/** The name of an alias, a version number, or LATEST; InvalidArgument when it is none of them. */
export function parseQualifier(came: string, maxLength: number): Result<string, ApiError> {
  return parse("Qualifier", QUALIFIER, came, maxLength);
}

/** The messages are the cloud's, as public reports of errors quote them. */
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
