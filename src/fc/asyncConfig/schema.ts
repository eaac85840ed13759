import * as z from "zod/mini";
import { ok, type Result } from "../../lib/result.ts";
import { wholeNumber } from "../../lib/schema.ts";
import { rfc3339 } from "../../lib/time.ts";
import { type ApiError, invalid } from "../errors.ts";
import { type ItemNames, itemNames, knownItems } from "../itemNames.ts";
import type { ConfigName } from "../names.ts";
import { type ApiVersion, apiVersions, type Place } from "../versions.ts";
import { defaults, type UnsetForm } from "./defaults.ts";
import {
  DESTINATION,
  DESTINATION_ALLOWED,
  DESTINATION_TOO_LONG,
  MAX_DESTINATION_LENGTH,
} from "./destinations.ts";

const MAX_RETRY_ATTEMPTS = 8;

/** The items that a PUT gives. Absent means "as it was"; an empty destination clears the one there was. */
export interface GivenItems {
  readonly maxAsyncEventAgeInSeconds?: number | undefined;
  readonly maxAsyncRetryAttempts?: number | undefined;
  readonly stateful?: boolean | undefined;
  readonly onSuccess?: string | undefined;
  readonly onFailure?: string | undefined;
}

/** A config as it is kept: `null` where an item was never set. Times are milliseconds since 1970. */
export interface StoredConfig {
  readonly qualifier: string;
  readonly createdTime: number;
  readonly lastModifiedTime: number;
  readonly maxAsyncEventAgeInSeconds: number | null;
  readonly maxAsyncRetryAttempts: number | null;
  readonly stateful: boolean | null;
  readonly onSuccess: string | null;
  readonly onFailure: string | null;
}

export const retryAttemptsSchema = wholeNumber(0, MAX_RETRY_ATTEMPTS);

export const destinationSchema = z.object(
  {
    destination: z.nullish(
      z
        .string({ error: DESTINATION_ALLOWED })
        .check(
          z.maxLength(MAX_DESTINATION_LENGTH, { error: DESTINATION_TOO_LONG, abort: true }),
          z.regex(DESTINATION, { error: DESTINATION_ALLOWED }),
        ),
    ),
  },
  { error: "an object" },
);

const destinationConfigSchema = z.object(
  { onSuccess: z.nullish(destinationSchema), onFailure: z.nullish(destinationSchema) },
  { error: "an object" },
);

/**
 * What a version's PUT bodies may be. The Go SDK sends null for every item that its user left alone, so null is
 * "not given" at every level.
 */
export function requestSchema(version: ApiVersion) {
  // Its name varies, which a static type can't follow.
  const statefulItem = { [version.statefulItem]: z.nullish(z.boolean({ error: "true or false" })) };
  const request = z.object(
    {
      destinationConfig: z.nullish(destinationConfigSchema),
      maxAsyncEventAgeInSeconds: z.nullish(wholeNumber(1, version.maxEventAgeSeconds)),
      maxAsyncRetryAttempts: z.nullish(retryAttemptsSchema),
      ...(statefulItem as Record<never, never>),
    },
    { error: "a JSON object" },
  );
  return z.pipe(
    request,
    z.transform(
      (items): GivenItems => ({
        maxAsyncEventAgeInSeconds: items.maxAsyncEventAgeInSeconds ?? undefined,
        maxAsyncRetryAttempts: items.maxAsyncRetryAttempts ?? undefined,
        stateful: (items as Record<string, boolean | null>)[version.statefulItem] ?? undefined,
        onSuccess: items.destinationConfig?.onSuccess?.destination ?? undefined,
        onFailure: items.destinationConfig?.onFailure?.destination ?? undefined,
      }),
    ),
  );
}

const destinationNames = itemNames(destinationSchema);
const destinationConfig = itemNames(destinationConfigSchema, {
  onSuccess: destinationNames,
  onFailure: destinationNames,
});

/** What is asked of each version's bodies. */
const requests = Object.fromEntries(
  apiVersions.map((version) => {
    const schema = requestSchema(version);
    return [version.id, { schema, names: itemNames(schema.def.in, { destinationConfig }) }];
  }),
) as Record<
  ApiVersion["id"],
  { readonly names: ItemNames; readonly schema: ReturnType<typeof requestSchema> }
>;

/**
 * What a PUT's body, already read as JSON, gives in a version; InvalidArgument names the first item that is wrong.
 * Unknown items are ignored, as a JSON server in Go does.
 */
export function parseItems(version: ApiVersion, body: unknown): Result<GivenItems, ApiError> {
  const { names, schema } = requests[version.id];
  const items = knownItems(body, names);
  if (!items.ok) return items;
  const parsed = schema.safeParse(items.value);
  if (parsed.success) return ok(parsed.data);
  const [issue] = parsed.error.issues;
  const path = issue?.path ?? [];
  return invalid(path.join(".") || "the request body", issue?.message ?? "valid", at(items.value, path));
}

function at(value: unknown, path: PropertyKey[]): unknown {
  return path.reduce((within, key) => (within as Record<PropertyKey, unknown>)[key], value);
}

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
