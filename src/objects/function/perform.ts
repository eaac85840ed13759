import { merge } from "../../fc/asyncConfig/merge.ts";
import { renderConfig, renderPage } from "../../fc/asyncConfig/render.ts";
import type { GivenItems, StoredConfig } from "../../fc/asyncConfig/schema.ts";
import { type ApiError, failure } from "../../fc/errors.ts";
import { type ConfigName, DEFAULT_QUALIFIER, type FunctionName } from "../../fc/names.ts";
import { invalidToken, type PageRequest, pageOf } from "../../fc/paging.ts";
import type { ApiVersion } from "../../fc/versions.ts";
import type { PageTokens } from "../../lib/pageTokens.ts";
import { ok, type Result } from "../../lib/result.ts";
import { now } from "../../state/clock.ts";
import type { ResolvedState } from "../../state/sharedState.ts";
import type { Call } from "../messages.ts";
import type { Performed } from "../pipeline.ts";
import type { ConfigChange, ConfigStore } from "./configs.ts";

/** One function's configs, and what an operation on them needs. */
interface Operand {
  readonly name: FunctionName;
  readonly configs: ConfigStore;
  readonly tokens: PageTokens;
  readonly state: ResolvedState;
  readonly version: ApiVersion;
  readonly maxConfigs: number;
}

/** Performs a call on one function's configs. Every operation but a list is performed without waiting. */
export function perform(
  call: Call,
  qualifier: string | null,
  on: Operand,
): Performed<ConfigChange> | Promise<Performed<never>> {
  const name = { ...on.name, qualifier: qualifier ?? DEFAULT_QUALIFIER };
  switch (call.operation) {
    case "PutAsyncInvokeConfig":
      return put(name, call.given, on);
    case "GetAsyncInvokeConfig": {
      const config = on.configs.get(name.qualifier);
      return { outcome: config ? ok(show(config, on)) : notFound(name) };
    }
    case "DeleteAsyncInvokeConfig":
      return on.configs.get(name.qualifier)
        ? { outcome: ok(undefined), change: { qualifier: name.qualifier, config: null } }
        : { outcome: notFound(name) };
    case "ListAsyncInvokeConfigs":
      return list(call.page, on).then((outcome) => ({ outcome }));
  }
}

function put(name: ConfigName, given: GivenItems, on: Operand): Performed<ConfigChange> {
  const { configs, state, maxConfigs } = on;
  const stored = configs.get(name.qualifier);
  if (stored === undefined && configs.count >= maxConfigs) {
    const why = `function '${name.function}' has ${maxConfigs} configs, and may have no more`;
    return { outcome: failure("InvalidArgument", why) };
  }
  const config = merge(name.qualifier, stored, given, now(state.clock, Date.now()));
  return { outcome: ok(show(config, on)), change: { qualifier: name.qualifier, config } };
}

/** A page of the function's configs by qualifier; InvalidArgument when this list did not issue the token. */
async function list({ limit, nextToken }: PageRequest, on: Operand): Promise<Result<object, ApiError>> {
  const after = nextToken === undefined ? "" : await on.tokens.open(nextToken);
  if (after === undefined) return invalidToken(nextToken ?? "");
  const found = on.configs.after(after, limit + 1);
  const page = await pageOf(found, limit, ({ qualifier }) => on.tokens.issue(qualifier));
  return ok(renderPage(page, on.state.settings.unset, (config) => show(config, on)));
}

function show(config: StoredConfig, { name, version, state }: Operand) {
  return renderConfig(version, { ...name, qualifier: config.qualifier }, state.settings, config);
}

function notFound({ function: functionName, qualifier }: ConfigName) {
  return failure("AsyncConfigNotExists", functionName, qualifier);
}
