import * as z from "zod/mini";
import { parsed, problem } from "../documents/problem.ts";
import type { Problem, Sandboxes } from "../documents/responseBodies.ts";
import { type PageRequest, parsePageRequest } from "../fc/paging.ts";
import type { ApiContext } from "../http/context.ts";
import { publicUrl } from "../http/publicUrl.ts";
import { secretOf } from "../http/selection.ts";
import { fromBase64url, toBase64url } from "../lib/base64url.ts";
import { ok, type Result } from "../lib/result.ts";
import { sandboxControl } from "../objects/controlMessages.ts";
import { restoreSandbox } from "../objects/recovery.ts";
import { mergePages } from "../objects/registry/mergePages.ts";
import { shownReport } from "../objects/registry/sandboxTable.ts";
import type { SandboxPosition } from "../objects/registryMessages.ts";
import { firstRegistryShard, registryShardOf, registryShards, sandboxObject } from "../objects/stubs.ts";
import { createInvitation, tokenOf } from "../state/credentials.ts";
import { type SandboxesQuery, sandboxesQuerySchema } from "../state/registry.ts";
import { DEFAULT_SANDBOX_ID } from "../state/sandboxId.ts";
import { hosting, variables } from "../variables.ts";
import type { Handlers } from "./handlers.ts";
import { healthOf } from "./health.ts";
import { registryTotals } from "./registryTotals.ts";

type DeploymentOperation =
  | "listSandboxes"
  | "getRegisteredSandbox"
  | "deleteSandbox"
  | "createLink"
  | "restoreSandbox"
  | "listInvitations"
  | "createInvitation"
  | "revokeInvitation"
  | "getDeployment";

/** The operations of the deployment's operator. */
export const deploymentHandlers: Handlers<DeploymentOperation> = {
  async listSandboxes(c) {
    const { limit, nextToken, ...rest } = c.req.query();
    const query = parsed(sandboxesQuerySchema, rest);
    if (!query.ok) return query;
    const page = parsePageRequest(limit, nextToken);
    if (!page.ok) return problem(400, `${page.error.message}.`);
    return sandboxesPage(c, query.value, page.value);
  },

  async getRegisteredSandbox(c) {
    const named = await namedSandbox(c);
    if (!named.ok) return named;
    const report = await sandboxObject(c.env, named.value.id).registered();
    return report ? ok(shownReport(report)) : NOT_IN_USE;
  },

  async deleteSandbox(c) {
    const named = await namedSandbox(c);
    if (!named.ok) return named;
    const { id } = named.value;
    const { role } = c.get("actor");
    // An id that the operator deletes is refused from then on; `default` begins anew.
    const refused = await sandboxObject(c.env, id).delete(
      c.get("control"),
      role === "operator" && id !== DEFAULT_SANDBOX_ID,
    );
    if (!refused.ok || role !== "operator") return refused;
    // A creation that was cut off may have left the sandbox in another shard than it knows.
    await Promise.allSettled(registryShards(c.env).map((shard) => shard.remove(id)));
    return refused;
  },

  async createLink(c, { role, rotate = false }) {
    const named = await namedSandbox(c);
    if (!named.ok) return named;
    const { id, secret } = named.value;
    if (role === "control" && id === DEFAULT_SANDBOX_ID) {
      return problem(409, "Only the operator's token controls `default`.");
    }
    const sandbox = sandboxControl(sandboxObject(c.env, id), c.get("control"));
    const kind = `${role}Token` as const;
    const rotated = await (rotate ? sandbox.rotate([kind]) : sandbox.generations());
    if (!rotated.ok) return rotated;
    const token = await tokenOf(secret, id, { role, generation: rotated.value[kind] });
    return ok({ role, token, url: `${publicUrl(c)}/s/${id}/#${new URLSearchParams({ token })}` });
  },

  async restoreSandbox(c, { time }) {
    const named = await namedSandbox(c);
    if (!named.ok) return named;
    return restoreSandbox(c.env, named.value.id, Date.parse(time));
  },

  async listInvitations(c) {
    const all = await Promise.all(registryShards(c.env).map((shard) => shard.invitations()));
    const invitations = all.flat().sort((a, b) => b.createdAt.localeCompare(a.createdAt));
    return ok({ invitations });
  },

  async createInvitation(c, given) {
    const { rootSecrets } = hosting(c.env);
    if (rootSecrets === undefined) return problem(409, "Without a ROOT_SECRET there are no invitations.");
    if (given.expiresAt !== undefined && Date.parse(given.expiresAt) <= c.get("receivedAt")) {
      return problem(400, "expiresAt must be later than now.");
    }
    const { id, key } = await createInvitation(rootSecrets);
    const added = await registryShardOf(c.env, id).addInvitation(id, given);
    if (!added.ok) return added;
    return ok({ ...added.value, key });
  },

  async revokeInvitation(c) {
    const id = c.req.param("id") ?? "";
    const revoked = await registryShardOf(c.env, id).revokeInvitation(id);
    if (!revoked.ok) return revoked;
    return ok(undefined);
  },

  async getDeployment(c) {
    const { sandboxes, bytes, days } = await registryTotals(c.env);
    const { requestsPerDay = null, sandboxBytes = null, totalBytes = null } = variables(c.env).quotas;
    return ok({
      sandboxes,
      bytes,
      days: [...days],
      quotas: { requestsPerDay, sandboxBytes, totalBytes },
      health: healthOf(c.env),
      errors: await firstRegistryShard(c.env).errors(),
    });
  },
};

const NOT_IN_USE = problem(404, "This sandbox is not in use: it was never used, or it was erased.");

/** The sandbox that a path names, and the secret that makes its credentials; 404 when there is none. */
async function namedSandbox(
  c: ApiContext,
): Promise<Result<{ readonly id: string; readonly secret: string }, Problem>> {
  const id = c.req.param("id") ?? "";
  const secret = await secretOf(c.env, id);
  return secret === undefined ? problem(404, "This server has no such sandbox.") : ok({ id, secret });
}

/** A page of the list: each shard finds what it has after the last page, and the first of all of that is the page. */
async function sandboxesPage(
  c: ApiContext,
  query: SandboxesQuery,
  { limit, nextToken }: PageRequest,
): Promise<Result<Sandboxes, Problem>> {
  const after = nextToken === undefined ? null : positionIn(nextToken);
  if (after === undefined) {
    return problem(400, "nextToken must be one that an earlier page of this list returned.");
  }
  const found = await Promise.all(registryShards(c.env).map((shard) => shard.sandboxes(query, after, limit)));
  const { sandboxes, next } = mergePages(found, query, limit);
  return ok({ sandboxes, ...(next ? { nextToken: tokenFor(next) } : {}) });
}

const positionSchema = z.tuple([z.union([z.string(), z.number()]), z.string()]);

function tokenFor({ value, id }: SandboxPosition): string {
  return toBase64url(new TextEncoder().encode(JSON.stringify([value, id])));
}

function positionIn(token: string): SandboxPosition | undefined {
  try {
    const [value, id] = positionSchema.parse(JSON.parse(new TextDecoder().decode(fromBase64url(token))));
    return { value, id };
  } catch {
    return undefined;
  }
}
