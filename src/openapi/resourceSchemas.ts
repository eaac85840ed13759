import * as z from "zod/mini";
import { aliasBodies, renderAlias } from "../fc/aliases/operations.ts";
import { aliasItems, fc2AliasItems } from "../fc/aliases/schema.ts";
import { NO_CODE } from "../fc/functions/code.ts";
import { functionBodies, requiredFunctionItems } from "../fc/functions/operations.ts";
import { renderFunction } from "../fc/functions/render.ts";
import { fc2FunctionItems, fc3FunctionItems } from "../fc/functions/schema.ts";
import { NAME } from "../fc/names.ts";
import type { RequestSchema, ResponseSchema } from "../fc/operation.ts";
import { directions } from "../fc/resources.ts";
import { serviceBodies } from "../fc/services/operations.ts";
import { renderService } from "../fc/services/render.ts";
import { serviceItems } from "../fc/services/schema.ts";
import { publication, renderVersion } from "../fc/versions/operations.ts";
import type { ApiVersion } from "../fc/versions.ts";
import { type JsonObject, type JsonValue, jsonSchema } from "./schemas.ts";

/** The JSON Schemas of requests that write resources, in a version, by name. */
export function resourceRequests({ hasServices }: ApiVersion): Partial<Record<RequestSchema, JsonObject>> {
  const generation = hasServices ? "fc2" : "fc3";
  return {
    CreateService: body(serviceBodies.creation, ["serviceName"]),
    UpdateService: body(serviceBodies.update),
    CreateFunction: {
      ...body(functionBodies[generation].creation, ["functionName", ...requiredFunctionItems]),
      anyOf: ["code", "customContainerConfig"].map((item) => ({
        required: [item],
        properties: { [item]: { type: "object" } },
      })),
    },
    UpdateFunction: body(functionBodies[generation].update),
    PublishVersion: body(publication),
    CreateAlias: body(aliasBodies[generation].creation, ["aliasName", "versionId"]),
    UpdateAlias: body(aliasBodies[generation].update),
  };
}

/** The schema of a request's body. An item that is null is not given, so those required are not null. */
function body({ schema }: { readonly schema: z.ZodMiniType }, required: readonly string[] = []): JsonObject {
  const { properties, ...rest } = jsonSchema(schema) as { readonly properties: Record<string, JsonObject> };
  const needed = required.map((name) => {
    const given = withoutNull(properties[name]) as JsonObject;
    const its = name.endsWith("Name")
      ? { pattern: NAME.source }
      : name === "versionId"
        ? { minLength: 1 }
        : {};
    return [name, { ...given, ...its }] as const;
  });
  return { ...rest, properties: { ...properties, ...Object.fromEntries(needed) }, required };
}

/** The JSON Schemas of responses with resources, in a version, by name. `refer` refers to one of them. */
export function resourceResponses(
  version: ApiVersion,
  refer: (schema: ResponseSchema) => JsonObject,
): Partial<Record<ResponseSchema, JsonObject>> {
  const { hasServices } = version;
  const state = { id: "", items: {}, lastVersion: 0, createdTime: 0, lastModifiedTime: 0, etag: "" };
  const it = { ...state, code: NO_CODE };
  const name = { service: "", function: "" };
  const place = { region: "", accountId: "" };
  const list = (item: string, element: JsonObject, others: Readonly<Record<string, JsonValue>> = {}) => ({
    type: "object",
    properties: { [item]: { type: "array", items: element }, ...others, nextToken: nextToken(hasServices) },
    required: [item, ...Object.keys(others), ...(hasServices ? [] : ["nextToken"])],
    additionalProperties: false,
  });
  const functionItems = hasServices ? FC2_FUNCTION_ITEMS : fc3FunctionItems;
  return {
    Service: shown(renderService("", state), serviceItems),
    Services: list("services", refer("Service")),
    Function: shown(renderFunction(version, name, place, it), functionItems, {
      ...(hasServices ? {} : { layers: FC3_LAYERS }),
    }),
    Functions: list("functions", refer("Function")),
    FunctionCode: shown({ url: "", checksum: "" }, {}),
    Version: shown(renderVersion({ name: "", value: { ...state, description: "", of: state } }), {}),
    Versions: list("versions", refer("Version"), { direction: { type: "string", enum: directions } }),
    Alias: shown(
      renderAlias(version, { name: "", value: { ...state, versionId: "" } }),
      hasServices ? fc2AliasItems : aliasItems,
    ),
    Aliases: list("aliases", refer("Alias")),
  };
}

/** GetFunction (FC 2.0) shows the state of an image's acceleration, which requests don't give. */
const FC2_FUNCTION_ITEMS = {
  ...fc2FunctionItems,
  customContainerConfig: z.extend(fc2FunctionItems.customContainerConfig, {
    accelerationInfo: z.optional(z.object({ status: z.string() })),
  }),
};

/** FC 3.0 shows layers as objects, though requests name them by their ARN. */
const FC3_LAYERS: JsonObject = {
  type: "array",
  items: {
    type: "object",
    properties: { arn: { type: "string" }, size: { type: "integer" } },
    required: ["arn", "size"],
    additionalProperties: false,
  },
};

function nextToken(hasServices: boolean): JsonObject {
  return { type: "string", description: `${hasServices ? "Absent" : "Empty"} on the last page.` };
}

/** The schema of a response with a list that is always empty. */
export function emptyListSchema(item: string): JsonObject {
  const properties = { [item]: { type: "array", items: {}, maxItems: 0 } };
  return { type: "object", properties, required: [item], additionalProperties: false };
}

/**
 * The schema of a resource in responses. Its items are those of `sample`, a response of which nothing was given,
 * and those of the table `items`.
 */
function shown(
  sample: Readonly<Record<string, unknown>>,
  items: Readonly<Record<string, z.ZodMiniType>>,
  others: JsonObject = {},
): JsonObject {
  const always = Object.entries(sample);
  return {
    type: "object",
    properties: {
      ...Object.fromEntries(always.map(([name, value]) => [name, schemaOf(name, value)])),
      ...Object.fromEntries(
        Object.entries(items).map(([name, item]) => [name, shownItem(item, sample[name])]),
      ),
      ...others,
    },
    required: always.map(([name]) => name),
    additionalProperties: false,
  };
}

/** The schema of an item that requests don't give. */
function schemaOf(name: string, value: unknown): JsonObject {
  if (/Time$/.test(name)) return { type: "string", format: "date-time" };
  if (value === null) return { type: ["array", "null"], items: { type: "string" } };
  return { type: typeof value === "number" ? "integer" : "string" };
}

/** The parts of a zod schema's definition that lead to its items, and from an optional item to the item. */
interface Definition {
  readonly shape?: Readonly<Record<string, z.ZodMiniType>>;
  readonly innerType?: z.ZodMiniType;
}

/** The schema of an item in responses, where `usual` is its default; without one, only a given item is shown. */
function shownItem(item: z.ZodMiniType, usual: unknown): JsonObject {
  const { shape } = item._zod.def as Definition;
  if (shape === undefined || typeof usual !== "object" || usual === null) return givenOr(usual, item);
  // Each item within an object has a default of its own.
  const usualWithin: Readonly<Record<string, unknown>> = { ...usual };
  const its = Object.entries(shape).map(([name, within]) => [name, givenOr(usualWithin[name], within)]);
  return {
    type: "object",
    properties: Object.fromEntries(its),
    required: Object.keys(usual),
    additionalProperties: false,
  };
}

/** The schema of an item as requests give it, or else with its default, which requests may not give. */
function givenOr(usual: unknown, item: z.ZodMiniType): JsonObject {
  const { innerType } = item._zod.def as Definition;
  if (innerType) return givenOr(usual, innerType);
  const given = withoutNull(jsonSchema(item, "output")) as JsonObject;
  if (usual === undefined || z.safeParse(item, usual).success) return given;
  return { anyOf: [given, usual === null ? { type: "null" } : { const: usual as JsonValue }] };
}

/** A JSON Schema of values that may be null, and whose items may be null, for values without null. */
function withoutNull(schema: JsonValue | undefined): JsonValue {
  if (Array.isArray(schema)) return schema.map(withoutNull);
  if (typeof schema !== "object" || schema === null) return schema ?? null;
  const { anyOf, type, ...rest } = schema as JsonObject;
  const [first, other, ...more] = Array.isArray(anyOf) ? anyOf : [];
  const isNullable = more.length === 0 && (other as JsonObject | undefined)?.["type"] === "null";
  if (isNullable) return withoutNull({ ...rest, ...(first as JsonObject) });
  // zod writes simple types that may be null in short.
  if (Array.isArray(type) && type[1] === "null") return withoutNull({ ...rest, type: type[0] });
  return Object.fromEntries(Object.entries(schema).map(([name, value]) => [name, withoutNull(value)]));
}
