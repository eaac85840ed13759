import { ok } from "../../lib/result.ts";
import { type ConfigHandler, notFound } from "./operand.ts";

/** Deletes a config. */
export interface DeleteAsyncInvokeConfig {
  readonly operation: "DeleteAsyncInvokeConfig";
}

export const deleteAsyncInvokeConfig: ConfigHandler<DeleteAsyncInvokeConfig> = {
  read: () => ok({ operation: "DeleteAsyncInvokeConfig" }),

  perform(_, on) {
    const { qualifier, configs } = on;
    if (configs.get(qualifier) === undefined) return { outcome: notFound(on) };
    return { outcome: ok(undefined), change: { qualifier, config: null } };
  },
};
