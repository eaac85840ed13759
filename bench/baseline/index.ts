import { DurableObject } from "cloudflare:workers";
import { Hono } from "hono";

interface Env {
  readonly FUNCTION: DurableObjectNamespace<BaselineObject>;
}

/**
 * The least code that stores a config: it upserts the body as sent, in one row, without validation or merge.
 */
export class BaselineObject extends DurableObject<Env> {
  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    ctx.storage.sql.exec(
      "CREATE TABLE IF NOT EXISTS configs (name TEXT PRIMARY KEY, config TEXT) WITHOUT ROWID",
    );
  }

  async put(config: string): Promise<string> {
    this.ctx.storage.sql.exec("INSERT OR REPLACE INTO configs VALUES ('config', ?)", config);
    return config;
  }

  async get(): Promise<string> {
    return this.ctx.storage.sql.exec<{ config: string }>("SELECT config FROM configs").one().config;
  }
}

const app = new Hono<{ Bindings: Env }>();
const path = "/2016-08-15/services/:service/functions/:function/async-invoke-config";
const json = { "Content-Type": "application/json; charset=utf-8" };
app.put(path, async (c) => {
  return c.body(await c.env.FUNCTION.getByName(c.req.param("function")).put(await c.req.text()), 200, json);
});
app.get(path, async (c) => c.body(await c.env.FUNCTION.getByName(c.req.param("function")).get(), 200, json));

export default app;
