import type { FunctionObject } from "./function/object.ts";
import type { Limits } from "./limits.ts";
import { DEFAULT_SANDBOX } from "./sandbox/identity.ts";
import type { SandboxObject } from "./sandbox/object.ts";

/** The Worker's bindings and variables, as wrangler.toml declares them. */
export interface Env {
  readonly FUNCTION: DurableObjectNamespace<FunctionObject>;
  readonly SANDBOX: DurableObjectNamespace<SandboxObject>;
  /** The pages' files. */
  readonly ASSETS: Fetcher;
  readonly REGION: string;
  readonly ACCOUNT_ID: string;
  readonly MAX_BODY_BYTES: string;
  readonly MAX_NAME_LENGTH: string;
  readonly MAX_FUNCTIONS_PER_SANDBOX: string;
  readonly MAX_QUALIFIERS_PER_FUNCTION: string;
  readonly MAX_JOURNAL_ENTRIES: string;
  readonly MAX_JOURNAL_BODY_BYTES: string;
  readonly MAX_FAULTS: string;
  readonly MAX_SNAPSHOT_BYTES: string;
  /** Seconds after which an unused sandbox is erased; 0 is never. */
  readonly IDLE_SECONDS: string;
  readonly DEFAULT_SANDBOX_IDLE_SECONDS: string;
  /** Who may use the sandbox `default`, and control it. */
  readonly DEFAULT_SANDBOX: "open" | "protected" | "off";
  /** Where `{sandbox}.{SANDBOX_DOMAIN}` leads here; empty when nowhere. */
  readonly SANDBOX_DOMAIN: string;
  readonly LOG_REQUESTS: "on" | "off";
  /** A secret: what ids, access keys and control tokens are derived from. */
  readonly ROOT_SECRET?: string;
  /** A secret: controls `default` when it is protected. */
  readonly OPERATOR_TOKEN?: string;
  readonly API_RATE_LIMIT?: RateLimit;
  readonly CREATION_RATE_LIMIT?: RateLimit;
}

const read = new WeakMap<Env, Limits>();

/** The deployment's limits. Throws when one of them is set to anything but a positive integer. */
export function limits(env: Env): Limits {
  const known = read.get(env);
  if (known) return known;
  const found: Limits = {
    bodyBytes: positive(env, "MAX_BODY_BYTES"),
    nameLength: positive(env, "MAX_NAME_LENGTH"),
    functions: positive(env, "MAX_FUNCTIONS_PER_SANDBOX"),
    qualifiersPerFunction: positive(env, "MAX_QUALIFIERS_PER_FUNCTION"),
    journalEntriesPerFunction: positive(env, "MAX_JOURNAL_ENTRIES"),
    journalBodyBytes: positive(env, "MAX_JOURNAL_BODY_BYTES"),
    faults: positive(env, "MAX_FAULTS"),
    snapshotBytes: positive(env, "MAX_SNAPSHOT_BYTES"),
  };
  read.set(env, found);
  return found;
}

function positive(env: Env, name: Extract<keyof Env, `MAX_${string}`>): number {
  const value = Number(env[name]);
  if (Number.isSafeInteger(value) && value > 0) return value;
  throw new Error(`The variable ${name} must be a positive integer, but is "${env[name]}".`);
}

/** After how many milliseconds without use the sandbox is erased; undefined when never. */
export function idleMs(env: Env, sandbox: string): number | undefined {
  const seconds = Number(sandbox === DEFAULT_SANDBOX ? env.DEFAULT_SANDBOX_IDLE_SECONDS : env.IDLE_SECONDS);
  return seconds > 0 ? seconds * 1000 : undefined;
}
