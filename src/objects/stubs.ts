import type { Env } from "../env.ts";
import type { FunctionName } from "../fc/names.ts";
import type { FunctionRpc, SandboxRpc } from "./rpc.ts";

// The bindings are not typed with the classes, because the classes' types depend on the bindings' types.

/** The object of one function. A function's name has no "/", so every object's name is unique. */
export function functionObject(env: Env, sandbox: string, name: FunctionName) {
  const namespace = env.FUNCTION as DurableObjectNamespace<FunctionRpc>;
  return namespace.getByName(`${sandbox}/${name.service}/${name.function}`);
}

/** The object of one sandbox. */
export function sandboxObject(env: Env, sandbox: string) {
  const namespace = env.SANDBOX as DurableObjectNamespace<SandboxRpc>;
  return namespace.getByName(sandbox);
}
