import { merge } from "../../fc/asyncConfig/merge.ts";
import { type GivenItems, renderConfig, type StoredConfig } from "../../fc/asyncConfig/schema.ts";
import { type ApiError, failure } from "../../fc/errors.ts";
import { type ConfigName, DEFAULT_QUALIFIER, type FunctionName } from "../../fc/names.ts";
import { type PageRequest, pageOf, renderPage } from "../../fc/paging.ts";
import type { ApiVersion } from "../../fc/versions.ts";
import type { PageTokens } from "../../lib/pageTokens.ts";
import { ok, type Result } from "../../lib/result.ts";
import { now } from "../../state/clock.ts";
import type { ResolvedState } from "../../state/sharedState.ts";
import type { Call } from "../messages.ts";
import type { ConfigStore } from "./configs.ts";

/** One function's configs, and what is needed to do an operation on them. */
interface Operand {
  readonly name: FunctionName;
  readonly configs: ConfigStore;
  readonly tokens: PageTokens;
  readonly state: ResolvedState;
  readonly version: ApiVersion;
  readonly maxConfigs: number;
}

/**
 * Does what a call asks for; the value is the response's body, or undefined for none. Everything but a list is
 * done at once, without waiting.
 */
export function operate(
  call: Call,
  qualifier: string | null,
  on: Operand,
): Result<object | undefined, ApiError> | Promise<Result<object | undefined, ApiError>> {
  const name = { ...on.name, qualifier: qualifier ?? DEFAULT_QUALIFIER };
  switch (call.operation) {
    case "put":
      return shown(put(name, call.given, on), on);
    case "get":
      return shown(get(name, on), on);
    case "delete":
      return on.configs.delete(name.qualifier) ? ok(undefined) : notFound(name);
    case "list":
      return list(call.page, on);
  }
}

function put(
  name: ConfigName,
  given: GivenItems,
  { configs, state, maxConfigs }: Operand,
): Result<StoredConfig, ApiError> {
  const stored = configs.get(name.qualifier);
  if (stored === undefined && configs.count >= maxConfigs) {
    return failure(
      "InvalidArgument",
      `function '${name.function}' has ${maxConfigs} configs, and may have no more`,
    );
  }
  const merged = merge(name.qualifier, stored, given, now(state.clock, Date.now()));
  configs.save(merged);
  return ok(merged);
}

function get(name: ConfigName, { configs }: Operand): Result<StoredConfig, ApiError> {
  const config = configs.get(name.qualifier);
  return config ? ok(config) : notFound(name);
}

/** A page of the function's configs by qualifier; InvalidArgument when its token is none of this function's. */
async function list({ limit, nextToken }: PageRequest, on: Operand): Promise<Result<object, ApiError>> {
  const after = nextToken === undefined ? ok("") : await on.tokens.open(nextToken);
  if (!after.ok) return after;
  const found = on.configs.after(after.value, limit + 1);
  const page = await pageOf(found, limit, ({ qualifier }) => on.tokens.issue(qualifier));
  return ok(renderPage(page, on.state.settings.unset, (config) => show(config, on)));
}

function shown(outcome: Result<StoredConfig, ApiError>, on: Operand): Result<object, ApiError> {
  return outcome.ok ? ok(show(outcome.value, on)) : outcome;
}

function show(config: StoredConfig, { name, version, state }: Operand) {
  return renderConfig(version, { ...name, qualifier: config.qualifier }, state.settings, config);
}

function notFound({ function: functionName, qualifier }: ConfigName) {
  return failure("AsyncConfigNotExists", functionName, qualifier);
}
