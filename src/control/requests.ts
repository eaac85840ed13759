import type { RequestDocument } from "../documents/operations.ts";
import { parsed, problem } from "../documents/problem.ts";
import type { Problem, Verification } from "../documents/responseBodies.ts";
import { parsePageRequest } from "../fc/paging.ts";
import { filterSchema } from "../journal/filter.ts";
import type { NearMiss } from "../journal/order.ts";
import { ok, type Result } from "../lib/result.ts";
import { type Handlers, sandboxOf } from "./handlers.ts";
import { depthOf, MAX_DEPTH } from "./requestDocument.ts";

export const requestHandlers: Handlers<
  "listRequests" | "clearRequests" | "countRequests" | "verifyRequests"
> = {
  async listRequests(c) {
    const { limit, nextToken, body, ...rest } = c.req.query();
    const page = parsePageRequest(limit, nextToken);
    if (!page.ok) return problem(400, `${page.error.message}.`);
    const wanted = jsonParameter(body);
    if (!wanted.ok) return wanted;
    const filter = parsed(filterSchema, { ...rest, ...wanted.value });
    return filter.ok ? sandboxOf(c).requests(filter.value, page.value) : filter;
  },
  clearRequests: (c) => sandboxOf(c).clearRequests(),
  countRequests: async (c, filter) => ok({ count: await sandboxOf(c).countRequests(filter) }),
  verifyRequests: async (c, { filter = {}, ...times }) =>
    ok(verification(times, await sandboxOf(c).verify(filter))),
};

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

type Times = Omit<RequestDocument<"verifyRequests">, "filter">;

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
