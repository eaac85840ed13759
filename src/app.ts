import { getPath } from "hono/utils/url";
import { clientOf } from "./control/authorisation.ts";
import { sendProblem } from "./control/problems.ts";
import { controlRoutes, noControlRoute } from "./control/routes.ts";
import { problem } from "./documents/problem.ts";
import type { Problem } from "./documents/responseBodies.ts";
import { TOKEN_HEADER } from "./documents/tokens.ts";
import { type ApiError, abbreviated, failure, invalid } from "./fc/errors.ts";
import { parseOutcomeHeader } from "./fc/invocations/outcome.ts";
import { claimedAccessKeyId, verifySignature } from "./fc/signature/verdict.ts";
import { versionOfPath } from "./fc/versions.ts";
import type { ApiContext } from "./http/context.ts";
import { isControlPath, preflight, send } from "./http/responses.ts";
import { Router } from "./http/router.ts";
import { apiRoutes, type Tenancy } from "./http/routes.ts";
import { HOST, pathInSandbox, routedPath, selectSandbox } from "./http/selection.ts";
import type { Err } from "./lib/result.ts";
import { urlParts } from "./lib/url.ts";
import { errorReply } from "./objects/messages.ts";
import { firstRegistryShard } from "./objects/stubs.ts";
import { accessKeyOf, claimOf } from "./state/credentials.ts";
import { parseFaultHeader } from "./state/faults.ts";
import { hasOperator, hosting } from "./variables.ts";
import { isPagePath, pageRoutes } from "./web/pages.ts";

/** The Worker's HTTP surface. Paths are matched without the prefix that selects a sandbox. */
export const app = new Router({ getPath: (request) => routedPath(getPath(request), request.method) });

app.use(async (c, next) => {
  const receivedAt = Date.now();
  c.set("requestId", versionOfPath(c.req.path).requestId(receivedAt));
  c.set("receivedAt", receivedAt);
  const refused = await refusedAtOnce(c);
  if (refused) c.res = refused;
  else await next();
  if (hosting(c.env).logsRequests) log(c);
});

/** The response to a request that reaches no route: a preflight, or a refusal. Otherwise selects the request's sandbox. */
async function refusedAtOnce(c: ApiContext): Promise<Response | undefined> {
  // An OPTIONS request that is no preflight asks for a path's methods, and the routes answer it.
  if (c.req.method === "OPTIONS" && c.req.header("Access-Control-Request-Method")) return preflight(c);
  const { API_RATE_LIMIT: rateLimit } = c.env;
  if (rateLimit && !(await rateLimit.limit({ key: clientOf(c) })).success) {
    const { throttled } = versionOfPath(c.req.path);
    return refuse(c, problem(429, "Too many requests: slow down."), failure(throttled));
  }
  const host = c.req.raw.headers.get("Host");
  if (host !== null && !(HOST.test(host) && URL.canParse(c.req.url))) {
    return refuse(
      c,
      problem(400, "The Host header must be a host, and perhaps a port."),
      invalid("the Host header", "a host, and perhaps a port", host),
      // Some SDKs also send the endpoint's path in the Host header, so the URL contains that path twice.
      routedPath(getPath(c.req.raw).slice(host.replace(/^[^/]*/, "").length), c.req.method),
    );
  }
  const selected = await selectSandbox(c.req.raw, c.env);
  if (!selected.ok) {
    c.set("unknownSandbox", selected.named);
    return needsNoSandbox(c.req.method, c.req.path) ? undefined : refuseUnknownSandbox(c, selected.named);
  }
  c.set("sandbox", selected.sandbox);
  c.set("secret", selected.secret);
  return undefined;
}

function needsNoSandbox(method: string, path: string): boolean {
  if (/^\/_sandbox\/(?:health|sandboxes|invitations|deployment)(?:\/|$)/.test(path)) return true;
  // The page itself shows that there is no such sandbox.
  return ["GET", "HEAD"].includes(method) && isPagePath(path);
}

const tenancy: Tenancy = {
  async verdictOn(c, body, keyGeneration) {
    const { headers, url } = c.req.raw;
    const secret = c.get("secret");
    if (secret === undefined) {
      return {
        kind: "refused",
        error: failure("InvalidAccessKeyID", claimedAccessKeyId(headers) ?? "").error,
      };
    }
    const { path, query } = urlParts(url);
    return verifySignature(
      { method: c.req.method, path: pathInSandbox(path), query, headers, body },
      await accessKeyOf(secret, c.get("sandbox"), keyGeneration),
      c.get("receivedAt"),
    );
  },
  faultOf: (c) => parseFaultHeader(c.req.raw.headers.get("X-Sandbox-Fault")),
  refusedWatcher(c) {
    const token = c.req.raw.headers.get(TOKEN_HEADER);
    if (token === null || ["GET", "HEAD"].includes(c.req.method)) return undefined;
    if (claimOf(token)?.role !== "watch") return undefined;
    return failure("AccessDenied", `the token in ${TOKEN_HEADER} may only read`);
  },
  outcomesOf: (c) => parseOutcomeHeader(c.req.raw.headers.get("X-Sandbox-Outcome")),
};

const { routes, notSupported } = apiRoutes(tenancy);
app.route("/_sandbox", controlRoutes());
app.route("/", pageRoutes());
app.route("/", routes);
app.notFound((c) => {
  const unknown = c.get("unknownSandbox");
  if (unknown !== undefined) return refuseUnknownSandbox(c, unknown);
  return isControlPath(c.req.path) ? noControlRoute(c) : notSupported(c);
});

interface PlatformError {
  readonly retryable?: boolean;
  readonly overloaded?: boolean;
  readonly durableObjectReset?: boolean;
}

app.onError(async (error, c) => {
  // Only bugs and platform failures get here. Cloudflare sets these items on the errors of Durable Objects.
  const { retryable, overloaded, durableObjectReset } = error as PlatformError;
  // The platform resets an object whose storage failed, as on a full disk. The message says why; the stack
  // adds nothing.
  const what = durableObjectReset ? String(error) : error;
  // Locally the object's id is the name of its file, which the operator needs when the file is damaged.
  const object = c.get("object");
  console.error(...(object ? [what, `(object ${object.id})`] : [what]));
  const isPassing = retryable || overloaded;
  await noteError(c, isPassing ? 503 : 500, error);
  return isPassing
    ? refuse(c, problem(503, "Try again."), failure("ServiceUnavailable"))
    : refuse(c, problem(500, "An internal error has occurred."), failure("InternalServerError"));
});

/** How often an isolate tells the operator of errors, at most. */
const ERROR_MS = 1000;
let errorNotedAt = 0;

/** Notes an error for the operator, unless this isolate has just noted one: a broken server must not be kept busy by that. */
async function noteError(c: ApiContext, status: number, error: unknown): Promise<void> {
  const now = Date.now();
  if (!hasOperator(c.env) || now < errorNotedAt + ERROR_MS) return;
  errorNotedAt = now;
  const message = abbreviated(String(error));
  const [time, requestId, sandbox] = [
    new Date(now).toISOString(),
    c.get("requestId"),
    c.get("sandbox") ?? null,
  ];
  try {
    await firstRegistryShard(c.env).noteError({ time, requestId, status, sandbox, message });
  } catch {
    // The log has the error all the same.
  }
}

function refuseUnknownSandbox(c: ApiContext, name: string): Response {
  const named = abbreviated(name);
  return refuse(
    c,
    problem(404, `There is no sandbox ${named}.`),
    failure("AccessDenied", `there is no sandbox '${named}'`),
  );
}

/** Refuses a request with a problem of the control plane, or with an error in the path's API version. */
function refuse(c: ApiContext, control: Err<Problem>, { error }: Err<ApiError>, path = c.req.path): Response {
  if (isControlPath(path)) return sendProblem(c, control);
  return send(c, errorReply(versionOfPath(path).id, error, c.get("requestId")));
}

/**
 * Logs a request as one line of JSON, with no text from the request except its method and a valid sandbox id.
 */
function log(c: ApiContext): void {
  const line = {
    requestId: c.get("requestId"),
    sandbox: c.get("sandbox"),
    operation: c.get("operation"),
    method: c.req.method,
    status: c.res.status,
    durationMs: Date.now() - c.get("receivedAt"),
  };
  console.log(JSON.stringify(line));
}
