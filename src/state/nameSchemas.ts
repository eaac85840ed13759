import * as z from "zod/mini";
import { NAME, VERSION } from "../fc/names.ts";
import type { Limits } from "./limits.ts";

const either = new RegExp(`${NAME.source}|${VERSION.source}`);

/** Schemas of the names in requests to the control plane. `name` is for services, functions and aliases. */
export function nameSchemas({ nameLength }: Pick<Limits, "nameLength">) {
  const text = (pattern: RegExp, error: string) =>
    z.string({ error }).check(z.maxLength(nameLength, { error, abort: true }), z.regex(pattern, { error }));
  return {
    name: text(NAME, "a name"),
    version: text(VERSION, "a version number"),
    qualifier: text(either, "LATEST, a version number or an alias"),
  };
}
