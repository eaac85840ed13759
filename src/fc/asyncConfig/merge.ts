import type { GivenItems, StoredConfig } from "./schema.ts";

/**
 * What a PUT makes of a config: the items given replace those stored, the others stay; without a stored config
 * it creates one. `now` is in milliseconds since 1970. Source: PutFunctionAsyncInvokeConfig, which creates a
 * configuration or updates the parameters that the request specifies.
 */
export function merge(
  qualifier: string,
  stored: StoredConfig | undefined,
  given: GivenItems,
  now: number,
): StoredConfig {
  return {
    qualifier,
    createdTime: stored?.createdTime ?? now,
    lastModifiedTime: now,
    maxAsyncEventAgeInSeconds: given.maxAsyncEventAgeInSeconds ?? stored?.maxAsyncEventAgeInSeconds ?? null,
    maxAsyncRetryAttempts: given.maxAsyncRetryAttempts ?? stored?.maxAsyncRetryAttempts ?? null,
    stateful: given.stateful ?? stored?.stateful ?? null,
    onSuccess: mergeDestination(stored?.onSuccess, given.onSuccess),
    onFailure: mergeDestination(stored?.onFailure, given.onFailure),
  };
}

function mergeDestination(stored: string | null | undefined, given: string | undefined): string | null {
  if (given === "") return null;
  return given ?? stored ?? null;
}
