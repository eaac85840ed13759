import { ok } from "../../lib/result.ts";
import { type ConfigHandler, notFound, show } from "./operand.ts";

/** Reads a config. */
export interface GetAsyncInvokeConfig {
  readonly operation: "GetAsyncInvokeConfig";
}

export const getAsyncInvokeConfig: ConfigHandler<GetAsyncInvokeConfig> = {
  read: () => ok({ operation: "GetAsyncInvokeConfig" }),

  perform(_, on) {
    const config = on.configs.get(on.qualifier);
    return { outcome: config ? ok(show(config, on)) : notFound(on) };
  },
};
