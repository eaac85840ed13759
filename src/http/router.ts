import { HonoBase } from "hono/hono-base";
import { RegExpRouter } from "hono/router/reg-exp-router";
import type { ApiEnv } from "./context.ts";

/** Hono with just the router that all paths here fit. Its default brings a second one, for paths that the first refuses. */
export class Router extends HonoBase<ApiEnv> {
  constructor(options: ConstructorParameters<typeof HonoBase<ApiEnv>>[0] = {}) {
    super(options);
    this.router = new RegExpRouter();
  }
}
