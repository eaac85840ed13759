import { parsed, problem } from "../documents/problem.ts";
import { parsePageRequest } from "../fc/paging.ts";
import { filterSchema } from "../journal/filter.ts";
import { ok } from "../lib/result.ts";
import { type Handlers, sandboxOf } from "./handlers.ts";
import { jsonParameters } from "./jsonParameters.ts";

export const requestHandlers: Handlers<
  "listRequests" | "clearRequests" | "countRequests" | "verifyRequests"
> = {
  async listRequests(c) {
    const { limit, nextToken, ...query } = c.req.query();
    const page = parsePageRequest(limit, nextToken);
    if (!page.ok) return problem(400, `${page.error.message}.`);
    const wanted = jsonParameters(query, ["body"]);
    if (!wanted.ok) return wanted;
    const filter = parsed(filterSchema, wanted.value);
    return filter.ok ? sandboxOf(c).requests(filter.value, page.value) : filter;
  },
  clearRequests: (c) => sandboxOf(c).clearRequests(),
  async countRequests(c, filter) {
    const count = await sandboxOf(c).countRequests(filter);
    return count.ok ? ok({ count: count.value }) : count;
  },
  verifyRequests: (c, { filter = {}, ...bounds }) => sandboxOf(c).verify(filter, bounds),
};
