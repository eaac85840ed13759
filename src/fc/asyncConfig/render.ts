import { rfc3339 } from "../../lib/time.ts";
import type { ConfigName } from "../names.ts";
import type { Page } from "../paging.ts";
import type { ApiVersion, Place } from "../versions.ts";
import { defaults, type UnsetForm } from "./defaults.ts";
import type { StoredConfig } from "./schema.ts";

/** What a sandbox's settings say of its responses. */
export interface ResponseSettings extends Place {
  readonly unset: UnsetForm;
}

const unsetNumbers = {
  documented: defaults,
  go: { maxAsyncEventAgeInSeconds: null, maxAsyncRetryAttempts: null },
} as const satisfies Record<UnsetForm, object>;

/** A config as a version's responses show it. */
export function renderConfig(
  version: ApiVersion,
  name: ConfigName,
  settings: ResponseSettings,
  config: StoredConfig,
) {
  const unset = unsetNumbers[settings.unset];
  return {
    ...version.identity(name, settings),
    createdTime: rfc3339(config.createdTime),
    lastModifiedTime: rfc3339(config.lastModifiedTime),
    destinationConfig: renderDestinations(config, settings.unset),
    maxAsyncEventAgeInSeconds: config.maxAsyncEventAgeInSeconds ?? unset.maxAsyncEventAgeInSeconds,
    maxAsyncRetryAttempts: config.maxAsyncRetryAttempts ?? unset.maxAsyncRetryAttempts,
    [version.statefulItem]: config.stateful ?? defaults.stateful,
  };
}

function renderDestinations({ onSuccess, onFailure }: StoredConfig, unset: UnsetForm) {
  if (unset === "go" && onSuccess === null && onFailure === null) return null;
  return { onSuccess: renderDestination(onSuccess), onFailure: renderDestination(onFailure) };
}

function renderDestination(destination: string | null) {
  return destination === null ? null : { destination };
}

/** A page of configs as a response shows it; the last one has no `nextToken` in the documented form. */
export function renderPage<T>(page: Page<T>, unset: UnsetForm, renderItem: (item: T) => object) {
  const configs = page.items.map(renderItem);
  if (unset === "go")
    return { configs: configs.length > 0 ? configs : null, nextToken: page.nextToken ?? "" };
  return page.nextToken === undefined ? { configs } : { configs, nextToken: page.nextToken };
}
