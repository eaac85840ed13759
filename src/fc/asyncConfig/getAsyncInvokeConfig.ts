import { ok } from "../../lib/result.ts";
import type { Handler } from "../request.ts";

/** Reads a config. */
export interface GetAsyncInvokeConfig {
  readonly operation: "GetAsyncInvokeConfig";
}

export const getAsyncInvokeConfig: Handler<GetAsyncInvokeConfig> = {
  read: () => ok({ operation: "GetAsyncInvokeConfig" }),
};
