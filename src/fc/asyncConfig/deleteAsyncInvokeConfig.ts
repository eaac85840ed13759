import { ok } from "../../lib/result.ts";
import type { Handler } from "../request.ts";

/** Deletes a config. */
export interface DeleteAsyncInvokeConfig {
  readonly operation: "DeleteAsyncInvokeConfig";
}

export const deleteAsyncInvokeConfig: Handler<DeleteAsyncInvokeConfig> = {
  read: () => ok({ operation: "DeleteAsyncInvokeConfig" }),
};
