import { env, runInDurableObject } from "cloudflare:test";
import type { Env } from "../src/env.ts";
import type { FunctionRpc, SandboxRpc } from "../src/objects/rpc.ts";

/** The bindings, with the objects' methods that are called through them noted as `{binding}.{method}`. */
export function noting(calls: string[]): Env {
  const note = (binding: "FUNCTION" | "SANDBOX") => ({
    getByName: (name: string) =>
      new Proxy(env[binding].getByName(name), {
        get(stub, method) {
          calls.push(`${binding}.${String(method)}`);
          return Reflect.get(stub, method, stub);
        },
      }),
  });
  return { ...env, FUNCTION: note("FUNCTION"), SANDBOX: note("SANDBOX") } as unknown as Env;
}

/** What an object calls of others from now on, until it is evicted. */
export async function callsOf<O extends FunctionRpc | SandboxRpc>(
  stub: DurableObjectStub<O>,
): Promise<string[]> {
  const calls: string[] = [];
  await runInDurableObject(stub, (object) => {
    Object.assign(object, { env: noting(calls) });
  });
  return calls;
}
