import { problem } from "../documents/problem.ts";
import { ok } from "../lib/result.ts";
import { wrongVariable } from "../variables.ts";
import type { Handlers } from "./handlers.ts";

export const healthHandlers: Handlers<"getHealth"> = {
  getHealth(c) {
    const wrong = wrongVariable(c.env);
    return wrong === undefined ? ok({ status: "ok" }) : problem(503, wrong);
  },
};
