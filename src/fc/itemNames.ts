import { ok, type Result } from "../lib/result.ts";
import { repeatedItem } from "./body.ts";
import type { ApiError } from "./errors.ts";

/** The items that an object may have: by their names in lower case, their names, and what those have in turn. */
export type ItemNames = ReadonlyMap<
  string,
  { readonly name: string; readonly items?: ItemNames | undefined }
>;

/** The names of a schema's items; `inner` has those of the items within some of them. */
export function itemNames(
  { shape }: { readonly shape: object },
  inner: Readonly<Record<string, ItemNames>> = {},
): ItemNames {
  return new Map(Object.keys(shape).map((name) => [name.toLowerCase(), { name, items: inner[name] }]));
}

/**
 * The items of a body, read as JSON, that have one of these names, in any letter case, and under that name: the API takes
 * them as JSON servers in Go do. InvalidArgument when one is so given twice. Source: the tests of the vendor's SDK for Python,
 * which put `MaxAsyncRetryAttempts` in 2016-08-15.
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
