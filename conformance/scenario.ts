import * as z from "zod";

/** A JSON value of a scenario or a recording. */
const json = z.json();

/**
 * A request of the API, and what is to come of it. Text may have placeholders: `{service}`, `{function}`, `{qualifier}`,
 * `{unknown}` (a name that nothing has), `{account}`, `{region}` and `{nextToken}` (of the page before).
 */
const stepSchema = z.strictObject({
  name: z.string(),
  operation: z.enum(["put", "get", "delete", "list"]),
  service: z.optional(z.string()),
  function: z.optional(z.string()),
  /** None is sent without one. */
  qualifier: z.optional(z.string()),
  query: z.optional(z.record(z.string(), z.string())),
  /** Sent as JSON. */
  body: z.optional(json),
  /** Sent as it is. */
  text: z.optional(z.string()),
  contentType: z.optional(z.string()),
  /** What is done to the signature. */
  signature: z.optional(z.enum(["none", "wrong secret", "unknown key", "no Date"])),
  expect: z.strictObject({
    status: z.int(),
    /** The code of an error. */
    code: z.optional(z.string()),
    /** Items that the body has; `<time>` is a time, `<text>` any text. */
    body: z.optional(json),
    /** Items that the body does not have. */
    without: z.optional(z.array(z.string())),
  }),
  /** The choice of docs/fidelity.md that this step settles. */
  settles: z.optional(z.string()),
  /** Why the step can't be judged where functions are not checked for existence, as in a sandbox in `open` mode. */
  needsExistence: z.optional(z.literal(true)),
});

export const scenarioSchema = z.strictObject({
  name: z.string(),
  versions: z.array(z.enum(["2016-08-15", "2021-04-06", "2023-03-30"])),
  steps: z.array(stepSchema).min(1),
});

export type Step = z.infer<typeof stepSchema>;
export type Scenario = z.infer<typeof scenarioSchema>;
export type Version = Scenario["versions"][number];
