import { parametersOfQuery, providerStateQuerySchema, type StateChange } from "../documents/pactStates.ts";
import { parsed, problem } from "../documents/problem.ts";
import type { Problem } from "../documents/responseBodies.ts";
import type { ApiContext } from "../http/context.ts";
import { publicUrl, sandboxUrl } from "../http/publicUrl.ts";
import { ok, type Result } from "../lib/result.ts";
import { DEFAULT_SANDBOX_ID } from "../state/sandboxId.ts";
import { type Handlers, sandboxOf } from "./handlers.ts";

type PactOperations =
  | "changeProviderState"
  | "listPactStates"
  | "getPactState"
  | "putPactState"
  | "removePactState";

/** The operations for Pact's verifier, and for the states that a team defines. */
export const pactHandlers: Handlers<PactOperations> = {
  async changeProviderState(c, { state, params, action = "setup" }) {
    const change: Result<StateChange, Problem> =
      typeof state === "string" ? ok({ state, params: params ?? {}, action }) : changeInQuery(c);
    if (!change.ok) return change;
    const values = await sandboxOf(c).changePactState(change.value);
    if (!values.ok || change.value.action === "teardown") return values;
    return ok({ ...addressValues(c), ...values.value });
  },
  listPactStates: (c) => sandboxOf(c).pactStates(),
  getPactState: (c) => sandboxOf(c).pactState(nameOf(c)),
  async putPactState(c, snapshot) {
    const name = parsed(providerStateQuerySchema, { state: nameOf(c) });
    if (!name.ok || nameOf(c).trim() === "")
      return problem(400, "The name must be a line of 1 to 200 characters.");
    return sandboxOf(c).putPactState(nameOf(c), snapshot);
  },
  removePactState: (c) => sandboxOf(c).removePactState(nameOf(c)),
};

function nameOf(c: ApiContext): string {
  return c.req.param("name") ?? "";
}

/** The change that a query asks for: the verifier's other form. */
function changeInQuery(c: ApiContext): Result<StateChange, Problem> {
  const query = parsed(providerStateQuerySchema, c.req.query());
  if (!query.ok) return query;
  const { state, action = "setup" } = query.value;
  if (state === undefined) return problem(400, "The body, or the query, must have state, a text.");
  return ok({ state, params: parametersOfQuery(c.req.query()), action });
}

/** Where the sandbox is, for contracts with addresses in them. */
function addressValues(c: ApiContext) {
  const endpoint = c.get("sandbox") === DEFAULT_SANDBOX_ID ? publicUrl(c) : sandboxUrl(c);
  const { host, pathname } = new URL(endpoint);
  return { endpoint, host, basePath: pathname.replace(/\/$/, "") };
}
