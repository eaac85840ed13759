import {
  type ControlOperation,
  controlOperations,
  isChange,
  type OperationId,
  patternOf,
  type RequestDocument,
  schemaWithin,
} from "../documents/operations.ts";
import { problem } from "../documents/problem.ts";
import type { Problem, SandboxAccess } from "../documents/responseBodies.ts";
import type { ApiContext } from "../http/context.ts";
import { allowHeader, commonHeaders } from "../http/responses.ts";
import { Router } from "../http/router.ts";
import { ok, type Result } from "../lib/result.ts";
import type { ControlRequest } from "../objects/controlMessages.ts";
import type { Actor } from "../state/actor.ts";
import { MAX_GIVEN_CHARACTERS } from "../state/audit.ts";
import { limits } from "../variables.ts";
import { auditHandlers, noteInDeployment } from "./audit.ts";
import { actorOf, creatorOf, operatorOf, operatorOrOwnerOf, tokenHolderOf } from "./authorisation.ts";
import { clockHandlers } from "./clock.ts";
import { deploymentHandlers } from "./deployment.ts";
import { eventHandlers } from "./events.ts";
import { faultHandlers } from "./faults.ts";
import { functionHandlers } from "./functions.ts";
import type { Handler, Handlers } from "./handlers.ts";
import { healthHandlers } from "./health.ts";
import { deliveryHandlers, invocationHandlers, outcomeHandlers } from "./invocations.ts";
import { pactHandlers } from "./pact.ts";
import { sendProblem } from "./problems.ts";
import { readDocument } from "./requestDocument.ts";
import { requestHandlers } from "./requests.ts";
import { refusedCreation, sandboxHandlers } from "./sandboxes.ts";
import { settingsHandlers } from "./settings.ts";
import { snapshotHandlers } from "./snapshot.ts";

const handlers: Handlers = {
  ...healthHandlers,
  ...sandboxHandlers,
  ...auditHandlers,
  ...deploymentHandlers,
  ...settingsHandlers,
  ...snapshotHandlers,
  ...requestHandlers,
  ...faultHandlers,
  ...outcomeHandlers,
  ...invocationHandlers,
  ...deliveryHandlers,
  ...clockHandlers,
  ...functionHandlers,
  ...pactHandlers,
  ...eventHandlers,
};

const operations: Readonly<Record<OperationId, ControlOperation>> = controlOperations;

/** The routes of the control plane, relative to `/_sandbox` in the request's sandbox. */
export function controlRoutes(): Router {
  const routes = new Router();
  routes.use(async (c, next) => {
    for (const [name, value] of Object.entries(commonHeaders(c))) c.header(name, value);
    await next();
    // The duration is known only now. The response that opens a WebSocket must not change.
    if (c.res.status !== 101) c.header("Server-Timing", commonHeaders(c)["Server-Timing"]);
  });

  for (const id of Object.keys(operations) as OperationId[]) addRoute(routes, id);
  return routes;
}

/** The response to a request that matches no route: 405 where the path has other methods, else 404. */
export function noControlRoute(c: ApiContext): Response {
  const methods = Object.values(operations)
    .filter(({ path }) => patternOf(path).test(c.req.path))
    .map(({ method }) => method);
  if (methods.length === 0)
    return sendProblem(c, problem(404, `The control plane has no ${c.req.method} ${c.req.path}.`));
  const Allow = allowHeader(methods);
  if (c.req.method === "OPTIONS") return c.body(null, 204, { ...commonHeaders(c), Allow });
  const detail = `${c.req.path} takes ${methods.join(", ")}, and not ${c.req.method}.`;
  return sendProblem(c, problem(405, detail), { Allow });
}

/** Adds an operation's route, which reads the body, calls the handler, and sends the result. */
function addRoute<Id extends OperationId>(routes: Router, id: Id): void {
  const operation = operations[id];
  const handle: Handler<Id> = handlers[id];
  const path = operation.path.replace(/\{(\w+)\}/g, ":$1");
  routes.on(operation.method, path || "/", async (c) => {
    // Refuse before reading the body, which may be a large snapshot.
    const actor = await authorise(c, id);
    if (!actor.ok) return sendProblem(c, actor);
    const given = await readRequest(c, operation);
    if (!given.ok) return sendProblem(c, given);
    c.set("actor", actor.value);
    c.set("control", controlRequest(c, id, given.value));
    // TypeScript can't see that the operation's own schema parsed the value.
    const outcome: Result<unknown, Problem> = await handle(c, given.value as RequestDocument<Id>);
    const created = outcome.ok && id === "createSandbox" ? (outcome.value as SandboxAccess).id : undefined;
    await noteInDeployment(c, operation, outcome.ok ? operation.status : outcome.error.status, created);
    return send(c, operation, outcome);
  });
}

/** Who sends a request of an operation; a problem when that is nobody who may. */
async function authorise(c: ApiContext, id: OperationId): Promise<Result<Actor, Problem>> {
  const { access } = operations[id];
  if (id === "createSandbox") return (await refusedCreation(c)) ?? creatorOf(c);
  if (access === "public") return ok({ role: "anyone" });
  if (access === "operator") return operatorOf(c);
  if (access === "operator or owner") return operatorOrOwnerOf(c, c.req.param("id") ?? "");
  return access === "token" ? tokenHolderOf(c) : actorOf(c);
}

/** A request as the audit notes it. */
function controlRequest(c: ApiContext, operation: OperationId, given: unknown): ControlRequest {
  return {
    actor: c.get("actor"),
    operation,
    requestId: c.get("requestId"),
    receivedAt: c.get("receivedAt"),
    method: c.req.method,
    path: c.req.path,
    given: isChange(operations[operation]) ? beginningOf(given) : undefined,
  };
}

/** The beginning of a document's JSON; undefined when there is no document. */
function beginningOf(given: unknown): string | undefined {
  return given === undefined ? undefined : JSON.stringify(given).slice(0, MAX_GIVEN_CHARACTERS);
}

async function readRequest(
  c: ApiContext,
  { request, bodyLimit = "bodyBytes" }: ControlOperation,
): Promise<Result<unknown, Problem>> {
  if (request === undefined) return ok(undefined);
  const most = limits(c.env);
  return readDocument(c.req.raw, schemaWithin(most, request), most[bodyLimit]);
}

function send(
  c: ApiContext,
  { status, responseType }: ControlOperation,
  outcome: Result<unknown, Problem>,
): Response {
  if (!outcome.ok) return sendProblem(c, outcome);
  const { value } = outcome;
  if (value instanceof Response) return value;
  if (value === undefined) return c.body(null, status as 204);
  return responseType === undefined
    ? c.json(value, status as 200)
    : c.body(String(value), status as 200, { "Content-Type": responseType });
}
