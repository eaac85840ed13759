import { type ControlOperation, controlOperations, isChange } from "../documents/operations.ts";
import { parsed, problem } from "../documents/problem.ts";
import { auditQuerySchema } from "../documents/requestBodies.ts";
import type { Audit, Problem } from "../documents/responseBodies.ts";
import { parsePageRequest } from "../fc/paging.ts";
import type { ApiContext } from "../http/context.ts";
import { ok, type Result } from "../lib/result.ts";
import { MAX_AUDIT_ENTRIES, type PlacedAuditEntry } from "../objects/auditTable.ts";
import { auditEntry } from "../objects/controlMessages.ts";
import { firstRegistryShard } from "../objects/stubs.ts";
import { type Handlers, sandboxOf } from "./handlers.ts";

export const auditHandlers: Handlers<"listAudit" | "listDeploymentAudit"> = {
  listAudit: (c) => auditOf(c, c.get("sandbox"), (before, most) => sandboxOf(c).audit(before, most)),
  listDeploymentAudit: (c) =>
    auditOf(c, "deployment", async (before, most) =>
      ok(await firstRegistryShard(c.env).changes(before, most)),
    ),
};

/** A page of an audit, or all of it as lines. */
async function auditOf(
  c: ApiContext,
  name: string,
  read: (before: number | undefined, most: number) => Promise<Result<PlacedAuditEntry[], Problem>>,
): Promise<Result<Audit | Response, Problem>> {
  const { limit, nextToken, ...rest } = c.req.query();
  const query = parsed(auditQuerySchema, rest);
  if (!query.ok) return query;
  if (query.value.format === "ndjson") {
    const all = await read(undefined, MAX_AUDIT_ENTRIES);
    if (!all.ok) return all;
    c.header("Content-Disposition", `attachment; filename="${name}-audit.ndjson"`);
    const lines = all.value.map(({ entry }) => `${JSON.stringify(entry)}\n`).join("");
    return ok(c.body(lines, 200, { "Content-Type": "application/x-ndjson" }));
  }
  const page = parsePageRequest(limit, nextToken);
  if (!page.ok) return problem(400, `${page.error.message}.`);
  const { limit: most, nextToken: token } = page.value;
  if (token !== undefined && !/^[0-9]{1,15}$/.test(token)) {
    return problem(400, "nextToken must be one that an earlier page of this list returned.");
  }
  const found = await read(token === undefined ? undefined : Number(token), most + 1);
  if (!found.ok) return found;
  const shown = found.value.slice(0, most);
  const last = found.value.length > most ? shown.at(-1) : undefined;
  return ok({
    entries: shown.map(({ entry }) => entry),
    ...(last ? { nextToken: String(last.number) } : {}),
  });
}

/**
 * Notes a request in the audit of the deployment, if it is one for a change that the deployment's operator may make, whoever
 * made it and whatever came of it. `created` is the id of a sandbox that it created. Never rejects: what was done, is done.
 */
export async function noteInDeployment(
  c: ApiContext,
  { access }: ControlOperation,
  status: number,
  created: string | undefined,
): Promise<void> {
  const request = c.get("control");
  const { actor, operation, path } = request;
  const isOperators = access?.startsWith("operator") || actor.role === "operator";
  const isOfDeployment = access?.startsWith("operator") || operation === "createSandbox";
  if (!isOperators || !isOfDeployment || !isChange(controlOperations[operation])) return;
  const sandbox = created ?? (path.startsWith("/_sandbox/sandboxes/") ? c.req.param("id") : undefined);
  try {
    const entry = auditEntry(request, status);
    await firstRegistryShard(c.env).noteChange(sandbox === undefined ? entry : { ...entry, sandbox });
  } catch (error) {
    console.error(error);
  }
}
