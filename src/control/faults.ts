import { ok } from "../lib/result.ts";
import { type Handlers, sandboxOf } from "./handlers.ts";

export const faultHandlers: Handlers<
  "listFaults" | "addFault" | "clearFaults" | "replaceFault" | "removeFault"
> = {
  async listFaults(c) {
    const faults = await sandboxOf(c).faults();
    return faults.ok ? ok({ faults: faults.value }) : faults;
  },
  addFault: (c, fault) => sandboxOf(c).addFault(fault),
  clearFaults: (c) => sandboxOf(c).clearFaults(),
  replaceFault: (c, fault) => sandboxOf(c).replaceFault(c.req.param("id") ?? "", fault),
  removeFault: (c) => sandboxOf(c).removeFault(c.req.param("id") ?? ""),
};
