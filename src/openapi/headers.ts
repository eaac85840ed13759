import { type JsonObject, reference } from "./schemas.ts";

/**
 * The headers of responses: of every one, of those that show a resource of FC 2.0, of invocations, and of 429
 * responses. Headers that are not `required` are only in some of the responses that list them.
 */
export const headers: JsonObject = {
  RequestId: {
    description:
      "Names this request, in the journal too. A UUID, or a text like `1-65bf56b2-1368aa6d-c7da7fa6a4d4` in FC 3.0.",
    required: true,
    schema: { type: "string" },
  },
  Date: {
    description: "The server's time, real whatever the sandbox's clock shows.",
    required: true,
    schema: { type: "string" },
  },
  JournalEntry: {
    description:
      'The address of the request\'s entry in the journal: `<…/_sandbox/requests/{request id}>; rel="describedby"`. Not while the journal is off.',
    schema: { type: "string", pattern: '^<[^>]+/_sandbox/requests/[^>/]+>; rel="describedby"$' },
  },
  ServerTiming: {
    description:
      "How many milliseconds the response took (`total`), and the request as the journal has it (`app`).",
    required: true,
    schema: { type: "string" },
  },
  ETag: {
    description: "Which state of the resource this is: 32 hexadecimal digits, for If-Match in FC 2.0.",
    required: true,
    schema: { type: "string", pattern: "^[0-9a-f]{32}$" },
  },
  TaskId: { description: "The id of the task, where the invocation is one.", schema: { type: "string" } },
  ErrorType: {
    description: "Which kind of error the function returned.",
    schema: { type: "string", enum: ["HandledInvocationError", "UnhandledInvocationError"] },
  },
  LogResult: { description: "The end of the log, in base64.", schema: { type: "string" } },
  InvocationDuration: {
    description: "How long the function ran, in milliseconds.",
    required: true,
    schema: { type: "integer" },
  },
  ServiceVersion: {
    description: "The qualifier that was called.",
    required: true,
    schema: { type: "string" },
  },
  InstanceId: {
    description: "The instance that ran the function: a made-up value.",
    required: true,
    schema: { type: "string" },
  },
  MemoryUsage: {
    description: "The most memory used, in MB: a made-up value.",
    required: true,
    schema: { type: "number" },
  },
  RetryAfter: { description: "Seconds.", required: true, schema: { type: "integer" } },
};

/** The headers of a synchronous invocation's response. */
export const invocationHeaders: JsonObject = {
  "X-Fc-Error-Type": reference("headers", "ErrorType"),
  "X-Fc-Log-Result": reference("headers", "LogResult"),
  "X-Fc-Instance-Id": reference("headers", "InstanceId"),
  "X-Fc-Invocation-Duration": reference("headers", "InvocationDuration"),
  "X-Fc-Invocation-Service-Version": reference("headers", "ServiceVersion"),
  "X-Fc-Max-Memory-Usage": reference("headers", "MemoryUsage"),
};

/** The headers of every response of the API. */
export const commonHeaders: JsonObject = {
  "X-Fc-Request-Id": reference("headers", "RequestId"),
  Date: reference("headers", "Date"),
  Link: reference("headers", "JournalEntry"),
  "Server-Timing": reference("headers", "ServerTiming"),
};
