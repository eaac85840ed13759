import * as z from "zod/mini";

/** A JSON value, as far as TypeScript needs to know. */
export type JsonValue = string | number | boolean | null | readonly JsonValue[] | JsonObject;
export type JsonObject = { readonly [key: string]: JsonValue | undefined };

/** The JSON Schema of what a zod schema takes; what zod alone can check is left out. Source: z.toJSONSchema. */
export function jsonSchema(schema: z.ZodMiniType): JsonObject {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io: "input", unrepresentable: "any" });
  return rest as JsonObject;
}

/** A body of JSON with examples. */
export function jsonContent(
  schema: JsonObject,
  examples: JsonObject = {},
  type = "application/json",
): JsonObject {
  const shown = Object.keys(examples).length > 0 ? { examples } : {};
  return { [type]: { schema, ...shown } };
}

export function reference(kind: "schemas" | "headers" | "parameters", name: string): JsonObject {
  return { $ref: `#/components/${kind}/${name}` };
}
