import type * as z from "zod/mini";
import { parsed, problem } from "../documents/problem.ts";
import type { Problem } from "../documents/responseBodies.ts";
import { decodeContent, readBody } from "../http/body.ts";
import { notJson, readJson } from "../lib/jsonText.ts";
import type { Result } from "../lib/result.ts";

/**
 * The deepest nesting allowed: more than any document needs, and far less than the thousands that RPC can
 * serialise.
 */
export const MAX_DEPTH = 100;

/**
 * Reads a request's JSON body and parses it with the schema; an empty body is `{}`. The error is a problem:
 * 413 for more than `maxBytes` bytes, else 400.
 */
export async function readDocument<T extends z.ZodMiniType>(
  request: Request,
  schema: T,
  maxBytes: number,
): Promise<Result<z.output<T>, Problem>> {
  const sent = await readBody(request, maxBytes);
  const body = await decodeContent(request, sent, maxBytes);
  if (!body.ok) {
    const { code, message } = body.error;
    return code === "EntityTooLarge"
      ? problem(413, `The body is larger than ${maxBytes} bytes.`)
      : problem(400, `${message}.`);
  }
  if (body.value.length === 0) return parsed(schema, {});
  const json = readJson(body.value);
  if (!json.ok) return problem(400, `The body must be JSON in UTF-8, but it ${notJson(json.error)}.`);
  const { text, value } = json.value;
  if (depthOf(text) > MAX_DEPTH) return problem(400, `The body is nested more than ${MAX_DEPTH} deep.`);
  return parsed(schema, value);
}

/**
 * The nesting depth of objects and arrays in valid JSON. Check the JSON first: other text may take minutes.
 */
export function depthOf(json: string): number {
  let [depth, deepest] = [0, 0];
  for (const [bracket] of json.replace(/"(?:[^"\\]|\\.)*"/g, "").matchAll(/[[\]{}]/g)) {
    depth += bracket === "[" || bracket === "{" ? 1 : -1;
    deepest = Math.max(deepest, depth);
  }
  return deepest;
}
