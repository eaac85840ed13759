import * as z from "zod/mini";
import { wholeNumber } from "./lib/schema.ts";
import type { FunctionObject } from "./objects/function/object.ts";
import type { SandboxObject } from "./objects/sandbox/object.ts";
import type { Limits } from "./state/limits.ts";
import { DEFAULT_SANDBOX_ID } from "./state/sandboxId.ts";
import { settingsShape } from "./state/settings.ts";

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

const { region, accountId } = settingsShape(Number.MAX_SAFE_INTEGER);
// A variable is text, or perhaps a number in wrangler.toml.
const textual = z.transform((value: unknown) => String(value ?? ""));
const numeric = z.transform((value: unknown) => (value === "" ? Number.NaN : Number(value)));
const atLeastOne = { error: "a positive integer" };
const positive = z.pipe(numeric, z.int(atLeastOne).check(z.positive(atLeastOne)));
/** Some thirty years: a date that far ahead can still be told. */
const idleSeconds = z.pipe(numeric, wholeNumber(0, 1_000_000_000));

const domain = z
  .string()
  .check(z.regex(/^([\w-]+(\.[\w-]+)*)?$/, { error: "a domain, without a scheme or a port, or empty" }));

/** All variables: what each may be, to follow "must be". */
const variablesSchema = z.object({
  REGION: z.pipe(textual, region),
  ACCOUNT_ID: z.pipe(textual, accountId),
  MAX_BODY_BYTES: positive,
  MAX_NAME_LENGTH: positive,
  MAX_FUNCTIONS_PER_SANDBOX: positive,
  MAX_QUALIFIERS_PER_FUNCTION: positive,
  MAX_JOURNAL_ENTRIES: positive,
  MAX_JOURNAL_BODY_BYTES: positive,
  MAX_FAULTS: positive,
  MAX_SNAPSHOT_BYTES: positive,
  IDLE_SECONDS: idleSeconds,
  DEFAULT_SANDBOX_IDLE_SECONDS: idleSeconds,
  DEFAULT_SANDBOX: z.enum(["open", "protected", "off"], { error: `"open", "protected" or "off"` }),
  SANDBOX_DOMAIN: z.pipe(textual, domain),
  LOG_REQUESTS: z.enum(["on", "off"], { error: `"on" or "off"` }),
});

/** What the variables say. */
interface Variables {
  readonly limits: Limits;
  /** In seconds; 0 is never. */
  readonly idle: { readonly default: number; readonly others: number };
}

/** What was read of each env: the variables, or what is wrong with them. */
const read = new WeakMap<Env, Variables | string>();

function variablesOf(env: Env): Variables | string {
  const known = read.get(env);
  if (known !== undefined) return known;
  const found = readVariables(env);
  read.set(env, found);
  return found;
}

function readVariables(env: Env): Variables | string {
  const { data, error } = variablesSchema.safeParse(env);
  if (error) {
    const [issue] = error.issues;
    const name = issue?.path[0] as keyof typeof variablesSchema.shape;
    return `The variable ${name} must be ${issue?.message}, but is ${JSON.stringify(env[name]) ?? "not set"}.`;
  }
  return {
    limits: {
      bodyBytes: data.MAX_BODY_BYTES,
      nameLength: data.MAX_NAME_LENGTH,
      functions: data.MAX_FUNCTIONS_PER_SANDBOX,
      qualifiersPerFunction: data.MAX_QUALIFIERS_PER_FUNCTION,
      journalEntriesPerFunction: data.MAX_JOURNAL_ENTRIES,
      journalBodyBytes: data.MAX_JOURNAL_BODY_BYTES,
      faults: data.MAX_FAULTS,
      snapshotBytes: data.MAX_SNAPSHOT_BYTES,
    },
    idle: { default: data.DEFAULT_SANDBOX_IDLE_SECONDS, others: data.IDLE_SECONDS },
  };
}

function rightVariablesOf(env: Env): Variables {
  const variables = variablesOf(env);
  if (typeof variables === "string") throw new Error(variables);
  return variables;
}

/** What is wrong with the deployment's variables, as a sentence for people; undefined when nothing is. */
export function wrongVariable(env: Env): string | undefined {
  const variables = variablesOf(env);
  return typeof variables === "string" ? variables : undefined;
}

/** The deployment's limits. Throws when one of its variables is wrong. */
export function limits(env: Env): Limits {
  return rightVariablesOf(env).limits;
}

/** After how many milliseconds without use the sandbox is erased; undefined when never. Throws as `limits`. */
export function idleMs(env: Env, sandbox: string): number | undefined {
  const { idle } = rightVariablesOf(env);
  const seconds = sandbox === DEFAULT_SANDBOX_ID ? idle.default : idle.others;
  return seconds > 0 ? seconds * 1000 : undefined;
}
