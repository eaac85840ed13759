import type { Env } from "../env.ts";
import type { FunctionName } from "../fc/names.ts";
import type { FunctionRpc, SandboxRpc } from "./rpc.ts";

// The bindings don't know their classes: the classes' types are made of the bindings'.

/** The object that holds one function's configs. A name can't hold a "/", so no two functions share one. */
export function functionObject(env: Env, sandbox: string, name: FunctionName) {
  const namespace = env.FUNCTION as DurableObjectNamespace<FunctionRpc>;
  return namespace.getByName(`${sandbox}/${name.service}/${name.function}`);
}

/** The object that knows all of a sandbox's functions. */
export function sandboxObject(env: Env, sandbox: string) {
  const namespace = env.SANDBOX as DurableObjectNamespace<SandboxRpc>;
  return namespace.getByName(sandbox);
}
