import type { FunctionName } from "../../../fc/names.ts";
import { keyOf, type ShownConfig } from "./configs.ts";
import type { ListedService } from "./listing.ts";
import type { ShownFunction, ShownService } from "./resources.ts";

/** A row of the list of what is there. `id` names it in the page's address. */
export type ConfigRow =
  | {
      readonly kind: "service";
      readonly id: string;
      readonly service: string;
      readonly created: ShownService | undefined;
      readonly functions: number;
      readonly isFolded: boolean;
    }
  | {
      readonly kind: "function";
      readonly id: string;
      readonly name: FunctionName;
      readonly created: ShownFunction | undefined;
    }
  | { readonly kind: "config"; readonly id: string; readonly config: ShownConfig };

/** The id of a service in the page's address. A name has no slash, so the number of slashes says what an id names. */
export function serviceId(service: string): string {
  return service;
}

/** The id of a function in the page's address: `service/function`. */
export function functionId(name: FunctionName): string {
  return `${name.service}/${name.function}`;
}

/** The rows of services that are not folded, in order: each service, its functions, and each function's configs. */
export function rowsOf(services: readonly ListedService[], folded: ReadonlySet<string>): ConfigRow[] {
  return services.flatMap(({ service, created, functions }): ConfigRow[] => {
    const isFolded = folded.has(service);
    const row: ConfigRow = {
      kind: "service",
      id: serviceId(service),
      service,
      created,
      functions: functions.length,
      isFolded,
    };
    if (isFolded) return [row];
    return [row, ...functions.flatMap((one) => functionRows(one, one.created, one.configs))];
  });
}

function functionRows(
  name: FunctionName,
  created: ShownFunction | undefined,
  configs: readonly ShownConfig[],
): ConfigRow[] {
  return [
    { kind: "function", id: functionId(name), name, created },
    ...configs.map((config) => ({ kind: "config" as const, id: keyOf(config), config })),
  ];
}
