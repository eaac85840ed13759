import { parsed, problem } from "../documents/problem.ts";
import { functionsQuerySchema } from "../documents/requestBodies.ts";
import { crc64 } from "../lib/crc64.ts";
import { ok } from "../lib/result.ts";
import { sandboxObject } from "../objects/stubs.ts";
import { type Handlers, sandboxOf, sendStream } from "./handlers.ts";

const NO_CODE =
  "There is no such code: the function was deleted or has other code by now, or the code was too large to be stored.";

export const functionHandlers: Handlers<"getDeclaredFunctions" | "declareFunctions" | "getCode"> = {
  async getCode(c) {
    const bytes = await sandboxObject(c.env, c.get("sandbox")).code(c.req.param("token") ?? "");
    if (bytes === undefined) return problem(404, NO_CODE);
    return ok(
      c.body(bytes, 200, {
        "Content-Type": "application/zip",
        // What a bucket's download has, in which the cloud stores code.
        "x-oss-hash-crc64ecma": crc64(new Uint8Array(bytes)),
        "Content-Disposition": 'attachment; filename="code.zip"',
        // All sandboxes share an origin, and the bytes are whatever a client sent.
        "Content-Security-Policy": "sandbox",
      }),
    );
  },

  async getDeclaredFunctions(c) {
    const query = parsed(functionsQuerySchema, c.req.query());
    if (!query.ok) return query;
    const json = await sandboxOf(c).declared(query.value.details === "true");
    return json.ok ? ok(sendStream(c, json.value)) : json;
  },
  declareFunctions: (c, declared) => sandboxOf(c).declare(declared),
};
