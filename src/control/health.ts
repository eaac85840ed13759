import { problem } from "../documents/problem.ts";
import { ok } from "../lib/result.ts";
import { hosting, wrongVariable } from "../variables.ts";
import type { Handlers } from "./handlers.ts";

export const healthHandlers: Handlers<"getHealth"> = {
  getHealth(c) {
    const wrong = wrongVariable(c.env);
    if (wrong !== undefined) return problem(503, wrong);
    const createsSandboxes = Boolean(c.env.ROOT_SECRET);
    return ok({ status: "ok", createsSandboxes, defaultSandbox: hosting(c.env).defaultSandbox });
  },
};
