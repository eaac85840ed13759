import type { JWTPayload } from "jose";
import { JOSEError, JWKSInvalid, JWKSTimeout } from "jose/errors";
import { createRemoteJWKSet } from "jose/jwks/remote";
import { type JWTVerifyGetKey, jwtVerify } from "jose/jwt/verify";
import { problem } from "../documents/problem.ts";
import type { Problem } from "../documents/responseBodies.ts";
import type { ApiContext } from "../http/context.ts";
import { publicUrl } from "../http/publicUrl.ts";
import { type Err, ok, type Result } from "../lib/result.ts";
import { type AccessApplication, variables } from "../variables.ts";

/** The header in which Cloudflare Access passes on its token, once it has let a request through. */
const ASSERTION_HEADER = "Cf-Access-Jwt-Assertion";

/** Who has passed Cloudflare Access. */
export interface AccessUser {
  /** A person's email address, or the client id of a service token. */
  readonly name: string;
}

/**
 * The keys of the team whose tokens were verified last. A team signs with another key every few weeks: the set fetches the
 * keys after ten minutes, and for a key that it does not know, but then not twice in 30 seconds. In a Worker, it shares only
 * keys that have arrived, since a request that waits for another request's fetch may wait for ever.
 */
let known: { readonly teamDomain: string; readonly keys: JWTVerifyGetKey } | undefined;

function keysOf(teamDomain: string): JWTVerifyGetKey {
  if (known?.teamDomain !== teamDomain) {
    const url = new URL(`https://${teamDomain}/cdn-cgi/access/certs`);
    known = { teamDomain, keys: createRemoteJWKSet(url) };
  }
  return known.keys;
}

/**
 * Who sent a request, by Cloudflare Access: undefined when the deployment is behind no Access, or when the request did not
 * come through it. The problem is 403 for a token that is not valid, and for a write that a browser sends on behalf of
 * another site; 503 when the team's keys can't be fetched. Throws an Error when any variable is wrong.
 */
export async function accessUser(c: ApiContext): Promise<Result<AccessUser | undefined, Problem>> {
  const { access } = variables(c.env);
  const token = c.req.header(ASSERTION_HEADER);
  if (access === undefined || token === undefined) return ok(undefined);
  const verified = await verify(token, access);
  if (!verified.ok) return verified;
  const { email, common_name: client } = verified.value;
  const name = email || client;
  if (typeof name !== "string") return problem(403, "The token of Cloudflare Access names nobody.");
  return isForged(c) ? forged(c) : ok({ name });
}

async function verify(
  token: string,
  { teamDomain, audience }: AccessApplication,
): Promise<Result<JWTPayload, Problem>> {
  try {
    const { payload } = await jwtVerify(token, keysOf(teamDomain), {
      algorithms: ["RS256"],
      issuer: `https://${teamDomain}`,
      audience,
      requiredClaims: ["exp"],
    });
    return ok(payload);
  } catch (error) {
    if (isRefusal(error)) {
      return problem(403, `The token of Cloudflare Access is not valid: ${error.message}.`);
    }
    console.error(error);
    return problem(503, `The keys of Cloudflare Access could not be fetched from ${teamDomain}: try again.`);
  }
}

/** Whether an error says that a token is not valid. Otherwise it says that there are no keys to verify it with. */
function isRefusal(error: unknown): error is JOSEError {
  return (
    error instanceof JOSEError &&
    // The plain class is what a response other than a key set is.
    error.code !== JOSEError.code &&
    !(error instanceof JWKSTimeout || error instanceof JWKSInvalid)
  );
}

/**
 * Whether a page of another site may have sent a request. A browser that is logged in to Access sends its cookie along with
 * such requests, too, so the token does not show that its owner wanted the request. Such a page can read no response, so
 * reading is harmless, except by a WebSocket.
 */
function isForged(c: ApiContext): boolean {
  const isRead = ["GET", "HEAD"].includes(c.req.method) && c.req.header("Upgrade") === undefined;
  if (isRead) return false;
  const origin = c.req.header("Origin");
  if (origin !== undefined) return origin !== new URL(publicUrl(c)).origin;
  return !["same-origin", "none", undefined].includes(c.req.header("Sec-Fetch-Site"));
}

function forged(c: ApiContext): Err<Problem> {
  const { origin } = new URL(publicUrl(c));
  return problem(
    403,
    `With a login of Cloudflare Access, only pages of ${origin} may send this request. Other clients use a token.`,
  );
}
