/** A value of a JSON document. */
type Json = unknown;

/**
 * Resolves the references in a part of the OpenAPI document, for Swagger UI. Its own resolver reads the whole document
 * anew for each part, which takes seconds. All references of this document are to its own components. A reference
 * inside what it refers to stays a reference.
 */
export async function resolveSubtree(
  document: Json,
  path: readonly string[],
): Promise<{ readonly spec: Json; readonly errors: readonly never[] }> {
  return { spec: resolved(document, at(document, path), []), errors: [] };
}

function at(document: Json, path: readonly string[]): Json {
  let value = document;
  for (const key of path) value = (value as Record<string, Json> | undefined)?.[key];
  return value;
}

function resolved(document: Json, value: Json, within: readonly string[]): Json {
  if (Array.isArray(value)) return value.map((item) => resolved(document, item, within));
  if (typeof value !== "object" || value === null) return value;
  const { $ref: reference, ...siblings } = value as Record<string, Json>;
  if (typeof reference === "string" && reference.startsWith("#/")) {
    if (within.includes(reference)) return value;
    const keys = reference
      .slice(2)
      .split("/")
      .map((key) => key.replaceAll("~1", "/").replaceAll("~0", "~"));
    const target = resolved(document, at(document, keys), [...within, reference]);
    return { ...(target as object), ...siblings, $$ref: reference };
  }
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, resolved(document, item, within)]),
  );
}
