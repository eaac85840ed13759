import type { Context } from "hono";
import type { Env } from "../env.ts";
import type { ControlRequest } from "../objects/controlMessages.ts";
import type { Actor } from "../state/actor.ts";

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
    /** The root secret that makes the sandbox's credentials; undefined in a deployment without one. */
    secret: string | undefined;
    /** The id that the request named, when no such sandbox exists; `sandbox` is not set then. */
    unknownSandbox: string | undefined;
    /** Who sent a request to the control plane; set once the request is authorised. */
    actor: Actor;
    /** What a request to the control plane is, for the audit. */
    control: ControlRequest;
    /** The operation's name for the log. */
    operation: string | undefined;
    /** The object that the request was sent to. */
    object: { readonly id: DurableObjectId } | undefined;
  };
}
export type ApiContext = Context<ApiEnv>;
