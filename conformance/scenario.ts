import * as z from "zod/mini";
import { errorCodes } from "../src/fc/errors.ts";
import { operationWords } from "../src/fc/operations.ts";
import { apiVersions } from "../src/fc/versions.ts";

export const versionId = z.enum(apiVersions.map(({ id }) => id));

/**
 * What a step needs besides a function: a published version or an alias of it; that functions that are not there
 * are errors; that signatures are checked; that faults can be asked for.
 */
export const needSchema = z.enum(["version", "alias", "existence", "signatures", "faults"]);
export type Need = z.infer<typeof needSchema>;

export type JsonValue = z.infer<ReturnType<typeof z.json>>;

/** How a request is signed, when it is not as it should be, or not as usual. */
const signing = z.enum([
  "none",
  "malformed",
  "wrong secret",
  "unknown access key",
  "no date",
  "20 minutes ago",
  "in 20 minutes",
  "14 minutes ago",
  "repeated nonce",
  "x-fc-date",
  "another body",
  "other scheme",
  "acs scheme",
]);
export type Signing = z.infer<typeof signing>;

const common = {
  query: z.optional(z.record(z.string(), z.string())),
  headers: z.optional(z.record(z.string(), z.string())),
  /** Sent as JSON. */
  json: z.optional(z.json()),
  /** Sent as it is. */
  text: z.optional(z.string()),
  /** In place of `application/json`; null for none. Without a body there is none anyway. */
  contentType: z.optional(z.nullable(z.string())),
  signing: z.optional(signing),
};

/** A request in the terms of the API, whose address follows from the version; or one to a literal path. */
const requestSchema = z.union([
  z.strictObject({
    /** Any name of the operation. */
    operation: z.enum(operationWords),
    service: z.optional(z.string()),
    function: z.optional(z.string()),
    qualifier: z.optional(z.string()),
    ...common,
  }),
  z.strictObject({ method: z.string(), path: z.string(), ...common }),
]);
export type ScenarioRequest = z.infer<typeof requestSchema>;

/**
 * What has to come back. In `body` an object may have further items; a text that begins with `$` says what a value
 * must be like (expectation.ts has the list).
 */
const expectationSchema = z.strictObject({
  status: z.int(),
  /** The error's code: the one, or one of these. */
  code: z.optional(z.union([z.enum(errorCodes), z.array(z.enum(errorCodes))])),
  /** Text that the headers must have; `*` for any. */
  headers: z.optional(z.record(z.string(), z.string())),
  /** The qualifier of the config that the body must show, in the version's own terms. */
  identity: z.optional(z.string()),
  body: z.optional(z.json()),
});
export type Expectation = z.infer<typeof expectationSchema>;

const stepSchema = z.strictObject({
  name: z.string(),
  request: requestSchema,
  expect: expectationSchema,
  /** The place in docs/fidelity.md that this step would settle. */
  choice: z.optional(z.string().check(z.regex(/^[a-z0-9]+(-[a-z0-9]+)*$/))),
  /** The versions in which the step is taken; without, the scenario's. */
  versions: z.optional(z.array(versionId)),
  /** The version that the request speaks, where it is not the scenario's. */
  speaks: z.optional(versionId),
  needs: z.optional(z.array(needSchema)),
  /** Whether the step is to fall into a later second than the one before. */
  nextSecond: z.optional(z.boolean()),
  /** Whether the list is read to its end, and expected as one. */
  everyPage: z.optional(z.boolean()),
  /** Values of the answer that later steps have as placeholders: name to item. */
  save: z.optional(z.record(z.string(), z.string())),
});
export type Step = z.infer<typeof stepSchema>;

/** Steps that begin without a config, each seeing what those before it left behind. */
export const scenarioSchema = z.strictObject({
  name: z.string(),
  /** All of them, without. */
  versions: z.optional(z.array(versionId)),
  needs: z.optional(z.array(needSchema)),
  steps: z.array(stepSchema).check(z.minLength(1)),
});
export type Scenario = z.infer<typeof scenarioSchema>;
