import { type Handlers, sandboxOf } from "./handlers.ts";

export const clockHandlers: Handlers<"getClock" | "setClock" | "advanceClock"> = {
  getClock: (c) => sandboxOf(c).clock(),
  setClock: (c, clock) => sandboxOf(c).changeClock(clock),
  advanceClock: (c, given) => sandboxOf(c).advanceClock(given),
};
