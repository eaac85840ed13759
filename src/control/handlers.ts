import type { ResponseDocument } from "../documents/descriptions.ts";
import type { OperationId, RequestDocument } from "../documents/operations.ts";
import type { Problem } from "../documents/responseBodies.ts";
import type { ApiContext } from "../http/context.ts";
import type { Result } from "../lib/result.ts";
import { sandboxObject } from "../objects/stubs.ts";

/** What an operation comes to: what its row says that it answers with, a response that is made already, or a problem. */
type Outcome<Id extends OperationId> = Result<ResponseDocument<Id> | Response, Problem>;

/** What carries out an operation, of whose request the body has been read. */
export type Handler<Id extends OperationId> = (
  c: ApiContext,
  given: RequestDocument<Id>,
) => Outcome<Id> | Promise<Outcome<Id>>;

export type Handlers<Ids extends OperationId = OperationId> = { readonly [Id in Ids]: Handler<Id> };

/** The object of the sandbox that a request is for. */
export function sandboxOf(c: ApiContext) {
  return sandboxObject(c.env, c.get("sandbox"));
}
