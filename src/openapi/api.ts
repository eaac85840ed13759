import * as z from "zod/mini";
import { itemSchema, nameIn, ofItems } from "../fc/asyncConfig/items.ts";
import { requestSchema } from "../fc/asyncConfig/schema.ts";
import { type ErrorCode, errorCodes, statusOf } from "../fc/errors.ts";
import type { RequestSchema, ResponseSchema } from "../fc/operation.ts";
import { type Operation, operations, routesOf, type VersionRoute } from "../fc/operations.ts";
import { type ApiVersion, apiVersions } from "../fc/versions.ts";
import { examplesOf } from "./examples.ts";
import { operationTexts } from "./operationTexts.ts";
import { resourceRequests, resourceResponses } from "./resourceSchemas.ts";
import { type JsonObject, jsonContent, jsonSchema, reference } from "./schemas.ts";

/** The API's name for an operation, with the version, because one document has three versions. */
function operationId({ name }: VersionRoute, version: ApiVersion, prefix: string): string {
  return `${name}_${version.id}${prefix === "" ? "_unversioned" : ""}`;
}

/** The error codes that an operation returns without a fault. A fault can return any code. */
function ownCodes(version: ApiVersion, { resource, body, names, errors }: Operation): ErrorCode[] {
  const existence: readonly ErrorCode[] = resource === "config" ? configExistence(version, names) : [];
  return [
    "InvalidArgument",
    "MissingRequiredHeader",
    "AccessDenied",
    "SignatureNotMatch",
    "InvalidAccessKeyID",
    ...existence,
    ...(body ? (["EntityTooLarge", "UnsupportedMediaType"] as const) : []),
    ...errors.filter((code) => isOf(version, { resource, names }, code)),
    version.throttled,
    "InternalServerError",
    "ServiceUnavailable",
  ];
}

function configExistence({ hasServices }: ApiVersion, names: Operation["names"]): ErrorCode[] {
  return [
    ...(hasServices ? (["ServiceNotFound"] as const) : []),
    "FunctionNotFound",
    ...(names === "qualified function" ? (["AliasNotFound", "VersionNotFound"] as const) : []),
  ];
}

/** Whether a version has an error of the registry: FC 3.0 has no services and no If-Match. */
export function isOf(
  { hasServices }: ApiVersion,
  { resource, names }: Pick<Operation, "resource" | "names">,
  code: ErrorCode,
): boolean {
  if (!hasServices) {
    const isOfService = names === "qualified service" && /^(Alias|Version)NotFound$/.test(code);
    return !isOfService && !/^Service|^Precondition/.test(code);
  }
  // In FC 2.0, versions and aliases are of services, and a function has neither.
  const isOfFunction =
    resource === "version" || resource === "alias" ? "FunctionNotFound" : "FunctionNotEmpty";
  return code !== isOfFunction;
}

/** The OpenAPI paths of one API version, and the components that these paths use. */
export function apiPaths(version: ApiVersion): {
  readonly paths: JsonObject;
  readonly schemas: JsonObject;
  readonly responses: JsonObject;
} {
  const paths: Record<string, Record<string, JsonObject>> = {};
  const shared = new SharedResponses(version);
  for (const prefix of version.prefixes) {
    for (const route of routesOf(version)) {
      const address = prefix + addressOf(route.path);
      paths[address] = {
        ...paths[address],
        [route.method.toLowerCase()]: operationObject(version, route, prefix, shared),
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
  }).filter(([schema]) => used.has(schema as SchemaName));
  return {
    paths,
    responses: shared.components,
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

type SchemaName = RequestSchema | ResponseSchema | "Error";

/** A schema's name with the version, because one document has three versions. */
function schemaId(version: ApiVersion, schema: SchemaName): string {
  return `${schema}_${version.id}`;
}

/** A route's path in OpenAPI's form, with the API's names for the parameters. */
function addressOf(pattern: string): string {
  return pattern
    .replace(":service", "{serviceName}")
    .replace(":function", "{functionName}")
    .replace(":version", "{versionId}")
    .replace(":alias", "{aliasName}");
}

function operationObject(
  version: ApiVersion,
  route: VersionRoute,
  prefix: string,
  shared: SharedResponses,
): JsonObject {
  const { body, answer } = operations[route.operation];
  const texts = operationTexts[route.operation];
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
            content: jsonContent(
              reference("schemas", schemaId(version, body.schema)),
              examplesOf(recordedId, ["request"]),
            ),
          },
        }
      : {}),
    responses: {
      [answer.status]: {
        description: texts.answer,
        headers: { ...commonHeaders, ...etagOf(version, answer.schema) },
        ...(answer.schema
          ? {
              content: jsonContent(
                reference("schemas", schemaId(version, answer.schema)),
                examplesOf(recordedId, [String(answer.status)]),
              ),
            }
          : {}),
      },
      ...errorResponses(version, operations[route.operation], recordedId, shared),
      default: { description: "Whatever a fault of this sandbox makes up.", headers: commonHeaders },
    },
  };
}

const commonHeaders: JsonObject = {
  "X-Fc-Request-Id": reference("headers", "RequestId"),
  Date: reference("headers", "Date"),
};

/** The ETag header of a response that shows one resource of FC 2.0. */
function etagOf({ hasServices }: ApiVersion, schema: ResponseSchema | undefined): JsonObject {
  const hasTag = ["Service", "Function", "Version", "Alias"].includes(schema ?? "");
  return hasServices && hasTag ? { ETag: reference("headers", "ETag") } : {};
}

function parametersOf(version: ApiVersion, { operation, path }: VersionRoute): JsonObject[] {
  const { names, query, errors } = operations[operation];
  const hasQualifier =
    names === "qualified function" || (names === "qualified service" && version.hasServices);
  const inSegment = hasQualifier && version.qualifierIn === "service segment";
  return [
    ...(path.includes(":service") ? [inSegment ? "serviceNameWithQualifier" : "serviceName"] : []),
    ...(path.includes(":function") ? ["functionName"] : []),
    ...(path.includes(":version") ? ["versionId"] : []),
    ...(path.includes(":alias") ? ["aliasName"] : []),
    ...(names === "function or all" && !path.includes(":function") ? ["functionNameInQuery"] : []),
    ...(hasQualifier && !inSegment ? ["qualifier"] : []),
    ...query,
    ...(version.hasServices && errors.includes("PreconditionFailed") ? ["ifMatch"] : []),
    "fault",
  ].map((name) => reference("parameters", name));
}

/** The headers of responses: of every one, of those that show a resource of FC 2.0, and of 429 responses. */
export const headers: JsonObject = {
  RequestId: {
    description:
      "Names this request, in the journal too. A UUID, or a text like `1-65bf56b2-1368aa6d-c7da7fa6a4d4` in FC 3.0.",
    schema: { type: "string" },
  },
  Date: {
    description: "The server's time, real whatever the sandbox's clock shows.",
    schema: { type: "string" },
  },
  ETag: {
    description: "Which state of the resource this is: 32 hexadecimal digits, for If-Match.",
    schema: { type: "string", pattern: "^[0-9a-f]{32}$" },
  },
  RetryAfter: { description: "Seconds.", schema: { type: "integer" } },
};

/** Error responses that several operations of a version have, which are components of the document. */
class SharedResponses {
  readonly components: Record<string, JsonObject> = {};
  readonly #version: ApiVersion;

  constructor(version: ApiVersion) {
    this.#version = version;
  }

  /** A reference to a response with these codes. It has no example of its own. */
  refer(status: number, codes: readonly ErrorCode[], response: JsonObject): JsonObject {
    const name = [status, ...codes, this.#version.id].join("_");
    this.components[name] ??= response;
    return reference("responses", name);
  }
}

function errorResponses(
  version: ApiVersion,
  operation: Operation,
  recordedId: string,
  shared: SharedResponses,
): JsonObject {
  const own = new Set(ownCodes(version, operation));
  const byStatus = Map.groupBy(errorCodes, statusOf);
  return Object.fromEntries(
    [...byStatus].map(([status, codes]) => {
      const [its, byFault] = [codes.filter((code) => own.has(code)), codes.filter((code) => !own.has(code))];
      const description = [
        its.join(", "),
        byFault.length > 0 ? `by a fault only: ${byFault.join(", ")}` : "",
      ].filter(Boolean);
      const examples = examplesOf(recordedId, codes);
      const response = {
        description: description.join("; "),
        headers: {
          ...commonHeaders,
          ...(status === 429 ? { "Retry-After": reference("headers", "RetryAfter") } : {}),
        },
        content: jsonContent(
          {
            allOf: [
              reference("schemas", schemaId(version, "Error")),
              { properties: { [codeItem(version)]: { enum: codes } } },
            ],
          },
          examples,
        ),
      };
      const isShared = Object.keys(examples).length === 0;
      return [status, isShared ? shared.refer(status, its, response) : response];
    }),
  );
}

/** An error to render, which shows the items of a version's error body. */
const PROBE = { status: 400, code: "InvalidArgument", message: "a message" } as const;

function codeItem(version: ApiVersion): string {
  const items = Object.entries(version.errorBody(PROBE, "id"));
  return items.find(([, value]) => value === PROBE.code)?.[0] ?? "";
}

function errorSchema(version: ApiVersion): JsonObject {
  const items = Object.keys(version.errorBody(PROBE, "id"));
  const code = codeItem(version);
  return {
    type: "object",
    properties: Object.fromEntries(
      items.map((item) => [item, item === code ? { type: "string", enum: errorCodes } : { type: "string" }]),
    ),
    required: items,
    additionalProperties: false,
  };
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
