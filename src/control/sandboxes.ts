import { problem } from "../documents/problem.ts";
import type { Problem, SandboxAccess, Summary } from "../documents/responseBodies.ts";
import type { Place } from "../fc/versions.ts";
import type { ApiContext } from "../http/context.ts";
import { publicUrl } from "../http/publicUrl.ts";
import { type Err, ok, type Result } from "../lib/result.ts";
import { sandboxControl } from "../objects/controlMessages.ts";
import { registryShardOf, sandboxObject } from "../objects/stubs.ts";
import { credentialKinds, FIRST_GENERATIONS, type Generations } from "../state/credentialKinds.ts";
import { type Credentials, createSandboxId, credentialsOf } from "../state/credentials.ts";
import type { Origin } from "../state/quota.ts";
import { DEFAULT_SANDBOX_ID } from "../state/sandboxId.ts";
import { hosting, idleMs, limits, variables } from "../variables.ts";
import { clientOf } from "./authorisation.ts";
import { type Handlers, sandboxOf } from "./handlers.ts";
import { metricsText } from "./metrics.ts";

const NO_ROOT_SECRET = problem(503, "This deployment has no ROOT_SECRET, so it can make no sandboxes.");

/**
 * The problem that prevents creating a sandbox, whatever the body: 429 or 503. Undefined when there is none.
 */
export async function refusedCreation(c: ApiContext): Promise<Err<Problem> | undefined> {
  const allowed = (await c.env.CREATION_RATE_LIMIT?.limit({ key: clientOf(c) }))?.success ?? true;
  if (!allowed) return problem(429, "Too many sandboxes made: slow down.");
  return hosting(c.env).rootSecrets ? undefined : NO_ROOT_SECRET;
}

export const sandboxHandlers: Handlers<"createSandbox" | "getSandbox" | "rotateCredentials" | "getMetrics"> =
  {
    async createSandbox(c, { label, settings, snapshot }) {
      const { rootSecrets } = hosting(c.env);
      if (rootSecrets === undefined) return NO_ROOT_SECRET;
      const id = await createSandboxId(rootSecrets, label);
      const origin = await originOf(c, id);
      if (!origin.ok) return origin;
      const sandbox = sandboxObject(c.env, id);
      // First: the registry is told of a sandbox as soon as it is used, and by then it must be the team's.
      if (origin.value) await sandbox.adopt(origin.value, c.get("control"));
      const created = sandboxControl(sandbox, c.get("control"));
      const initial = { ...snapshot?.settings, ...settings };
      if (snapshot || settings) {
        const imported = await created.importSnapshot({ ...snapshot, settings: initial });
        if (!imported.ok) {
          if (origin.value) await sandbox.delete(c.get("control"), true);
          return imported;
        }
      }
      const { accountId = variables(c.env).accountId, region = variables(c.env).region } = initial;
      return ok(await issued(c, id, rootSecrets.current, { accountId, region }));
    },

    async getSandbox(c) {
      const summary = await summaryOf(c);
      if (!summary.ok) return summary;
      const { generations, ...shown } = summary.value;
      return ok({ ...shown, ...(await shownCredentials(c, generations)) });
    },

    async rotateCredentials(c, { credentials = credentialKinds }) {
      if (c.get("secret") === undefined) return NO_ROOT_SECRET;
      const rotated = await sandboxOf(c).rotate(credentials);
      return rotated.ok ? ok(await shownCredentials(c, rotated.value)) : rotated;
    },

    async getMetrics(c) {
      const summary = await summaryOf(c);
      return summary.ok ? ok(metricsText(summary.value)) : summary;
    },
  };

/** By which invitation a sandbox is created, if by any: 403 or 409 when the invitation does not allow it. */
async function originOf(c: ApiContext, id: string): Promise<Result<Origin | undefined, Problem>> {
  const { role, name } = c.get("actor");
  if (role !== "invitation" || name === undefined) return ok(undefined);
  return registryShardOf(c.env, name).admit(name, id);
}

/** The response document for a created sandbox, with its credentials. */
async function issued(c: ApiContext, id: string, secret: string, place: Place): Promise<SandboxAccess> {
  const idle = idleMs(c.env, id);
  return {
    id,
    endpoint: `${publicUrl(c)}/s/${id}`,
    ...(await credentialsOf(secret, id, FIRST_GENERATIONS)),
    ...place,
    expiresAt: idle === undefined ? null : new Date(c.get("receivedAt") + idle).toISOString(),
  };
}

/** The credentials that a request's actor may know. */
async function shownCredentials(c: ApiContext, generations: Generations): Promise<Partial<Credentials>> {
  const secret = c.get("secret");
  const { role } = c.get("actor");
  if (secret === undefined || role === "visitor") return {};
  const { controlToken, watchToken, ...accessKey } = await credentialsOf(
    secret,
    c.get("sandbox"),
    generations,
  );
  if (role === "watch") return { watchToken };
  // Only the operator's token controls `default`, so `default` has no control token to show.
  const isDefault = c.get("sandbox") === DEFAULT_SANDBOX_ID;
  return { ...accessKey, watchToken, ...(isDefault ? {} : { controlToken }) };
}

async function summaryOf(
  c: ApiContext,
): Promise<Result<Summary & { readonly generations: Generations }, Problem>> {
  const summary = await sandboxOf(c).summary();
  if (!summary.ok) return summary;
  const { role } = c.get("actor");
  return ok({ id: c.get("sandbox"), role, ...summary.value, limits: { ...limits(c.env) } });
}
