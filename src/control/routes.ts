import { Hono } from "hono";
import * as z from "zod/mini";
import { PARTS } from "../documents/parts.ts";
import { parsed, problem } from "../documents/problem.ts";
import { creationSchema, resetSchema, verifySchema } from "../documents/requestBodies.ts";
import type { Problem, SandboxAccess, Summary, Verification } from "../documents/responseBodies.ts";
import { idleMs, limits, wrongVariable } from "../env.ts";
import { parsePageRequest } from "../fc/paging.ts";
import type { Place } from "../fc/versions.ts";
import { readBody } from "../http/body.ts";
import type { ApiContext, ApiEnv } from "../http/context.ts";
import { commonHeaders } from "../http/responses.ts";
import { filterSchema } from "../journal/filter.ts";
import type { NearMiss } from "../journal/order.ts";
import { decodeUtf8 } from "../lib/jsonText.ts";
import { type Err, ok, type Result } from "../lib/result.ts";
import { VISITOR_HEADER } from "../objects/sandbox/feed.ts";
import { sandboxObject } from "../objects/stubs.ts";
import { advanceSchema, clockSchema } from "../state/clock.ts";
import { accessKeyOf, createSandboxId, credentialsOf } from "../state/credentials.ts";
import { declaredSchema } from "../state/existence.ts";
import { faultSchema } from "../state/faults.ts";
import { DEFAULT_SANDBOX_ID } from "../state/sandboxId.ts";
import { settingsSchema } from "../state/settings.ts";
import { snapshotSchema } from "../state/snapshot.ts";
import { authorise, clientOf, NO_TOKEN } from "./authorisation.ts";
import { METRICS_TYPE, metricsText } from "./metrics.ts";

/** More than any document of the control plane needs; RPC can follow some thousands. */
const MAX_DEPTH = 100;

/** Sends a problem document. Source: RFC 9457. */
export function sendProblem(c: ApiContext, { error: found }: Err<Problem>): Response {
  const headers = {
    ...commonHeaders(c),
    "Content-Type": "application/problem+json",
    ...(found.status === 429 ? { "Retry-After": "10" } : {}),
    ...(found.status === 401 ? { "WWW-Authenticate": "Bearer" } : {}),
  };
  return c.body(JSON.stringify({ type: "about:blank", ...found }), found.status as 400, headers);
}

/** Sends what a call of the control plane came to: 200 (or 201) with its value, 204 without one. */
function send(
  c: ApiContext,
  outcome: Result<object | undefined, Problem>,
  status: 200 | 201 = 200,
): Response {
  if (!outcome.ok) return sendProblem(c, outcome);
  return outcome.value === undefined ? c.body(null, 204) : c.json(outcome.value, status);
}

/** The request's JSON as the schema wants it; an empty body is `{}`. */
async function read<T extends z.ZodMiniType>(
  c: ApiContext,
  schema: T,
  maxBytes: number,
): Promise<Result<z.output<T>, Problem>> {
  const body = await readBody(c.req.raw, maxBytes);
  if (!body.ok) return problem(413, `The body is larger than ${maxBytes} bytes.`);
  try {
    const text = decodeUtf8(body.value);
    const value = text === "" ? {} : JSON.parse(text);
    if (depthOf(text) > MAX_DEPTH) return problem(400, `The body is nested more than ${MAX_DEPTH} deep.`);
    return parsed(schema, value);
  } catch {
    return problem(400, "The body is not JSON in UTF-8.");
  }
}

/** How deep objects and arrays are within each other in text that is valid JSON: of other text it may take minutes. */
function depthOf(json: string): number {
  let [depth, deepest] = [0, 0];
  for (const [bracket] of json.replace(/"(?:[^"\\]|\\.)*"/g, "").matchAll(/[[\]{}]/g)) {
    depth += bracket === "[" || bracket === "{" ? 1 : -1;
    deepest = Math.max(deepest, depth);
  }
  return deepest;
}

/** The control plane, below `/_sandbox` of the sandbox that the request belongs to. */
export function controlRoutes(): Hono<ApiEnv> {
  const routes = new Hono<ApiEnv>();
  routes.use(async (c, next) => {
    for (const [name, value] of Object.entries(commonHeaders(c))) c.header(name, value);
    await next();
    // How long it took is known only now; a WebSocket's response must stay as it came.
    if (c.res.status !== 101) c.header("Server-Timing", commonHeaders(c)["Server-Timing"]);
  });

  const object = (c: ApiContext) => sandboxObject(c.env, c.get("sandbox"));
  const small = (c: ApiContext) => limits(c.env).bodyBytes;

  routes.get("/health", (c) => {
    const wrong = wrongVariable(c.env);
    return wrong === undefined ? c.json({ status: "ok" }) : sendProblem(c, problem(503, wrong));
  });

  routes.post("/sandboxes", async (c) => {
    const allowed = (await c.env.CREATION_RATE_LIMIT?.limit({ key: clientOf(c) }))?.success ?? true;
    if (!allowed) return sendProblem(c, problem(429, "Too many sandboxes made: slow down."));
    const { ROOT_SECRET: rootSecret } = c.env;
    if (!rootSecret) {
      return sendProblem(c, problem(503, "This deployment has no ROOT_SECRET, so it can make no sandboxes."));
    }
    const given = await read(c, creationSchema(limits(c.env)), limits(c.env).snapshotBytes);
    if (!given.ok) return sendProblem(c, given);
    const { label, settings, snapshot } = given.value;
    const id = await createSandboxId(rootSecret, label);
    const initial = { ...snapshot?.settings, ...settings };
    if (snapshot || settings) {
      const imported = await sandboxObject(c.env, id).importSnapshot({ ...snapshot, settings: initial });
      if (!imported.ok) return sendProblem(c, imported);
    }
    const { accountId = c.env.ACCOUNT_ID, region = c.env.REGION } = initial;
    return send(c, ok(await issued(c, id, { accountId, region })), 201);
  });

  routes.use(async (c, next) => {
    const refused = await authorise(c);
    return refused ? sendProblem(c, refused) : next();
  });

  const summary = async (c: ApiContext): Promise<Summary> => ({
    id: c.get("sandbox"),
    ...(await object(c).summary()),
    limits: { ...limits(c.env) },
  });
  routes.get("/", async (c) => {
    const { ROOT_SECRET: secret } = c.env;
    if (!secret || c.get("isVisitor")) return c.json(await summary(c));
    // What controls `default` is the operator's token, if any.
    const credentials = c.get("sandbox") === DEFAULT_SANDBOX_ID ? accessKeyOf : credentialsOf;
    return c.json({ ...(await summary(c)), ...(await credentials(secret, c.get("sandbox"))) });
  });

  routes.get("/metrics", async (c) =>
    c.body(metricsText(await summary(c)), 200, { "Content-Type": METRICS_TYPE }),
  );

  routes.patch("/settings", async (c) => {
    const changes = await read(c, z.partial(settingsSchema(limits(c.env))), small(c));
    return send(c, changes.ok ? await object(c).changeSettings(changes.value) : changes);
  });

  routes.post("/reset", async (c) => {
    const given = await read(c, resetSchema, small(c));
    return send(c, given.ok ? await object(c).reset(given.value.parts ?? PARTS) : given);
  });

  routes.get("/snapshot", async (c) => c.json(await object(c).exportSnapshot()));
  routes.put("/snapshot", async (c) => {
    const snapshot = await read(c, snapshotSchema(limits(c.env)), limits(c.env).snapshotBytes);
    return send(c, snapshot.ok ? await object(c).importSnapshot(snapshot.value) : snapshot);
  });

  routes.get("/requests", async (c) => {
    const { limit: size, nextToken, body, ...rest } = c.req.query();
    const page = parsePageRequest(size, nextToken);
    if (!page.ok) return sendProblem(c, problem(400, `${page.error.message}.`));
    const wanted = jsonParameter(body);
    if (!wanted.ok) return sendProblem(c, wanted);
    const filter = parsed(filterSchema, { ...rest, ...wanted.value });
    return send(c, filter.ok ? await object(c).requests(filter.value, page.value) : filter);
  });
  routes.delete("/requests", async (c) => send(c, await object(c).clearRequests()));
  routes.post("/requests/count", async (c) => {
    const filter = await read(c, filterSchema, small(c));
    return send(c, filter.ok ? ok({ count: await object(c).countRequests(filter.value) }) : filter);
  });
  routes.post("/requests/verify", async (c) => {
    const given = await read(c, verifySchema, small(c));
    if (!given.ok) return sendProblem(c, given);
    const { filter = {}, ...times } = given.value;
    return c.json(verification(times, await object(c).verify(filter)));
  });

  routes.get("/faults", async (c) => c.json({ faults: await object(c).faults() }));
  routes.post("/faults", async (c) => {
    const fault = await read(c, faultSchema, small(c));
    return send(c, fault.ok ? await object(c).addFault(fault.value) : fault, 201);
  });
  routes.delete("/faults", async (c) => send(c, await object(c).clearFaults()));
  routes.delete("/faults/:id", async (c) => send(c, await object(c).removeFault(c.req.param("id"))));

  routes.get("/clock", async (c) => c.json(await object(c).clock()));
  routes.put("/clock", async (c) => {
    const clock = await read(c, clockSchema, small(c));
    return send(c, clock.ok ? await object(c).changeClock(clock.value) : clock);
  });
  routes.post("/clock/advance", async (c) => {
    const given = await read(c, advanceSchema, small(c));
    return send(c, given.ok ? await object(c).advanceClock(given.value.seconds) : given);
  });

  routes.get("/functions", async (c) => c.json(await object(c).declared()));
  routes.put("/functions", async (c) => {
    const declared = await read(c, declaredSchema(limits(c.env)), limits(c.env).snapshotBytes);
    return send(c, declared.ok ? await object(c).declare(declared.value) : declared);
  });

  routes.get("/events", async (c) => {
    if (c.req.header("Upgrade")?.toLowerCase() !== "websocket") {
      return sendProblem(c, problem(400, "The live feed is a WebSocket."));
    }
    const headers = new Headers(c.req.raw.headers);
    headers.set(VISITOR_HEADER, String(c.get("isVisitor") ?? false));
    const response = await object(c).fetch(new Request(c.req.raw, { headers }));
    return response.status === 401 ? sendProblem(c, NO_TOKEN) : response;
  });
  return routes;
}

type Times = Pick<z.output<typeof verifySchema>, "exactly" | "atLeast" | "atMost">;

/** Whether there were as many requests as wanted, and what comes closest when there were not. */
function verification(
  { exactly, atLeast, atMost }: Times,
  { count, nearMisses }: { readonly count: number; readonly nearMisses: readonly NearMiss[] },
): Verification {
  const least = atLeast ?? exactly ?? (atMost === undefined ? 1 : 0);
  const most = atMost ?? exactly ?? Number.POSITIVE_INFINITY;
  if (count >= least && count <= most) return { verified: true, count };
  const misses = nearMisses.map(({ differences, entry }) => ({ differences: [...differences], entry }));
  return { verified: false, count, nearMisses: misses };
}

/** The `body` of a filter that came in a query, where it is JSON text. */
function jsonParameter(body: string | undefined): Result<{ body?: unknown }, Problem> {
  if (body === undefined) return ok({});
  try {
    const value = JSON.parse(body);
    if (depthOf(body) > MAX_DEPTH) return problem(400, `body is nested more than ${MAX_DEPTH} deep.`);
    return ok({ body: value });
  } catch {
    return problem(400, "body must be JSON.");
  }
}

/** A sandbox as its maker is told of it. */
async function issued(c: ApiContext, id: string, place: Place): Promise<SandboxAccess> {
  const { origin } = new URL(c.req.url);
  const idle = idleMs(c.env, id);
  return {
    id,
    endpoint: `${origin}/s/${id}`,
    ...(await credentialsOf(c.env.ROOT_SECRET ?? "", id)),
    ...place,
    expiresAt: idle === undefined ? null : new Date(c.get("receivedAt") + idle).toISOString(),
  };
}
