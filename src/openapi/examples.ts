import seen from "./examples.json" with { type: "json" };
import type { JsonObject, JsonValue } from "./schemas.ts";

/** What an operation was seen to answer: by operation, then by status or, for an error of the API, by code. */
type Examples = Readonly<Record<string, Readonly<Record<string, JsonValue>>>>;

/** Real responses, which the tests record and hold against what comes now. */
const recorded: Examples = seen;

/** The real responses of an operation whose name is in a list. */
export function examplesOf(operationId: string, names: readonly string[]): JsonObject {
  const its = recorded[operationId] ?? {};
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = its[name];
      return value === undefined ? [] : [[name, { value }]];
    }),
  );
}
