import * as z from "zod/mini";
import { deliveryFilterSchema } from "../journal/delivery.ts";
import { filterSchema } from "../journal/filter.ts";
import { credentialKinds, tokenRoles } from "../state/credentialKinds.ts";
import type { Limits } from "../state/limits.ts";
import { LABEL } from "../state/sandboxId.ts";
import { settingsSchema } from "../state/settings.ts";
import { snapshotSchema } from "../state/snapshot.ts";
import { PARTS } from "./parts.ts";

// Bodies of requests to the control plane. Bodies that are resources themselves have their schemas in state/.

/** The body of a request that creates a sandbox. */
export function creationSchema(limits: Limits) {
  return z.strictObject({
    label: z.optional(
      z.string().check(z.regex(LABEL, { error: "1 to 32 lower-case letters, digits or inner hyphens" })),
    ),
    settings: z.optional(z.partial(settingsSchema(limits))),
    snapshot: z.optional(snapshotSchema(limits)),
  });
}

/** The body of a reset: the parts to reset; all parts when none are named. */
export const resetSchema = z.strictObject({
  parts: z.optional(
    z
      .array(z.enum(PARTS, { error: `one of ${PARTS.join(", ")}` }))
      .check(z.minLength(1, { error: "at least one part" })),
  ),
});

/** The body of a request that replaces credentials; all of them when none are named. */
export const rotationSchema = z.strictObject({
  credentials: z.optional(
    z
      .array(z.enum(credentialKinds, { error: `one of ${credentialKinds.join(", ")}` }))
      .check(z.minLength(1, { error: "at least one credential" })),
  ),
});

/** The body of a request for a link to a sandbox's page. */
export const linkSchema = z.strictObject({
  role: z.enum(tokenRoles, { error: `one of ${tokenRoles.join(", ")}` }),
  /** Whether the token of this role is replaced first, so that former links end. */
  rotate: z.optional(z.boolean({ error: "true or false" })),
});

/** The body of a request that restores a sandbox. */
export const restorationSchema = z.strictObject({
  /** The time to whose state the sandbox returns. */
  time: z.iso.datetime({ offset: true, error: "a time in RFC 3339" }),
});

/** The query of an audit. */
export const auditQuerySchema = z.strictObject({
  /** `json` is the default: a page. `ndjson` is all of it, a change on each line. */
  format: z.optional(z.enum(["json", "ndjson"], { error: "one of json, ndjson" })),
});

/** The query of what exists: by names alone, or with everything that is stored but the code. */
export const functionsQuerySchema = z.strictObject({
  details: z.optional(z.enum(["true", "false"], { error: "true or false" })),
});

/** The query of a snapshot: whether it also has the invocations and the deliveries. */
export const snapshotQuerySchema = z.strictObject({
  invocations: z.optional(z.enum(["true", "false"], { error: "true or false" })),
});

const party = z.optional(
  z
    .string()
    .check(z.regex(/^\S(.{0,126}\S)?$/, { error: "1 to 128 characters, without spaces at its ends" })),
);

/** How many entries one export has, at most and by default. */
export const MAX_EXPORTED = 500;

const requestFormats = ["json", "har", "pact"] as const;

/** The query of the journal: a filter, and the format of the document. */
export const requestsQuerySchema = z.strictObject({
  ...filterSchema.shape,
  /** `json` is the default: the entries as they are. */
  format: z.optional(z.enum(requestFormats, { error: `one of ${requestFormats.join(", ")}` })),
  consumer: party,
  provider: party,
});

const times = z.optional(
  z.int({ error: "a whole number from 0" }).check(z.gte(0, { error: "a whole number from 0" })),
);

/**
 * The body of a verification: a filter, and how many requests or deliveries must match it; at least one without a
 * number.
 */
function verificationOf<F extends z.ZodMiniType>(filter: F) {
  return z
    .strictObject({ filter: z.optional(filter), exactly: times, atLeast: times, atMost: times })
    .check(
      z.refine<{ exactly?: unknown; atLeast?: unknown; atMost?: unknown }>(
        ({ exactly, atLeast, atMost }) => exactly === undefined || (atLeast ?? atMost) === undefined,
        { path: ["exactly"], error: "without atLeast and atMost" },
      ),
    );
}

export const verifySchema = verificationOf(filterSchema);
export const verifyDeliveriesSchema = verificationOf(deliveryFilterSchema);
