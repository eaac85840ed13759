import { problem } from "../documents/problem.ts";
import type { Health } from "../documents/responseBodies.ts";
import type { Env } from "../env.ts";
import { ok } from "../lib/result.ts";
import { placementError } from "../objects/stubs.ts";
import { hosting, wrongVariable } from "../variables.ts";
import type { Handlers } from "./handlers.ts";

/** What a deployment offers, when its variables are right. */
export function healthOf(env: Env): Health {
  const { rootSecrets, creation, defaultSandbox } = hosting(env);
  return { status: "ok", createsSandboxes: rootSecrets !== undefined, creation, defaultSandbox };
}

export const healthHandlers: Handlers<"getHealth"> = {
  getHealth(c) {
    const wrong = wrongVariable(c.env) ?? placementError(c.env);
    if (wrong !== undefined) return problem(503, wrong);
    return ok(healthOf(c.env));
  },
};
