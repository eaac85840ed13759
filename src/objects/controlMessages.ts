import type { OperationId } from "../documents/operations.ts";
import type { Problem } from "../documents/responseBodies.ts";
import { ok, type Result } from "../lib/result.ts";
import type { Actor } from "../state/actor.ts";
import type { AuditEntry } from "../state/audit.ts";
import type { ControlMethod, ControlRpc, SandboxRpc } from "./rpc.ts";

/** A request to a sandbox's control plane, as its audit notes it. */
export interface ControlRequest {
  readonly actor: Actor;
  readonly operation: OperationId;
  readonly requestId: string;
  /** Milliseconds since 1970. */
  readonly receivedAt: number;
  readonly method: string;
  /** The path in the sandbox. */
  readonly path: string;
  /** The beginning of the request's body, as JSON. */
  readonly given: string | undefined;
}

/** The entry of an audit for a request that was answered with a status. */
export function auditEntry(
  { actor, operation, requestId, receivedAt, method, path, given }: ControlRequest,
  status: number,
): AuditEntry {
  return {
    requestId,
    time: new Date(receivedAt).toISOString(),
    actor,
    operation,
    method,
    path,
    status,
    ...(given === undefined ? {} : { given }),
  };
}

/** A method's result: with the problem by which the request may be refused. */
type Controlled<T> = [T] extends [Result<infer V, Problem>] ? Result<V, Problem> : Result<T, Problem>;

/** A sandbox as the control plane calls it: each method may be refused. */
export type SandboxControl = {
  readonly [M in ControlMethod]: (
    ...args: Parameters<ControlRpc[M]>
  ) => Promise<Controlled<Awaited<ReturnType<ControlRpc[M]>>>>;
};

/** Calls a sandbox's methods for a request, each as one call of its object, which checks the request and notes changes. */
export function sandboxControl(object: Pick<SandboxRpc, "control">, request: ControlRequest): SandboxControl {
  // A promise's own method is asked for where somebody awaits this.
  const isMethod = (name: string | symbol): name is string => typeof name === "string" && name !== "then";
  return new Proxy({} as SandboxControl, {
    get: (_, name) =>
      isMethod(name) ? (...args: unknown[]) => object.control(request, name, args) : undefined,
  });
}

/** A method's result, whether it is a `Result` or a value. */
export function asResult(value: unknown): Result<unknown, Problem> {
  const isResult = typeof value === "object" && value !== null && "ok" in value;
  return isResult ? (value as Result<unknown, Problem>) : ok(value);
}
