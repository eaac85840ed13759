import { repeatedItem } from "./body.ts";
import { type Outcome, success } from "./errors.ts";

/** The names of all items, in any version, by the same in lower case. */
const names = new Map(
  [
    "destinationConfig",
    "onSuccess",
    "onFailure",
    "destination",
    "maxAsyncEventAgeInSeconds",
    "maxAsyncRetryAttempts",
    "statefulInvocation",
    "asyncTask",
  ].map((name) => [name.toLowerCase(), name]),
);

/** Items are at most in an item in an item. */
const LEVELS = 3;

/**
 * The known items of a body, read as JSON, named as the reference names them: the API takes names in any letter case, as
 * JSON servers in Go do. InvalidArgument when one is so given twice. Source: the tests of the vendor's SDK for Python,
 * which put `MaxAsyncRetryAttempts` in 2016-08-15.
 */
export function knownItems(body: unknown): Outcome<unknown> {
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
