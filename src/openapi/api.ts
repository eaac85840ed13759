import * as z from "zod/mini";
import { itemSchema, nameIn, ofItems } from "../fc/asyncConfig/items.ts";
import { requestSchema } from "../fc/asyncConfig/schema.ts";
import { emptyListItems } from "../fc/emptyLists/operations.ts";
import type { ResponseSchema } from "../fc/operation.ts";
import { type OperationName, operations, routesOf, type VersionRoute } from "../fc/operations.ts";
import { type ApiVersion, apiVersions } from "../fc/versions.ts";
import { errorResponses, errorSchema } from "./errorResponses.ts";
import { examplesOf } from "./examples.ts";
import { commonHeaders, invocationHeaders } from "./headers.ts";
import { operationTexts } from "./operationTexts.ts";
import { emptyListSchema, resourceRequests, resourceResponses } from "./resourceSchemas.ts";
import { type JsonObject, jsonContent, jsonSchema, reference, type SchemaName, schemaId } from "./schemas.ts";
import { taskResponses } from "./taskSchemas.ts";

/** The API's name for an operation, with the version, because one document has three versions. */
function operationId({ name }: VersionRoute, version: ApiVersion, prefix: string): string {
  return `${name}_${version.id}${prefix === "" ? "_unversioned" : ""}`;
}

/** The OpenAPI paths of one API version, and the schemas that these paths use. */
export function apiPaths(version: ApiVersion): { readonly paths: JsonObject; readonly schemas: JsonObject } {
  const paths: Record<string, Record<string, JsonObject>> = {};
  for (const prefix of version.prefixes) {
    for (const route of routesOf(version)) {
      const address = prefix + addressOf(route.path);
      paths[address] = {
        ...paths[address],
        [route.method.toLowerCase()]: operationObject(version, route, prefix),
      };
    }
  }
  const named = (schema: SchemaName) => schemaId(version, schema);
  const used = new Set<SchemaName | undefined>(
    routesOf(version).flatMap(({ operation }) => {
      const { body, answer } = operations[operation];
      return [body?.schema, answer.schema];
    }),
  );
  const resources = Object.entries({
    ...resourceRequests(version),
    ...resourceResponses(version, (schema) => reference("schemas", named(schema))),
    ...taskResponses(version, (schema) => reference("schemas", named(schema))),
  }).filter(([schema]) => used.has(schema as SchemaName));
  return {
    paths,
    schemas: {
      ...Object.fromEntries(resources.map(([schema, its]) => [named(schema as SchemaName), its])),
      [named("AsyncInvokeConfigInput")]: jsonSchema(requestSchema(version)),
      [named("AsyncInvokeConfig")]: configSchema(version),
      [named("AsyncInvokeConfigs")]: {
        type: "object",
        properties: {
          configs: {
            type: version.emptyList === null ? ["array", "null"] : "array",
            items: reference("schemas", named("AsyncInvokeConfig")),
            ...(version.emptyList === null ? { description: "Null where there is none." } : {}),
          },
          nextToken: {
            type: "string",
            description: `${version.lastToken === "" ? "Empty" : "Absent"} on the last page.`,
          },
        },
        required: version.lastToken === undefined ? ["configs"] : ["configs", "nextToken"],
        additionalProperties: false,
      },
      [named("Error")]: errorSchema(version),
    },
  };
}

/** A route's path in OpenAPI's form, with the API's names for the parameters. */
function addressOf(pattern: string): string {
  return pattern
    .replace(":service", "{serviceName}")
    .replace(":function", "{functionName}")
    .replace(":version", "{versionId}")
    .replace(":alias", "{aliasName}")
    .replace("/async-tasks/:task", "/async-tasks/{taskId}")
    .replace(":task", "{invocationId}");
}

function operationObject(version: ApiVersion, route: VersionRoute, prefix: string): JsonObject {
  const { body, answer } = operations[route.operation];
  const texts = operationTexts[route.operation];
  const status = route.status ?? answer.status;
  const recordedId = operationId(route, version, version.prefixes[0] ?? "");
  return {
    operationId: operationId(route, version, prefix),
    tags: [version.id],
    summary: prefix === "" ? `${texts.summary} (path without the version)` : texts.summary,
    description: texts.description,
    security: [{}, { fcSignature: [] }, { acs3Signature: [] }, { acsSignature: [] }],
    parameters: parametersOf(version, route),
    ...(body
      ? {
          requestBody: {
            description: texts.body,
            ...(/^Create/.test(body.schema) ? { required: true } : {}),
            content:
              body.schema === "Event"
                ? BYTES
                : jsonContent(
                    reference("schemas", schemaId(version, body.schema)),
                    examplesOf(recordedId, ["request"]),
                  ),
          },
        }
      : {}),
    responses: {
      [status]: {
        description: texts.answer,
        headers: {
          ...commonHeaders,
          ...etagOf(version, answer.schema),
          ...(answer.schema === "Payload" ? invocationHeaders : {}),
        },
        ...(answer.schema || status !== answer.status
          ? {
              content:
                answer.schema === "Payload"
                  ? { ...BYTES, ...jsonContent(FUNCTION_ERROR, examplesOf(recordedId, [String(status)])) }
                  : jsonContent(
                      answer.schema
                        ? answerSchema(version, route.operation, answer.schema)
                        : { type: "object", additionalProperties: false },
                      examplesOf(recordedId, [String(status)]),
                    ),
            }
          : {}),
      },
      ...(answer.accepted
        ? {
            202: {
              description: "The event is enqueued",
              headers: { ...commonHeaders, [version.taskIdHeader]: reference("headers", "TaskId") },
            },
          }
        : {}),
      ...errorResponses(version, operations[route.operation], recordedId),
      default: reference("responses", "Fault"),
    },
  };
}

function answerSchema(version: ApiVersion, operation: OperationName, schema: ResponseSchema): JsonObject {
  const empty: Partial<Record<OperationName, string>> = emptyListItems;
  const item = empty[operation];
  return item ? emptyListSchema(item) : reference("schemas", schemaId(version, schema));
}

/** A body of any bytes. */
const BYTES: JsonObject = { "application/octet-stream": { schema: { type: "string", format: "binary" } } };

/** What a function's error returns. A handler of the sandbox's owner may return other JSON. */
const FUNCTION_ERROR: JsonObject = {
  type: "object",
  description: "The function's error, named in X-Fc-Error-Type.",
  properties: { errorMessage: { type: "string" }, errorType: { type: "string" } },
};

/** The ETag header of a response that shows one resource of FC 2.0. */
function etagOf({ hasServices }: ApiVersion, schema: ResponseSchema | undefined): JsonObject {
  const hasTag = ["Service", "Function", "Version", "Alias"].includes(schema ?? "");
  return hasServices && hasTag ? { ETag: reference("headers", "ETag") } : {};
}

function parametersOf(version: ApiVersion, { operation, path }: VersionRoute): JsonObject[] {
  const { names, query, body, errors } = operations[operation];
  const { hasServices } = version;
  const isPerhaps = names === "function, perhaps qualified";
  const hasQualifier =
    isPerhaps || names === "qualified function" || (names === "qualified service" && hasServices);
  const inSegment = hasQualifier && version.qualifierIn === "service segment";
  return [
    ...(path.includes(":service") ? [inSegment ? "serviceNameWithQualifier" : "serviceName"] : []),
    ...(path.includes(":function") ? ["functionName"] : []),
    ...(path.includes(":version") ? ["versionId"] : []),
    ...(path.includes(":alias") ? ["aliasName"] : []),
    ...(path.includes(":task") ? [hasServices ? "taskId" : "taskIdOfFc3"] : []),
    ...(names === "function or all" && !path.includes(":function") ? ["functionNameInQuery"] : []),
    ...(hasQualifier && !inSegment ? [isPerhaps ? "perhapsQualifier" : "qualifier"] : []),
    ...query.map((name) => (name === "taskPrefix" && !hasServices ? "taskPrefixOfFc3" : name)),
    ...(body?.schema === "Event" ? eventParameters(version) : []),
    ...(body?.limit === "functionBodyBytes" ? ["codeChecksum"] : []),
    ...(version.hasServices && errors.includes("PreconditionFailed") ? ["ifMatch"] : []),
    "fault",
  ].map((name) => reference("parameters", name));
}

/** The headers of an invocation. */
function eventParameters({ hasServices, taskSwitchHeader }: ApiVersion): string[] {
  return [
    "invocationType",
    "logType",
    "asyncDelay",
    hasServices ? "taskHeader" : "taskHeaderOfFc3",
    ...(taskSwitchHeader ? ["taskSwitch"] : []),
    "outcome",
  ];
}

const shownDestination = z.nullable(z.strictObject({ destination: z.string() }));

/** The greatest event age in a version's responses. In FC 2.0, the other version may have set the age. */
function greatestEventAge({ hasServices }: ApiVersion): number {
  const versions = apiVersions.filter((version) => version.hasServices === hasServices);
  return Math.max(...versions.map(({ maxEventAgeSeconds }) => maxEventAgeSeconds));
}

/** The JSON Schema of a config in a version's responses. An item that was never set is null. */
function configSchema(version: ApiVersion): JsonObject {
  const place = { region: "", accountId: "" };
  const identity = Object.keys(version.identity({ service: "", function: "", qualifier: "" }, place));
  return jsonSchema(
    z.strictObject({
      ...Object.fromEntries(identity.map((item) => [item, z.string()])),
      createdTime: z.iso.datetime(),
      lastModifiedTime: z.iso.datetime(),
      destinationConfig: z.nullable(
        z.strictObject({ onSuccess: shownDestination, onFailure: shownDestination }),
      ),
      ...ofItems(
        (item) => z.nullable(itemSchema(item, { maxEventAgeSeconds: greatestEventAge(version) })),
        (item) => nameIn(version, item),
      ),
    }),
  );
}
