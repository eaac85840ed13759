import { statuses } from "../fc/invocations/invocation.ts";
import { MAX_DELAY_SECONDS } from "../fc/invocations/invokeFunction.ts";
import { DEFAULT_TASK_PAGE_SIZE } from "../fc/invocations/tasks.ts";
import { DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE } from "../fc/paging.ts";
import { directions } from "../fc/resources.ts";
import type { JsonObject } from "./schemas.ts";

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
  versionId: {
    name: "versionId",
    in: "path",
    required: true,
    description: "The version's number.",
    schema: { type: "string", pattern: "^[1-9][0-9]*$" },
    example: "1",
  },
  aliasName: {
    name: "aliasName",
    in: "path",
    required: true,
    description: "The alias.",
    schema: { type: "string" },
    example: "prod",
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
  prefix: {
    name: "prefix",
    in: "query",
    description: "What the names in the list begin with.",
    schema: { type: "string" },
  },
  startKey: {
    name: "startKey",
    in: "query",
    description: "Where the list starts: at this name or number, or at the next one.",
    schema: { type: "string" },
  },
  direction: {
    name: "direction",
    in: "query",
    description: "BACKWARD has the highest number first.",
    schema: { type: "string", enum: directions, default: "BACKWARD" },
  },
  ifMatch: {
    name: "If-Match",
    in: "header",
    description: "The ETag of the only state that is to be changed.",
    schema: { type: "string" },
  },
  codeChecksum: {
    name: "X-Fc-Code-Checksum",
    in: "header",
    description: "The CRC-64 of the code, where the body has no `code.checksum`.",
    schema: { type: "string" },
  },
  taskId: {
    name: "invocationId",
    in: "path",
    required: true,
    description: "The id of the task.",
    schema: { type: "string" },
    example: "order-7",
  },
  taskIdOfFc3: {
    name: "taskId",
    in: "path",
    required: true,
    description: "The id of the task.",
    schema: { type: "string" },
    example: "order-7",
  },
  perhapsQualifier: {
    name: "qualifier",
    in: "query",
    description: "LATEST, a version or an alias; all of them without it.",
    schema: { type: "string" },
  },
  taskLimit: {
    name: "limit",
    in: "query",
    schema: { type: "integer", minimum: 1, maximum: MAX_PAGE_SIZE, default: DEFAULT_TASK_PAGE_SIZE },
  },
  taskStatus: { name: "status", in: "query", schema: { type: "string", enum: statuses } },
  startedTimeBegin: {
    name: "startedTimeBegin",
    in: "query",
    description: "Tasks that were enqueued then or later, in milliseconds since 1970.",
    schema: { type: "integer" },
  },
  startedTimeEnd: {
    name: "startedTimeEnd",
    in: "query",
    description: "Tasks that were enqueued then or earlier, in milliseconds since 1970.",
    schema: { type: "integer" },
  },
  sortOrderByTime: {
    name: "sortOrderByTime",
    in: "query",
    schema: { type: "string", enum: ["asc", "desc"], default: "desc" },
  },
  taskPrefix: {
    name: "invocationIdPrefix",
    in: "query",
    description: "What the ids in the list begin with.",
    schema: { type: "string" },
  },
  taskPrefixOfFc3: {
    name: "prefix",
    in: "query",
    description: "What the ids in the list begin with.",
    schema: { type: "string" },
  },
  includePayload: {
    name: "includePayload",
    in: "query",
    description: "Whether the tasks in the list have their payloads.",
    schema: { type: "boolean", default: false },
  },
  invocationType: {
    name: "X-Fc-Invocation-Type",
    in: "header",
    schema: { type: "string", enum: ["Sync", "Async"], default: "Sync" },
  },
  logType: {
    name: "X-Fc-Log-Type",
    in: "header",
    description: "Tail, of a synchronous invocation, answers with the end of the log in X-Fc-Log-Result.",
    schema: { type: "string", enum: ["None", "Tail"], default: "None" },
  },
  asyncDelay: {
    name: "X-Fc-Async-Delay",
    in: "header",
    description: "Seconds before an asynchronous invocation may start.",
    schema: { type: "integer", minimum: 0, maximum: MAX_DELAY_SECONDS, default: 0 },
  },
  taskHeader: {
    name: "X-Fc-Stateful-Async-Invocation-Id",
    in: "header",
    description: "The id of the task, where the invocation is one.",
    schema: { type: "string" },
  },
  taskHeaderOfFc3: {
    name: "X-Fc-Async-Task-Id",
    in: "header",
    description: "The id of the task, where the invocation is one.",
    schema: { type: "string" },
  },
  taskSwitch: {
    name: "X-Fc-Stateful-Async-Invocation-Enable",
    in: "header",
    description: "Whether this asynchronous invocation is a task, whatever the config says.",
    schema: { type: "boolean", default: false },
  },
  outcome: {
    name: "X-Sandbox-Outcome",
    in: "header",
    description:
      "What this one invocation's attempts come to: `error, error, success`, the last one repeats. The words are success, error, handledError, timeout, throttled, systemError and noResources; `error=1500` takes 1500 ms.",
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
