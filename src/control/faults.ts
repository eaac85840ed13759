import { ok } from "../lib/result.ts";
import { type Handlers, sandboxOf } from "./handlers.ts";

export const faultHandlers: Handlers<
  "listFaults" | "addFault" | "clearFaults" | "replaceFault" | "removeFault"
> = {
  listFaults: async (c) => ok({ faults: await sandboxOf(c).faults() }),
  addFault: (c, fault) => sandboxOf(c).addFault(fault),
  clearFaults: (c) => sandboxOf(c).clearFaults(),
  replaceFault: (c, fault) => sandboxOf(c).replaceFault(c.req.param("id") ?? "", fault),
  removeFault: (c) => sandboxOf(c).removeFault(c.req.param("id") ?? ""),
};
