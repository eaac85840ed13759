import type { ResponseDocument } from "../documents/descriptions.ts";
import type { OperationId, RequestDocument } from "../documents/operations.ts";
import type { Problem } from "../documents/responseBodies.ts";
import type { ApiContext } from "../http/context.ts";
import type { Result } from "../lib/result.ts";
import { type SandboxControl, sandboxControl } from "../objects/controlMessages.ts";
import { sandboxObject } from "../objects/stubs.ts";

/** The result of an operation: its response document, a complete response, or a problem. */
type Outcome<Id extends OperationId> = Result<ResponseDocument<Id> | Response, Problem>;

/** Carries out an operation. `given` is the request's parsed body. */
export type Handler<Id extends OperationId> = (
  c: ApiContext,
  given: RequestDocument<Id>,
) => Outcome<Id> | Promise<Outcome<Id>>;

export type Handlers<Ids extends OperationId = OperationId> = { readonly [Id in Ids]: Handler<Id> };

/** The response with a document that an object sends as a stream of JSON. */
export function sendStream(c: ApiContext, json: ReadableStream): Response {
  return c.body(json, 200, { "Content-Type": "application/json" });
}

/** A request's sandbox, whose methods may refuse the request. */
export function sandboxOf(c: ApiContext): SandboxControl {
  return sandboxControl(sandboxObject(c.env, c.get("sandbox")), c.get("control"));
}
