import { ok, type Result } from "../lib/result.ts";
import { repeatedItem } from "./body.ts";
import type { ApiError } from "./errors.ts";

/** The items that an object may have, by name in lower case: each item's exact name, and its own items. */
export type ItemNames = ReadonlyMap<
  string,
  { readonly name: string; readonly items?: ItemNames | undefined }
>;

/** The item names of an object schema. `inner` has the names within items that are objects themselves. */
export function itemNames(
  { shape }: { readonly shape: object },
  inner: Readonly<Record<string, ItemNames>> = {},
): ItemNames {
  return new Map(Object.keys(shape).map((name) => [name.toLowerCase(), { name, items: inner[name] }]));
}

/**
 * The known items of a JSON body, under their exact names. The body may write names in any letter case, as
 * Go's JSON decoder allows. InvalidArgument when two names differ only in case. Source: the tests of the
 * vendor's SDK for Python, which put `MaxAsyncRetryAttempts` in 2016-08-15.
 */
export function knownItems(body: unknown, names: ItemNames): Result<unknown, ApiError> {
  let repeated: string | undefined;
  const known = (value: unknown, names: ItemNames): unknown => {
    if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
    const items: Record<string, unknown> = {};
    for (const [key, item] of Object.entries(value)) {
      const found = names.get(key.toLowerCase());
      if (found === undefined) continue;
      if (found.name in items) repeated ??= found.name;
      items[found.name] = found.items ? known(item, found.items) : item;
    }
    return items;
  };
  const items = known(body, names);
  return repeated === undefined ? ok(items) : repeatedItem(repeated);
}
