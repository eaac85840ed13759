import type { Env } from "../env.ts";
import type { FunctionName } from "../fc/names.ts";

/** The object that holds one function's configs. A name can't hold a "/", so no two functions share one. */
export function functionObject(env: Env, sandbox: string, name: FunctionName) {
  return env.FUNCTION.getByName(`${sandbox}/${name.service}/${name.function}`);
}

/** The object that knows all of a sandbox's functions. */
export function sandboxObject(env: Env, sandbox: string) {
  return env.SANDBOX.getByName(sandbox);
}
