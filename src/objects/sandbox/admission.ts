import { controlOperations, isChange } from "../../documents/operations.ts";
import { problem } from "../../documents/problem.ts";
import type { Problem } from "../../documents/responseBodies.ts";
import { TOKEN_REPLACED } from "../../documents/tokens.ts";
import type { Err, Result } from "../../lib/result.ts";
import type { Actor } from "../../state/actor.ts";
import { mayChange } from "../../state/roles.ts";
import { auditEntry, type ControlRequest } from "../controlMessages.ts";
import type { SandboxStore } from "./store.ts";

/** The problem of a visitor where the API needs signatures: then reading needs a token too. */
export const NEEDS_TOKEN = problem(401, "This sandbox's API needs signatures, so reading it needs a token.");

/** Says who may do what with a sandbox's control plane, and notes what was changed. */
export class Admission {
  readonly #store: SandboxStore;

  constructor(store: SandboxStore) {
    this.#store = store;
  }

  /** Why a request is refused: 401 or 403. Undefined when it is not. The Worker has verified the token. */
  refused({ actor, operation }: Pick<ControlRequest, "actor" | "operation">): Err<Problem> | undefined {
    const ended = this.ended(actor);
    if (ended) return ended;
    if (isChange(controlOperations[operation]) && !mayChange(actor.role)) {
      return problem(403, "This token may only read: a change needs the control token.");
    }
    return undefined;
  }

  /** Why an actor has no access at all: 401 or 403. Undefined when it has. */
  ended({ role, generation }: Actor): Err<Problem> | undefined {
    const { controlToken, watchToken } = this.#store.get("generations");
    const present = role === "control" ? controlToken : role === "watch" ? watchToken : undefined;
    if (present !== undefined && present !== generation) {
      return problem(403, TOKEN_REPLACED);
    }
    return role === "visitor" && this.#store.settings.signatures === "required" ? NEEDS_TOKEN : undefined;
  }

  /** Notes a change in the audit. */
  note(request: ControlRequest, result: Result<unknown, Problem>): void {
    const { status } = controlOperations[request.operation];
    this.#store.audit.add(auditEntry(request, result.ok ? status : result.error.status));
  }
}
