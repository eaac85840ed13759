import { problem } from "../documents/problem.ts";
import type { Problem, SandboxAccess, Summary } from "../documents/responseBodies.ts";
import type { Place } from "../fc/versions.ts";
import type { ApiContext } from "../http/context.ts";
import { publicUrl } from "../http/publicUrl.ts";
import { type Err, ok } from "../lib/result.ts";
import { sandboxObject } from "../objects/stubs.ts";
import { accessKeyOf, createSandboxId, credentialsOf } from "../state/credentials.ts";
import { DEFAULT_SANDBOX_ID } from "../state/sandboxId.ts";
import { idleMs, limits, variables } from "../variables.ts";
import { clientOf } from "./authorisation.ts";
import { type Handlers, sandboxOf } from "./handlers.ts";
import { metricsText } from "./metrics.ts";

/**
 * The problem that prevents creating a sandbox, whatever the body: 429 or 503. Undefined when there is none.
 */
export async function refusedCreation(c: ApiContext): Promise<Err<Problem> | undefined> {
  const allowed = (await c.env.CREATION_RATE_LIMIT?.limit({ key: clientOf(c) }))?.success ?? true;
  if (!allowed) return problem(429, "Too many sandboxes made: slow down.");
  if (c.env.ROOT_SECRET) return undefined;
  return problem(503, "This deployment has no ROOT_SECRET, so it can make no sandboxes.");
}

export const sandboxHandlers: Handlers<"createSandbox" | "getSandbox" | "getMetrics"> = {
  async createSandbox(c, { label, settings, snapshot }) {
    const id = await createSandboxId(c.env.ROOT_SECRET ?? "", label);
    const initial = { ...snapshot?.settings, ...settings };
    if (snapshot || settings) {
      const imported = await sandboxObject(c.env, id).importSnapshot({ ...snapshot, settings: initial });
      if (!imported.ok) return imported;
    }
    const { accountId = variables(c.env).accountId, region = variables(c.env).region } = initial;
    return ok(await issued(c, id, { accountId, region }));
  },

  async getSandbox(c) {
    const { ROOT_SECRET: secret } = c.env;
    if (!secret || c.get("isVisitor")) return ok(await summaryOf(c));
    // Only the operator's token controls `default`, so `default` has no control token to show.
    const credentials = c.get("sandbox") === DEFAULT_SANDBOX_ID ? accessKeyOf : credentialsOf;
    return ok({ ...(await summaryOf(c)), ...(await credentials(secret, c.get("sandbox"))) });
  },

  getMetrics: async (c) => ok(metricsText(await summaryOf(c))),
};

/** The response document for a created sandbox, with its credentials. */
async function issued(c: ApiContext, id: string, place: Place): Promise<SandboxAccess> {
  const idle = idleMs(c.env, id);
  return {
    id,
    endpoint: `${publicUrl(c)}/s/${id}`,
    ...(await credentialsOf(c.env.ROOT_SECRET ?? "", id)),
    ...place,
    expiresAt: idle === undefined ? null : new Date(c.get("receivedAt") + idle).toISOString(),
  };
}

async function summaryOf(c: ApiContext): Promise<Summary> {
  return { id: c.get("sandbox"), ...(await sandboxOf(c).summary()), limits: { ...limits(c.env) } };
}
