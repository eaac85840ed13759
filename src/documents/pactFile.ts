import * as z from "zod/mini";

// A Pact file, version 4 of the specification: https://github.com/pact-foundation/pact-specification/tree/version-4

const matcherSchema = z.strictObject({ match: z.literal("regex"), regex: z.string() });

const ruleSchema = z.strictObject({ combine: z.literal("AND"), matchers: z.array(matcherSchema) });

/** JSON, or with `encoded` the base64 of bytes. */
const bodySchema = z.strictObject({
  content: z.unknown(),
  contentType: z.optional(z.string()),
  encoded: z.union([z.literal(false), z.literal("base64")]),
});

const headers = z.optional(z.record(z.string(), z.array(z.string())));

const providerStateSchema = z.strictObject({
  /** `no configs`, `a config exists` or `a fault`. */
  name: z.string(),
  params: z.optional(z.record(z.string(), z.unknown())),
});

const interactionSchema = z.strictObject({
  type: z.literal("Synchronous/HTTP"),
  /** Unique in the file. */
  description: z.string(),
  pending: z.literal(false),
  providerStates: z.array(providerStateSchema),
  request: z.strictObject({
    method: z.string(),
    /** Without the prefix that selects the sandbox. */
    path: z.string(),
    query: z.optional(z.record(z.string(), z.array(z.string()))),
    headers,
    body: z.optional(bodySchema),
  }),
  response: z.strictObject({
    status: z.int(),
    headers,
    body: z.optional(bodySchema),
    matchingRules: z.strictObject({
      header: z.record(z.string(), ruleSchema),
      body: z.record(z.string(), ruleSchema),
    }),
  }),
});

/** Journal entries as a Pact file. */
export const pactSchema = z.strictObject({
  consumer: z.strictObject({ name: z.string() }),
  provider: z.strictObject({ name: z.string() }),
  interactions: z.array(interactionSchema),
  metadata: z.strictObject({
    pactSpecification: z.strictObject({ version: z.literal("4.0") }),
    fcSandbox: z.strictObject({
      /** How many journal entries the file is made of, merged and left out ones included. */
      entries: z.int(),
      /** How many of them are not in the file, by the reason. */
      leftOut: z.strictObject({
        /** The journal does not have the whole request or the whole response, headers included. */
        cut: z.int(),
        /** No provider state describes what the response depends on. */
        state: z.int(),
        /** The response can't be verified: the connection broke, or it says that a signature is wrong. */
        unverifiable: z.int(),
      }),
      /** There when more entries match: the token with which the next export begins. */
      nextToken: z.optional(z.string()),
    }),
  }),
});

export type Pact = z.infer<typeof pactSchema>;
export type PactInteraction = z.infer<typeof interactionSchema>;
export type PactProviderState = z.infer<typeof providerStateSchema>;
