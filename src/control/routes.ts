import {
  type ControlOperation,
  controlOperations,
  type OperationId,
  type RequestDocument,
  schemaWithin,
} from "../documents/operations.ts";
import { problem } from "../documents/problem.ts";
import type { Problem } from "../documents/responseBodies.ts";
import type { ApiContext } from "../http/context.ts";
import { allowHeader, commonHeaders } from "../http/responses.ts";
import { Router } from "../http/router.ts";
import { ok, type Result } from "../lib/result.ts";
import { limits } from "../variables.ts";
import { authorise } from "./authorisation.ts";
import { clockHandlers } from "./clock.ts";
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

  // Refuse before reading the body, which may be a large snapshot.
  routes.post(operations.createSandbox.path, async (c, next) => {
    const refused = await refusedCreation(c);
    return refused ? sendProblem(c, refused) : next();
  });

  const ids = Object.keys(operations) as OperationId[];
  for (const id of ids.filter((id) => operations[id].isPublic)) addRoute(routes, id);
  routes.use(async (c, next) => {
    const refused = await authorise(c);
    return refused ? sendProblem(c, refused) : next();
  });
  for (const id of ids.filter((id) => !operations[id].isPublic)) addRoute(routes, id);
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

/** The pattern of an operation's path in a sandbox. */
function patternOf(path: string): RegExp {
  return new RegExp(`^/_sandbox${path.replace(/\{\w+\}/g, "[^/]+")}$`);
}

/** Adds an operation's route, which reads the body, calls the handler, and sends the result. */
function addRoute<Id extends OperationId>(routes: Router, id: Id): void {
  const operation = operations[id];
  const handle: Handler<Id> = handlers[id];
  const path = operation.path.replace(/\{(\w+)\}/g, ":$1");
  routes.on(operation.method, path || "/", async (c) => {
    const given = await readRequest(c, operation);
    if (!given.ok) return sendProblem(c, given);
    // TypeScript can't see that the operation's own schema parsed the value.
    return send(c, operation, await handle(c, given.value as RequestDocument<Id>));
  });
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
