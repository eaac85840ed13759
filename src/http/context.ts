import type { Context } from "hono";
import type { Env } from "../env.ts";

/** What every request comes with: the bindings, and what the Worker finds out on the way. */
export interface ApiEnv {
  Bindings: Env;
  Variables: {
    requestId: string;
    /** Milliseconds since 1970. */
    receivedAt: number;
    sandbox: string;
    /** What the request named in place of a sandbox; then there is no `sandbox`. */
    unknownSandbox: string | undefined;
    /** Whether one without a token asks the control plane, which shows them what there is, but no secret. */
    isVisitor: boolean | undefined;
    /** What the log is told of the request. */
    operation: string | undefined;
    /** The object that was asked to answer. */
    object: { readonly id: DurableObjectId } | undefined;
  };
}
export type ApiContext = Context<ApiEnv>;
