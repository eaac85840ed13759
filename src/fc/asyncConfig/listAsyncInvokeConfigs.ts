import { ok, type Result } from "../../lib/result.ts";
import type { ApiError } from "../errors.ts";
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

/** A page of one function's configs by qualifier; InvalidArgument when this list did not issue the token. */
async function pageOfFunction(request: PageRequest, on: ConfigOperand): Promise<Result<object, ApiError>> {
  const start = await startOf(request, on.tokens);
  if (!start.ok) return start;
  const { limit } = request;
  const found = on.configs.after(start.value ?? "", limit + 1);
  const page = await pageOf(found, limit, ({ qualifier }) => on.tokens.issue(qualifier));
  return ok(renderPage(on.version, page, (config) => show(config, on)));
}
