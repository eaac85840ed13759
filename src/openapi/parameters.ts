import { errorCodes } from "../fc/errors.ts";
import { statuses } from "../fc/invocations/invocation.ts";
import { MAX_DELAY_SECONDS } from "../fc/invocations/invokeFunction.ts";
import { outcomeWords } from "../fc/invocations/outcome.ts";
import { DEFAULT_TASK_PAGE_SIZE } from "../fc/invocations/tasks.ts";
import { MAX_TASK_ID_LENGTH, MAX_VERSION_DIGITS, NAME, VERSION } from "../fc/names.ts";
import { DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE } from "../fc/paging.ts";
import { directions } from "../fc/resources.ts";
import { apiVersions } from "../fc/versions.ts";
import { LATEST_TIME } from "../state/clock.ts";
import type { Limits } from "../state/limits.ts";
import type { JsonObject } from "./schemas.ts";

/** The most milliseconds since 1970 that a query may have: 15 digits. */
const MAX_TIME = 10 ** 15 - 1;

/** A name as a whole, and the number of a version. */
const [name, version] = [NAME, VERSION].map(({ source }) => source.replace(/^\^|\$$/g, "")) as [
  string,
  string,
];
const QUALIFIER = `(?:${name}|${version})`;

/** The grammar of the headers, as `parseFaultHeader` and `parseOutcomeHeader` read them. */
const DELAY = "[0-5]?[0-9]{1,4}|60000";
const FAULT = `^(?:${errorCodes.join("|")}|broken|delay=(?:${DELAY})|status=[2-5][0-9]{2})(?:;after=apply)?$`;
const DURATION = "[0-7]?[0-9]{1,7}|8[0-5][0-9]{6}|86[0-3][0-9]{5}|86400000";
const OUTCOME = ` *(?:${outcomeWords.join("|")})(?:=(?:${DURATION}))? *`;
const OUTCOMES = `^${OUTCOME}(?:,${OUTCOME}){0,99}$`;

/**
 * The parameters that operations of the API share, in a deployment with these limits. Importers send every parameter
 * that an operation has, so each that may be left out has an example that changes nothing. An empty value is none.
 */
export function apiParameters({ nameLength }: Pick<Limits, "nameLength">): JsonObject {
  const nameSchema = { type: "string", pattern: `^${name}$`, minLength: 1, maxLength: nameLength };
  const fc3Lengths = apiVersions.map(({ maxFunctionNameLength: most = nameLength }) => most);
  const fc3NameSchema = { ...nameSchema, maxLength: Math.min(nameLength, ...fc3Lengths) };
  const qualifierSchema = { type: "string", pattern: `^${QUALIFIER}?$`, maxLength: nameLength };
  const taskIdSchema = { type: "string", pattern: `^(?:${name})?$`, maxLength: MAX_TASK_ID_LENGTH };
  return {
    serviceName: {
      name: "serviceName",
      in: "path",
      required: true,
      description: "The service.",
      schema: nameSchema,
      example: "demo",
    },
    serviceNameWithQualifier: {
      name: "serviceName",
      in: "path",
      required: true,
      description:
        "The service and, after a dot, the qualifier: LATEST (also without one), a version or an alias.",
      schema: { type: "string", pattern: `^${name}(?:\\.${QUALIFIER})?$`, maxLength: 2 * nameLength + 1 },
      example: "demo.prod",
    },
    functionName: {
      name: "functionName",
      in: "path",
      required: true,
      description: "The function.",
      schema: nameSchema,
      example: "hello",
    },
    functionNameOfFc3: {
      name: "functionName",
      in: "path",
      required: true,
      description: "The function.",
      schema: fc3NameSchema,
      example: "hello",
    },
    versionId: {
      name: "versionId",
      in: "path",
      required: true,
      description: "The version's number.",
      schema: { type: "string", pattern: VERSION.source, maxLength: MAX_VERSION_DIGITS },
      example: "1",
    },
    aliasName: {
      name: "aliasName",
      in: "path",
      required: true,
      description: "The alias.",
      schema: nameSchema,
      example: "prod",
    },
    functionNameInQuery: {
      name: "functionName",
      in: "query",
      description: "The function; all functions without it.",
      schema: { type: "string", pattern: `^(?:${name})?$`, maxLength: fc3NameSchema.maxLength },
      example: "hello",
    },
    qualifier: {
      name: "qualifier",
      in: "query",
      description: "LATEST (the default), a version or an alias.",
      schema: { ...qualifierSchema, default: "LATEST" },
      example: "LATEST",
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
      example: "",
    },
    prefix: {
      name: "prefix",
      in: "query",
      description: "What the names in the list begin with.",
      schema: { type: "string" },
      example: "",
    },
    startKey: {
      name: "startKey",
      in: "query",
      description: "Where the list starts: at this name or number, or at the next one.",
      schema: { type: "string" },
      example: "",
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
      description: "The ETag of the only state that is to be changed; `*` for any.",
      schema: { type: "string" },
      example: "*",
    },
    codeChecksum: {
      name: "X-Fc-Code-Checksum",
      in: "header",
      description: "The CRC-64 of the code, where the body has no `code.checksum`.",
      schema: { type: "string" },
      example: "",
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
      schema: qualifierSchema,
      example: "LATEST",
    },
    taskLimit: {
      name: "limit",
      in: "query",
      schema: { type: "integer", minimum: 1, maximum: MAX_PAGE_SIZE, default: DEFAULT_TASK_PAGE_SIZE },
    },
    functionsLimit: {
      name: "limit",
      in: "query",
      description: "0 is the default.",
      schema: { type: "integer", minimum: 0, maximum: MAX_PAGE_SIZE, default: DEFAULT_PAGE_SIZE },
    },
    taskStatus: { name: "status", in: "query", schema: { type: "string", enum: statuses } },
    startedTimeBegin: {
      name: "startedTimeBegin",
      in: "query",
      description: "Tasks that were enqueued then or later, in milliseconds since 1970.",
      schema: { type: "integer", minimum: 0, maximum: MAX_TIME },
      example: 0,
    },
    startedTimeEnd: {
      name: "startedTimeEnd",
      in: "query",
      description: "Tasks that were enqueued then or earlier, in milliseconds since 1970.",
      schema: { type: "integer", minimum: 0, maximum: MAX_TIME },
      example: LATEST_TIME,
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
      example: "",
    },
    taskPrefixOfFc3: {
      name: "prefix",
      in: "query",
      description: "What the ids in the list begin with.",
      schema: { type: "string" },
      example: "",
    },
    includePayload: {
      name: "includePayload",
      in: "query",
      description:
        "Whether the tasks in the list have their payloads. Where these are large, a page may have fewer tasks than `limit`.",
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
      schema: taskIdSchema,
      example: "",
    },
    taskHeaderOfFc3: {
      name: "X-Fc-Async-Task-Id",
      in: "header",
      description: "The id of the task, where the invocation is one.",
      schema: taskIdSchema,
      example: "",
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
      schema: { type: "string", pattern: OUTCOMES },
      example: "success",
    },
    fault: {
      name: "X-Sandbox-Fault",
      in: "header",
      description:
        "Every request to the API may have this header, which asks the sandbox to fail this one request: an error code, `delay=1500` (milliseconds), `status=503` or `broken`, and `;after=apply` for after the request took effect.",
      schema: { type: "string", pattern: FAULT },
      example: "Throttling",
    },
  };
}
