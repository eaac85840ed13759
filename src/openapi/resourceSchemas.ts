import type * as z from "zod/mini";
import { aliasBodies, renderAlias } from "../fc/aliases/operations.ts";
import { aliasItems, fc2AliasItems } from "../fc/aliases/schema.ts";
import { NO_CODE } from "../fc/functions/code.ts";
import { functionBodies } from "../fc/functions/operations.ts";
import { renderFunction } from "../fc/functions/render.ts";
import { fc2FunctionItems, fc3FunctionItems } from "../fc/functions/schema.ts";
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
  const body = ({ schema }: { readonly schema: z.ZodMiniType }, required: readonly string[] = []) => ({
    ...jsonSchema(schema),
    required,
  });
  return {
    CreateService: body(serviceBodies.creation, ["serviceName"]),
    UpdateService: body(serviceBodies.update),
    CreateFunction: body(functionBodies[generation].creation, ["functionName", "runtime", "handler"]),
    UpdateFunction: body(functionBodies[generation].update),
    PublishVersion: body(publication),
    CreateAlias: body(aliasBodies[generation].creation, ["aliasName", "versionId"]),
    UpdateAlias: body(aliasBodies[generation].update),
  };
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
  const functionItems = hasServices ? fc2FunctionItems : fc3FunctionItems;
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
    EmptyList: {
      type: "object",
      description: "One item, which is an empty array.",
      minProperties: 1,
      maxProperties: 1,
      additionalProperties: { type: "array", maxItems: 0 },
    },
  };
}

/** FC 3.0 shows layers as objects, though requests name them by their ARN. */
const FC3_LAYERS: JsonObject = {
  type: "array",
  items: {
    type: "object",
    properties: { arn: { type: "string" }, size: { type: "integer" } },
    required: ["arn", "size"],
  },
};

function nextToken(hasServices: boolean): JsonObject {
  return { type: "string", description: `${hasServices ? "Absent" : "Empty"} on the last page.` };
}

/**
 * The schema of a resource in responses. Its items are those of `sample`, a response of which nothing was given,
 * and those of the table `items`.
 */
function shown(
  sample: object,
  items: Readonly<Record<string, z.ZodMiniType>>,
  others: JsonObject = {},
): JsonObject {
  const always = Object.entries(sample);
  return {
    type: "object",
    properties: {
      ...Object.fromEntries(always.map(([name, value]) => [name, schemaOf(name, value)])),
      ...Object.fromEntries(Object.entries(items).map(([name, item]) => [name, shownItem(item)])),
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

const BOUNDS = new Set([
  ...[
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "multipleOf",
    "minLength",
    "maxLength",
    "maxItems",
    "pattern",
  ],
  ...["enum", "const"],
]);

/** The schema of an item in responses: without the bounds of requests, which defaults may be outside of. */
function shownItem(item: z.ZodMiniType): JsonObject {
  return { anyOf: [withoutBounds(jsonSchema(item)) as JsonObject, { type: "null" }] };
}

function withoutBounds(schema: JsonValue | undefined): JsonValue {
  if (Array.isArray(schema)) return schema.map(withoutBounds);
  if (typeof schema !== "object" || schema === null) return schema ?? null;
  const kept = Object.entries(schema).filter(([name]) => !BOUNDS.has(name));
  return Object.fromEntries(kept.map(([name, value]) => [name, withoutBounds(value)]));
}
