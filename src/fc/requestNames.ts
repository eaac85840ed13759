import { type Err, ok, type Result } from "../lib/result.ts";
import type { ApiError } from "./errors.ts";
import {
  DEFAULT_QUALIFIER,
  maxFunctionNameLength,
  parseName,
  parseQualifier,
  parseVersionId,
} from "./names.ts";
import { type Operation, type OperationName, operations } from "./operations.ts";
import type { OperationRequest } from "./request.ts";
import type { ApiVersion } from "./versions.ts";

/** The names in a request; `null` for a name that is absent or invalid. */
export interface RequestNames {
  readonly service: string | null;
  readonly function: string | null;
  readonly qualifier: string | null;
}

export const NO_NAMES: RequestNames = { service: null, function: null, qualifier: null };

/** The valid names before the first invalid name, and the error of that name. */
interface ReadNames {
  readonly names: RequestNames;
  readonly error: Err<ApiError> | undefined;
}

type NamesReader = (request: OperationRequest, version: ApiVersion) => ReadNames;

const readers: Readonly<Record<Operation["names"], NamesReader>> = {
  nothing: () => ({ names: NO_NAMES, error: undefined }),
  service: readService,
  "qualified service": readQualifiedService,
  function: (request, version) =>
    readFunction(request, version, request.parameter("service") ?? "", request.parameter("function") ?? ""),
  "qualified function": (request, version) => readQualifiedFunction(request, version, DEFAULT_QUALIFIER),
  "function, perhaps qualified": (request, version) => readQualifiedFunction(request, version, undefined),
  owner: readOwner,
  "version of owner": (request, version) =>
    withQualifier(readOwner(request, version), parseVersionId(request.parameter("version") ?? "")),
  "alias of owner": (request, version) => {
    const alias = parseName("AliasName", request.parameter("alias") ?? "", request.limits.nameLength);
    return withQualifier(readOwner(request, version), alias);
  },
  "function or all": readFunctionOrAll,
};

/**
 * The function that parses the names in an operation's requests. Its error is InvalidArgument for the first
 * invalid name.
 */
export function namesReader(operation: OperationName): NamesReader {
  return readers[operations[operation].names];
}

/** A service's segment of the path, and the qualifier where the version has it: in the segment or the query. */
function splitService(
  request: OperationRequest,
  version: ApiVersion,
): { readonly service: string; readonly qualifier: string | undefined } {
  const segment = request.parameter("service") ?? "";
  if (version.qualifierIn === "query") {
    return { service: segment, qualifier: request.query("qualifier") || undefined };
  }
  const dot = segment.indexOf(".");
  return dot === -1
    ? { service: segment, qualifier: undefined }
    : { service: segment.slice(0, dot), qualifier: segment.slice(dot + 1) };
}

/** A function, and its qualifier or else the given one. */
function readQualifiedFunction(
  request: OperationRequest,
  version: ApiVersion,
  otherwise: string | undefined,
): ReadNames {
  const { service, qualifier = otherwise } = splitService(request, version);
  const reading = readFunction(request, version, service, request.parameter("function") ?? "");
  if (qualifier === undefined) return reading;
  return withQualifier(reading, parseQualifier(qualifier, request.limits.nameLength));
}

/** What was read, with a qualifier. */
function withQualifier(reading: ReadNames, qualifier: Result<string, ApiError>): ReadNames {
  if (reading.error) return reading;
  return qualifier.ok
    ? { names: { ...reading.names, qualifier: qualifier.value }, error: undefined }
    : { names: reading.names, error: qualifier };
}

function readService(request: OperationRequest, version: ApiVersion): ReadNames {
  return parseService(request, version, request.parameter("service") ?? "");
}

function readQualifiedService(request: OperationRequest, version: ApiVersion): ReadNames {
  if (!version.hasServices) return { names: NO_NAMES, error: undefined };
  const { service, qualifier } = splitService(request, version);
  const reading = parseService(request, version, service);
  if (qualifier === undefined) return reading;
  return withQualifier(reading, parseQualifier(qualifier, request.limits.nameLength));
}

function parseService({ limits }: OperationRequest, { hasServices }: ApiVersion, came: string): ReadNames {
  if (!hasServices) return { names: NO_NAMES, error: undefined };
  const service = parseName("ServiceName", came, limits.nameLength);
  return service.ok
    ? { names: { ...NO_NAMES, service: service.value }, error: undefined }
    : { names: NO_NAMES, error: service };
}

function readOwner(request: OperationRequest, version: ApiVersion): ReadNames {
  if (version.hasServices) return readService(request, version);
  return readFunction(request, version, "", request.parameter("function") ?? "");
}

function readFunctionOrAll(request: OperationRequest, version: ApiVersion): ReadNames {
  const inPath = request.parameter("function");
  const name = inPath ?? request.query("functionName");
  if (inPath === undefined && !name) return { names: NO_NAMES, error: undefined };
  return readFunction(request, version, request.parameter("service") ?? "", name ?? "");
}

function readFunction(
  request: OperationRequest,
  version: ApiVersion,
  service: string,
  functionName: string,
): ReadNames {
  const { nameLength } = request.limits;
  const serviceName = version.hasServices ? parseName("ServiceName", service, nameLength) : ok("");
  if (!serviceName.ok) return { names: NO_NAMES, error: serviceName };
  const name = parseName("FunctionName", functionName, maxFunctionNameLength(version, request));
  if (!name.ok) return { names: NO_NAMES, error: name };
  return { names: { service: serviceName.value, function: name.value, qualifier: null }, error: undefined };
}
