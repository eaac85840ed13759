import type { FunctionObject } from "./function/object.ts";
import type { SandboxObject } from "./sandbox/object.ts";

/** The Worker's bindings and variables, as wrangler.toml declares them. */
export interface Env {
  readonly FUNCTION: DurableObjectNamespace<FunctionObject>;
  readonly SANDBOX: DurableObjectNamespace<SandboxObject>;
  readonly REGION: string;
  readonly ACCOUNT_ID: string;
  readonly MAX_BODY_BYTES: string;
  readonly MAX_NAME_LENGTH: string;
  readonly MAX_FUNCTIONS_PER_SANDBOX: string;
  readonly MAX_QUALIFIERS_PER_FUNCTION: string;
}

/** The names of the variables that are limits. */
type Limit = Extract<keyof Env, `MAX_${string}`>;

/** A limit's value. Throws when the deployment sets it to anything but a positive integer. */
export function limit(env: Env, name: Limit): number {
  const value = Number(env[name]);
  if (Number.isSafeInteger(value) && value > 0) return value;
  throw new Error(`The variable ${name} must be a positive integer, but is "${env[name]}".`);
}
