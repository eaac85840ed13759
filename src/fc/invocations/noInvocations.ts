import type { InvocationOperand } from "./operand.ts";
import { systemFailed } from "./outcome.ts";

/** What a function has that was never invoked asynchronously. */
export const NO_INVOCATIONS: Pick<
  InvocationOperand,
  "invocations" | "config" | "attempt" | "functionsWithTasks" | "outcomes"
> = {
  invocations: {
    get: () => undefined,
    payloads: () => ({ event: new Uint8Array(), result: new Uint8Array() }),
    tasks: () => [],
    hasRoom: () => true,
  },
  config: () => undefined,
  attempt: async () => ({ result: systemFailed("systemError", undefined), durationMs: 0 }),
  functionsWithTasks: async () => [],
  outcomes: null,
};
