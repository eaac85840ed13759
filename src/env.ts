import type { RawVariables } from "./variables.ts";

/** The Worker's bindings, as wrangler.toml declares them. `objects/stubs.ts` gives the objects' types. */
export interface Env extends RawVariables {
  readonly FUNCTION: DurableObjectNamespace;
  readonly SANDBOX: DurableObjectNamespace;
  /** The files of the pages. */
  readonly ASSETS: Fetcher;
  /** A secret, from which ids, access keys and control tokens are derived. */
  readonly ROOT_SECRET?: string;
  /** A secret: the control token of the sandbox `default` when that is protected. */
  readonly OPERATOR_TOKEN?: string;
  readonly API_RATE_LIMIT?: RateLimit;
  readonly CREATION_RATE_LIMIT?: RateLimit;
}
