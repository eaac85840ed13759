import type * as z from "zod/mini";
import { ok, type Result } from "../lib/result.ts";
import { repeatedItem } from "./body.ts";
import type { ApiError } from "./errors.ts";

/** The items that an object may have, by name in lower case: each item's exact name, and its own items. */
export type ItemNames = ReadonlyMap<
  string,
  { readonly name: string; readonly items?: ItemNames | undefined }
>;

/** The parts of a schema's definition that lead to an object's items. */
interface Definition {
  readonly shape?: Readonly<Record<string, z.ZodMiniType>>;
  readonly innerType?: z.ZodMiniType;
  readonly element?: z.ZodMiniType;
  readonly in?: z.ZodMiniType;
}

const NONE: ItemNames = new Map();

/** The item names of an object schema, with the names within items that are objects, or arrays of objects. */
export function itemNames(schema: z.ZodMiniType): ItemNames {
  const { shape, innerType, element, in: input } = schema._zod.def as Definition;
  const inner = innerType ?? element ?? input;
  if (shape === undefined) return inner === undefined ? NONE : itemNames(inner);
  return new Map(
    Object.entries(shape).map(([name, item]) => {
      const items = itemNames(item);
      return [name.toLowerCase(), items.size > 0 ? { name, items } : { name }];
    }),
  );
}

/**
 * The known items of a JSON body, under their exact names. The body may write names in any letter case, as
 * Go's JSON decoder allows. InvalidArgument when two names differ only in case. Source: the tests of the
 * vendor's SDK for Python, which put `MaxAsyncRetryAttempts` in 2016-08-15.
 */
export function knownItems(body: unknown, names: ItemNames): Result<unknown, ApiError> {
  let repeated: string | undefined;
  const known = (value: unknown, names: ItemNames): unknown => {
    // No item is an array of arrays, which may be nested without end.
    if (Array.isArray(value)) return value.map((one) => (Array.isArray(one) ? one : known(one, names)));
    if (typeof value !== "object" || value === null) return value;
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
