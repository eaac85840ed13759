import * as z from "zod/mini";
import type { Limits } from "../limits.ts";

const words = ["off", "optional", "required"] as const;
const modes = ["open", "declared"] as const;

/** What a sandbox's owner can set. */
export function settingsSchema({ journalEntriesPerFunction: most }: Limits) {
  const size = { error: `an integer from 0 to ${most}` };
  return z.strictObject({
    /** Whether requests must be signed with the sandbox's access key. */
    signatures: z.enum(words, { error: `"off", "optional" or "required"` }),
    /** Whether every function is taken to exist, or just those declared. */
    functions: z.enum(modes, { error: `"open" or "declared"` }),
    region: z
      .string()
      .check(z.regex(/^[a-z0-9-]{1,32}$/, { error: "1 to 32 lower-case letters, digits or hyphens" })),
    accountId: z.string().check(z.regex(/^[0-9]{1,32}$/, { error: "1 to 32 digits" })),
    /** How many requests each function remembers. */
    journalSize: z.int(size).check(z.gte(0, size), z.lte(most, size)),
  });
}

export type Settings = z.infer<ReturnType<typeof settingsSchema>>;
