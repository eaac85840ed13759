import * as z from "zod/mini";
import { errorCodes } from "../src/fc/errors.ts";
import { operationWords } from "../src/fc/operations.ts";
import { apiVersions } from "../src/fc/versions.ts";

export const versionId = z.enum(apiVersions.map(({ id }) => id));

/**
 * What a step needs besides a function. `version`: a published version; `alias`: an alias; `existence`:
 * missing functions are errors; `signatures`: signatures are checked; `faults`: a request's header can ask
 * for a fault; `invocation`: functions may be invoked.
 */
export const needSchema = z.enum(["version", "alias", "existence", "signatures", "faults", "invocation"]);
export type Need = z.infer<typeof needSchema>;

export type JsonValue = z.infer<ReturnType<typeof z.json>>;

/** How a request is signed, when the signature is invalid or unusual. */
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
  /** Sent unchanged. */
  text: z.optional(z.string()),
  /**
   * Replaces `application/json`; null for no Content-Type. A request without a body never has a Content-Type.
   */
  contentType: z.optional(z.nullable(z.string())),
  signing: z.optional(signing),
};

/** A request for an operation, whose address depends on the version; or a request to a literal path. */
const requestSchema = z.union([
  z.strictObject({
    /** Any name of the operation. */
    operation: z.enum(operationWords),
    service: z.optional(z.string()),
    function: z.optional(z.string()),
    qualifier: z.optional(z.string()),
    version: z.optional(z.string()),
    alias: z.optional(z.string()),
    task: z.optional(z.string()),
    ...common,
  }),
  z.strictObject({ method: z.string(), path: z.string(), ...common }),
]);
export type ScenarioRequest = z.infer<typeof requestSchema>;

/**
 * The expected answer. Objects in the answer's `body` may have more items. A text or an item name that begins
 * with `$` is a pattern; expectation.ts has the list.
 */
const expectationSchema = z.strictObject({
  status: z.int(),
  /** The error's code, or a list of allowed codes. */
  code: z.optional(z.union([z.enum(errorCodes), z.array(z.enum(errorCodes))])),
  /** The headers' values, in any letter case; `*` for any value. */
  headers: z.optional(z.record(z.string(), z.string())),
  /** The qualifier of the config that the body must identify, by the version's identity items. */
  identity: z.optional(z.string()),
  body: z.optional(z.json()),
});
export type Expectation = z.infer<typeof expectationSchema>;

const stepSchema = z.strictObject({
  name: z.string(),
  request: requestSchema,
  expect: expectationSchema,
  /** The choice in docs/fidelity.md that this step would confirm or refute. */
  choice: z.optional(z.string().check(z.regex(/^[a-z0-9]+(-[a-z0-9]+)*$/))),
  /** The versions in which the step runs; default all versions of the scenario. */
  versions: z.optional(z.array(versionId)),
  /** The API version of the request, where it is not the scenario's. */
  speaks: z.optional(versionId),
  needs: z.optional(z.array(needSchema)),
  /** Whether the step must run in a later second than the previous step. */
  nextSecond: z.optional(z.boolean()),
  /** Whether all pages of the list are read, and compared as one list. */
  everyPage: z.optional(z.boolean()),
  /** Items of the answer to save as placeholders for later steps: placeholder name to item. */
  save: z.optional(z.record(z.string(), z.string())),
});
export type Step = z.infer<typeof stepSchema>;

/** Steps that run in order and begin without a config. Each step sees the changes of earlier steps. */
export const scenarioSchema = z.strictObject({
  name: z.string(),
  /** The versions in which the scenario runs; default all. */
  versions: z.optional(z.array(versionId)),
  needs: z.optional(z.array(needSchema)),
  steps: z.array(stepSchema).check(z.minLength(1)),
});
export type Scenario = z.infer<typeof scenarioSchema>;
