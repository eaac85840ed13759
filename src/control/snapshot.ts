import { PARTS } from "../documents/parts.ts";
import { parsed } from "../documents/problem.ts";
import { snapshotQuerySchema } from "../documents/requestBodies.ts";
import { ok } from "../lib/result.ts";
import { type Handlers, sandboxOf, sendStream } from "./handlers.ts";

/** The operations on a sandbox's whole state. */
export const snapshotHandlers: Handlers<"exportSnapshot" | "importSnapshot" | "resetSandbox"> = {
  async exportSnapshot(c) {
    const query = parsed(snapshotQuerySchema, c.req.query());
    if (!query.ok) return query;
    const json = await sandboxOf(c).exportSnapshot(query.value.invocations === "true");
    return json.ok ? ok(sendStream(c, json.value)) : json;
  },
  importSnapshot: (c, snapshot) => sandboxOf(c).importSnapshot(snapshot),
  resetSandbox: (c, { parts = PARTS }) => sandboxOf(c).reset(parts),
};
