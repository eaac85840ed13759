import type { RawVariables } from "./variables.ts";

/** The Worker's bindings, as wrangler.toml declares them. The objects are called by `objects/stubs.ts`. */
export interface Env extends RawVariables {
  readonly FUNCTION: DurableObjectNamespace;
  readonly SANDBOX: DurableObjectNamespace;
  /** The pages' files. */
  readonly ASSETS: Fetcher;
  /** A secret: what ids, access keys and control tokens are derived from. */
  readonly ROOT_SECRET?: string;
  /** A secret: controls `default` when it is protected. */
  readonly OPERATOR_TOKEN?: string;
  readonly API_RATE_LIMIT?: RateLimit;
  readonly CREATION_RATE_LIMIT?: RateLimit;
}
