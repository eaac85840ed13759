import { problem } from "../documents/problem.ts";
import { ok } from "../lib/result.ts";
import { VISITOR_HEADER } from "../objects/sandbox/feed.ts";
import { NO_TOKEN } from "./authorisation.ts";
import { type Handlers, sandboxOf } from "./handlers.ts";

export const eventHandlers: Handlers<"watchSandbox"> = {
  async watchSandbox(c) {
    if (c.req.header("Upgrade")?.toLowerCase() !== "websocket") {
      return problem(400, "The live feed is a WebSocket.");
    }
    const headers = new Headers(c.req.raw.headers);
    headers.set(VISITOR_HEADER, String(c.get("isVisitor") ?? false));
    const response = await sandboxOf(c).fetch(new Request(c.req.raw, { headers }));
    return response.status === 401 ? NO_TOKEN : ok(response);
  },
};
