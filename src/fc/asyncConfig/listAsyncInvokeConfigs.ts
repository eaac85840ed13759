import { ok, type Result } from "../../lib/result.ts";
import { type ApiError, invalid } from "../errors.ts";
import { parseQualifier } from "../names.ts";
import { type PageRequest, pageOf, parsePageRequest, startOf } from "../paging.ts";
import { type ConfigHandler, type ConfigOperand, show } from "./operand.ts";
import { renderPage } from "./render.ts";

/** Reads a page of the configs of a function, or of all functions. */
export interface ListAsyncInvokeConfigs {
  readonly operation: "ListAsyncInvokeConfigs";
  readonly page: PageRequest;
}

export const listAsyncInvokeConfigs: ConfigHandler<ListAsyncInvokeConfigs> = {
  read(request) {
    const page = parsePageRequest(request.query("limit"), request.query("nextToken"));
    return page.ok ? ok({ operation: "ListAsyncInvokeConfigs", page: page.value }) : page;
  },

  async perform({ page }, on) {
    return { outcome: await pageOfFunction(page, on) };
  },
};

/** A page of one function's configs by qualifier; InvalidArgument when no page of this list returned the token. */
function pageOfFunction(request: PageRequest, on: ConfigOperand): Promise<Result<object, ApiError>> {
  return on.version.configsToken === "qualifier" ? pageFromQualifier(request, on) : pageAfter(request, on);
}

async function pageAfter(request: PageRequest, on: ConfigOperand): Promise<Result<object, ApiError>> {
  const start = await startOf(request, on.tokens);
  if (!start.ok) return start;
  const { limit } = request;
  const found = on.configs.after(start.value ?? "", limit + 1);
  const page = await pageOf(found, limit, ({ qualifier }) => on.tokens.issue(qualifier));
  return ok(renderPage(on.version, page, (config) => show(config, on)));
}

/** A page of configs from the qualifier on that is the token. */
async function pageFromQualifier(
  { limit, nextToken }: PageRequest,
  on: ConfigOperand,
): Promise<Result<object, ApiError>> {
  if (nextToken !== undefined && !parseQualifier(nextToken, nextToken.length).ok) {
    return invalid("nextToken", "one that an earlier page of this list returned", nextToken);
  }
  const from = nextToken ?? "";
  const first = on.configs.get(from);
  const found = [...(first ? [first] : []), ...on.configs.after(from, limit + 1)];
  const page = { items: found.slice(0, limit), nextToken: found[limit]?.qualifier };
  return ok(renderPage(on.version, page, (config) => show(config, on)));
}
