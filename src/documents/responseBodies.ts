import * as z from "zod/mini";
import { journalEntrySchema } from "../journal/entry.ts";
import { trafficSchema } from "../journal/traffic.ts";
import { shownClockSchema } from "../state/clock.ts";
import { shownFaultSchema } from "../state/faults.ts";
import { settingsShape } from "../state/settings.ts";

// Bodies of the control plane's responses. The tests validate every response against these schemas.

export const problemSchema = z.strictObject({
  type: z.literal("about:blank"),
  status: z.int(),
  title: z.string(),
  detail: z.string(),
  /** The invalid places of a document: a path, and the reason. */
  errors: z.optional(z.array(z.strictObject({ path: z.string(), reason: z.string() }))),
});

export const healthSchema = z.strictObject({ status: z.literal("ok") });

const credentials = { accessKeyId: z.string(), accessKeySecret: z.string(), controlToken: z.string() };

/** A created sandbox: its endpoint and its credentials. */
export const accessSchema = z.strictObject({
  id: z.string(),
  /** The endpoint for clients of the API. */
  endpoint: z.string(),
  ...credentials,
  accountId: z.string(),
  region: z.string(),
  /** When the sandbox is erased if nobody uses it, in RFC 3339; null for never. */
  expiresAt: z.nullable(z.string()),
});

export const settingsResponseSchema = z.strictObject(settingsShape(Number.MAX_SAFE_INTEGER));

/**
 * A sandbox's contents. Credentials are present only in a deployment with a root secret, for a client with
 * the token.
 */
export const summarySchema = z.strictObject({
  id: z.string(),
  ...z.partial(z.strictObject(credentials)).shape,
  settings: settingsResponseSchema,
  clock: shownClockSchema,
  faults: z.int(),
  functions: z.array(
    z.strictObject({
      service: z.string(),
      function: z.string(),
      configs: z.int(),
      requests: z.int(),
      /** Requests that the journal dropped since it was cleared. */
      dropped: z.int(),
    }),
  ),
  /** How many services, functions, versions and aliases exist. */
  resources: z.strictObject({
    services: z.int(),
    functions: z.int(),
    versions: z.int(),
    aliases: z.int(),
  }),
  /** `functions` counts those with configs or requests, whether they exist or not. */
  counts: z.strictObject({ functions: z.int(), configs: z.int(), requests: z.int(), dropped: z.int() }),
  traffic: trafficSchema,
  limits: z.record(z.string(), z.int()),
});

export const faultsSchema = z.strictObject({ faults: z.array(shownFaultSchema) });

export const requestsSchema = z.strictObject({
  requests: z.array(journalEntrySchema),
  nextToken: z.optional(z.string()),
});

export const countSchema = z.strictObject({ count: z.int() });

/** The result of a verification: the number of matching requests, and the nearest misses when it failed. */
export const verificationSchema = z.strictObject({
  verified: z.boolean(),
  count: z.int(),
  nearMisses: z.optional(
    z.array(z.strictObject({ differences: z.array(z.string()), entry: journalEntrySchema })),
  ),
});

export type Problem = Omit<z.infer<typeof problemSchema>, "type">;
export type SandboxAccess = z.infer<typeof accessSchema>;
export type Summary = z.infer<typeof summarySchema>;
export type RequestsPage = z.infer<typeof requestsSchema>;
export type Verification = z.infer<typeof verificationSchema>;
