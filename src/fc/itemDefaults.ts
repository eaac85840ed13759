/** Items with the defaults of those that are absent; an item that is an object gets each of its own defaults. */
export function withDefaults(
  defaults: Readonly<Record<string, unknown>>,
  items: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const all: Record<string, unknown> = { ...defaults, ...items };
  for (const [name, fallback] of Object.entries(defaults)) {
    const given = items[name];
    if (isObject(fallback) && isObject(given)) all[name] = { ...fallback, ...given };
  }
  return all;
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
