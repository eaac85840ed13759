import * as z from "zod/mini";
import { METRICS_TYPE } from "../control/metrics.ts";
import { creationSchema, resetSchema, verifySchema } from "../documents/requestBodies.ts";
import * as responses from "../documents/responseBodies.ts";
import { type Env, limits } from "../env.ts";
import { DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE } from "../fc/paging.ts";
import { filterSchema } from "../journal/filter.ts";
import { advanceSchema, clockSchema } from "../state/clock.ts";
import { declaredSchema } from "../state/existence.ts";
import { faultSchema, shownFaultSchema } from "../state/faults.ts";
import { settingsSchema } from "../state/settings.ts";
import { snapshotSchema } from "../state/snapshot.ts";
import { examplesOf } from "./examples.ts";
import { type JsonObject, jsonContent, jsonSchema, reference } from "./schemas.ts";

/** An operation of the control plane: what it takes, and what it answers with. */
interface ControlOperation {
  readonly id: string;
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** Below `/_sandbox`. */
  readonly path: string;
  readonly summary: string;
  readonly text?: string;
  readonly request?: z.ZodMiniType;
  readonly parameters?: readonly JsonObject[];
  readonly status: 101 | 200 | 201 | 204;
  /** JSON of this schema, or text of this type. */
  readonly response?: z.ZodMiniType | string;
  /** What can go wrong besides a token that is missing or wrong. */
  readonly problems: readonly number[];
  /** Whether it needs no sandbox, and no token. */
  readonly isPublic?: boolean;
}

/** All operations of the control plane, as a deployment with these limits has them. */
export function controlOperations(env: Env): ControlOperation[] {
  const bounds = limits(env);
  const snapshot = snapshotSchema(bounds);
  const declared = declaredSchema(bounds);
  return [
    {
      id: "getHealth",
      method: "GET",
      path: "/health",
      summary: "Whether the server works",
      text: "503 says which of its variables is wrong, and what it must be.",
      status: 200,
      response: responses.healthSchema,
      problems: [503],
      isPublic: true,
    },
    {
      id: "createSandbox",
      method: "POST",
      path: "/sandboxes",
      summary: "Create a sandbox",
      text: "Costs nothing until the sandbox is used. Keep its control token: it is not shown to anyone without it.",
      request: creationSchema(bounds),
      status: 201,
      response: responses.accessSchema,
      problems: [400, 409, 413, 429, 503],
      isPublic: true,
    },
    {
      id: "getSandbox",
      method: "GET",
      path: "",
      summary: "What the sandbox holds",
      text: "Its credentials only for who has the control token.",
      status: 200,
      response: responses.summarySchema,
      problems: [],
    },
    {
      id: "getMetrics",
      method: "GET",
      path: "/metrics",
      summary: "The sandbox's figures, for Prometheus",
      status: 200,
      response: METRICS_TYPE,
      problems: [],
    },
    {
      id: "changeSettings",
      method: "PATCH",
      path: "/settings",
      summary: "Change settings",
      request: z.partial(settingsSchema(bounds)),
      status: 200,
      response: responses.settingsResponseSchema,
      problems: [400, 413, 503],
    },
    {
      id: "resetSandbox",
      method: "POST",
      path: "/reset",
      summary: "Reset all, or some parts",
      request: resetSchema,
      status: 204,
      problems: [400, 413, 503],
    },
    {
      id: "exportSnapshot",
      method: "GET",
      path: "/snapshot",
      summary: "Export the whole state",
      status: 200,
      response: snapshot,
      problems: [],
    },
    {
      id: "importSnapshot",
      method: "PUT",
      path: "/snapshot",
      summary: "Replace the whole state",
      text: "All but the journal. A document that is wrong anywhere changes nothing.",
      request: snapshot,
      status: 204,
      problems: [400, 409, 413, 503],
    },
    {
      id: "listRequests",
      method: "GET",
      path: "/requests",
      summary: "The journal, newest first",
      parameters: filterParameters(),
      status: 200,
      response: responses.requestsSchema,
      problems: [400],
    },
    {
      id: "clearRequests",
      method: "DELETE",
      path: "/requests",
      summary: "Clear the journal",
      status: 204,
      problems: [503],
    },
    {
      id: "countRequests",
      method: "POST",
      path: "/requests/count",
      summary: "Count requests",
      request: filterSchema,
      status: 200,
      response: responses.countSchema,
      problems: [400, 413],
    },
    {
      id: "verifyRequests",
      method: "POST",
      path: "/requests/verify",
      summary: "Verify that requests were made",
      text: "Without a number: at least one; `exactly` goes with no other. On failure `nearMisses` has the requests that come closest, and what differs.",
      request: verifySchema,
      status: 200,
      response: responses.verificationSchema,
      problems: [400, 413],
    },
    {
      id: "listFaults",
      method: "GET",
      path: "/faults",
      summary: "The faults",
      status: 200,
      response: responses.faultsSchema,
      problems: [],
    },
    {
      id: "addFault",
      method: "POST",
      path: "/faults",
      summary: "Add a fault",
      request: faultSchema,
      status: 201,
      response: shownFaultSchema,
      problems: [400, 409, 413, 503],
    },
    {
      id: "clearFaults",
      method: "DELETE",
      path: "/faults",
      summary: "Remove all faults",
      status: 204,
      problems: [503],
    },
    {
      id: "removeFault",
      method: "DELETE",
      path: "/faults/{id}",
      summary: "Remove a fault",
      parameters: [{ name: "id", in: "path", required: true, schema: { type: "string" } }],
      status: 204,
      problems: [404, 503],
    },
    {
      id: "getClock",
      method: "GET",
      path: "/clock",
      summary: "What the API's timestamps show",
      status: 200,
      response: responses.shownClockSchema,
      problems: [],
    },
    {
      id: "setClock",
      method: "PUT",
      path: "/clock",
      summary: "Freeze, shift or release the clock",
      request: clockSchema,
      status: 200,
      response: responses.shownClockSchema,
      problems: [400, 413, 503],
    },
    {
      id: "advanceClock",
      method: "POST",
      path: "/clock/advance",
      summary: "Advance a frozen or shifted clock",
      request: advanceSchema,
      status: 200,
      response: responses.shownClockSchema,
      problems: [400, 409, 413, 503],
    },
    {
      id: "getDeclaredFunctions",
      method: "GET",
      path: "/functions",
      summary: "The declared functions",
      status: 200,
      response: declared,
      problems: [],
    },
    {
      id: "declareFunctions",
      method: "PUT",
      path: "/functions",
      summary: "Declare which functions exist",
      text: "They are what exists once the setting `functions` is `declared`. What is no longer declared loses its configs.",
      request: declared,
      status: 200,
      response: declared,
      problems: [400, 413, 503],
    },
    {
      id: "watchSandbox",
      method: "GET",
      path: "/events",
      summary: "The live feed, a WebSocket",
      text: "Subprotocol `fc-sandbox`; a browser adds its token as a second one, `token.{control token}`.",
      status: 101,
      problems: [400],
    },
  ];
}

/** The journal's filter and page, as a query has them. */
function filterParameters(): JsonObject[] {
  const { properties } = jsonSchema(filterSchema) as { properties: Record<string, JsonObject> };
  const parameters = Object.entries(properties).map(([name, schema]) => ({
    name,
    in: "query",
    ...(name === "body"
      ? { description: "JSON that the request's body contains.", schema: { type: "string" } }
      : { schema }),
  }));
  return [
    ...parameters,
    {
      name: "limit",
      in: "query",
      schema: { type: "integer", minimum: 1, maximum: MAX_PAGE_SIZE, default: DEFAULT_PAGE_SIZE },
    },
    { name: "nextToken", in: "query", schema: { type: "string" } },
  ];
}

const DESCRIPTIONS: Readonly<Record<number, string>> = {
  101: "The feed begins",
  200: "Done",
  201: "Created",
  204: "Done",
  400: "Something in the request is wrong; `errors` says where",
  401: "The control token is missing",
  403: "The token is another sandbox's",
  404: "There is no such thing",
  409: "It does not go with what the sandbox has",
  413: "The body is too large",
  429: "Too many requests",
  503: "Not now: try again",
};

/** The paths of the control plane. */
export function controlPaths(env: Env): { readonly paths: JsonObject; readonly schemas: JsonObject } {
  const paths: Record<string, Record<string, JsonObject>> = {};
  for (const operation of controlOperations(env)) {
    const address = `/_sandbox${operation.path}`;
    paths[address] = { ...paths[address], [operation.method.toLowerCase()]: operationObject(operation) };
  }
  return { paths, schemas: { Problem: jsonSchema(responses.problemSchema) } };
}

function contentOf(response: z.ZodMiniType | string, examples: JsonObject): JsonObject {
  if (typeof response !== "string") return jsonContent(jsonSchema(response), examples);
  const [type = ""] = response.split(";");
  return jsonContent({ type: "string" }, examples, type);
}

function operationObject(operation: ControlOperation): JsonObject {
  const { id, method, summary, text, request, parameters, status, response, problems, isPublic } = operation;
  const statuses = isPublic ? problems : [...new Set([...problems, 401, 403, 404, 429])].sort();
  const requestId = { "X-Fc-Request-Id": reference("headers", "RequestId") };
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
    tags: ["control plane"],
    summary,
    ...(text ? { description: text } : {}),
    security: isPublic ? [{}] : [{ controlToken: [] }, ...(method === "GET" ? [{}] : [])],
    ...(parameters ? { parameters } : {}),
    ...(request
      ? { requestBody: { content: jsonContent(jsonSchema(request), examplesOf(id, ["request"])) } }
      : {}),
    responses: {
      [status]: {
        description: DESCRIPTIONS[status],
        ...(status === 101 ? {} : { headers: requestId }),
        ...(response ? { content: contentOf(response, examplesOf(id, [String(status)])) } : {}),
      },
      ...Object.fromEntries(statuses.map((code) => [code, problemOf(code)])),
    },
  };
}
