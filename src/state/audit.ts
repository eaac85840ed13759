import * as z from "zod/mini";
import { actorSchema } from "./actor.ts";

/** A change by the control plane, as a journal of changes keeps it. */
export const auditEntrySchema = z.strictObject({
  /** The request's `X-Fc-Request-Id`. */
  requestId: z.string(),
  /** RFC 3339 in UTC with milliseconds; real time. */
  time: z.string(),
  actor: actorSchema,
  /** The operation's id, as OpenAPI has it. */
  operation: z.string(),
  method: z.string(),
  /** The path in the sandbox, or in the deployment. */
  path: z.string(),
  /** The status that the request was answered with. */
  status: z.int(),
  /** In the audit of a deployment: the sandbox that the change concerned. */
  sandbox: z.optional(z.string()),
  /** The beginning of the request's body, as JSON. */
  given: z.optional(z.string()),
});

export type AuditEntry = z.infer<typeof auditEntrySchema>;

/** How many characters of a request's body an entry keeps. */
export const MAX_GIVEN_CHARACTERS = 1000;
