import { ok } from "../../lib/result.ts";
import { readJsonBody } from "../bodyItems.ts";
import { failure } from "../errors.ts";
import { destinationsRule, merge } from "./merge.ts";
import { type ConfigHandler, show } from "./operand.ts";
import { type GivenItems, parseConfig } from "./schema.ts";

/** Creates a config, or merges the items given into the one there is. */
export interface PutAsyncInvokeConfig {
  readonly operation: "PutAsyncInvokeConfig";
  readonly given: GivenItems;
}

export const putAsyncInvokeConfig: ConfigHandler<PutAsyncInvokeConfig> = {
  read(request, version) {
    const json = readJsonBody(request);
    if (!json.ok) return json;
    const given = parseConfig(version, json.value);
    return given.ok ? ok({ operation: "PutAsyncInvokeConfig", given: given.value }) : given;
  },

  perform({ given }, on) {
    const { name, qualifier, configs, maxConfigs } = on;
    const stored = configs.get(qualifier);
    if (stored === undefined && configs.count >= maxConfigs) {
      const why = `function '${name.function}' has ${maxConfigs} configs, and may have no more`;
      return { outcome: failure("InvalidArgument", why) };
    }
    const rule = destinationsRule(on.settings.destinations, on.version);
    const config = merge(qualifier, stored, given, rule, on.now);
    return { outcome: ok(show(config, on)), change: { qualifier, config } };
  },
};
