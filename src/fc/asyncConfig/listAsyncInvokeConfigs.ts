import { ok } from "../../lib/result.ts";
import { type PageRequest, parsePageRequest } from "../paging.ts";
import type { Handler } from "../request.ts";

/** Reads a page of the configs of a function, or of all functions. */
export interface ListAsyncInvokeConfigs {
  readonly operation: "ListAsyncInvokeConfigs";
  readonly page: PageRequest;
}

export const listAsyncInvokeConfigs: Handler<ListAsyncInvokeConfigs> = {
  read(request) {
    const page = parsePageRequest(request.query("limit"), request.query("nextToken"));
    return page.ok ? ok({ operation: "ListAsyncInvokeConfigs", page: page.value }) : page;
  },
};
