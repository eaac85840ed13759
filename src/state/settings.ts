import * as z from "zod/mini";
import { destinationsSettings } from "../fc/asyncConfig/merge.ts";
import { wholeNumber } from "../lib/schema.ts";
import type { Limits } from "./limits.ts";

const signatureModes = ["off", "optional", "required"] as const;
const functionModes = ["open", "declared"] as const;

/** The items of a sandbox's settings. `mostEntries` is the limit of `journalSize`. */
export function settingsShape(mostEntries: number) {
  return {
    /** Whether requests must be signed with the sandbox's access key. */
    signatures: z.enum(signatureModes, { error: `"off", "optional" or "required"` }),
    /** Whether every function exists, or only the declared functions. */
    functions: z.enum(functionModes, { error: `"open" or "declared"` }),
    region: z
      .string()
      .check(z.regex(/^[a-z0-9-]{1,32}$/, { error: "1 to 32 lower-case letters, digits or hyphens" })),
    accountId: z.string().check(z.regex(/^[0-9]{1,32}$/, { error: "1 to 32 digits" })),
    /** Whether a PUT's `destinationConfig` keeps or removes a destination that it omits. */
    destinations: z.enum(destinationsSettings, { error: `"by version", "merge" or "replace"` }),
    /** How many requests each function's journal stores. */
    journalSize: wholeNumber(0, mostEntries),
  };
}

/** The schema of all settings of a sandbox. A request that changes settings has some of the items. */
export function settingsSchema({ journalEntriesPerFunction }: Limits) {
  return z.strictObject(settingsShape(journalEntriesPerFunction));
}

export type Settings = z.infer<ReturnType<typeof settingsSchema>>;

/**
 * Removes settings that no longer exist, which states and snapshots of earlier releases may still contain.
 */
export function withoutFormerSettings(settings: unknown): unknown {
  if (typeof settings !== "object" || settings === null || !("unset" in settings)) return settings;
  const { unset: _, ...rest } = settings;
  return rest;
}

/** The deployment's variables that affect settings. */
export interface Deployment extends Pick<Settings, "region" | "accountId"> {
  readonly limits: Limits;
}

/** The settings in force: the owner's settings within the deployment's limits, and defaults for the rest. */
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
