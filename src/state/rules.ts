import * as z from "zod/mini";

// What faults and outcomes have in common: both are rules that the sandbox's owner adds, and that requests are counted for.

/** The schema of whether a rule applies. A rule without the item does. */
export const enabledSchema = z.optional(z.boolean({ error: "true or false" }));

interface Rule {
  readonly enabled?: boolean | undefined;
}

/** Whether a rule applies: a disabled one matches nothing, and counts nothing. */
export function isEnabled({ enabled = true }: Rule): boolean {
  return enabled;
}

/** A rule in the form in which it is stored and shown: `enabled` is there only when it is false. */
export function withoutDefaults<T extends Rule>(given: T): T {
  const { enabled, ...items } = given;
  return enabled === false ? given : (items as T);
}
