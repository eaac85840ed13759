import { parsed, problem } from "../documents/problem.ts";
import type { Problem } from "../documents/responseBodies.ts";
import { parsePageRequest } from "../fc/paging.ts";
import { filterSchema } from "../journal/filter.ts";
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
  async countRequests(c, filter) {
    const count = await sandboxOf(c).countRequests(filter);
    return count.ok ? ok({ count: count.value }) : count;
  },
  verifyRequests: (c, { filter = {}, ...bounds }) => sandboxOf(c).verify(filter, bounds),
};

/** Parses the `body` of a filter in a query, where it is JSON text. The problem is a 400. */
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
