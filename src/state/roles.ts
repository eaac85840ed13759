import { tokenRoles } from "./credentialKinds.ts";

/**
 * As what a request to the control plane comes: by the operator's token or login, by a token of the sandbox, without a token
 * where that is enough to read (`visitor`), by an invitation, or to a sandbox that everyone controls (`anyone`).
 */
export const roles = ["operator", ...tokenRoles, "visitor", "invitation", "anyone"] as const;
export type Role = (typeof roles)[number];

/** Whether a role may change things. */
export function mayChange(role: Role): boolean {
  return role !== "watch" && role !== "visitor";
}
