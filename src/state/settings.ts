import * as z from "zod/mini";
import { destinationsSettings } from "../fc/asyncConfig/merge.ts";
import { urlSchema } from "../fc/invocations/outcome.ts";
import { wholeNumber } from "../lib/schema.ts";
import type { Limits } from "./limits.ts";

const signatureModes = ["off", "optional", "required"] as const;
const functionModes = ["open", "declared"] as const;

const MAX_RETRY_DELAYS = 20;
const MAX_RETRY_DELAY_SECONDS = 86_400;
const DELAY_ALLOWED = { error: `seconds from 0 to ${MAX_RETRY_DELAY_SECONDS}` };
const DELAYS_ALLOWED = { error: `a list of 1 to ${MAX_RETRY_DELAYS} waits in seconds` };
const MAX_PUSHES = 20;
const PUSHES_ALLOWED = { error: `a list of at most ${MAX_PUSHES} destinations with URLs` };

/** The waits of a sandbox whose owner sets none. */
const DEFAULT_RETRY_DELAYS = [1, 2, 4, 8, 16, 32, 64, 128];

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
    /**
     * How long an invocation waits after each failure of its function, in seconds; the last wait repeats.
     * Public material says how often an invocation is retried, and not when.
     */
    retryDelaysSeconds: z
      .array(
        z
          .number(DELAY_ALLOWED)
          .check(
            z.gte(0, DELAY_ALLOWED),
            z.lte(MAX_RETRY_DELAY_SECONDS, DELAY_ALLOWED),
            z.multipleOf(0.001, DELAY_ALLOWED),
          ),
        DELAYS_ALLOWED,
      )
      .check(z.minLength(1, DELAYS_ALLOWED), z.maxLength(MAX_RETRY_DELAYS, DELAYS_ALLOWED)),
    /**
     * Where deliveries are posted to, besides the inbox: the first row whose pattern is the destination's. `*`
     * stands for any text. The variable OUTBOUND_HOSTS must allow the URL's host.
     */
    pushDeliveries: z
      .array(
        z.strictObject({
          destination: z.string().check(z.minLength(1), z.maxLength(1024)),
          url: urlSchema,
        }),
        PUSHES_ALLOWED,
      )
      .check(z.maxLength(MAX_PUSHES, PUSHES_ALLOWED)),
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
    retryDelaysSeconds: DEFAULT_RETRY_DELAYS,
    pushDeliveries: [],
    ...(withoutFormerSettings(own) as Partial<Settings>),
    journalSize: Math.min(own.journalSize ?? most, most),
  };
}
