import { FEED_PROTOCOL, TOKEN_PROTOCOL } from "../documents/feed.ts";
import { problem } from "../documents/problem.ts";
import type { Problem } from "../documents/responseBodies.ts";
import type { ApiContext } from "../http/context.ts";
import type { Err } from "../lib/result.ts";
import { sandboxObject } from "../objects/stubs.ts";
import { credentialsOf, equalSecrets } from "../state/credentials.ts";
import { DEFAULT_SANDBOX_ID } from "../state/sandboxId.ts";
import { hosting } from "../variables.ts";

/**
 * The header for the control token beside `Authorization`: for clients that send the same headers to the control plane and to
 * the API, where `Authorization` has the signature.
 */
const TOKEN_HEADER = "X-Sandbox-Token";

/** The problem for a request without the token that it must have. */
export const NO_TOKEN = problem(
  401,
  `The control plane wants Authorization: Bearer {control token}, or ${TOKEN_HEADER}: {control token}.`,
);

/**
 * The key under which a rate limit counts a request: the client's IP address, or "local" without Cloudflare.
 */
export function clientOf(c: ApiContext): string {
  return c.req.header("CF-Connecting-IP") ?? "local";
}

/**
 * Checks a request's control token. Returns undefined when the request is allowed, or a problem: 401 or 403. An
 * open `default` needs no token. Without a token, a request may read a sandbox whose API needs no signature, and
 * `isVisitor` is set; this does not apply to `default`.
 */
export async function authorise(c: ApiContext): Promise<Err<Problem> | undefined> {
  const sandbox = c.get("sandbox");
  if (sandbox === DEFAULT_SANDBOX_ID && hosting(c.env).defaultSandbox === "open") return undefined;
  const expected =
    sandbox === DEFAULT_SANDBOX_ID
      ? c.env.OPERATOR_TOKEN || undefined
      : (await credentialsOf(c.env.ROOT_SECRET ?? "", sandbox)).controlToken;
  const given = givenToken(c);
  if (given === undefined && (await mayVisit(c))) {
    c.set("isVisitor", true);
    return undefined;
  }
  if (given === undefined) return NO_TOKEN;
  if (expected !== undefined && equalSecrets(given, expected)) return undefined;
  return problem(403, "That is not this sandbox's control token.");
}

async function mayVisit(c: ApiContext): Promise<boolean> {
  const isRead = c.req.method === "GET" || c.req.method === "HEAD";
  // Knowing the id counts as permission to read, and everybody knows `default`.
  if (!isRead || c.get("sandbox") === DEFAULT_SANDBOX_ID) return false;
  return (await sandboxObject(c.env, c.get("sandbox")).signatures()) !== "required";
}

function givenToken(c: ApiContext): string | undefined {
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

function percentDecoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
