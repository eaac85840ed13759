import * as z from "zod/mini";
import { MAX_VERSION_DIGITS, NAME, QUALIFIER, VERSION } from "../fc/names.ts";
import type { Limits } from "./limits.ts";

/** Schemas of the names in requests to the control plane. `name` is for services, functions and aliases. */
export function nameSchemas({ nameLength }: Pick<Limits, "nameLength">) {
  const text = (pattern: RegExp, error: string, maxLength = nameLength) =>
    z.string({ error }).check(z.maxLength(maxLength, { error, abort: true }), z.regex(pattern, { error }));
  return {
    name: text(NAME, "a name"),
    version: text(VERSION, "a version number", MAX_VERSION_DIGITS),
    qualifier: text(QUALIFIER, "LATEST, a version number or an alias"),
  };
}
