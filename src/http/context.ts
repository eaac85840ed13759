import type { Context } from "hono";
import type { Env } from "../env.ts";

/**
 * The context of a request: the bindings, and the variables that the Worker sets as it handles the request.
 */
export interface ApiEnv {
  Bindings: Env;
  Variables: {
    requestId: string;
    /** Milliseconds since 1970. */
    receivedAt: number;
    sandbox: string;
    /** The id that the request named, when no such sandbox exists; `sandbox` is not set then. */
    unknownSandbox: string | undefined;
    /**
     * Whether a request to the control plane has no token but may read: responses to a visitor contain no
     * secrets.
     */
    isVisitor: boolean | undefined;
    /** The operation's name for the log. */
    operation: string | undefined;
    /** The object that the request was sent to. */
    object: { readonly id: DurableObjectId } | undefined;
  };
}
export type ApiContext = Context<ApiEnv>;
