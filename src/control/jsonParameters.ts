import { problem } from "../documents/problem.ts";
import type { Problem } from "../documents/responseBodies.ts";
import { ok, type Result } from "../lib/result.ts";
import { depthOf, MAX_DEPTH } from "./requestDocument.ts";

/** A query in which some items are JSON text, with the values of these items. The problem is a 400. */
export function jsonParameters(
  query: Readonly<Record<string, string>>,
  items: readonly string[],
): Result<Readonly<Record<string, unknown>>, Problem> {
  const values: Record<string, unknown> = { ...query };
  for (const item of items) {
    const text = query[item];
    if (text === undefined) continue;
    try {
      values[item] = JSON.parse(text);
    } catch {
      return problem(400, `${item} must be JSON.`);
    }
    if (depthOf(text) > MAX_DEPTH) return problem(400, `${item} is nested more than ${MAX_DEPTH} deep.`);
  }
  return ok(values);
}
