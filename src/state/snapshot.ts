import * as z from "zod/mini";
import { type ConfigItem, type ItemValues, itemSchema, ofItems } from "../fc/asyncConfig/items.ts";
import { hasDestinationConfig } from "../fc/asyncConfig/merge.ts";
import { resourceNameSchema, type StoredAsyncConfig } from "../fc/asyncConfig/schema.ts";
import { DEFAULT_QUALIFIER, type FunctionName, functionKey } from "../fc/names.ts";
import { apiVersions } from "../fc/versions.ts";
import { rfc3339, timeSchema } from "../lib/time.ts";
import { clockSchema } from "./clock.ts";
import { declaredSchema } from "./declared.ts";
import { faultItems, soundFault } from "./faults.ts";
import { contradictionInHeld, heldByFunction, invocationParts } from "./invocationSnapshot.ts";
import type { Limits } from "./limits.ts";
import { nameSchemas } from "./nameSchemas.ts";
import { scriptSchema } from "./outcomes.ts";
import { settingsSchema, withoutFormerSettings } from "./settings.ts";

export const SNAPSHOT_FORMAT = "fc-sandbox/1";
/** The limits that allow every value that some API version allows. */
const widest = { maxEventAgeSeconds: Math.max(...apiVersions.map((version) => version.maxEventAgeSeconds)) };
const MAX_DESTINATION_LENGTH = Math.max(
  ...apiVersions.map(({ maxDestinationLength }) => maxDestinationLength),
);

/** The schemas of a config's items, all optional. */
const itemShape = ofItems((item) => z.optional(itemSchema(item, widest))) as {
  readonly [I in ConfigItem]: z.ZodMiniOptional<z.ZodMiniType<ItemValues[I]>>;
};

const storedId = z.optional(z.string().check(z.minLength(1), z.maxLength(64)));
const count = z.optional(z.int().check(z.gte(0)));

/**
 * The schema of a snapshot: a sandbox's state as one document, which people can write by hand. An import
 * leaves the parts that the document omits unchanged, or resets them with `replace: "all"`.
 */
export function snapshotSchema(limits: Limits) {
  const { name, qualifier } = nameSchemas(limits);
  const destination = z.object(
    { destination: z.nullish(resourceNameSchema(MAX_DESTINATION_LENGTH)) },
    { error: "an object" },
  );
  const settings = z.partial(settingsSchema(limits));
  return z.strictObject({
    format: z.optional(z.literal(SNAPSHOT_FORMAT, { error: `"${SNAPSHOT_FORMAT}"` })),
    /** Whether an import also resets the parts that the document omits. */
    replace: z.optional(z.literal("all", { error: '"all"' })),
    settings: z.optional(z.pipe(z.transform(withoutFormerSettings), settings)),
    clock: z.optional(clockSchema),
    faults: z.optional(
      z
        .array(
          z
            .extend(faultItems, {
              id: storedId,
              matched: count,
              struck: count,
            })
            .check(soundFault),
        )
        .check(z.maxLength(limits.faults, { error: `at most ${limits.faults} faults` })),
    ),
    outcomes: z.optional(
      z
        .array(z.extend(scriptSchema, { id: storedId, matched: count, applied: count }))
        .check(z.maxLength(limits.outcomes, { error: `at most ${limits.outcomes} lists of outcomes` })),
    ),
    functions: z.optional(declaredSchema(limits)),
    configs: z.optional(
      z.array(
        z.strictObject({
          service: z.optional(name),
          function: name,
          qualifier: z.optional(qualifier),
          createdTime: z.optional(timeSchema),
          lastModifiedTime: z.optional(timeSchema),
          ...itemShape,
          destinationConfig: z.optional(
            z.strictObject({
              onSuccess: z.optional(destination),
              onFailure: z.optional(destination),
            }),
          ),
        }),
      ),
    ),
    ...invocationParts(limits),
  });
}

/** The schema of a snapshot to import, which must have at least one part or `replace: "all"`. */
export function importSchema(limits: Limits) {
  return snapshotSchema(limits).check(
    z.refine(({ format: _, ...parts }) => Object.values(parts).some((part) => part !== undefined), {
      error: 'a snapshot with a part at least, or "replace": "all"',
      when: ({ issues }) => issues.length === 0,
    }),
  );
}

export type Snapshot = z.infer<ReturnType<typeof snapshotSchema>>;
type SnapshotConfig = NonNullable<Snapshot["configs"]>[number];

/** Groups a snapshot's configs by function, keyed by `functionKey`. */
export function configsByFunction(snapshot: Snapshot) {
  const found = new Map<string, { readonly name: FunctionName; readonly configs: SnapshotConfig[] }>();
  for (const config of snapshot.configs ?? []) {
    const name = { service: config.service ?? "", function: config.function };
    const its = found.get(functionKey(name));
    if (its) its.configs.push(config);
    else found.set(functionKey(name), { name, configs: [config] });
  }
  return found;
}

/**
 * A contradiction in a snapshot that the schema does not detect, as a sentence; undefined when there is none.
 */
export function contradictionIn(snapshot: Snapshot, limits: Limits): string | undefined {
  const { qualifiersPerFunction: maxConfigsPerFunction } = limits;
  for (const [key, { configs }] of configsByFunction(snapshot)) {
    const qualifiers = new Set(configs.map(({ qualifier = DEFAULT_QUALIFIER }) => qualifier));
    if (qualifiers.size < configs.length) return `configs has the same qualifier of ${key} more than once.`;
    if (configs.length > maxConfigsPerFunction) {
      return `configs has ${configs.length} of ${key}; a function may have ${maxConfigsPerFunction}.`;
    }
  }
  for (const [key, { held }] of heldByFunction(snapshot)) {
    const wrong = contradictionInHeld(key, held, limits);
    if (wrong !== undefined) return wrong;
  }
  for (const part of ["faults", "outcomes"] as const) {
    const ids = (snapshot[part] ?? []).flatMap(({ id }) => id ?? []);
    const repeated = ids.find((id, index) => ids.indexOf(id) < index);
    if (repeated !== undefined) return `${part} has the id ${repeated} more than once.`;
  }
  return undefined;
}

/**
 * A function's configs in the form of a snapshot. Items that were never set are undefined, which JSON omits.
 */
export function exportConfigs(
  { service, function: name }: FunctionName,
  configs: readonly StoredAsyncConfig[],
): SnapshotConfig[] {
  return configs.map((config) => ({
    service: service || undefined,
    function: name,
    qualifier: config.qualifier,
    createdTime: rfc3339(config.createdTime),
    lastModifiedTime: rfc3339(config.lastModifiedTime),
    ...(ofItems((item) => config[item] ?? undefined) as Partial<ItemValues>),
    destinationConfig: exportDestinations(config),
  }));
}

function exportDestinations(config: StoredAsyncConfig): SnapshotConfig["destinationConfig"] {
  if (!hasDestinationConfig(config)) return undefined;
  const { onSuccess, onFailure } = config;
  return {
    onSuccess: onSuccess === null ? undefined : { destination: onSuccess },
    onFailure: onFailure === null ? undefined : { destination: onFailure },
  };
}

/** A snapshot's config in stored form. A config without times gets `now`, in milliseconds since 1970. */
export function importConfig(config: SnapshotConfig, now: number): StoredAsyncConfig {
  const created = config.createdTime ?? config.lastModifiedTime;
  const modified = config.lastModifiedTime ?? config.createdTime;
  return {
    qualifier: config.qualifier ?? DEFAULT_QUALIFIER,
    createdTime: created === undefined ? now : Date.parse(created),
    lastModifiedTime: modified === undefined ? now : Date.parse(modified),
    ...(ofItems((item) => config[item] ?? null) as Pick<StoredAsyncConfig, ConfigItem>),
    onSuccess: config.destinationConfig?.onSuccess?.destination ?? null,
    onFailure: config.destinationConfig?.onFailure?.destination ?? null,
    hasDestinationConfig: config.destinationConfig !== undefined,
  };
}
