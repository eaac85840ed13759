import * as z from "zod/mini";
import { destinationsSettings } from "../fc/asyncConfig/merge.ts";
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
    /** What a PUT's `destinationConfig` does to the destinations that it does not have. */
    destinations: z.enum(destinationsSettings, { error: `"by version", "merge" or "replace"` }),
    /** How many requests each function remembers. */
    journalSize: wholeNumber(0, mostEntries),
  };
}

/** A sandbox's settings, all of them; a change of some is its partial. */
export function settingsSchema({ journalEntriesPerFunction }: Limits) {
  return z.strictObject(settingsShape(journalEntriesPerFunction));
}

export type Settings = z.infer<ReturnType<typeof settingsSchema>>;

/** Settings without those of earlier commits, which stored states and snapshots may still have. */
export function withoutFormerSettings(settings: unknown): unknown {
  if (typeof settings !== "object" || settings === null || !("unset" in settings)) return settings;
  const { unset: _, ...rest } = settings;
  return rest;
}

/** What a deployment's variables say of settings. */
export interface Deployment extends Pick<Settings, "region" | "accountId"> {
  readonly limits: Limits;
}

/** The settings in force: what the owner set, within the deployment's limits, and the deployment's for the rest. */
export function resolveSettings({ region, accountId, limits }: Deployment, own: Partial<Settings>): Settings {
  const most = limits.journalEntriesPerFunction;
  return {
    signatures: "off",
    functions: "open",
    region,
    accountId,
    destinations: "by version",
    ...(withoutFormerSettings(own) as Partial<Settings>),
    journalSize: Math.min(own.journalSize ?? most, most),
  };
}
