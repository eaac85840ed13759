import * as z from "zod/mini";
import type { RequestSchema, ResponseSchema } from "../fc/operation.ts";
import type { ApiVersion } from "../fc/versions.ts";

/** A JSON value. */
export type JsonValue = string | number | boolean | null | readonly JsonValue[] | JsonObject;
export type JsonObject = { readonly [key: string]: JsonValue | undefined };

/**
 * The JSON Schema of what a zod schema reads (`input`) or returns (`output`, in which no object has other items),
 * without checks that JSON Schema can't express. Source: z.toJSONSchema.
 */
export function jsonSchema(schema: z.ZodMiniType, io: "input" | "output" = "input"): JsonObject {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, {
    io,
    unrepresentable: "any",
    override: ({ zodSchema, jsonSchema: its }) => {
      const { def } = zodSchema._zod;
      // What comes before a transformation is anything, so the schema after the transformation says more.
      if (def.type === "pipe" && def.in._zod.def.type === "transform") {
        Object.assign(its, jsonSchema(def.out as z.ZodMiniType, io));
      }
    },
  });
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

/** The name of a schema of the API. */
export type SchemaName = RequestSchema | ResponseSchema | "Error";

/** A schema's name with the version, because one document has three versions. */
export function schemaId(version: ApiVersion, schema: SchemaName): string {
  return `${schema}_${version.id}`;
}
