import * as z from "zod/mini";
import { statuses } from "../fc/invocations/invocation.ts";
import { deliverySchema } from "../journal/delivery.ts";
import { journalEntrySchema } from "../journal/entry.ts";
import { invocationCountsSchema } from "../journal/invocationCounts.ts";
import { trafficSchema } from "../journal/traffic.ts";
import { auditEntrySchema } from "../state/audit.ts";
import { shownClockSchema, shownClockWith } from "../state/clock.ts";
import { tokenRoles } from "../state/credentialKinds.ts";
import { shownFaultSchema } from "../state/faults.ts";
import { shownInvocationSchema } from "../state/invocations.ts";
import { shownScriptSchema } from "../state/outcomes.ts";
import {
  deploymentErrorSchema,
  registeredSandboxSchema,
  shownInvitationSchema,
  usageOfDaySchema,
} from "../state/registry.ts";
import { roles } from "../state/roles.ts";
import { CREATION_MODES, DEFAULT_SANDBOX_MODES } from "../state/sandboxId.ts";
import { settingsShape } from "../state/settings.ts";
import { harSchema } from "./har.ts";
import { pactSchema } from "./pactFile.ts";

// Bodies of the control plane's responses. The tests validate every response against these schemas.

export const problemSchema = z.strictObject({
  type: z.literal("about:blank"),
  status: z.int(),
  title: z.string(),
  detail: z.string(),
  /** The invalid places of a document: a path, and the reason. */
  errors: z.optional(z.array(z.strictObject({ path: z.string(), reason: z.string() }))),
});

/** What a deployment offers, for everyone to know. */
export const healthSchema = z.strictObject({
  status: z.literal("ok"),
  /** Whether sandboxes can be created: the deployment has a root secret. */
  createsSandboxes: z.boolean(),
  /** Who may create sandboxes: everyone, or whoever has an invitation. */
  creation: z.enum(CREATION_MODES),
  /** Who may control the sandbox `default`; with `off` there is none. */
  defaultSandbox: z.enum(DEFAULT_SANDBOX_MODES),
});

const credentials = {
  accessKeyId: z.string(),
  accessKeySecret: z.string(),
  /** May change the sandbox. */
  controlToken: z.string(),
  /** May only read the sandbox. */
  watchToken: z.string(),
};

/** A sandbox's credentials. Of `default`, only the operator's token is a control token. */
export const credentialsSchema = z.partial(z.strictObject(credentials));

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
  ...credentialsSchema.shape,
  /** As what the request came, which says what else it may do. */
  role: z.enum(roles),
  /** When the sandbox is erased if nobody uses it until then, in RFC 3339; null for never. */
  expiresAt: z.nullable(z.string()),
  /** Why requests of the API are refused at present: a quota is used up. Null when they are not. */
  throttled: z.nullable(z.string()),
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
      /** Asynchronous invocations that are kept. */
      invocations: z.int(),
      deliveries: z.int(),
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
  counts: z.strictObject({
    functions: z.int(),
    configs: z.int(),
    requests: z.int(),
    dropped: z.int(),
    invocations: z.int(),
    deliveries: z.int(),
  }),
  outcomes: z.int(),
  traffic: trafficSchema,
  invocations: invocationCountsSchema,
  limits: z.record(z.string(), z.int()),
});

/** The changes that the control plane made. */
export const auditSchema = z.strictObject({
  /** The latest first. */
  entries: z.array(auditEntrySchema),
  nextToken: z.optional(z.string()),
});

export const sandboxesSchema = z.strictObject({
  sandboxes: z.array(registeredSandboxSchema),
  /** There when there may be more: a page may have fewer sandboxes than asked for, or none. */
  nextToken: z.optional(z.string()),
});

/** A link to the page of a sandbox, with the token of a role. */
export const createdLinkSchema = z.strictObject({
  role: z.enum(tokenRoles),
  url: z.string(),
  token: z.string(),
});

export const invitationsSchema = z.strictObject({ invitations: z.array(shownInvitationSchema) });

/** An invitation with its key, which is shown only now. */
export const createdInvitationSchema = z.strictObject({
  ...shownInvitationSchema.shape,
  key: z.string(),
});

/** A deployment as its operator sees it. */
export const deploymentSchema = z.strictObject({
  /** How many sandboxes are registered, and how many bytes they store. */
  sandboxes: z.int(),
  bytes: z.int(),
  /** What all sandboxes have used by day, the latest first. */
  days: z.array(usageOfDaySchema),
  /** Quotas; null for none. */
  quotas: z.strictObject({
    requestsPerDay: z.nullable(z.int()),
    sandboxBytes: z.nullable(z.int()),
    totalBytes: z.nullable(z.int()),
  }),
  health: healthSchema,
  /** The latest responses of 500 and 503, the latest first. */
  errors: z.array(deploymentErrorSchema),
});

export const faultsSchema = z.strictObject({ faults: z.array(shownFaultSchema) });

export const requestsSchema = z.strictObject({
  requests: z.array(journalEntrySchema),
  nextToken: z.optional(z.string()),
});

/** The journal in any of its formats. */
export const exportedRequestsSchema = z.union([requestsSchema, harSchema, pactSchema]);

export const countSchema = z.strictObject({ count: z.int() });

/** The result of a verification: the number of matching requests, and the nearest misses when it failed. */
export const verificationSchema = z.strictObject({
  verified: z.boolean(),
  count: z.int(),
  nearMisses: z.optional(
    z.array(z.strictObject({ differences: z.array(z.string()), entry: journalEntrySchema })),
  ),
});

export const outcomesSchema = z.strictObject({ outcomes: z.array(shownScriptSchema) });

export const invocationsSchema = z.strictObject({
  invocations: z.array(shownInvocationSchema),
  nextToken: z.optional(z.string()),
});

export const deliveriesSchema = z.strictObject({
  deliveries: z.array(deliverySchema),
  nextToken: z.optional(z.string()),
});

/** The result of a verification: the number of matching deliveries, and the nearest misses when it failed. */
export const deliveryVerificationSchema = z.strictObject({
  verified: z.boolean(),
  count: z.int(),
  nearMisses: z.optional(
    z.array(z.strictObject({ differences: z.array(z.string()), delivery: deliverySchema })),
  ),
});

/** What happened on the way to a later time. */
export const advanceReportSchema = z.strictObject({
  /** How many steps were made: an attempt, the end of an attempt, a delivery. */
  steps: z.int(),
  /** Whether all is done that was due by the time asked for. If not, there was more to do than the limit allows. */
  reached: z.boolean(),
  /** When something is due next; null when nothing is. */
  nextDueAt: z.nullable(z.string()),
  /** What happened, in order: the first events of many. */
  events: z.array(
    z.strictObject({
      time: z.string(),
      service: z.string(),
      function: z.string(),
      qualifier: z.string(),
      invocation: z.string(),
      status: z.enum(statuses),
      attempt: z.optional(z.int()),
      error: z.optional(z.string()),
      message: z.optional(z.string()),
    }),
  ),
});

/** A clock with its present time, and where time went forward, what happened on the way. */
export const advancedClockSchema = shownClockWith({ advance: z.optional(advanceReportSchema) });

export type AdvanceReport = z.infer<typeof advanceReportSchema>;
export type AdvancedClock = z.infer<typeof advancedClockSchema>;
export type Health = z.infer<typeof healthSchema>;
export type CreatedInvitation = z.infer<typeof createdInvitationSchema>;
export type CreatedLink = z.infer<typeof createdLinkSchema>;
export type Deployment = z.infer<typeof deploymentSchema>;
export type Credentials = z.infer<typeof credentialsSchema>;
export type Audit = z.infer<typeof auditSchema>;
export type Sandboxes = z.infer<typeof sandboxesSchema>;
export type InvocationsPage = z.infer<typeof invocationsSchema>;
export type DeliveriesPage = z.infer<typeof deliveriesSchema>;
export type DeliveryVerification = z.infer<typeof deliveryVerificationSchema>;
export type Problem = Omit<z.infer<typeof problemSchema>, "type">;
export type SandboxAccess = z.infer<typeof accessSchema>;
export type Summary = z.infer<typeof summarySchema>;
export type RequestsPage = z.infer<typeof requestsSchema>;
export type Verification = z.infer<typeof verificationSchema>;
