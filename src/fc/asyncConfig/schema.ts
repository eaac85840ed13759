import * as z from "zod/mini";
import { ok, type Result } from "../../lib/result.ts";
import { type ApiError, failure, invalid } from "../errors.ts";
import { type ItemNames, itemNames, knownItems } from "../itemNames.ts";
import { type ApiVersion, apiVersions } from "../versions.ts";
import { DESTINATION, DESTINATION_ALLOWED } from "./destinations.ts";
import { type ItemValues, itemSchema, nameIn, ofItems } from "./items.ts";

/** The items that a PUT gives; an absent one is not given. */
export type GivenItems = { readonly [I in keyof ItemValues]?: ItemValues[I] | undefined } & {
  readonly destinationConfig?: GivenDestinations | undefined;
};

/** The destinations that a `destinationConfig` gives. */
export interface GivenDestinations {
  readonly onSuccess?: string | undefined;
  readonly onFailure?: string | undefined;
}

/** A config as it is stored: `null` where an item was never set. Times are milliseconds since 1970. */
export type StoredAsyncConfig = { readonly [I in keyof ItemValues]: ItemValues[I] | null } & {
  readonly qualifier: string;
  readonly createdTime: number;
  readonly lastModifiedTime: number;
  readonly onSuccess: string | null;
  readonly onFailure: string | null;
  /**
   * Whether a PUT ever gave a `destinationConfig`, if only an empty one. Configs of earlier commits do not say so: of these, a
   * config with a destination was given one.
   */
  readonly hasDestinationConfig?: boolean;
};

/** The error of an empty destination, by which `parseItems` knows it. */
const EMPTY = "a destination that is not empty";

/** The name of a resource, of at most so many characters. Null, empty and absent have an error of their own. */
export function resourceNameSchema(maxLength: number) {
  return z
    .string({ error: ({ input }) => (input === undefined || input === null ? EMPTY : DESTINATION_ALLOWED) })
    .check(
      z.minLength(1, { error: EMPTY, abort: true }),
      z.maxLength(maxLength, { error: `at most ${maxLength} characters long`, abort: true }),
      z.regex(DESTINATION, { error: DESTINATION_ALLOWED }),
    );
}

function destinationSchema(maxLength: number) {
  return z.object({ destination: resourceNameSchema(maxLength) }, { error: "an object" });
}

function destinationConfigSchema(maxLength: number) {
  const destination = z.nullish(destinationSchema(maxLength));
  return z.object({ onSuccess: destination, onFailure: destination }, { error: "an object" });
}

/**
 * What a version's PUT bodies may be. The Go SDK sends null for every item that its user left alone, so null is "not given" at
 * every level.
 */
export function requestSchema(version: ApiVersion) {
  const items = ofItems(
    (item) => z.nullish(itemSchema(item, version)),
    (item) => nameIn(version, item),
  );
  const destinationConfig = z.nullish(destinationConfigSchema(version.maxDestinationLength));
  return z.pipe(
    z.object({ destinationConfig, ...items }, { error: "a JSON object" }),
    z.transform(({ destinationConfig: destinations, ...others }): GivenItems => {
      // Each value has been checked by its item's row.
      const given: Readonly<Record<string, unknown>> = others;
      const values = ofItems((item) => given[nameIn(version, item)] ?? undefined) as GivenItems;
      if (!destinations) return values;
      const { onSuccess, onFailure } = destinations;
      return {
        ...values,
        destinationConfig: { onSuccess: onSuccess?.destination, onFailure: onFailure?.destination },
      };
    }),
  );
}

const destinationNames = itemNames(destinationSchema(0));
const destinationConfig = itemNames(destinationConfigSchema(0), {
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
 * What a PUT's body, already read as JSON, gives in a version. InvalidArgument names the first item that is wrong;
 * InvalidDestinationResources says that it is an empty destination. Unknown items are ignored, as a JSON server in Go does.
 */
export function parseItems(version: ApiVersion, body: unknown): Result<GivenItems, ApiError> {
  const { names, schema } = requests[version.id];
  const items = knownItems(body, names);
  if (!items.ok) return items;
  const parsed = schema.safeParse(items.value);
  if (parsed.success) return ok(parsed.data);
  const [issue] = parsed.error.issues;
  if (issue?.message === EMPTY) return failure("InvalidDestinationResources");
  const path = issue?.path ?? [];
  return invalid(path.join(".") || "the request body", issue?.message ?? "valid", at(items.value, path));
}

function at(value: unknown, path: PropertyKey[]): unknown {
  return path.reduce((within, key) => (within as Record<PropertyKey, unknown>)[key], value);
}
