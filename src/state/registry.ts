import * as z from "zod/mini";
import { DAY_MS } from "../lib/time.ts";

// What the registry of a deployment's sandboxes has, as the control plane shows it. Times are in RFC 3339.

export const usageOfDaySchema = z.strictObject({
  /** In UTC. */
  day: z.string(),
  /** Requests of the API. */
  requests: z.int(),
  /** Requests that sandboxes sent to handlers and to the addresses of deliveries. */
  posts: z.int(),
});

export type UsageOfDay = z.infer<typeof usageOfDaySchema>;

/** A sandbox that was used. */
export const registeredSandboxSchema = z.strictObject({
  id: z.string(),
  label: z.nullable(z.string()),
  /** The team of the invitation by which it was created. */
  team: z.nullable(z.string()),
  invitation: z.nullable(z.string()),
  createdAt: z.string(),
  /** When it was used last, to within ten minutes. */
  lastUsedAt: z.string(),
  bytes: z.int(),
  functions: z.int(),
  /** The latest day on which it was used. */
  latestDay: usageOfDaySchema,
  /** Why its requests are refused at present; null when they are not. */
  throttled: z.nullable(z.string()),
});

export type RegisteredSandbox = z.infer<typeof registeredSandboxSchema>;

/** What lists of sandboxes are sorted by: the greatest or latest first, labels from a to z. */
export const sandboxOrders = ["lastUsedAt", "createdAt", "bytes", "label"] as const;
export type SandboxOrder = (typeof sandboxOrders)[number];

const time = z.optional(z.iso.datetime({ offset: true, error: "a time in RFC 3339" }));
const bytes = z.optional(z.string().check(z.regex(/^[0-9]{1,15}$/, { error: "a whole number" })));

const teamError = { error: "1 to 64 characters, without spaces at its ends" };

/** A team's name: 1 to 64 characters of text. */
const team = z.string(teamError).check(z.regex(/^[^\s\p{C}](?:[^\p{C}]{0,62}[^\s\p{C}])?$/u, teamError));

/** The query of the list of sandboxes. */
export const sandboxesQuerySchema = z.strictObject({
  sort: z.optional(z.enum(sandboxOrders, { error: `one of ${sandboxOrders.join(", ")}` })),
  /** The beginning of the label. */
  label: z.optional(
    z.string().check(
      z.regex(/^[a-z0-9-]{1,32}$/, {
        error: "the beginning of a label: lower-case letters, digits or hyphens",
      }),
    ),
  ),
  team: z.optional(team),
  invitation: z.optional(z.string()),
  createdBefore: time,
  createdAfter: time,
  usedBefore: time,
  usedAfter: time,
  minBytes: bytes,
  /** Only those whose requests are refused at present. */
  throttled: z.optional(z.enum(["true"], { error: "true" })),
});

export type SandboxesQuery = z.infer<typeof sandboxesQuerySchema>;

const most = (what: string, max: number) => {
  const error = { error: `${what}: a whole number from 1 to ${max}` };
  return z.int(error).check(z.gte(1, error), z.lte(max, error));
};

/** How many days an invitation is valid when it does not say. */
const DEFAULT_VALID_DAYS = 365;

/** The body of a request that makes an invitation. */
export const invitationSchema = z.strictObject({
  /** The name of whom it is for, which sandboxes are listed by. */
  team,
  /** Until when sandboxes can be created by it; by default for a year. */
  expiresAt: z.optional(z.iso.datetime({ offset: true, error: "a time in RFC 3339" })),
  /** How many sandboxes there may be at a time that were created by it. */
  sandboxes: z.optional(most("a number of sandboxes", 1_000_000)),
  /** How many requests all these sandboxes together may get on one day in UTC. */
  requestsPerDay: z.optional(most("a number of requests", 1_000_000_000_000)),
});

export type GivenInvitation = z.infer<typeof invitationSchema>;

/** When an invitation of a time expires that does not say. */
export function usualExpiry(now: number): number {
  return now + DEFAULT_VALID_DAYS * DAY_MS;
}

/** An invitation, as the operator sees it. Its key is shown once, when it is made. */
export const shownInvitationSchema = z.strictObject({
  id: z.string(),
  team: z.string(),
  createdAt: z.string(),
  expiresAt: z.string(),
  /** When it was revoked; null when it was not. Its sandboxes stay. */
  revokedAt: z.nullable(z.string()),
  /** Quotas; null for none. */
  sandboxes: z.nullable(z.int()),
  requestsPerDay: z.nullable(z.int()),
  /** How many sandboxes there are that were created by it. */
  livingSandboxes: z.int(),
  /** What all its sandboxes were used on the latest day. */
  latestDay: usageOfDaySchema,
});

export type Invitation = z.infer<typeof shownInvitationSchema>;

/** A response of 500 or 503, which the deployment remembers. */
export const deploymentErrorSchema = z.strictObject({
  time: z.string(),
  requestId: z.string(),
  status: z.int(),
  sandbox: z.nullable(z.string()),
  message: z.string(),
});

export type DeploymentError = z.infer<typeof deploymentErrorSchema>;

export const alertKinds = ["variables", "errors", "bytes", "throttled"] as const;
export type AlertKind = (typeof alertKinds)[number];

/** What the operator is told by the webhook. */
export interface Alert {
  readonly kind: AlertKind;
  /** A clause for people. */
  readonly text: string;
}

/** The alerts at the latest check. */
export interface CheckedAlerts {
  /** Milliseconds since 1970. */
  readonly checkedAt: number;
  readonly alerts: readonly Alert[];
}
