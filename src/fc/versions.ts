import type { ApiError } from "./errors.ts";
import { type ConfigName, DEFAULT_QUALIFIER } from "./names.ts";

const DAY_SECONDS = 86_400;

export const VERSION_IDS = ["2016-08-15", "2021-04-06", "2023-03-30"] as const;

/** How one version of the API differs from the others. Its paths are in the registry, operations.ts. */
export interface ApiVersion {
  readonly id: (typeof VERSION_IDS)[number];
  /** What its paths begin with; the 2016-08-15 reference shows its path without the version, too. */
  readonly prefixes: readonly string[];
  /** FC 2.0 functions live in a service, FC 3.0 functions do not: the two are different resources. */
  readonly hasServices: boolean;
  readonly qualifierIn: "service segment" | "query";
  /** The name of the item that says whether invocations keep state. */
  readonly statefulItem: "statefulInvocation" | "asyncTask";
  readonly maxEventAgeSeconds: number;
  /** How many characters a destination may have. */
  readonly maxDestinationLength: number;
  /** How many characters a function's name may have, where that is fewer than any name may. */
  readonly maxFunctionNameLength?: number;
  /** Whether a `destinationConfig` that a PUT gives replaces both destinations, or only those that it has. */
  readonly destinations: "merge" | "replace";
  /** `configs` of a list that has none. */
  readonly emptyList: null | readonly [];
  /** `nextToken` of a list's last page; undefined where the page has no such item. */
  readonly lastToken: "" | undefined;
  /** The items of a response that say which config it is. */
  identity(name: ConfigName, place: Place): Record<string, string>;
  /** A new id for a request that came at this time, in milliseconds since 1970. */
  requestId(receivedAt: number): string;
  errorBody(error: ApiError, requestId: string): Record<string, string>;
  /** The code that tells a client to slow down. */
  readonly throttled: "ResourceThrottled" | "Throttling";
}

/** Where this sandbox pretends to be: what an FC 3.0 response's ARN names. */
export interface Place {
  readonly region: string;
  readonly accountId: string;
}

const openApiErrorBody: ApiVersion["errorBody"] = (error, requestId) => ({
  Code: error.code,
  Message: error.message,
  RequestId: requestId,
});

/** A text of so many random hexadecimal digits, an even number. */
function randomHex(digits: number): string {
  const bytes = crypto.getRandomValues(new Uint8Array(digits / 2));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** What the two versions of FC 2.0 share. */
const fc2 = {
  maxDestinationLength: 1024,
  destinations: "merge",
  requestId: () => crypto.randomUUID(),
} as const satisfies Partial<ApiVersion>;

// Sources: PutFunctionAsyncInvokeConfig (2016-08-15), the vendor's OpenAPI metadata of 2021-04-06 and 2023-03-30, and the
// requests and tests of the official SDKs. docs/wire.md has the source of each fact.
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
    // The reference documents serviceName and functionName; the Go SDK and Terraform read service and
    // function, and without these Terraform plans a replacement for ever.
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
    emptyList: [],
    lastToken: "",
    identity: ({ function: functionName, qualifier }, { region, accountId }) => {
      const functionArn = `acs:fc:${region}:${accountId}:functions/${functionName}`;
      return { functionArn: qualifier === DEFAULT_QUALIFIER ? functionArn : `${functionArn}/${qualifier}` };
    },
    // Seconds and random digits, as the request ids in public reports of errors have them.
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

/** The version whose paths a path looks like, for the shape of an error; 2016-08-15 when it is like none. */
export function versionOfPath(path: string): ApiVersion {
  return apiVersions.find(({ id }) => path === `/${id}` || path.startsWith(`/${id}/`)) ?? classic;
}
