import * as z from "zod/mini";

// zod's faster parser compiles code from strings, which Workers forbid.
z.config({ jitless: true });

/** The schema of an integer from `min` to `max`, both included. */
export function wholeNumber(min: number, max: number) {
  const error = `an integer from ${min} to ${max}`;
  return z.int({ error }).check(z.gte(min, { error }), z.lte(max, { error }));
}
