import * as z from "zod/mini";
import { tokenRoles } from "./credentialKinds.ts";

/**
 * As what a request to the control plane comes: by the operator's token or login, by a token of the sandbox, without a token
 * where that is enough to read (`visitor`), by an invitation, or to a sandbox that everyone controls (`anyone`).
 */
export const roles = ["operator", ...tokenRoles, "visitor", "invitation", "anyone"] as const;
export type Role = (typeof roles)[number];

/** Who sent a request to the control plane, as far as its credentials tell. */
export const actorSchema = z.strictObject({
  role: z.enum(roles),
  /** Of a sandbox's token: how often that token had been rotated when it was made. */
  generation: z.optional(z.int()),
  /** Of an operator who logged in: the e-mail address, or the name of a service token. Of an invitation: its id. */
  name: z.optional(z.string()),
});

export type Actor = z.infer<typeof actorSchema>;

/** Whether a role may change things. */
export function mayChange({ role }: Actor): boolean {
  return role !== "watch" && role !== "visitor";
}
