import { Hono } from "hono";
import { cors } from "hono/cors";
import { failure } from "./api/errors.ts";
import { type ApiEnv, apiRoutes, errorResponse, pathNotSupported } from "./api/operations.ts";
import { versionOfPath } from "./api/versions.ts";
import { DEFAULT_SANDBOX } from "./sandbox/identity.ts";

/** The Worker's HTTP surface. */
export const app = new Hono<ApiEnv>();

app.use(async (c, next) => {
  c.set("requestId", crypto.randomUUID());
  c.set("sandbox", DEFAULT_SANDBOX);
  await next();
  c.res.headers.set("X-Fc-Request-Id", c.var.requestId);
  c.res.headers.set("Date", new Date().toUTCString());
});

// Open to every origin, and to every header that a preflight asks for: a browser app works at once.
const openCors = cors({
  origin: "*",
  allowMethods: ["GET", "HEAD", "PUT", "DELETE"],
  exposeHeaders: ["X-Fc-Request-Id", "Date"],
  maxAge: 7200,
});

app.use((c, next) => {
  // An OPTIONS that is not a preflight asks what a path can do; the routes answer it.
  const asked = c.req.method === "OPTIONS" && !c.req.header("Access-Control-Request-Method");
  return asked ? next() : openCors(c, next);
});

app.route("/", apiRoutes());

app.notFound(pathNotSupported);

app.onError((error, c) => {
  // Only a fault of ours or of the platform gets here; `retryable` and `overloaded` are the platform's words.
  console.error(error);
  const { retryable, overloaded } = error as { retryable?: boolean; overloaded?: boolean };
  const { error: apiError } = failure(retryable || overloaded ? "ServiceUnavailable" : "InternalServerError");
  return errorResponse(c, versionOfPath(c.req.path), apiError);
});
