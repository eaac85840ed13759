import { PARTS } from "../documents/parts.ts";
import { ok } from "../lib/result.ts";
import { type Handlers, sandboxOf, sendStream } from "./handlers.ts";

/** The operations on a sandbox's whole state. */
export const snapshotHandlers: Handlers<"exportSnapshot" | "importSnapshot" | "resetSandbox"> = {
  exportSnapshot: async (c) => ok(sendStream(c, await sandboxOf(c).exportSnapshot())),
  importSnapshot: (c, snapshot) => sandboxOf(c).importSnapshot(snapshot),
  resetSandbox: (c, { parts = PARTS }) => sandboxOf(c).reset(parts),
};
