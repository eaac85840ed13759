import { FEED_PROTOCOL, TOKEN_PROTOCOL } from "../documents/feed.ts";
import { problem } from "../documents/problem.ts";
import type { Problem } from "../documents/responseBodies.ts";
import { TOKEN_HEADER } from "../documents/tokens.ts";
import type { ApiContext } from "../http/context.ts";
import { secretOf } from "../http/selection.ts";
import { ok, type Result } from "../lib/result.ts";
import { percentDecoded } from "../lib/url.ts";
import type { Actor } from "../state/actor.ts";
import { equalSecrets, verifiedInvitation, verifiedToken } from "../state/credentials.ts";
import { DEFAULT_SANDBOX_ID } from "../state/sandboxId.ts";
import { hasOperator, hosting } from "../variables.ts";
import { accessUser } from "./access.ts";

/** The problem for a request without the token that it must have. */
const NO_TOKEN = problem(
  401,
  `The control plane wants Authorization: Bearer {control token}, or ${TOKEN_HEADER}: {control token}.`,
);

const NO_OPERATOR_TOKEN = problem(401, "This is for the operator: Authorization: Bearer {operator token}.");

/**
 * The key under which a rate limit counts a request: the client's IP address, or "local" without Cloudflare.
 */
export function clientOf(c: ApiContext): string {
  return c.req.header("CF-Connecting-IP") ?? "local";
}

/**
 * Who sends a request to a sandbox's control plane: 401 or 403 when it has not the token that it must have. Everyone
 * controls an open `default`. A request without a token may read a sandbox whose API needs no signature, as a visitor;
 * this does not apply to `default`. Only the sandbox itself knows whether a token was replaced, and what its API needs.
 */
export async function actorOf(c: ApiContext): Promise<Result<Actor, Problem>> {
  const sandbox = c.get("sandbox");
  const given = givenToken(c);
  if (given !== undefined) {
    const actor = await holderOf(c, sandbox, c.get("secret"), given);
    if (actor) return ok(actor);
  }
  const isDefault = sandbox === DEFAULT_SANDBOX_ID;
  if (isDefault && hosting(c.env).defaultSandbox === "open") return ok({ role: "anyone" });
  if (given !== undefined) return problem(403, "That is not this sandbox's control token.");
  const isRead = c.req.method === "GET" || c.req.method === "HEAD";
  // Knowing the id counts as permission to read, and everybody knows `default`.
  return isRead && !isDefault ? ok({ role: "visitor" }) : NO_TOKEN;
}

/** Like `actorOf`, for an operation that is not for visitors: 401 without a token also where others may read. */
export async function tokenHolderOf(c: ApiContext): Promise<Result<Actor, Problem>> {
  const actor = await actorOf(c);
  return actor.ok && actor.value.role === "visitor" ? NO_TOKEN : actor;
}

/** Who holds a token: the operator, or whoever may control or watch the sandbox. Undefined for any other token. */
async function holderOf(
  c: ApiContext,
  sandbox: string,
  secret: string | undefined,
  token: string,
): Promise<Actor | undefined> {
  if (isOperatorToken(c, token)) return { role: "operator" };
  const claim = secret === undefined ? undefined : await verifiedToken(secret, sandbox, token);
  // Of `default`, only the operator's token is a control token.
  return claim?.role === "control" && sandbox === DEFAULT_SANDBOX_ID ? undefined : claim;
}

/**
 * Who sends a request to the deployment's operations: the operator by token, or by a login of Cloudflare Access. 401 without
 * either, 403 for a token that is not valid, 503 when a login can't be verified.
 */
export async function operatorOf(c: ApiContext): Promise<Result<Actor, Problem>> {
  const given = givenToken(c);
  if (given !== undefined && isOperatorToken(c, given)) return ok({ role: "operator" });
  const user = await accessUser(c);
  if (!user.ok) return user;
  if (user.value) return ok({ role: "operator", name: user.value.name });
  if (!hasOperator(c.env)) {
    return problem(403, "This server has no operator: it has neither OPERATOR_TOKEN nor ACCESS_TEAM_DOMAIN.");
  }
  return given === undefined ? NO_OPERATOR_TOKEN : problem(403, "That is not the operator's token.");
}

/** Like `operatorOf`, for an operation that the owner of the sandbox with this id may use too. */
export async function operatorOrOwnerOf(c: ApiContext, id: string): Promise<Result<Actor, Problem>> {
  const operator = await operatorOf(c);
  const given = givenToken(c);
  if (operator.ok || given === undefined) return operator;
  const holder = await holderOf(c, id, await secretOf(c.env, id), given);
  if (holder === undefined) return problem(403, "That is not this sandbox's control token.");
  return holder.role === "control" ? ok(holder) : problem(403, "This token may only read.");
}

/** The actor that creates a sandbox: 401 or 403 where creating needs an invitation and there is none. */
export async function creatorOf(c: ApiContext): Promise<Result<Actor, Problem>> {
  const { creation, rootSecrets } = hosting(c.env);
  const given = givenToken(c);
  if (given !== undefined && rootSecrets !== undefined) {
    if (isOperatorToken(c, given)) return ok({ role: "operator" });
    const invitation = await verifiedInvitation(rootSecrets, given);
    if (invitation !== undefined) return ok({ role: "invitation", name: invitation });
  }
  if (creation === "open") return ok({ role: "anyone" });
  const user = await accessUser(c);
  if (!user.ok) return user;
  if (user.value) return ok({ role: "operator", name: user.value.name });
  return given === undefined
    ? problem(401, "Creating a sandbox here needs an invitation: Authorization: Bearer {invitation key}.")
    : problem(403, "That is no invitation of this server.");
}

function isOperatorToken(c: ApiContext, token: string): boolean {
  const { OPERATOR_TOKEN } = c.env;
  return Boolean(OPERATOR_TOKEN) && equalSecrets(token, OPERATOR_TOKEN ?? "");
}

/** The token that a request brings along, in any of the places that the control plane reads; undefined for none. */
export function givenToken(c: ApiContext): string | undefined {
  // First, since a client of the API may also send an Authorization, which is for the API.
  const own = c.req.header(TOKEN_HEADER);
  if (own !== undefined) return own;
  const [, bearer] = /^Bearer +(\S+)$/i.exec(c.req.header("Authorization") ?? "") ?? [];
  if (bearer !== undefined) return bearer;
  const protocols = (c.req.header("Sec-WebSocket-Protocol") ?? "")
    .split(",")
    .map((protocol) => protocol.trim());
  if (!protocols.includes(FEED_PROTOCOL)) return undefined;
  const found = protocols.find((protocol) => protocol.startsWith(TOKEN_PROTOCOL));
  return found && percentDecoded(found.slice(TOKEN_PROTOCOL.length));
}
