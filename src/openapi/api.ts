import * as z from "zod/mini";
import { itemSchema, nameIn, ofItems } from "../fc/asyncConfig/items.ts";
import { requestSchema } from "../fc/asyncConfig/schema.ts";
import { emptyListItems } from "../fc/emptyLists/operations.ts";
import type { ResponseSchema } from "../fc/operation.ts";
import { type OperationName, operations, routeOf, routesOf, type VersionRoute } from "../fc/operations.ts";
import { type ApiVersion, apiVersions } from "../fc/versions.ts";
import { errorResponses, errorSchemas } from "./errorResponses.ts";
import { examplesOf } from "./examples.ts";
import { commonHeaders, invocationHeaders } from "./headers.ts";
import { linksOf } from "./links.ts";
import { operationTexts } from "./operationTexts.ts";
import { emptyListSchema, resourceRequests, resourceResponses } from "./resourceSchemas.ts";
import { addressOf, operationId, qualifierPlace } from "./routes.ts";
import { type JsonObject, jsonContent, jsonSchema, reference, type SchemaName, schemaId } from "./schemas.ts";
import { taskResponses } from "./taskSchemas.ts";

/** The paths of one API version, the schemas that they use, and the names of those that only requests have. */
interface VersionParts {
  readonly paths: JsonObject;
  readonly schemas: Readonly<Record<string, JsonObject>>;
  readonly requests: ReadonlySet<string>;
}

/** The OpenAPI paths of one API version and the schemas that these paths use. */
export function apiPaths(version: ApiVersion): VersionParts {
  const emptyLists = Object.entries(emptyListItems).filter(([name]) =>
    routeOf(version, name as OperationName),
  );
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
  const requests = routesOf(version).flatMap(({ operation }) => operations[operation].body?.schema ?? []);
  return {
    paths,
    requests: new Set(requests.map(named)),
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
      ...errorSchemas(version),
      ...Object.fromEntries(emptyLists.map(([name, item]) => [emptyListId(name), emptyListSchema(item)])),
      FunctionError: FUNCTION_ERROR,
    },
  };
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
            required: NEEDED_BODY.test(body.schema),
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
        ...linksOf(version, route, prefix),
        headers: {
          ...commonHeaders,
          ...etagOf(answer.schema),
          ...(answer.schema === "Payload" ? invocationHeaders : {}),
        },
        ...(answer.schema || status !== answer.status
          ? {
              content:
                answer.schema === "Payload"
                  ? {
                      ...BYTES,
                      ...jsonContent(
                        reference("schemas", "FunctionError"),
                        examplesOf(recordedId, [String(status)]),
                      ),
                    }
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
              ...linksOf(version, route, prefix, "accepted"),
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
  return reference(
    "schemas",
    operation in emptyListItems ? emptyListId(operation) : schemaId(version, schema),
  );
}

/** The name of the schema of a list that is always empty, in all versions: `ListTriggers` has `Triggers`. */
function emptyListId(operation: string): string {
  return operation.slice("List".length);
}

/** The bodies that a request can't do without: without one, there is nothing to create. */
const NEEDED_BODY = /^Create/;

/** A body of any bytes. */
const BYTES: JsonObject = { "application/octet-stream": { schema: { type: "string", format: "binary" } } };

/** What a function's error returns. A handler of the sandbox's owner may return other JSON. */
const FUNCTION_ERROR: JsonObject = {
  type: "object",
  description: "The function's error, named in X-Fc-Error-Type.",
  properties: { errorMessage: { type: "string" }, errorType: { type: "string" } },
};

/** The ETag header of a response that shows one resource. */
function etagOf(schema: ResponseSchema | undefined): JsonObject {
  const hasTag = ["Service", "Function", "Version", "Alias"].includes(schema ?? "");
  return hasTag ? { ETag: reference("headers", "ETag") } : {};
}

function parametersOf(version: ApiVersion, route: VersionRoute): JsonObject[] {
  const { operation, path } = route;
  const { names, query, body, errors } = operations[operation];
  const { hasServices } = version;
  const place = qualifierPlace(version, route);
  const inQuery = names === "function, perhaps qualified" ? "perhapsQualifier" : "qualifier";
  const isOfAll = names === "function or all" && !path.includes(":function");
  return [
    ...(path.includes(":service")
      ? [place === "service segment" ? "serviceNameWithQualifier" : "serviceName"]
      : []),
    ...(path.includes(":function") ? [hasServices ? "functionName" : "functionNameOfFc3"] : []),
    ...(path.includes(":version") ? ["versionId"] : []),
    ...(path.includes(":alias") ? ["aliasName"] : []),
    ...(path.includes(":task") ? [hasServices ? "taskId" : "taskIdOfFc3"] : []),
    ...(isOfAll ? ["functionNameInQuery"] : []),
    ...(place === "query" ? [inQuery] : []),
    ...query.map((name) => (name === "taskPrefix" && !hasServices ? "taskPrefixOfFc3" : name)),
    ...(body?.schema === "Event" ? eventParameters(version) : []),
    ...(body?.limit === "functionBodyBytes" ? ["codeChecksum"] : []),
    ...(hasServices && errors.includes("PreconditionFailed") ? ["ifMatch"] : []),
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
