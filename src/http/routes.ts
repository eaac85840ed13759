import { getPath } from "hono/utils/url";
import { type ApiError, abbreviated, failure } from "../fc/errors.ts";
import { readCall } from "../fc/handlers.ts";
import type { Outcome } from "../fc/invocations/outcome.ts";
import {
  type OperationName,
  operations,
  routesOf,
  type ShownOperation,
  shownOperation,
} from "../fc/operations.ts";
import type { OperationCall, OperationRequest } from "../fc/request.ts";
import { NO_NAMES, namesReader, type RequestNames } from "../fc/requestNames.ts";
import type { Verdict } from "../fc/signature/verdict.ts";
import { type ApiVersion, apiVersions, versionOfPath } from "../fc/versions.ts";
import { redactedHeaders, redactedUrl } from "../journal/redaction.ts";
import { BoundedMap } from "../lib/boundedMap.ts";
import { toJson } from "../lib/json.ts";
import { type Err, ok, type Result } from "../lib/result.ts";
import { urlParts } from "../lib/url.ts";
import { type ApiRequest, type Call, functionOf, receiveReply, sendRequest } from "../objects/messages.ts";
import { functionObject, sandboxObject } from "../objects/stubs.ts";
import type { Effect } from "../state/faults.ts";
import { limits } from "../variables.ts";
import { decodeContent, readBody } from "./body.ts";
import type { ApiContext } from "./context.ts";
import { sandboxUrl } from "./publicUrl.ts";
import { allowHeader, send } from "./responses.ts";
import { Router } from "./router.ts";
import { pathInSandbox } from "./selection.ts";

/** What the API's routes need to know about a request's sandbox. */
export interface Tenancy {
  /** Verifies the request's signature with the sandbox's access key. */
  verdictOn(c: ApiContext, body: Uint8Array<ArrayBuffer>, keyGeneration: number): Promise<Verdict>;
  /**
   * The fault that the request's own header asks for, or null; InvalidArgument when the header is invalid.
   */
  faultOf(c: ApiContext): Result<Effect | null, ApiError>;
  /** AccessDenied for a request that changes something and brings along a token that may only read. */
  refusedWatcher(c: ApiContext): Err<ApiError> | undefined;
  /** The outcomes that the request's own header asks for, or null; InvalidArgument when the header is invalid. */
  outcomesOf(c: ApiContext): Result<readonly Outcome[] | null, ApiError>;
}

/** A parsed request: its valid names, and the call or the first error. */
interface ReadRequest {
  readonly names: RequestNames;
  readonly call: Result<Call, ApiError>;
}

/** How a route parses its requests, and the operation's name in the journal. */
interface Reading {
  readonly operation: ShownOperation | null;
  /** Whether the function's object answers; otherwise the sandbox's object does. */
  readonly isForFunction: boolean;
  /** The name of the body's size limit. */
  readonly bodyLimit: "bodyBytes" | "functionBodyBytes" | "eventBytes";
  read(request: OperationRequest): ReadRequest;
}

function readingOf(version: ApiVersion, operation: OperationName): Reading {
  const readNames = namesReader(operation);
  const { resource, body } = operations[operation];
  return {
    operation: shownOperation(operation),
    isForFunction: resource === "config" || resource === "invocation",
    bodyLimit: body?.limit ?? "bodyBytes",
    read: (request) => {
      const { names, error } = readNames(request, version);
      const call = error ?? readCall(operation, request, version);
      const named: OperationCall | undefined = call.ok ? call.value : undefined;
      return { names: { ...names, ...named?.named }, call };
    },
  };
}

/** The routes of all operations in all API versions, and the handler for requests that match no route. */
export function apiRoutes(tenancy: Tenancy) {
  const routes = new Router();
  for (const version of apiVersions) {
    const its = routesOf(version);
    const methods = Map.groupBy(its, ({ path }) => path);
    for (const prefix of version.prefixes) {
      for (const { operation, method, path } of its) {
        const reading = readingOf(version, operation);
        routes.on(method, prefix + path, (c) => handle(c, tenancy, version, reading));
      }
      for (const [path, there] of methods) {
        const Allow = allowHeader(there.map(({ method }) => method));
        routes.options(prefix + path, (c) =>
          send(c, { status: 204, headers: { Allow }, body: null, broken: false }),
        );
      }
    }
  }
  const notSupported = (c: ApiContext) =>
    handle(c, tenancy, versionOfPath(c.req.path), {
      operation: null,
      isForFunction: false,
      bodyLimit: "bodyBytes",
      read: () => ({
        names: NO_NAMES,
        call: failure("PathNotSupported", c.req.method, abbreviated(pathInSandbox(getPath(c.req.raw)))),
      }),
    });
  return { routes, notSupported };
}

const NO_BODY = ok(new Uint8Array());

/** Parses a request, sends it to the object that answers it, and sends the object's reply as the response. */
async function handle(
  c: ApiContext,
  tenancy: Tenancy,
  version: ApiVersion,
  { operation, isForFunction, bodyLimit, read }: Reading,
): Promise<Response> {
  const most = limits(c.env);
  const { journalBodyBytes } = most;
  const hasBody = c.req.raw.body !== null;
  const sent = hasBody ? await readBody(c.req.raw, most[bodyLimit]) : NO_BODY;
  // An event is the function's: only the function knows whether to decode it.
  const isEvent = bodyLimit === "eventBytes";
  const body = hasBody && !isEvent ? await decodeContent(c.req.raw, sent, most[bodyLimit]) : sent;
  const { names, call } = read({
    parameter: (name) => c.req.param(name),
    query: (name) => c.req.query(name),
    header: (name) => c.req.raw.headers.get(name),
    endpoint: () => sandboxUrl(c),
    body,
    limits: most,
  });
  const fault = tenancy.faultOf(c);
  const outcomes = tenancy.outcomesOf(c);
  const refused = tenancy.refusedWatcher(c);
  const [sandbox, requestId, receivedAt] = [c.get("sandbox"), c.get("requestId"), c.get("receivedAt")];
  const common = { ...names, sandbox, version: version.id, operation, requestId };
  const request: ApiRequest = {
    ...common,
    call: refused ?? (fault.ok ? (outcomes.ok ? call : outcomes) : fault),
    ...(await verification(c, tenancy, sent)),
    fault: fault.ok ? fault.value : null,
    outcomes: outcomes.ok ? outcomes.value : null,
    receivedAt,
    seen: toJson({
      ...common,
      time: new Date(receivedAt).toISOString(),
      method: c.req.method,
      url: redactedUrl(urlParts(c.req.raw.url), journalBodyBytes),
      headers: redactedHeaders(c.req.raw.headers, journalBodyBytes),
      body: body.ok ? journalText(body.value, journalBodyBytes) : "",
      ...(body.ok && body.value.length <= journalBodyBytes ? {} : { bodyCut: true as const }),
    }),
  };
  c.set("operation", operation ?? undefined);
  const name = isForFunction ? functionOf(names) : undefined;
  const object = name ? functionObject(c.env, sandbox, name) : sandboxObject(c.env, sandbox);
  c.set("object", object);
  const reply = receiveReply(await object.perform(sendRequest(request)));
  if (reply.keyGeneration === undefined) return send(c, reply);
  // The access key was rotated since this isolate verified a signature of the sandbox.
  keyGenerations.set(sandbox, reply.keyGeneration);
  const again = { ...request, ...(await verification(c, tenancy, sent)) };
  return send(c, receiveReply(await object.perform(sendRequest(again))));
}

/** Of sandboxes whose access key was rotated: the generation of the key, as far as this isolate knows. */
const keyGenerations = new BoundedMap<string, number>(1024);

/** What comes of verifying a request's signature, by the latest access key that is known. Clients sign the encoded body. */
async function verification(
  c: ApiContext,
  tenancy: Tenancy,
  sent: Result<Uint8Array<ArrayBuffer>, ApiError>,
): Promise<Pick<ApiRequest, "verdict" | "keyGeneration">> {
  const keyGeneration = keyGenerations.get(c.get("sandbox")) ?? 0;
  if (!c.req.raw.headers.has("Authorization")) return { keyGeneration, verdict: { kind: "absent" } };
  return { keyGeneration, verdict: await verdictOn(c, tenancy, sent, keyGeneration) };
}

function verdictOn(
  c: ApiContext,
  tenancy: Tenancy,
  body: Result<Uint8Array<ArrayBuffer>, ApiError>,
  keyGeneration: number,
): Verdict | Promise<Verdict> {
  // A signature can't be verified without the body.
  return body.ok ? tenancy.verdictOn(c, body.value, keyGeneration) : { kind: "refused", error: body.error };
}

const replacing = new TextDecoder();

/** The part of a body that the journal keeps, as text; bytes that are not UTF-8 become U+FFFD. */
function journalText(bytes: Uint8Array, maxBytes: number): string {
  return replacing.decode(bytes.length > maxBytes ? bytes.subarray(0, maxBytes) : bytes);
}
