import { type ErrorCode, errorCodes, statusOf } from "../fc/errors.ts";
import type { Operation } from "../fc/operations.ts";
import type { ApiVersion } from "../fc/versions.ts";
import { examplesOf } from "./examples.ts";
import { commonHeaders } from "./headers.ts";
import { type JsonObject, jsonContent, reference, schemaId } from "./schemas.ts";

/** The error codes that every operation of a version returns without a fault. */
function sharedCodes({ throttled }: ApiVersion): readonly ErrorCode[] {
  return [
    "InvalidArgument",
    "MissingRequiredHeader",
    "AccessDenied",
    "SignatureNotMatch",
    "InvalidAccessKeyID",
    throttled,
    "InternalServerError",
    "ServiceUnavailable",
  ];
}

/** The error codes that an operation returns without a fault. A fault can return any code. */
function ownCodes(version: ApiVersion, { resource, body, names, errors }: Operation): readonly ErrorCode[] {
  const existence: readonly ErrorCode[] =
    resource === "config" || (resource === "invocation" && names !== "nothing")
      ? functionExistence(version, names)
      : [];
  return [
    ...sharedCodes(version),
    ...existence,
    ...(body ? (["EntityTooLarge"] as const) : []),
    ...(body && body.schema !== "Event" ? (["UnsupportedMediaType"] as const) : []),
    ...errors.filter((code) => isOf(version, { resource, names }, code)),
  ];
}

function functionExistence({ hasServices }: ApiVersion, names: Operation["names"]): ErrorCode[] {
  return [
    ...(hasServices ? (["ServiceNotFound"] as const) : []),
    "FunctionNotFound",
    ...(names === "qualified function" || names === "function, perhaps qualified"
      ? (["AliasNotFound", "VersionNotFound"] as const)
      : []),
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
    return !isOfService && !/^(Service|Precondition|Stateful)/.test(code);
  }
  if (code.startsWith("AsyncTask")) return false;
  // In FC 2.0, versions and aliases are of services, and a function has neither.
  const isOfFunction =
    resource === "version" || resource === "alias" ? "FunctionNotFound" : "FunctionNotEmpty";
  return code !== isOfFunction;
}

const codesByStatus = Map.groupBy(errorCodes, statusOf);

/**
 * The error responses of an operation. Where it has no other codes than every operation has, the response is the
 * version's.
 */
export function errorResponses(version: ApiVersion, operation: Operation, recordedId: string): JsonObject {
  const shared = new Set(sharedCodes(version));
  const own = new Set(ownCodes(version, operation));
  return Object.fromEntries(
    [...codesByStatus].map(([status, codes]) => [
      status,
      codes.every((code) => shared.has(code) || !own.has(code))
        ? reference("responses", sharedResponseId(version, status))
        : errorResponse(version, status, own, recordedId),
    ]),
  );
}

/** The name of what the errors of a status have in common in a version: the response, and the body's schema. */
function sharedResponseId(version: ApiVersion, status: number): string {
  return `Error_${status}_${version.id}`;
}

/** What a fault may answer besides errors, with any status. */
export const faultResponse: JsonObject = {
  description: "Whatever a fault of this sandbox makes up.",
  headers: commonHeaders,
};

/** The error responses that the operations of one API version share. */
export function sharedResponses(version: ApiVersion): JsonObject {
  const shared = new Set(sharedCodes(version));
  return Object.fromEntries(
    [...codesByStatus.keys()].map((status) => [
      sharedResponseId(version, status),
      errorResponse(version, status, shared, version.id),
    ]),
  );
}

/** The response with an error status. Examples of shared codes are recorded by the version's id. */
function errorResponse(
  version: ApiVersion,
  status: number,
  own: ReadonlySet<ErrorCode>,
  recordedId: string,
): JsonObject {
  const codes = codesByStatus.get(status) ?? [];
  const [its, byFault] = [codes.filter((code) => own.has(code)), codes.filter((code) => !own.has(code))];
  const description = [
    its.join(", "),
    byFault.length > 0 ? `by a fault only: ${byFault.join(", ")}` : "",
  ].filter(Boolean);
  return {
    description: description.join("; "),
    headers: {
      ...commonHeaders,
      ...(status === 429 ? { "Retry-After": reference("headers", "RetryAfter") } : {}),
    },
    content: jsonContent(reference("schemas", sharedResponseId(version, status)), {
      ...examplesOf(version.id, its),
      ...examplesOf(recordedId, its),
    }),
  };
}

/** An error to render, which shows the items of a version's error body. */
const PROBE = { status: 400, code: "InvalidArgument", message: "a message" } as const;

function codeItem(version: ApiVersion): string {
  const items = Object.entries(version.errorBody(PROBE, "id"));
  return items.find(([, value]) => value === PROBE.code)?.[0] ?? "";
}

/** The JSON Schemas of an error in a version's responses: of any error, and with each status. */
export function errorSchemas(version: ApiVersion): Record<string, JsonObject> {
  const error = schemaId(version, "Error");
  const withStatus = [...codesByStatus].map(([status, codes]) => [
    sharedResponseId(version, status),
    {
      allOf: [
        reference("schemas", error),
        { type: "object", properties: { [codeItem(version)]: { type: "string", enum: codes } } },
      ],
    },
  ]);
  return { [error]: errorSchema(version), ...Object.fromEntries(withStatus) };
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
