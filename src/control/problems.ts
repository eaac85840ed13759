import type { Problem } from "../documents/responseBodies.ts";
import type { ApiContext } from "../http/context.ts";
import { commonHeaders } from "../http/responses.ts";
import type { Err } from "../lib/result.ts";

/** Sends a problem document, with the usual headers and those in `besides`. Source: RFC 9457. */
export function sendProblem(
  c: ApiContext,
  { error: found }: Err<Problem>,
  besides: Readonly<Record<string, string>> = {},
): Response {
  const headers = {
    ...commonHeaders(c),
    ...besides,
    "Content-Type": "application/problem+json",
    ...(found.status === 429 ? { "Retry-After": "10" } : {}),
    ...(found.status === 401 ? { "WWW-Authenticate": "Bearer" } : {}),
  };
  return c.body(JSON.stringify({ type: "about:blank", ...found }), found.status as 400, headers);
}
