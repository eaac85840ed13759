import { type Err, err } from "../lib/result.ts";

/**
 * The API's error catalogue: each code's status and message. Sources: the "Error codes" pages of FC 2.0 and
 * 2021-04-06. AsyncConfigNotExists is the code by which Terraform recognises a deleted config. The source of
 * InvalidDestinationResources is the cloud's answer in issue 10031 of the Terraform provider.
 */
const catalogue = {
  InvalidArgument: { status: 400, message: (what: string) => what },
  MissingRequiredHeader: {
    status: 400,
    message: (header: string) => `required HTTP header ${header} was not specified`,
  },
  PathNotSupported: {
    status: 400,
    message: (method: string, path: string) => `'${method}' against '${path}' is not supported`,
  },
  InvalidDestinationResources: {
    status: 400,
    message: () => "The destination resource is invalid: destination can't be empty.",
  },
  EntityTooLarge: {
    status: 400,
    message: (maxBytes: number) => `payload size exceeds maximum allowed size (${maxBytes} bytes)`,
  },
  AccessDenied: { status: 403, message: (why: string) => why },
  SignatureNotMatch: {
    status: 403,
    message: () =>
      "The request signature we calculated does not match the signature you provided. Check your access key and signing method.",
  },
  InvalidAccessKeyID: { status: 403, message: (id: string) => `invalid access key ID '${id}'` },
  ServiceNotFound: { status: 404, message: (service: string) => `service '${service}' does not exist` },
  FunctionNotFound: {
    status: 404,
    message: (functionName: string, service: string) =>
      service
        ? `function '${functionName}' does not exist in service '${service}'`
        : `function '${functionName}' does not exist`,
  },
  AliasNotFound: {
    status: 404,
    message: (alias: string, owner: string) => `alias '${alias}' of ${owner} does not exist`,
  },
  VersionNotFound: {
    status: 404,
    message: (version: string, owner: string) => `version '${version}' of ${owner} does not exist`,
  },
  AsyncConfigNotExists: {
    status: 404,
    message: (functionName: string, qualifier: string) =>
      `AsyncConfig for ${functionName}:${qualifier} does not exist.`,
  },
  StatefulAsyncInvocationNotFound: {
    status: 404,
    message: (id: string) => `stateful async invocation '${id}' does not exist`,
  },
  AsyncTaskNotFound: { status: 404, message: (id: string) => `async task '${id}' does not exist` },
  StatefulAsyncInvocationAlreadyExists: {
    status: 409,
    message: (id: string) => `stateful async invocation '${id}' already exists`,
  },
  AsyncTaskAlreadyExists: { status: 409, message: (id: string) => `async task '${id}' already exists` },
  ServiceAlreadyExists: { status: 409, message: (service: string) => `service '${service}' already exists` },
  FunctionAlreadyExists: {
    status: 409,
    message: (functionName: string, service: string) =>
      service
        ? `function '${functionName}' already exists in service '${service}'`
        : `function '${functionName}' already exists`,
  },
  AliasAlreadyExists: {
    status: 409,
    message: (alias: string, owner: string) => `alias '${alias}' of ${owner} already exists`,
  },
  ServiceNotEmpty: {
    status: 409,
    message: (service: string, holds: string) => `service '${service}' has active '${holds}'`,
  },
  FunctionNotEmpty: {
    status: 409,
    message: (functionName: string, holds: string) => `function '${functionName}' has active '${holds}'`,
  },
  VersionPublishError: {
    status: 400,
    message: (owner: string) =>
      `can not publish version for ${owner}, detail: 'No changes were made since last publish'`,
  },
  ConcurrentUpdateError: { status: 409, message: () => "the resource is being updated by another request" },
  PreconditionFailed: { status: 412, message: () => "the resource being modified has been changed" },
  AsyncInvocationStopped: {
    status: 412,
    message: (id: string) => `async invocation '${id}' has been stopped`,
  },
  UnsupportedMediaType: { status: 415, message: () => "the Content-Type must be 'application/json'" },
  ResourceThrottled: { status: 429, message: () => "request throttled" },
  Throttling: { status: 429, message: () => "request throttled" },
  InternalServerError: { status: 500, message: () => "an internal error has occurred. Please retry" },
  ServiceUnavailable: { status: 503, message: () => "the service is temporarily unavailable" },
} as const;

export type ErrorCode = keyof typeof catalogue;

/** A code's HTTP status. */
export function statusOf(code: ErrorCode): number {
  return catalogue[code].status;
}

/** All codes, in the catalogue's order. */
export const errorCodes = Object.keys(catalogue) as [ErrorCode, ...ErrorCode[]];

/** An error of the API as a value. `ApiVersion.errorBody` renders it for one API version. */
export interface ApiError {
  readonly status: number;
  readonly code: ErrorCode;
  readonly message: string;
}

/** An error of the catalogue. `args` are the arguments of the code's message. */
export function failure<C extends ErrorCode>(
  code: C,
  ...args: Parameters<(typeof catalogue)[C]["message"]>
): Err<ApiError> {
  const { status, message } = catalogue[code];
  // TypeScript can't see that `code` determines both the message and its arguments.
  return err({ status, code, message: (message as (...args: unknown[]) => string)(...args) });
}

/**
 * An error that a fault injects. Without a `message`, the catalogue's message is used if it needs no
 * arguments.
 */
export function injectedError(code: ErrorCode, message: string | undefined): ApiError {
  const { status, message: usual } = catalogue[code];
  const withoutArguments = usual.length === 0 ? (usual as () => string)() : "a fault of this sandbox";
  return { status, code, message: message ?? withoutArguments };
}

/** InvalidArgument with the usual message: the item, the allowed values, and the value that was received. */
export function invalid(item: string, allowed: string, came: unknown): Err<ApiError> {
  return failure("InvalidArgument", `${item} must be ${allowed}, but got ${shown(came)}`);
}

const SHOWN_CHARACTERS = 100;

/**
 * A value as an error message quotes it: on one line, and abbreviated. A symbol is a number that `parseJson`
 * did not convert.
 */
function shown(value: unknown): string {
  if (value === undefined) return "nothing";
  if (Array.isArray(value)) return "an array";
  if (typeof value === "object" && value !== null) return "an object";
  if (typeof value === "symbol") return abbreviated(value.description ?? "");
  return abbreviated(JSON.stringify(value));
}

/** At most 100 characters of a text from a request, followed by "…" where the text is longer. */
export function abbreviated(text: string): string {
  return text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS)}…` : text;
}
