import type { RawVariables } from "./variables.ts";

/** The Worker's bindings, as wrangler.toml declares them. `objects/stubs.ts` gives the objects' types. */
export interface Env extends RawVariables {
  readonly FUNCTION: DurableObjectNamespace;
  readonly SANDBOX: DurableObjectNamespace;
  readonly REGISTRY: DurableObjectNamespace;
  /** The files of the pages. */
  readonly ASSETS: Fetcher;
  readonly API_RATE_LIMIT?: RateLimit;
  readonly CREATION_RATE_LIMIT?: RateLimit;
}
