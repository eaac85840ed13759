import * as z from "zod/mini";
import { type Description, descriptions } from "../documents/descriptions.ts";
import {
  type ControlOperation,
  controlOperations,
  type OperationId,
  type Schema,
  schemaWithin,
} from "../documents/operations.ts";
import { DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE } from "../fc/paging.ts";
import type { Limits } from "../state/limits.ts";
import { examplesOf } from "./examples.ts";
import { controlLinksOf } from "./links.ts";
import { type JsonObject, type JsonValue, jsonContent, jsonSchema, reference } from "./schemas.ts";
import { controlSecurity } from "./securitySchemes.ts";

const CONTROL_TAG = "control plane";
const OPERATOR_TAG = "operator";

/** The tags of the control plane's operations. */
export const controlTags = [
  { name: CONTROL_TAG, description: "What a test wants besides." },
  { name: OPERATOR_TAG, description: "What whoever operates the server wants." },
];

/** A path parameter in braces, with the segment before it. */
const PARAMETER = /\w+\/(\{(\w+)\})/g;

/** Examples of the path parameters, by their names, or by what is before them in the path. */
const PATH_EXAMPLES: Readonly<Record<string, string>> = {
  "sandboxes/{id}": "pr-17-abcdefghijklmnop2345672345",
  "invitations/{id}": "abcdefghijklmnop",
  "{id}": "3f2b8c1e-5d7a-4a90-9c3e-8a1f0b6d2e47",
  "{token}": "the-token-of-the-code",
  "{name}": "a shop with an order",
};

function pathParameters(path: string): JsonObject[] {
  return [...path.matchAll(PARAMETER)].map(([placed, parameter = "", name]) => ({
    name,
    in: "path",
    required: true,
    schema: { type: "string" },
    example: PATH_EXAMPLES[placed] ?? PATH_EXAMPLES[parameter],
  }));
}

/** The query parameters whose values are JSON. */
const JSON_ITEMS: Readonly<Record<string, string>> = {
  body: "JSON that the request's body contains.",
  message: "JSON that the message contains.",
  requestPayload: "JSON that the event contains.",
  responsePayload: "JSON that the function's answer contains.",
};

/** What other query parameters are. */
const ITEMS: Readonly<Record<string, string>> = {
  consumer: "The consumer's name, which a Pact file must have.",
  provider: "The provider's name, which a Pact file must have.",
  status: "The status. Of requests also `4xx` for all of a class, and several with commas.",
  since: "What is not earlier than this time.",
  errorCode: "The code of an error of the API, which the response is.",
  format: "The response's format, by default `json`.",
  sort: "By what the list is sorted: times the latest first, bytes the largest first, labels from a to z. By default `label` where a label is given, and else `lastUsedAt`.",
  label: "The beginning of the label.",
  team: "The team of the invitation by which the sandbox was created.",
  invitation: "The id of the invitation by which the sandbox was created.",
  createdBefore: "What was created before this time.",
  createdAfter: "What was created after this time.",
  usedBefore: "What was used last before this time.",
  usedAfter: "What was used last after this time.",
  minBytes: "What stores at least so many bytes.",
  throttled: "With `true`, only what is refused at present because a quota is used up.",
  search:
    "Words, all of which the request or its response contains, in any letter case: in the method, the URL, the names, the operation, the version, the error's code, the effects of faults, the headers, the bodies, or the names of changed items. `404` and `4xx` also find the status. An id or a number is found as a whole.",
};

/** Examples of query parameters whose values have a form of their own. */
const EXAMPLES: Readonly<Record<string, JsonValue>> = {
  operation: "put",
  version: "2023-03-30",
  method: "PUT",
  since: "2030-01-01T00:00:00Z",
  label: "pr-",
  team: "checkout",
  invitation: "abcdefghijklmnop",
  createdBefore: "2030-01-01T00:00:00Z",
  createdAfter: "2029-01-01T00:00:00Z",
  usedBefore: "2030-01-01T00:00:00Z",
  usedAfter: "2029-01-01T00:00:00Z",
  minBytes: "1000000",
  ...Object.fromEntries(Object.keys(JSON_ITEMS).map((name) => [name, "{}"])),
};

/** The query parameters of an operation: its items, and for a list `limit` and `nextToken`. */
function queryParameters(query: z.ZodMiniObject, isList: boolean, mostListed: number): JsonObject[] {
  const { properties } = jsonSchema(query) as { properties: Record<string, JsonObject> };
  const parameters = Object.entries(properties).map(([name, schema]) => ({
    name,
    in: "query",
    ...(name in ITEMS ? { description: ITEMS[name] } : {}),
    ...(name in JSON_ITEMS ? { description: JSON_ITEMS[name], schema: { type: "string" } } : { schema }),
    ...(name in EXAMPLES ? { example: EXAMPLES[name] } : {}),
  }));
  if (!isList) return parameters;
  return [
    ...parameters,
    {
      name: "limit",
      in: "query",
      schema: { type: "integer", minimum: 1, maximum: mostListed, default: DEFAULT_PAGE_SIZE },
    },
    { name: "nextToken", in: "query", schema: { type: "string" }, example: "" },
  ];
}

const DESCRIPTIONS: Readonly<Record<number, string>> = {
  101: "The feed begins",
  200: "Done",
  201: "Created",
  204: "Done",
  400: "Something in the request is wrong; `errors` says where",
  401: "A token is needed, and there is none",
  403: "The token does not allow this: it may only read, was replaced, or is another's",
  404: "There is no such thing",
  409: "It does not go with what the sandbox has",
  413: "The body is too large",
  429: "Too many requests",
  501: "This platform can't do that",
  503: "Not now: try again",
};

/** The OpenAPI paths of the control plane in a deployment with these limits. */
export function controlPaths(limits: Limits): JsonObject {
  const paths: Record<string, Record<string, JsonObject>> = {};
  for (const id of Object.keys(controlOperations) as OperationId[]) {
    const operation = controlOperations[id];
    const address = `/_sandbox${operation.path}`;
    const method = operation.method.toLowerCase();
    paths[address] = { ...paths[address], [method]: operationObject(id, operation, limits) };
  }
  return paths;
}

function operationObject(id: OperationId, operation: ControlOperation, limits: Limits): JsonObject {
  const { path, request, status, responseType, access } = operation;
  const {
    summary,
    text,
    query,
    isList = false,
    mostListed = MAX_PAGE_SIZE,
    response,
    lines,
    problems = [],
  }: Description = descriptions[id];
  const statuses = [...new Set([...problems, ...sharedProblems(operation)])].sort();
  const parameters = [...pathParameters(path), ...(query ? queryParameters(query, isList, mostListed) : [])];
  const requestId = { "X-Fc-Request-Id": reference("headers", "RequestId") };
  const bodyOf = (schema: Schema, what: string) =>
    jsonContent(jsonSchema(schemaWithin(limits, schema)), examplesOf(id, [what]));
  const textOf = (contentType: string) => {
    const [type] = contentType.split(";");
    return jsonContent({ type: "string" }, examplesOf(id, [String(status)]), type);
  };
  const problemOf = (code: number): JsonObject => ({
    description: DESCRIPTIONS[code],
    headers: { ...requestId, ...(code === 429 ? { "Retry-After": reference("headers", "RetryAfter") } : {}) },
    content: jsonContent(
      reference("schemas", "Problem"),
      examplesOf(id, [String(code)]),
      "application/problem+json",
    ),
  });
  return {
    operationId: id,
    tags: [access === "operator" ? OPERATOR_TAG : CONTROL_TAG],
    summary,
    description: text ?? `${summary}.`,
    security: controlSecurity(id, operation),
    ...(parameters.length > 0 ? { parameters } : {}),
    ...(request
      ? { requestBody: { required: needsBody(limits, request), content: bodyOf(request, "request") } }
      : {}),
    responses: {
      [status]: {
        description: DESCRIPTIONS[status],
        ...controlLinksOf(id),
        ...(status === 101 ? {} : { headers: requestId }),
        ...(response
          ? { content: { ...bodyOf(response, String(status)), ...(lines ? linesOf(lines) : {}) } }
          : {}),
        ...(responseType ? { content: textOf(responseType) } : {}),
      },
      ...Object.fromEntries(statuses.map((code) => [code, problemOf(code)])),
    },
  };
}

/** The problems that operations share, by who may use them. */
function sharedProblems({ access }: ControlOperation): number[] {
  if (access === "public") return [];
  // 503 where a login of Cloudflare Access can't be verified.
  return access?.startsWith("operator") ? [401, 403, 429, 503] : [401, 403, 404, 429];
}

/** The content of a response as lines of JSON. */
function linesOf(description: string): JsonObject {
  return { "application/x-ndjson": { schema: { type: "string", description } } };
}

/** Whether a request needs a body: no body is an empty object. */
function needsBody(limits: Limits, request: Schema): boolean {
  return !z.safeParse(schemaWithin(limits, request), {}).success;
}
