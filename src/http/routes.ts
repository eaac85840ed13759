import { Hono } from "hono";
import { limits } from "../env.ts";
import { parseItems } from "../fc/asyncConfig/schema.ts";
import { parseJson } from "../fc/body.ts";
import { type ApiError, abbreviated, failure } from "../fc/errors.ts";
import { DEFAULT_QUALIFIER, parseName, parseQualifier } from "../fc/names.ts";
import { parsePageRequest } from "../fc/paging.ts";
import type { Verdict } from "../fc/signature/verdict.ts";
import { type ApiVersion, apiVersions, type Operation, versionOfPath } from "../fc/versions.ts";
import { toJson } from "../lib/json.ts";
import { type Err, ok, type Result } from "../lib/result.ts";
import { urlParts } from "../lib/url.ts";
import {
  type ApiRequest,
  type Call,
  functionOf,
  type RequestNames,
  receiveReply,
  sendRequest,
} from "../objects/messages.ts";
import { functionObject, sandboxObject } from "../objects/stubs.ts";
import type { Effect } from "../state/faults.ts";
import { readBody } from "./body.ts";
import type { ApiContext, ApiEnv } from "./context.ts";
import { redactedHeaders, redactedUrl } from "./redaction.ts";
import { send } from "./responses.ts";

/** What the API asks of the sandbox that a request belongs to. */
export interface Tenancy {
  /** Whether the request is signed, with the sandbox's access key. */
  verdictOn(c: ApiContext, body: Uint8Array<ArrayBuffer>): Promise<Verdict>;
  /** The fault that a request asks for itself; InvalidArgument. */
  faultOf(c: ApiContext): Result<Effect | null, ApiError>;
}

/** What a request says: its names, as far as they could be read, and what it asks for. */
interface ReadRequest extends RequestNames {
  readonly call: Result<Call, ApiError>;
}

type Reader = (c: ApiContext, version: ApiVersion, body: Result<Uint8Array, ApiError>) => ReadRequest;

/** The API's operations, and what reads the requests for each. */
export const operations = [
  { operation: "put", method: "PUT", path: "configPath", read: readPut },
  {
    operation: "get",
    method: "GET",
    path: "configPath",
    read: (c, version) => readWithoutBody(c, version, "get"),
  },
  {
    operation: "delete",
    method: "DELETE",
    path: "configPath",
    read: (c, version) => readWithoutBody(c, version, "delete"),
  },
  { operation: "list", method: "GET", path: "listPath", read: readList },
] as const satisfies readonly {
  operation: Operation;
  method: string;
  path: "configPath" | "listPath";
  read: Reader;
}[];

function readPut(c: ApiContext, version: ApiVersion, body: Result<Uint8Array, ApiError>): ReadRequest {
  const { names, error } = readConfigName(c, version);
  if (error) return { ...names, call: error };
  if (!body.ok) return { ...names, call: body };
  const json = parseJson(c.req.raw.headers.get("Content-Type"), body.value);
  if (!json.ok) return { ...names, call: json };
  const given = parseItems(version, json.value);
  return { ...names, call: given.ok ? ok({ operation: "put", given: given.value }) : given };
}

function readWithoutBody(c: ApiContext, version: ApiVersion, operation: "get" | "delete"): ReadRequest {
  const { names, error } = readConfigName(c, version);
  return { ...names, call: error ?? ok({ operation }) };
}

function readList(c: ApiContext, version: ApiVersion): ReadRequest {
  const functionName = c.req.param("function") ?? c.req.query("functionName");
  const ofAll = !functionName && !version.hasServices;
  const { names, error } = ofAll
    ? { names: NO_NAMES, error: undefined }
    : readFunctionName(c, version, c.req.param("service") ?? "", functionName ?? "");
  if (error) return { ...names, call: error };
  const page = parsePageRequest(c.req.query("limit"), c.req.query("nextToken"));
  return { ...names, call: page.ok ? ok({ operation: "list", page: page.value }) : page };
}

const NO_NAMES: RequestNames = { service: null, function: null, qualifier: null };

/** Names as far as they could be read, and the error of the first that could not. */
interface ReadNames {
  readonly names: RequestNames;
  readonly error: Err<ApiError> | undefined;
}

function readConfigName(c: ApiContext, version: ApiVersion): ReadNames {
  const segment = c.req.param("service") ?? "";
  let service = segment;
  let came = c.req.query("qualifier") || DEFAULT_QUALIFIER;
  if (version.qualifierIn === "service segment") {
    const dot = segment.indexOf(".");
    service = dot === -1 ? segment : segment.slice(0, dot);
    came = dot === -1 ? DEFAULT_QUALIFIER : segment.slice(dot + 1);
  }
  const reading = readFunctionName(c, version, service, c.req.param("function") ?? "");
  if (reading.error) return reading;
  const qualifier = parseQualifier(came, limits(c.env).nameLength);
  return qualifier.ok
    ? { names: { ...reading.names, qualifier: qualifier.value }, error: undefined }
    : { names: reading.names, error: qualifier };
}

function readFunctionName(
  c: ApiContext,
  version: ApiVersion,
  service: string,
  functionName: string,
): ReadNames {
  const maxLength = limits(c.env).nameLength;
  const serviceName = version.hasServices ? parseName("serviceName", service, maxLength) : ok("");
  if (!serviceName.ok) return { names: NO_NAMES, error: serviceName };
  const name = parseName("functionName", functionName, maxLength);
  if (!name.ok) return { names: NO_NAMES, error: name };
  return { names: { service: serviceName.value, function: name.value, qualifier: null }, error: undefined };
}

/** The routes of all operations in all API versions, and what answers when none of them matches. */
export function apiRoutes(tenancy: Tenancy) {
  const routes = new Hono<ApiEnv>();
  for (const version of apiVersions) {
    for (const prefix of version.prefixes) {
      for (const { operation, method, path, read } of operations) {
        routes.on(method, prefix + version[path], (c) => handle(c, tenancy, version, operation, read));
      }
      for (const path of ["configPath", "listPath"] as const) {
        const methods = operations.filter((operation) => operation.path === path).map(({ method }) => method);
        routes.options(prefix + version[path], (c) =>
          send(c, {
            status: 204,
            headers: { Allow: [...methods, "HEAD", "OPTIONS"].join(", ") },
            body: null,
            broken: false,
          }),
        );
      }
    }
  }
  const notSupported = (c: ApiContext) =>
    handle(c, tenancy, versionOfPath(c.req.path), null, () => ({
      ...NO_NAMES,
      call: failure("PathNotSupported", c.req.method, abbreviated(c.req.path)),
    }));
  return { routes, notSupported };
}

/** Reads a request, has the object answer that it is for, and sends what comes of it. */
async function handle(
  c: ApiContext,
  tenancy: Tenancy,
  version: ApiVersion,
  operation: Operation | null,
  read: Reader,
): Promise<Response> {
  const { bodyBytes, journalBodyBytes } = limits(c.env);
  const body = await readBody(c.req.raw, bodyBytes);
  const { call, ...names } = read(c, version, body);
  const fault = tenancy.faultOf(c);
  const [sandbox, requestId, receivedAt] = [c.get("sandbox"), c.get("requestId"), c.get("receivedAt")];
  const common = { ...names, sandbox, version: version.id, operation, requestId };
  const request: ApiRequest = {
    ...common,
    call: fault.ok ? call : fault,
    verdict: await verdictOn(c, tenancy, body),
    fault: fault.ok ? fault.value : null,
    receivedAt,
    seen: toJson({
      ...common,
      time: new Date(receivedAt).toISOString(),
      method: c.req.method,
      url: redactedUrl(urlParts(c.req.raw.url), journalBodyBytes),
      headers: redactedHeaders(c.req.raw.headers, journalBodyBytes),
      body: body.ok ? journalText(body.value, journalBodyBytes) : "",
    }),
  };
  c.set("operation", operation ?? undefined);
  const name = functionOf(names);
  const object = name ? functionObject(c.env, sandbox, name) : sandboxObject(c.env, sandbox);
  c.set("object", object);
  return send(c, receiveReply(await object.perform(sendRequest(request))));
}

async function verdictOn(
  c: ApiContext,
  tenancy: Tenancy,
  body: Result<Uint8Array<ArrayBuffer>, ApiError>,
): Promise<Verdict> {
  if (body.ok) return tenancy.verdictOn(c, body.value);
  // Nothing can be said of the signature of a body that was not read.
  return c.req.raw.headers.has("Authorization") ? { kind: "refused", error: body.error } : { kind: "absent" };
}

const replacing = new TextDecoder();

/** As much of a body as the journal keeps, as text; bytes that are no UTF-8 are replaced. */
function journalText(bytes: Uint8Array, maxBytes: number): string {
  return replacing.decode(bytes.length > maxBytes ? bytes.subarray(0, maxBytes) : bytes);
}
