import * as z from "zod/mini";

/** A JSON value. */
export type JsonValue = string | number | boolean | null | readonly JsonValue[] | JsonObject;
export type JsonObject = { readonly [key: string]: JsonValue | undefined };

/**
 * The JSON Schema of a zod schema's input, without checks that JSON Schema can't express. Source:
 * z.toJSONSchema.
 */
export function jsonSchema(schema: z.ZodMiniType): JsonObject {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io: "input", unrepresentable: "any" });
  return rest as JsonObject;
}

/** An OpenAPI `content` object: one media type, with its schema and examples. */
export function jsonContent(
  schema: JsonObject,
  examples: JsonObject = {},
  type = "application/json",
): JsonObject {
  const shown = Object.keys(examples).length > 0 ? { examples } : {};
  return { [type]: { schema, ...shown } };
}

export function reference(
  kind: "schemas" | "headers" | "parameters" | "responses",
  name: string,
): JsonObject {
  return { $ref: `#/components/${kind}/${name}` };
}
