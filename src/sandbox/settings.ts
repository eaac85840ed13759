import * as z from "zod/mini";
import { wholeNumber } from "../api/config.ts";
import type { Limits } from "../limits.ts";

const words = ["off", "optional", "required"] as const;
const modes = ["open", "declared"] as const;

/** What a sandbox's owner can set, a journal of at most so many entries among it. */
export function settingsShape(mostEntries: number) {
  return {
    /** Whether requests must be signed with the sandbox's access key. */
    signatures: z.enum(words, { error: `"off", "optional" or "required"` }),
    /** Whether every function is taken to exist, or just those declared. */
    functions: z.enum(modes, { error: `"open" or "declared"` }),
    region: z
      .string()
      .check(z.regex(/^[a-z0-9-]{1,32}$/, { error: "1 to 32 lower-case letters, digits or hyphens" })),
    accountId: z.string().check(z.regex(/^[0-9]{1,32}$/, { error: "1 to 32 digits" })),
    /** How many requests each function remembers. */
    journalSize: wholeNumber(0, mostEntries),
  };
}

export function settingsSchema({ journalEntriesPerFunction }: Limits) {
  return z.strictObject(settingsShape(journalEntriesPerFunction));
}

export type Settings = z.infer<ReturnType<typeof settingsSchema>>;
