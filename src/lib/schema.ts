import * as z from "zod/mini";

// Workers forbid code made from strings, which is what zod's faster parser is.
z.config({ jitless: true });

/** A whole number; both bounds belong to it. */
export function wholeNumber(min: number, max: number) {
  const error = `an integer from ${min} to ${max}`;
  return z.int({ error }).check(z.gte(min, { error }), z.lte(max, { error }));
}
