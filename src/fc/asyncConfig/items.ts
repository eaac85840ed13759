import * as z from "zod/mini";
import { wholeNumber } from "../../lib/schema.ts";
import type { ApiVersion } from "../versions.ts";

const MAX_RETRY_ATTEMPTS = 8;

/** The bounds of values that differ between versions. */
type Bounds = Pick<ApiVersion, "maxEventAgeSeconds">;

/**
 * The items of a config but its destinations. Bodies, responses, merging, snapshots and the OpenAPI document are made of these
 * rows. `nameIn` is for an item that versions call by different names.
 */
const configItems = {
  maxAsyncEventAgeInSeconds: {
    schema: ({ maxEventAgeSeconds }: Bounds) => wholeNumber(1, maxEventAgeSeconds),
    nameIn: () => "maxAsyncEventAgeInSeconds",
  },
  maxAsyncRetryAttempts: {
    schema: () => wholeNumber(0, MAX_RETRY_ATTEMPTS),
    nameIn: () => "maxAsyncRetryAttempts",
  },
  /** Whether invocations keep state. */
  stateful: {
    schema: () => z.boolean({ error: "true or false" }),
    nameIn: ({ statefulItem }: ApiVersion) => statefulItem,
  },
} as const;

type Rows = typeof configItems;
export type ConfigItem = keyof Rows;

/** The items' values. */
export type ItemValues = { readonly [I in ConfigItem]: z.output<ReturnType<Rows[I]["schema"]>> };

/** All items but the destinations, in the order of the rows. */
export const configItemNames = Object.keys(configItems) as ConfigItem[];

/** What an item may be within a version's bounds. */
export function itemSchema(item: ConfigItem, bounds: Bounds): z.ZodMiniType<ItemValues[ConfigItem]> {
  return configItems[item].schema(bounds);
}

/** What a version calls an item. */
export function nameIn(version: ApiVersion, item: ConfigItem): string {
  return configItems[item].nameIn(version);
}

/** An object that has what `value` makes of each item, under the item's own name or the name that `key` gives it. */
export function ofItems<T>(
  value: (item: ConfigItem) => T,
  key: (item: ConfigItem) => string = (item) => item,
): Record<string, T> {
  return Object.fromEntries(configItemNames.map((item) => [key(item), value(item)]));
}
