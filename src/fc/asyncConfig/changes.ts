import * as z from "zod/mini";
import { type ConfigItem, configItemNames } from "./items.ts";
import type { StoredAsyncConfig } from "./schema.ts";

type ChangedItem = ConfigItem | "onSuccess" | "onFailure";

/** The items of a config that a request can change, by the names that all API versions share. */
const changedItems: readonly ChangedItem[] = [...configItemNames, "onSuccess", "onFailure"];

/** An item's value; null where it was never set, or where there is no destination. */
const value = z.nullable(z.union([z.int(), z.boolean(), z.string()]));

/**
 * What a request changed of a config. A config that is created has the items that were set, and a config that is deleted
 * has the items that were lost. A PUT that changes no item has none.
 */
export const configChangesSchema = z.strictObject({
  kind: z.enum(["created", "changed", "deleted"]),
  items: z.array(z.strictObject({ item: z.enum(changedItems), before: value, after: value })),
});

export type ConfigChanges = z.infer<typeof configChangesSchema>;

/** How a config differs from the config that was stored before: undefined for none. Null stands for a deleted config. */
export function configChanges(
  stored: StoredAsyncConfig | undefined,
  config: StoredAsyncConfig | null,
): ConfigChanges {
  const items: ConfigChanges["items"] = [];
  for (const item of changedItems) {
    const before = stored?.[item] ?? null;
    const after = config?.[item] ?? null;
    if (before !== after) items.push({ item, before, after });
  }
  return { kind: stored === undefined ? "created" : config === null ? "deleted" : "changed", items };
}
