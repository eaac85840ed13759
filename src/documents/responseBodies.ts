import * as z from "zod/mini";
import { journalEntrySchema } from "../journal/entry.ts";
import { trafficSchema } from "../journal/traffic.ts";
import { shownClockSchema } from "../state/clock.ts";
import { shownFaultSchema } from "../state/faults.ts";
import { settingsShape } from "../state/settings.ts";

// What the control plane answers with. Every response of a test is held against these.

export const problemSchema = z.strictObject({
  type: z.literal("about:blank"),
  status: z.int(),
  title: z.string(),
  detail: z.string(),
  /** Where a document is wrong: a path into it, and what must be there. */
  errors: z.optional(z.array(z.strictObject({ path: z.string(), reason: z.string() }))),
});

export const healthSchema = z.strictObject({ status: z.literal("ok") });

const credentials = { accessKeyId: z.string(), accessKeySecret: z.string(), controlToken: z.string() };

/** Where a sandbox is, and what it takes to use and control it. */
export const accessSchema = z.strictObject({
  id: z.string(),
  /** What a client takes as its endpoint. */
  endpoint: z.string(),
  ...credentials,
  accountId: z.string(),
  region: z.string(),
  /** RFC 3339: when it is erased if nobody uses it; null when never. */
  expiresAt: z.nullable(z.string()),
});

export const settingsResponseSchema = z.strictObject(settingsShape(Number.MAX_SAFE_INTEGER));

/** What a sandbox holds; its credentials only where the deployment has a root secret. */
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

/** How many requests there were; the nearest misses when they were not as many as wanted. */
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
