import { type FunctionName, functionKey } from "../../../fc/names.ts";
import { keyOf, type ShownConfig } from "./configs.ts";
import type { ShownFunction, ShownResources, ShownService } from "./resources.ts";

/** A function that exists or has configs. */
export interface ListedFunction extends FunctionName {
  /** Undefined for a function that has configs but does not exist. */
  readonly created: ShownFunction | undefined;
  readonly configs: readonly ShownConfig[];
}

/** A service that exists or whose functions have configs; the name is empty for functions without a service. */
export interface ListedService {
  readonly service: string;
  readonly created: ShownService | undefined;
  readonly functions: readonly ListedFunction[];
}

/** All services and functions that exist or have configs, by name. */
export function listed(
  { services, functions }: ShownResources,
  configs: Iterable<ShownConfig>,
): ListedService[] {
  const sorted = [...configs].sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
  const configsByFunction = Map.groupBy(sorted, functionKey);
  const names = new Map<string, FunctionName>([
    ...functions,
    ...sorted.map((config) => [functionKey(config), config] as const),
  ]);
  const all = [...names].map(([key, { service, function: name }]) => ({
    service,
    function: name,
    created: functions.get(key),
    configs: configsByFunction.get(key) ?? [],
  }));
  const byService = Map.groupBy(all, ({ service }) => service);
  return [...new Set([...services.keys(), ...byService.keys()])].sort().map((service) => ({
    service,
    created: services.get(service),
    functions: (byService.get(service) ?? []).sort((a, b) => (a.function < b.function ? -1 : 1)),
  }));
}

/**
 * The services and functions whose names, runtime, qualifiers and destinations contain every word; a service's own name
 * brings all its functions.
 */
export function filtered(services: readonly ListedService[], text: string): ListedService[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return [...services];
  const matches = (name: string) => words.every((word) => name.toLowerCase().includes(word));
  return services.flatMap((one) => {
    if (matches(one.service)) return [one];
    const functions = one.functions.filter(({ function: name, created, configs }) =>
      matches(
        [
          one.service,
          name,
          created?.runtime ?? "",
          ...configs.flatMap(({ qualifier, items }) => [qualifier, items.onSuccess, items.onFailure]),
        ].join(" "),
      ),
    );
    return functions.length > 0 ? [{ ...one, functions }] : [];
  });
}
