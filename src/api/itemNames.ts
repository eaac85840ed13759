import { repeatedItem } from "./body.ts";
import { type Outcome, success } from "./errors.ts";

/** Names by themselves in lower case. */
export function byLowerCase(names: readonly string[]): ReadonlyMap<string, string> {
  return new Map(names.map((name) => [name.toLowerCase(), name]));
}

/** Items are at most in an item in an item. */
const LEVELS = 3;

/**
 * The items of a body, read as JSON, that have one of these names, in any letter case, and under that name: the API takes
 * them as JSON servers in Go do. InvalidArgument when one is so given twice. Source: the tests of the vendor's SDK for Python,
 * which put `MaxAsyncRetryAttempts` in 2016-08-15.
 */
export function knownItems(body: unknown, names: ReadonlyMap<string, string>): Outcome<unknown> {
  let repeated: string | undefined;
  const known = (value: unknown, level: number): unknown => {
    if (typeof value !== "object" || value === null || Array.isArray(value) || level > LEVELS) return value;
    const items: Record<string, unknown> = {};
    for (const [key, item] of Object.entries(value)) {
      const name = names.get(key.toLowerCase());
      if (name === undefined) continue;
      if (name in items) repeated ??= name;
      items[name] = known(item, level + 1);
    }
    return items;
  };
  const items = known(body, 1);
  return repeated === undefined ? success(items) : repeatedItem(repeated);
}
