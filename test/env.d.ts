import type { Env as WorkerEnv } from "../src/env.ts";

declare global {
  namespace Cloudflare {
    interface Env extends WorkerEnv {}
  }
}

declare module "vitest" {
  interface ProvidedContext {
    /** How many cut points of a change `interrupted.worker.test.ts` tries; Infinity is all of them. */
    cutPoints: number;
  }
}
