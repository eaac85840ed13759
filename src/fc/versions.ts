import type { ApiError } from "./errors.ts";
import { type ConfigName, DEFAULT_QUALIFIER } from "./names.ts";
import { hex } from "./signature/encoding.ts";

const DAY_SECONDS = 86_400;

export const VERSION_IDS = ["2016-08-15", "2021-04-06", "2023-03-30"] as const;

/** What differs between versions of the API, except the paths: the registry in operations.ts has them. */
export interface ApiVersion {
  readonly id: (typeof VERSION_IDS)[number];
  /** What the paths begin with. The 2016-08-15 reference also shows a path without the version. */
  readonly prefixes: readonly string[];
  /** FC 2.0 functions belong to a service, FC 3.0 functions do not: they are different resources. */
  readonly hasServices: boolean;
  readonly qualifierIn: "service segment" | "query";
  /** The name of the item that says whether invocations are stateful. */
  readonly statefulItem: "statefulInvocation" | "asyncTask";
  readonly maxEventAgeSeconds: number;
  /** The most characters of a destination. */
  readonly maxDestinationLength: number;
  /**
   * The most characters of a function's name, where the version's limit is lower than the limit of all names.
   */
  readonly maxFunctionNameLength?: number;
  /**
   * Whether a PUT's `destinationConfig` replaces both destinations, or only the destinations that it
   * contains.
   */
  readonly destinations: "merge" | "replace";
  /** The `configs` of an empty list. */
  readonly emptyList: null | readonly [];
  /** The `nextToken` of a list's last page; undefined when the page omits the item. */
  readonly lastToken: "" | undefined;
  /** The same of a list of tasks. */
  readonly lastTaskToken: "" | undefined;
  /**
   * What the `nextToken` of a function's list of configs is: the qualifier with which the next page starts, or
   * a text that only the sandbox can read.
   */
  readonly configsToken: "qualifier" | "opaque";
  /** The items of a response that identify the config. */
  identity(name: ConfigName, place: Place): Record<string, string>;
  /** Makes an id for a request that was received at this time, in milliseconds since 1970. */
  requestId(receivedAt: number): string;
  errorBody(error: ApiError, requestId: string): Record<string, string>;
  /** The header that names a task, in requests and responses. */
  readonly taskIdHeader: string;
  /** The header by which a request makes its invocation a task; undefined where only the config does. */
  readonly taskSwitchHeader?: string;
  /** The codes of tasks that do not exist, and that exist already. */
  readonly taskNotFound: "StatefulAsyncInvocationNotFound" | "AsyncTaskNotFound";
  readonly taskAlreadyExists: "StatefulAsyncInvocationAlreadyExists" | "AsyncTaskAlreadyExists";
  /** The item of a list of tasks, and the query parameter that its ids begin with. */
  readonly taskListItem: "invocations" | "tasks";
  readonly taskPrefixParameter: "invocationIdPrefix" | "prefix";
  /** The names of a task's items that differ between versions. */
  readonly taskItems: { readonly id: string; readonly error: string; readonly payload: string };
  /** Whether a task has `instanceId`, `events`, `durationMs` and `returnPayload`. */
  readonly hasTaskDetails: boolean;
  /** The code that tells a client to slow down. */
  readonly throttled: "ResourceThrottled" | "Throttling";
}

/** The region and the account of a sandbox. An FC 3.0 response's ARN contains both. */
export interface Place {
  readonly region: string;
  readonly accountId: string;
}

const openApiErrorBody: ApiVersion["errorBody"] = (error, requestId) => ({
  Code: error.code,
  Message: error.message,
  RequestId: requestId,
});

/** Random hexadecimal digits. `digits` must be even. */
function randomHex(digits: number): string {
  return hex(crypto.getRandomValues(new Uint8Array(digits / 2)).buffer);
}

/** What the two versions of FC 2.0 share. */
const fc2 = {
  maxDestinationLength: 1024,
  destinations: "merge",
  taskIdHeader: "X-Fc-Stateful-Async-Invocation-Id",
  taskNotFound: "StatefulAsyncInvocationNotFound",
  taskAlreadyExists: "StatefulAsyncInvocationAlreadyExists",
  taskListItem: "invocations",
  taskPrefixParameter: "invocationIdPrefix",
  taskItems: { id: "invocationId", error: "invocationErrorMessage", payload: "invocationPayload" },
  requestId: () => crypto.randomUUID(),
} as const satisfies Partial<ApiVersion>;

// Sources: PutFunctionAsyncInvokeConfig (2016-08-15), the vendor's OpenAPI metadata of 2021-04-06 and
// 2023-03-30, and the requests and tests of the official SDKs. docs/wire.md has the source of each fact.
export const apiVersions: readonly [ApiVersion, ...ApiVersion[]] = [
  {
    id: "2016-08-15",
    prefixes: ["/2016-08-15", ""],
    hasServices: true,
    qualifierIn: "service segment",
    statefulItem: "statefulInvocation",
    maxEventAgeSeconds: 30 * DAY_SECONDS,
    ...fc2,
    emptyList: null,
    lastToken: "",
    lastTaskToken: "",
    // Source: the vendor's SDK for Go.
    hasTaskDetails: false,
    // Source: testFunctionAsyncConfig of the vendor's SDK for Java.
    configsToken: "qualifier",
    // The reference documents serviceName and functionName. The Go SDK and Terraform read service and
    // function: without these, every Terraform plan replaces the config.
    identity: ({ service, function: functionName, qualifier }) => ({
      serviceName: service,
      functionName,
      service,
      function: functionName,
      qualifier,
    }),
    errorBody: (error) => ({ ErrorCode: error.code, ErrorMessage: error.message }),
    throttled: "ResourceThrottled",
  },
  {
    id: "2021-04-06",
    prefixes: ["/2021-04-06"],
    hasServices: true,
    qualifierIn: "query",
    statefulItem: "statefulInvocation",
    maxEventAgeSeconds: 7 * DAY_SECONDS,
    ...fc2,
    emptyList: [],
    lastToken: undefined,
    lastTaskToken: undefined,
    taskSwitchHeader: "X-Fc-Stateful-Async-Invocation-Enable",
    hasTaskDetails: true,
    configsToken: "opaque",
    identity: ({ service, function: functionName, qualifier }) => ({
      service,
      function: functionName,
      qualifier,
    }),
    errorBody: openApiErrorBody,
    throttled: "Throttling",
  },
  {
    id: "2023-03-30",
    prefixes: ["/2023-03-30"],
    hasServices: false,
    qualifierIn: "query",
    statefulItem: "asyncTask",
    maxEventAgeSeconds: 7 * DAY_SECONDS,
    maxDestinationLength: 512,
    maxFunctionNameLength: 64,
    destinations: "replace",
    taskIdHeader: "X-Fc-Async-Task-Id",
    taskNotFound: "AsyncTaskNotFound",
    taskAlreadyExists: "AsyncTaskAlreadyExists",
    taskListItem: "tasks",
    taskPrefixParameter: "prefix",
    taskItems: { id: "taskId", error: "taskErrorMessage", payload: "taskPayload" },
    hasTaskDetails: true,
    emptyList: [],
    lastToken: "",
    lastTaskToken: undefined,
    configsToken: "opaque",
    identity: ({ function: functionName, qualifier }, { region, accountId }) => {
      const functionArn = `acs:fc:${region}:${accountId}:functions/${functionName}`;
      return { functionArn: qualifier === DEFAULT_QUALIFIER ? functionArn : `${functionArn}/${qualifier}` };
    },
    // Seconds and random digits. Source: the request ids in public reports of errors.
    requestId: (receivedAt) =>
      `1-${Math.floor(receivedAt / 1000).toString(16)}-${randomHex(8)}-${randomHex(12)}`,
    errorBody: openApiErrorBody,
    throttled: "Throttling",
  },
];

const [classic] = apiVersions;

/** The version with this id. */
export function versionById(id: ApiVersion["id"]): ApiVersion {
  return apiVersions.find((version) => version.id === id) ?? classic;
}

/**
 * The version whose prefix a path has, for the shape of an error; 2016-08-15 when the path has no version's
 * prefix.
 */
export function versionOfPath(path: string): ApiVersion {
  return apiVersions.find(({ id }) => path === `/${id}` || path.startsWith(`/${id}/`)) ?? classic;
}
