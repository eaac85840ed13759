import { problem } from "../documents/problem.ts";
import type { Problem } from "../documents/responseBodies.ts";
import { err, ok } from "../lib/result.ts";
import { ACTOR_HEADER } from "../objects/sandbox/feed.ts";
import { sandboxObject } from "../objects/stubs.ts";
import { type Handlers, sandboxOf } from "./handlers.ts";

export const eventHandlers: Handlers<"watchSandbox"> = {
  async watchSandbox(c) {
    if (c.req.header("Upgrade")?.toLowerCase() !== "websocket") {
      const admitted = await sandboxOf(c).generations();
      return admitted.ok ? problem(400, "The live feed is a WebSocket.") : admitted;
    }
    const headers = new Headers(c.req.raw.headers);
    headers.set(ACTOR_HEADER, JSON.stringify(c.get("actor")));
    const object = sandboxObject(c.env, c.get("sandbox"));
    const response = await object.fetch(new Request(c.req.raw, { headers }));
    return response.status === 101 ? ok(response) : err(await response.json<Problem>());
  },
};
