import { parsed, problem } from "../documents/problem.ts";
import type { Problem } from "../documents/responseBodies.ts";
import { type PageRequest, parsePageRequest } from "../fc/paging.ts";
import type { ApiContext } from "../http/context.ts";
import { deliveryFilterSchema } from "../journal/delivery.ts";
import { ok, type Result } from "../lib/result.ts";
import { invocationFilterSchema, invocationOwnerSchema, recordQuerySchema } from "../state/invocations.ts";
import { type Handlers, sandboxOf } from "./handlers.ts";
import { jsonParameters } from "./jsonParameters.ts";

export const outcomeHandlers: Handlers<
  "listOutcomes" | "addOutcomes" | "clearOutcomes" | "replaceOutcomes" | "removeOutcomes"
> = {
  async listOutcomes(c) {
    const outcomes = await sandboxOf(c).outcomes();
    return outcomes.ok ? ok({ outcomes: outcomes.value }) : outcomes;
  },
  addOutcomes: (c, outcomes) => sandboxOf(c).addOutcomes(outcomes),
  clearOutcomes: (c) => sandboxOf(c).clearOutcomes(),
  replaceOutcomes: (c, outcomes) => sandboxOf(c).replaceOutcomes(c.req.param("id") ?? "", outcomes),
  removeOutcomes: (c) => sandboxOf(c).removeOutcomes(c.req.param("id") ?? ""),
};

export const invocationHandlers: Handlers<
  "listInvocations" | "clearInvocations" | "getInvocation" | "getInvocationRecord" | "stopInvocation"
> = {
  async listInvocations(c) {
    const { page, query } = pageOf(c);
    if (!page.ok) return page;
    const filter = parsed(invocationFilterSchema, query);
    return filter.ok ? sandboxOf(c).invocations(filter.value, page.value) : filter;
  },
  clearInvocations: (c) => sandboxOf(c).clearInvocations(),
  getInvocation(c) {
    const owner = parsed(invocationOwnerSchema, c.req.query());
    return owner.ok ? sandboxOf(c).invocation(c.req.param("id") ?? "", owner.value) : owner;
  },
  getInvocationRecord(c) {
    const query = parsed(recordQuerySchema, c.req.query());
    return query.ok ? sandboxOf(c).invocationRecord(c.req.param("id") ?? "", query.value) : query;
  },
  stopInvocation(c) {
    const owner = parsed(invocationOwnerSchema, c.req.query());
    return owner.ok ? sandboxOf(c).stopInvocation(c.req.param("id") ?? "", owner.value) : owner;
  },
};

const JSON_ITEMS = ["message", "requestPayload", "responsePayload"];

export const deliveryHandlers: Handlers<
  "listDeliveries" | "clearDeliveries" | "countDeliveries" | "verifyDeliveries"
> = {
  async listDeliveries(c) {
    const { page, query } = pageOf(c);
    if (!page.ok) return page;
    const wanted = jsonParameters(query, JSON_ITEMS);
    if (!wanted.ok) return wanted;
    const filter = parsed(deliveryFilterSchema, wanted.value);
    return filter.ok ? sandboxOf(c).deliveries(filter.value, page.value) : filter;
  },
  clearDeliveries: (c) => sandboxOf(c).clearDeliveries(),
  async countDeliveries(c, filter) {
    const count = await sandboxOf(c).countDeliveries(filter);
    return count.ok ? ok({ count: count.value }) : count;
  },
  verifyDeliveries: (c, { filter = {}, ...bounds }) => sandboxOf(c).verifyDeliveries(filter, bounds),
};

/** The page that a list's query asks for, and the query's other items. */
function pageOf(c: ApiContext): {
  readonly page: Result<PageRequest, Problem>;
  readonly query: Readonly<Record<string, string>>;
} {
  const { limit, nextToken, ...query } = c.req.query();
  const page = parsePageRequest(limit, nextToken);
  return { page: page.ok ? page : problem(400, `${page.error.message}.`), query };
}
