import * as z from "zod/mini";
import type { Result } from "../../lib/result.ts";
import { type BodySchema, bodySchema, parseItems } from "../bodyItems.ts";
import { DESTINATION, DESTINATION_ALLOWED } from "../destinations.ts";
import { type ApiError, failure } from "../errors.ts";
import { type ApiVersion, apiVersions } from "../versions.ts";
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

/** The error of an empty destination, by which `parseConfig` knows it. */
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

/** The body that each version's PUT takes. */
const bodies = Object.fromEntries(
  apiVersions.map((version) => [version.id, bodySchema(requestSchema(version))]),
) as Record<ApiVersion["id"], BodySchema<GivenItems>>;

/**
 * What a PUT's body, already read as JSON, gives in a version. InvalidArgument names the first item that is wrong;
 * InvalidDestinationResources says that it is an empty destination.
 */
export function parseConfig(version: ApiVersion, body: unknown): Result<GivenItems, ApiError> {
  const refuse = (message: string | undefined) =>
    message === EMPTY ? failure("InvalidDestinationResources") : undefined;
  return parseItems(bodies[version.id], body, refuse);
}
