import * as z from "zod/mini";
import { unsetForms } from "../fc/asyncConfig/defaults.ts";
import { wholeNumber } from "../lib/schema.ts";
import type { Limits } from "./limits.ts";

const signatureModes = ["off", "optional", "required"] as const;
const functionModes = ["open", "declared"] as const;

/** What a sandbox's owner can set; `mostEntries` is the most that a function's journal may remember. */
export function settingsShape(mostEntries: number) {
  return {
    /** Whether requests must be signed with the sandbox's access key. */
    signatures: z.enum(signatureModes, { error: `"off", "optional" or "required"` }),
    /** Whether every function is taken to exist, or just those declared. */
    functions: z.enum(functionModes, { error: `"open" or "declared"` }),
    region: z
      .string()
      .check(z.regex(/^[a-z0-9-]{1,32}$/, { error: "1 to 32 lower-case letters, digits or hyphens" })),
    accountId: z.string().check(z.regex(/^[0-9]{1,32}$/, { error: "1 to 32 digits" })),
    /** How responses show what was never set, or is not there. */
    unset: z.enum(unsetForms, { error: `"documented" or "go"` }),
    /** How many requests each function remembers. */
    journalSize: wholeNumber(0, mostEntries),
  };
}

/** A sandbox's settings, all of them; a change of some is its partial. */
export function settingsSchema({ journalEntriesPerFunction }: Limits) {
  return z.strictObject(settingsShape(journalEntriesPerFunction));
}

export type Settings = z.infer<ReturnType<typeof settingsSchema>>;
