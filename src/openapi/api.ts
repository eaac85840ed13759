import * as z from "zod/mini";
import { requestSchema } from "../fc/asyncConfig/schema.ts";
import { type ErrorCode, errorCodes, statusOf } from "../fc/errors.ts";
import { DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE } from "../fc/paging.ts";
import type { ApiVersion, Operation } from "../fc/versions.ts";
import { operations } from "../http/routes.ts";
import { examplesOf } from "./examples.ts";
import { type JsonObject, jsonContent, jsonSchema, reference } from "./schemas.ts";

const TITLES: Readonly<
  Record<Operation, { readonly verb: string; readonly summary: string; readonly text: string }>
> = {
  put: {
    verb: "Put",
    summary: "Create a config, or merge into it",
    text: "Creates the config when there is none. Otherwise the items given replace those stored and the others stay; `null` is not given. An empty destination clears the one there was.",
  },
  get: {
    verb: "Get",
    summary: "Read a config",
    text: 'Items that were never set read as the API\'s defaults, or as null where the setting `unset` is "go".',
  },
  delete: { verb: "Delete", summary: "Delete a config", text: "The config of this qualifier; others stay." },
  list: {
    verb: "List",
    summary: "List configs",
    text: "A page of configs in the order of their names. `nextToken` is there until the last page, and stays good while configs come and go.",
  },
};

/** The name the API gives an operation, with the version, since three versions share a document. */
export function operationId(version: ApiVersion, operation: Operation, prefix: string): string {
  const subject = version.hasServices ? "FunctionAsyncInvokeConfig" : "AsyncInvokeConfig";
  const name = `${TITLES[operation].verb}${subject}${operation === "list" ? "s" : ""}`;
  return `${name}_${version.id}${prefix === "" ? "_unversioned" : ""}`;
}

/** Codes that an operation answers with by itself; a fault may have it answer with any other. */
function ownCodes(version: ApiVersion, operation: Operation): ErrorCode[] {
  return [
    "InvalidArgument",
    "MissingRequiredHeader",
    "AccessDenied",
    "SignatureNotMatch",
    "InvalidAccessKeyID",
    ...(version.hasServices ? (["ServiceNotFound"] as const) : []),
    "FunctionNotFound",
    ...(operation === "list" ? [] : (["AliasNotFound", "VersionNotFound"] as const)),
    ...(operation === "get" || operation === "delete" ? (["AsyncConfigNotExists"] as const) : []),
    ...(operation === "put" ? (["EntityTooLarge", "UnsupportedMediaType"] as const) : []),
    version.throttled,
    "InternalServerError",
    "ServiceUnavailable",
  ];
}

/** The paths of one version of the API, and the schemas they use. */
export function apiPaths(version: ApiVersion): { readonly paths: JsonObject; readonly schemas: JsonObject } {
  const paths: Record<string, Record<string, JsonObject>> = {};
  for (const prefix of version.prefixes) {
    for (const { operation, method, path } of operations) {
      const address = prefix + addressOf(version[path]);
      paths[address] = {
        ...paths[address],
        [method.toLowerCase()]: operationObject(version, operation, prefix),
      };
    }
  }
  const { request, config, page, error } = names(version);
  return {
    paths,
    schemas: {
      [request]: jsonSchema(requestSchema(version)),
      [config]: configSchema(version),
      [page]: {
        type: "object",
        properties: {
          configs: {
            type: ["array", "null"],
            items: reference("schemas", config),
            description: `Null for none where the setting \`unset\` is "go".`,
          },
          nextToken: {
            type: "string",
            description: `Absent on the last page; empty where the setting \`unset\` is "go".`,
          },
        },
        required: ["configs"],
        additionalProperties: false,
      },
      [error]: errorSchema(version),
    },
  };
}

function names(version: ApiVersion) {
  const of = (what: string) => `${what}_${version.id}`;
  return {
    request: of("AsyncInvokeConfigInput"),
    config: of("AsyncInvokeConfig"),
    page: of("AsyncInvokeConfigs"),
    error: of("Error"),
  };
}

/** A route's pattern as OpenAPI writes it, with the API's own names for the parameters. */
function addressOf(pattern: string): string {
  return pattern.replace(":service", "{serviceName}").replace(":function", "{functionName}");
}

function operationObject(version: ApiVersion, operation: Operation, prefix: string): JsonObject {
  const { summary, text } = TITLES[operation];
  const id = operationId(version, operation, prefix);
  const { request, config, page } = names(version);
  const success = operation === "list" ? page : config;
  const recordedId = operationId(version, operation, version.prefixes[0] ?? "");
  return {
    operationId: id,
    tags: [version.id],
    summary: prefix === "" ? `${summary} (path without the version)` : summary,
    description: text,
    security: [{}, { fcSignature: [] }, { acs3Signature: [] }, { acsSignature: [] }],
    parameters: parametersOf(version, operation),
    ...(operation === "put"
      ? {
          requestBody: {
            description: "The items to set. No body is no item.",
            content: jsonContent(reference("schemas", request), examplesOf(recordedId, ["request"])),
          },
        }
      : {}),
    responses: {
      ...(operation === "delete"
        ? { 204: { description: "Deleted", headers: commonHeaders } }
        : {
            200: {
              description: operation === "list" ? "A page of configs" : "The config as it is now",
              headers: commonHeaders,
              content: jsonContent(reference("schemas", success), examplesOf(recordedId, ["200"])),
            },
          }),
      ...errorResponses(version, operation, recordedId),
      default: { description: "Whatever a fault of this sandbox makes up.", headers: commonHeaders },
    },
  };
}

const commonHeaders: JsonObject = {
  "X-Fc-Request-Id": reference("headers", "RequestId"),
  Date: reference("headers", "Date"),
};

function parametersOf(version: ApiVersion, operation: Operation): JsonObject[] {
  const isList = operation === "list";
  const inSegment = version.qualifierIn === "service segment" && !isList;
  return [
    ...(version.hasServices
      ? [reference("parameters", inSegment ? "serviceNameWithQualifier" : "serviceName")]
      : []),
    ...(isList && !version.hasServices
      ? [reference("parameters", "functionNameInQuery")]
      : [reference("parameters", "functionName")]),
    ...(version.qualifierIn === "query" && !isList ? [reference("parameters", "qualifier")] : []),
    ...(isList ? [reference("parameters", "limit"), reference("parameters", "nextToken")] : []),
    reference("parameters", "fault"),
  ];
}

/** The parameters that operations of the API share. */
export const apiParameters: JsonObject = {
  serviceName: {
    name: "serviceName",
    in: "path",
    required: true,
    description: "The service.",
    schema: { type: "string" },
    example: "demo",
  },
  serviceNameWithQualifier: {
    name: "serviceName",
    in: "path",
    required: true,
    description:
      "The service and, after a dot, the qualifier: LATEST (also without one), a version or an alias.",
    schema: { type: "string" },
    example: "demo.prod",
  },
  functionName: {
    name: "functionName",
    in: "path",
    required: true,
    description: "The function.",
    schema: { type: "string" },
    example: "hello",
  },
  functionNameInQuery: {
    name: "functionName",
    in: "query",
    description: "The function; all functions without it.",
    schema: { type: "string" },
  },
  qualifier: {
    name: "qualifier",
    in: "query",
    description: "LATEST (the default), a version or an alias.",
    schema: { type: "string", default: "LATEST" },
  },
  limit: {
    name: "limit",
    in: "query",
    schema: { type: "integer", minimum: 1, maximum: MAX_PAGE_SIZE, default: DEFAULT_PAGE_SIZE },
  },
  nextToken: {
    name: "nextToken",
    in: "query",
    description: "What the page before returned.",
    schema: { type: "string" },
  },
  fault: {
    name: "X-Sandbox-Fault",
    in: "header",
    description:
      "Asks the sandbox to fail this one request: an error code, `delay=1500` (milliseconds), `status=503` or `broken`, and `;after=apply` for after the request took effect.",
    schema: { type: "string" },
  },
};

/** The headers of every response, and of those that ask a client to slow down. */
export const headers: JsonObject = {
  RequestId: {
    description: "Names this request, in the journal too.",
    schema: { type: "string", format: "uuid" },
  },
  Date: {
    description: "The server's time, real whatever the sandbox's clock shows.",
    schema: { type: "string" },
  },
  RetryAfter: { description: "Seconds.", schema: { type: "integer" } },
};

function errorResponses(version: ApiVersion, operation: Operation, recordedId: string): JsonObject {
  const own = new Set(ownCodes(version, operation));
  const byStatus = Map.groupBy(errorCodes, statusOf);
  const { error } = names(version);
  return Object.fromEntries(
    [...byStatus].map(([status, codes]) => {
      const [its, byFault] = [codes.filter((code) => own.has(code)), codes.filter((code) => !own.has(code))];
      const description = [
        its.join(", "),
        byFault.length > 0 ? `by a fault only: ${byFault.join(", ")}` : "",
      ].filter(Boolean);
      return [
        status,
        {
          description: description.join("; "),
          headers: {
            ...commonHeaders,
            ...(status === 429 ? { "Retry-After": reference("headers", "RetryAfter") } : {}),
          },
          content: jsonContent(
            {
              allOf: [reference("schemas", error), { properties: { [codeItem(version)]: { enum: codes } } }],
            },
            examplesOf(recordedId, codes),
          ),
        },
      ];
    }),
  );
}

/** The items of a version's error body are where a probe of it shows them. */
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

/** What a version's responses show of a config. */
function configSchema(version: ApiVersion): JsonObject {
  const place = { region: "", accountId: "" };
  const identity = Object.keys(version.identity({ service: "", function: "", qualifier: "" }, place));
  return jsonSchema(
    z.strictObject({
      ...Object.fromEntries(identity.map((item) => [item, z.string()])),
      createdTime: z.iso.datetime(),
      lastModifiedTime: z.iso.datetime(),
      // Null where the setting `unset` is "go".
      destinationConfig: z.nullable(
        z.strictObject({ onSuccess: shownDestination, onFailure: shownDestination }),
      ),
      maxAsyncEventAgeInSeconds: z.nullable(z.int().check(z.gte(1), z.lte(version.maxEventAgeSeconds))),
      maxAsyncRetryAttempts: z.nullable(z.int().check(z.gte(0))),
      [version.statefulItem]: z.boolean(),
    }),
  );
}
