import { app } from "./app.ts";
import { sendAlerts } from "./control/alerts.ts";
import type { Env } from "./env.ts";

export { FunctionObject } from "./objects/function/object.ts";
export { RegistryObject } from "./objects/registry/object.ts";
export { SandboxObject } from "./objects/sandbox/object.ts";

export default {
  fetch: app.fetch,
  scheduled: ({ scheduledTime }, env) => sendAlerts(env, scheduledTime),
} satisfies ExportedHandler<Env>;
