import { type Err, ok } from "../lib/result.ts";
import type { ApiError } from "./errors.ts";
import { DEFAULT_QUALIFIER, parseName, parseQualifier } from "./names.ts";
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
  "qualified function": readQualifiedFunction,
  "function or all": readFunctionOrAll,
};

/**
 * The function that parses the names in an operation's requests. Its error is InvalidArgument for the first
 * invalid name.
 */
export function namesReader(operation: OperationName): NamesReader {
  return readers[operations[operation].names];
}

function readQualifiedFunction(request: OperationRequest, version: ApiVersion): ReadNames {
  const segment = request.parameter("service") ?? "";
  let service = segment;
  let came = request.query("qualifier") || DEFAULT_QUALIFIER;
  if (version.qualifierIn === "service segment") {
    const dot = segment.indexOf(".");
    service = dot === -1 ? segment : segment.slice(0, dot);
    came = dot === -1 ? DEFAULT_QUALIFIER : segment.slice(dot + 1);
  }
  const reading = readFunction(request, version, service, request.parameter("function") ?? "");
  if (reading.error) return reading;
  const qualifier = parseQualifier(came, request.maxNameLength);
  return qualifier.ok
    ? { names: { ...reading.names, qualifier: qualifier.value }, error: undefined }
    : { names: reading.names, error: qualifier };
}

function readFunctionOrAll(request: OperationRequest, version: ApiVersion): ReadNames {
  const inPath = request.parameter("function");
  const name = inPath ?? request.query("functionName");
  if (inPath === undefined && !name) return { names: NO_NAMES, error: undefined };
  return readFunction(request, version, request.parameter("service") ?? "", name ?? "");
}

function readFunction(
  { maxNameLength }: OperationRequest,
  version: ApiVersion,
  service: string,
  functionName: string,
): ReadNames {
  const serviceName = version.hasServices ? parseName("ServiceName", service, maxNameLength) : ok("");
  if (!serviceName.ok) return { names: NO_NAMES, error: serviceName };
  const maxLength = Math.min(version.maxFunctionNameLength ?? maxNameLength, maxNameLength);
  const name = parseName("FunctionName", functionName, maxLength);
  if (!name.ok) return { names: NO_NAMES, error: name };
  return { names: { service: serviceName.value, function: name.value, qualifier: null }, error: undefined };
}
