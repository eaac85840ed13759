import { ok } from "../lib/result.ts";
import { type Handlers, sandboxOf } from "./handlers.ts";

export const functionHandlers: Handlers<"getDeclaredFunctions" | "declareFunctions"> = {
  getDeclaredFunctions: async (c) => ok(await sandboxOf(c).declared()),
  declareFunctions: (c, declared) => sandboxOf(c).declare(declared),
};
