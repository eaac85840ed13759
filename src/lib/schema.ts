import * as z from "zod/mini";
import { allowedBy } from "./allowed.ts";

// zod's faster parser compiles code from strings, which Workers forbid.
z.config({ jitless: true, customError: allowedBy });

/** Any JSON value. It was parsed from JSON, so it needs no check. RPC's types can't handle a recursive type. */
type JsonValue = string | number | boolean | object | null;

/** The schema of a JSON value of at most so many characters. */
export function jsonUpTo(maxCharacters: number) {
  return z.custom<JsonValue>((value) => JSON.stringify(value).length <= maxCharacters, {
    error: `at most ${maxCharacters} characters of JSON`,
  });
}

/** The schema of an integer from `min` to `max`, both included. */
export function wholeNumber(min: number, max: number) {
  const error = `an integer from ${min} to ${max}`;
  return z.int({ error }).check(z.gte(min, { error }), z.lte(max, { error }));
}
