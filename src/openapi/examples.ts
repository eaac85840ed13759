import seen from "./examples.json" with { type: "json" };
import type { JsonObject, JsonValue } from "./schemas.ts";

/**
 * Recorded bodies: by operation, then by status, or by code for an error of the API. Errors that all operations
 * of a version have are recorded once, by the version's id.
 */
type Examples = Readonly<Record<string, Readonly<Record<string, JsonValue>>>>;

/** Real responses. The tests record these, and compare them with current responses. */
const recorded: Examples = seen;

/** The bodies recorded by this id with these names (statuses, codes or "request"), as OpenAPI examples. */
export function examplesOf(id: string, names: readonly string[]): JsonObject {
  const its = recorded[id] ?? {};
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = its[name];
      return value === undefined ? [] : [[name, { value }]];
    }),
  );
}
