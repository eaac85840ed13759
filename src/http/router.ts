import { HonoBase } from "hono/hono-base";
import { RegExpRouter } from "hono/router/reg-exp-router";
import type { ApiEnv } from "./context.ts";

/**
 * Hono with RegExpRouter only. Hono's default adds a second router, for patterns that our routes do not use.
 */
export class Router extends HonoBase<ApiEnv> {
  constructor(options: ConstructorParameters<typeof HonoBase<ApiEnv>>[0] = {}) {
    super(options);
    this.router = new RegExpRouter();
  }
}
