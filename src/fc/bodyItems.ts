import * as z from "zod/mini";
import { ok, type Result } from "../lib/result.ts";
import { parseJson } from "./body.ts";
import { type ApiError, invalid } from "./errors.ts";
import { type ItemNames, itemNames, knownItems } from "./itemNames.ts";
import type { OperationRequest } from "./request.ts";

/** A schema for JSON bodies, with the names of the items that it knows. */
export interface BodySchema<T> {
  readonly schema: z.ZodMiniType<T>;
  readonly names: ItemNames;
}

export function bodySchema<T>(schema: z.ZodMiniType<T>): BodySchema<T> {
  return { schema, names: itemNames(schema) };
}

/** Reads a request's body as JSON. The errors are those of reading the body and of `parseJson`. */
export function readJsonBody({ body, header }: OperationRequest): Result<unknown, ApiError> {
  return body.ok ? parseJson(header("Content-Type"), body.value) : body;
}

/**
 * Parses the items of a JSON body. Unknown items are ignored, as a JSON server in Go does. InvalidArgument
 * names the first invalid item; `refuse` may replace it by another error, which it chooses by the schema's
 * message.
 */
export function parseItems<T>(
  { schema, names }: BodySchema<T>,
  body: unknown,
  refuse: (message: string | undefined, came: unknown) => Result<never, ApiError> | undefined = () =>
    undefined,
): Result<T, ApiError> {
  const items = knownItems(body, names);
  if (!items.ok) return items;
  const parsed = schema.safeParse(items.value);
  if (parsed.success) return ok(parsed.data);
  const [issue] = parsed.error.issues;
  const path = issue?.path ?? [];
  const came = at(items.value, path);
  return (
    refuse(issue?.message, came) ??
    invalid(path.join(".") || "the request body", issue?.message ?? "valid", came)
  );
}

function at(value: unknown, path: PropertyKey[]): unknown {
  return path.reduce((within, key) => (within as Record<PropertyKey, unknown> | undefined)?.[key], value);
}

/** A JSON value without items that are null, at every level: a client that sends null leaves an item alone. */
export function withoutNulls<T>(value: T): T {
  if (Array.isArray(value)) return value.map(withoutNulls) as T;
  if (typeof value !== "object" || value === null) return value;
  const given = Object.entries(value).filter(([, item]) => item !== null && item !== undefined);
  return Object.fromEntries(given.map(([name, item]) => [name, withoutNulls(item)])) as T;
}

/** How many bytes a value has as JSON. */
export function byteLength(value: unknown): number {
  return new TextEncoder().encode(JSON.stringify(value)).length;
}

/** The schema of a number that need not be whole. `parseJson` may have kept its text as a symbol. */
export function decimal(min: number, max: number, error: string) {
  return z.pipe(
    z.transform((value: unknown) => (typeof value === "symbol" ? Number(value.description) : value)),
    z.number({ error }).check(z.gte(min, { error }), z.lte(max, { error })),
  );
}
