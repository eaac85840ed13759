import { rfc3339 } from "../../lib/time.ts";
import type { ConfigName } from "../names.ts";
import type { Page } from "../paging.ts";
import type { ApiVersion, Place } from "../versions.ts";
import { nameIn, ofItems } from "./items.ts";
import { hasDestinationConfig } from "./merge.ts";
import type { StoredAsyncConfig } from "./schema.ts";

/** A config as a version's responses show it. An item that was never set is null. */
export function renderConfig(version: ApiVersion, name: ConfigName, place: Place, config: StoredAsyncConfig) {
  return {
    ...version.identity(name, place),
    createdTime: rfc3339(config.createdTime),
    lastModifiedTime: rfc3339(config.lastModifiedTime),
    destinationConfig: renderDestinations(config),
    ...ofItems(
      (item) => config[item],
      (item) => nameIn(version, item),
    ),
  };
}

function renderDestinations(config: StoredAsyncConfig) {
  if (!hasDestinationConfig(config)) return null;
  return {
    onSuccess: renderDestination(config.onSuccess),
    onFailure: renderDestination(config.onFailure),
  };
}

function renderDestination(destination: string | null) {
  return destination === null ? null : { destination };
}

/** A page of configs as a version's responses show it. */
export function renderPage<T>(version: ApiVersion, page: Page<T>, renderItem: (item: T) => object) {
  const configs = page.items.length > 0 ? page.items.map(renderItem) : version.emptyList;
  const nextToken = page.nextToken ?? version.lastToken;
  return nextToken === undefined ? { configs } : { configs, nextToken };
}
