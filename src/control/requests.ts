import { parsed, problem } from "../documents/problem.ts";
import { MAX_EXPORTED, requestsQuerySchema } from "../documents/requestBodies.ts";
import type { Problem } from "../documents/responseBodies.ts";
import { MAX_PAGE_SIZE, type PageRequest, parsePageRequest } from "../fc/paging.ts";
import type { ApiContext } from "../http/context.ts";
import { sandboxUrl } from "../http/publicUrl.ts";
import type { JournalEntry } from "../journal/entry.ts";
import type { Filter } from "../journal/filter.ts";
import { ok, type Result } from "../lib/result.ts";
import { limits } from "../variables.ts";
import type { Exported } from "./exported.ts";
import { type Handlers, sandboxOf } from "./handlers.ts";
import { harOf } from "./har.ts";
import { jsonParameters } from "./jsonParameters.ts";
import { pactOf } from "./pactFile.ts";

export const requestHandlers: Handlers<
  "listRequests" | "getRequest" | "clearRequests" | "countRequests" | "verifyRequests"
> = {
  async listRequests(c) {
    const { limit, nextToken, ...query } = c.req.query();
    const wanted = jsonParameters(query, ["body"]);
    if (!wanted.ok) return wanted;
    const read = parsed(requestsQuerySchema, wanted.value);
    if (!read.ok) return read;
    const { format = "json", consumer, provider, ...filter } = read.value;
    const isPact = format === "pact";
    if (!isPact && (consumer ?? provider) !== undefined) {
      return problem(400, "consumer and provider go with format=pact only.");
    }
    const exported = { usual: MAX_EXPORTED, most: MAX_EXPORTED };
    const page = parsePageRequest(limit, nextToken, format === "json" ? undefined : exported);
    if (!page.ok) return problem(400, `${page.error.message}.`);
    if (format === "json") return sandboxOf(c).requests(filter, page.value);
    if (isPact && (consumer === undefined || provider === undefined)) {
      return problem(400, "format=pact needs consumer and provider.");
    }
    const found = await entriesOf(c, filter, page.value);
    if (!found.ok) return found;
    const fileName = isPact ? `${fileWord(consumer)}-${fileWord(provider)}.json` : `${c.get("sandbox")}.har`;
    c.header("Content-Disposition", `attachment; filename="${fileName}"`);
    return consumer === undefined || provider === undefined
      ? ok(harOf(found.value, sandboxUrl(c)))
      : ok(pactOf(found.value, { consumer, provider }, limits(c.env).journalBodyBytes));
  },
  async getRequest(c) {
    const id = c.req.param("id") ?? "";
    const found = await sandboxOf(c).requests({ requestId: id }, { limit: 1, nextToken: undefined });
    if (!found.ok) return found;
    const [entry] = found.value.requests;
    return entry ? ok(entry) : problem(404, "The journal has no request with this id.");
  },
  clearRequests: (c) => sandboxOf(c).clearRequests(),
  async countRequests(c, filter) {
    const count = await sandboxOf(c).countRequests(filter);
    return count.ok ? ok({ count: count.value }) : count;
  },
  verifyRequests: (c, { filter = {}, ...bounds }) => sandboxOf(c).verify(filter, bounds),
};

/** As many entries that match as are asked for, in pages that an object can send at once. */
async function entriesOf(
  c: ApiContext,
  filter: Filter,
  { limit, nextToken }: PageRequest,
): Promise<Result<Exported, Problem>> {
  const entries: JournalEntry[] = [];
  let next = nextToken;
  do {
    const size = Math.min(MAX_PAGE_SIZE, limit - entries.length);
    const page = await sandboxOf(c).requests(filter, { limit: size, nextToken: next });
    if (!page.ok) return page;
    entries.push(...page.value.requests);
    next = page.value.nextToken;
  } while (next !== undefined && entries.length < limit);
  return ok({ entries, nextToken: next });
}

/** A name as a part of a file's name. */
function fileWord(name = ""): string {
  return name.replace(/[^\w.-]+/g, "_");
}
