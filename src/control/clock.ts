import { ok } from "../lib/result.ts";
import { type Handlers, sandboxOf } from "./handlers.ts";

export const clockHandlers: Handlers<"getClock" | "setClock" | "advanceClock"> = {
  getClock: async (c) => ok(await sandboxOf(c).clock()),
  setClock: (c, clock) => sandboxOf(c).changeClock(clock),
  advanceClock: (c, given) => sandboxOf(c).advanceClock(given),
};
