import type { ApiVersion } from "../versions.ts";
import { type ConfigItem, ofItems } from "./items.ts";
import type { GivenDestinations, GivenItems, StoredAsyncConfig } from "./schema.ts";

/** What a given `destinationConfig` does to the stored destinations. */
export type DestinationsRule = ApiVersion["destinations"];

/** What a sandbox can be set to: the rule of the API version that a PUT speaks, or one rule for all versions. */
export const destinationsSettings = ["by version", "merge", "replace"] as const;
export type DestinationsSetting = (typeof destinationsSettings)[number];

/** The rule that a PUT goes by. */
export function destinationsRule(
  setting: DestinationsSetting,
  { destinations }: Pick<ApiVersion, "destinations">,
): DestinationsRule {
  return setting === "by version" ? destinations : setting;
}

/**
 * What a PUT makes of a config: the items given replace those stored, the others stay; without a stored config
 * it creates one. `now` is in milliseconds since 1970. Source: PutFunctionAsyncInvokeConfig, which creates a
 * configuration or updates the parameters that the request specifies.
 */
export function merge(
  qualifier: string,
  stored: StoredAsyncConfig | undefined,
  given: GivenItems,
  rule: DestinationsRule,
  now: number,
): StoredAsyncConfig {
  return {
    qualifier,
    createdTime: stored?.createdTime ?? now,
    lastModifiedTime: now,
    ...(ofItems((item) => given[item] ?? stored?.[item] ?? null) as StoredItems),
    ...mergeDestinations(stored, given.destinationConfig, rule),
  };
}

type StoredItems = Pick<StoredAsyncConfig, ConfigItem>;
type Destinations = Pick<StoredAsyncConfig, "onSuccess" | "onFailure" | "hasDestinationConfig">;

function mergeDestinations(
  stored: StoredAsyncConfig | undefined,
  given: GivenDestinations | undefined,
  rule: DestinationsRule,
): Destinations {
  const kept = given === undefined || rule === "merge" ? stored : undefined;
  return {
    onSuccess: given?.onSuccess ?? kept?.onSuccess ?? null,
    onFailure: given?.onFailure ?? kept?.onFailure ?? null,
    hasDestinationConfig: given !== undefined || (stored !== undefined && hasDestinationConfig(stored)),
  };
}

/** Whether a PUT ever gave the config a `destinationConfig`. */
export function hasDestinationConfig(config: Destinations): boolean {
  return config.hasDestinationConfig ?? (config.onSuccess !== null || config.onFailure !== null);
}
