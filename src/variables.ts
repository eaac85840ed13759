import * as z from "zod/mini";
import { err, ok, type Result } from "./lib/result.ts";
import { wholeNumber } from "./lib/schema.ts";
import type { RootSecrets } from "./state/credentials.ts";
import { LIMIT_VARIABLES, type Limits, type LimitVariable } from "./state/limits.ts";
import {
  CREATION_MODES,
  type CreationMode,
  DEFAULT_SANDBOX_ID,
  DEFAULT_SANDBOX_MODES,
  type DefaultSandboxMode,
} from "./state/sandboxId.ts";
import { settingsShape } from "./state/settings.ts";

// A variable is text, or a number if wrangler.toml has a number.
const textual = z.transform((value: unknown) => String(value ?? ""));
const numeric = z.transform((value: unknown) => (value === "" ? Number.NaN : Number(value)));
const atLeastOne = { error: "a positive integer" };
const positive = z.pipe(numeric, z.int(atLeastOne).check(z.positive(atLeastOne)));
/** At most about thirty years, so that the expiry is still a valid date. */
const idleSeconds = z.pipe(numeric, wholeNumber(0, 1_000_000_000));
/** A quota; 0 is none. */
const quota = z.pipe(numeric, wholeNumber(0, Number.MAX_SAFE_INTEGER));
const { region, accountId } = settingsShape(Number.MAX_SAFE_INTEGER);
const domain = z
  .string()
  .check(z.regex(/^([\w-]+(\.[\w-]+)*)?$/, { error: "a domain, without a scheme or a port, or empty" }));

const publicUrl = z.string().check(
  z.regex(/^(https?:\/\/[\w.-]+(:\d+)?(\/[\w.~%/-]*)?)?$/, {
    error: "an http or https URL without a query, or empty",
  }),
);

const audience = z.string().check(z.regex(/^\w*$/, { error: "the AUD tag of an application, or empty" }));

/** Hosts, perhaps with a port, or with `*.` in front for all hosts of a domain. */
const hosts = z.string().check(
  z.regex(/^(\s*(\*\.)?[\w.-]+(:\d{1,5})?\s*(,\s*(\*\.)?[\w.-]+(:\d{1,5})?\s*)*)?$/, {
    error: "hosts with commas between them, each perhaps with a port, or empty",
  }),
);

// Source: https://developers.cloudflare.com/durable-objects/reference/data-location/
const LOCATION_HINTS = [
  "wnam",
  "enam",
  "sam",
  "weur",
  "eeur",
  "apac",
  "apac-ne",
  "apac-se",
  "oc",
  "afr",
  "me",
] as const satisfies readonly DurableObjectLocationHint[];
const JURISDICTIONS = ["eu", "us", "fedramp"] as const satisfies readonly DurableObjectJurisdiction[];

/** One of these texts, or empty. */
function oneOf<const T extends string>(choices: readonly T[]) {
  return z.enum(["", ...choices], { error: `${choices.join(", ")} or empty` });
}

const MIB = 1024 * 1024;
/** What an object can be sent in one call, and what it can store in one row, bound some variables. */
const maxima: Partial<Record<LimitVariable, number>> = {
  MAX_EVENT_BYTES: 16 * MIB,
  MAX_ASYNC_EVENT_BYTES: MIB,
  MAX_PACT_STATE_BYTES: MIB,
};

function limitSchema(variable: LimitVariable) {
  const most = maxima[variable];
  if (most === undefined) return positive;
  const error = { error: `a positive integer of at most ${most}` };
  return z.pipe(numeric, z.int(error).check(z.positive(error), z.lte(most, error)));
}

const limitVariables = Object.fromEntries(
  Object.values(LIMIT_VARIABLES).map((variable) => [variable, limitSchema(variable)]),
) as Record<LimitVariable, typeof positive>;

/** The schema of each variable of wrangler.toml. Error messages follow the words "must be". */
const variableSchemas = z.object({
  REGION: z.pipe(textual, region),
  ACCOUNT_ID: z.pipe(textual, accountId),
  ...limitVariables,
  IDLE_SECONDS: idleSeconds,
  DEFAULT_SANDBOX_IDLE_SECONDS: idleSeconds,
  CREATION: z.enum(CREATION_MODES, { error: `"open" or "invited"` }),
  QUOTA_REQUESTS_PER_DAY: quota,
  QUOTA_BYTES_PER_SANDBOX: quota,
  QUOTA_BYTES: quota,
  PREVIOUS_CREDENTIALS: z.enum(["accepted", "refused"], { error: `"accepted" or "refused"` }),
  DEFAULT_SANDBOX: z.enum(DEFAULT_SANDBOX_MODES, { error: `"open", "protected" or "off"` }),
  SANDBOX_DOMAIN: z.pipe(textual, domain),
  LOCATION_HINT: oneOf(LOCATION_HINTS),
  JURISDICTION: oneOf(JURISDICTIONS),
  OUTBOUND_HOSTS: z.pipe(textual, hosts),
  PUBLIC_URL: z.pipe(textual, publicUrl),
  TRUSTED_PROXY: z.enum(["on", "off"], { error: `"on" or "off"` }),
  ACCESS_TEAM_DOMAIN: z.pipe(textual, domain),
  ACCESS_AUDIENCE: z.pipe(textual, audience),
  LOG_REQUESTS: z.enum(["on", "off"], { error: `"on" or "off"` }),
});

type VariableName = keyof typeof variableSchemas.shape;

/** The schema of all variables together. */
const variablesSchema = variableSchemas.check(
  z.refine(({ ACCESS_TEAM_DOMAIN: team, ACCESS_AUDIENCE: audience }) => audience !== "" || team === "", {
    path: ["ACCESS_AUDIENCE"],
    error: "set when ACCESS_TEAM_DOMAIN is",
  }),
  z.refine(({ ACCESS_TEAM_DOMAIN: team, ACCESS_AUDIENCE: audience }) => team !== "" || audience === "", {
    path: ["ACCESS_TEAM_DOMAIN"],
    error: "set when ACCESS_AUDIENCE is",
  }),
);

/** The variables as the platform provides them, not parsed yet. Only this file reads them. */
export type RawVariables = { readonly [Name in VariableName]: unknown } & Secrets;

/** The secrets of a deployment. Each may be missing. */
export interface Secrets {
  /** The text from which ids, access keys and tokens are derived. */
  readonly ROOT_SECRET?: string;
  /** Former root secrets, with spaces between them, whose sandboxes go on. */
  readonly PREVIOUS_ROOT_SECRETS?: string;
  /** The URL that alerts are posted to. */
  readonly ALERT_WEBHOOK?: string;
  /** The operator's token, which is also the control token of the sandbox `default` when that is protected. */
  readonly OPERATOR_TOKEN?: string;
}

/** What a sandbox, and all sandboxes together, may use; undefined for no limit. */
export interface Quotas {
  /** Requests of the API, and requests that the sandbox sends, on one day in UTC. */
  readonly requestsPerDay: number | undefined;
  /** Bytes that a sandbox stores. */
  readonly sandboxBytes: number | undefined;
  /** Bytes that all sandboxes store. */
  readonly totalBytes: number | undefined;
}

/** The parsed variables that concern sandboxes. */
export interface Variables {
  readonly limits: Limits;
  /** The region and the account of sandboxes whose settings do not set them. */
  readonly region: string;
  readonly accountId: string;
  /** The URL at which clients reach the deployment; undefined to use the request's URL. */
  readonly publicUrl: string | undefined;
  /** Whether a trusted proxy sets X-Forwarded headers that say how clients reach the deployment. */
  readonly trustsProxy: boolean;
  /** The application of Cloudflare Access in front of the deployment; undefined for none. */
  readonly access: AccessApplication | undefined;
  /** Where Cloudflare is asked to create objects; undefined for near the first request. */
  readonly locationHint: DurableObjectLocationHint | undefined;
  /** Where all objects run and are stored; undefined for anywhere. */
  readonly jurisdiction: DurableObjectJurisdiction | undefined;
  /** The hosts that events and deliveries may be posted to, in lower case. */
  readonly outboundHosts: readonly string[];
  /** After how many seconds without use a sandbox is erased; 0 means never. */
  readonly idleSeconds: { readonly default: number; readonly others: number };
  readonly quotas: Quotas;
}

/** An application of Cloudflare Access. */
export interface AccessApplication {
  /** The team's domain, in lower case, as in `my-team.cloudflareaccess.com`. */
  readonly teamDomain: string;
  /** The application's AUD tag. */
  readonly audience: string;
}

/** The parsed variables that concern access to the deployment. */
export interface Hosting {
  /** Who may control the sandbox `default`; with `off` the sandbox does not exist. */
  readonly defaultSandbox: DefaultSandboxMode;
  /** The domain whose hosts `{sandbox}.{domain}` select sandboxes, in lower case; undefined for none. */
  readonly domain: string | undefined;
  readonly logsRequests: boolean;
  /** Who may create sandboxes: everyone, or whoever has an invitation. */
  readonly creation: CreationMode;
  /** What sandboxes' ids and credentials are derived from; undefined when there can be no sandboxes but `default`. */
  readonly rootSecrets: RootSecrets | undefined;
}

interface Parsed {
  readonly variables: Result<Variables, string>;
  readonly hosting: Hosting;
}

/** Caches the parsed variables of each env. */
const parsed = new WeakMap<RawVariables, Parsed>();

function parsedOf(env: RawVariables): Parsed {
  const known = parsed.get(env);
  if (known !== undefined) return known;
  const found = { variables: parseVariables(env), hosting: parseHosting(env) };
  parsed.set(env, found);
  return found;
}

function parseVariables(env: RawVariables): Result<Variables, string> {
  const { data, error } = variablesSchema.safeParse(env);
  if (error) {
    const [issue] = error.issues;
    const name = issue?.path[0] as VariableName;
    const is = JSON.stringify(env[name]) ?? "not set";
    return err(`The variable ${name} must be ${issue?.message}, but is ${is}.`);
  }
  const limits = Object.entries(LIMIT_VARIABLES).map(([limit, variable]) => [limit, data[variable]]);
  return ok({
    limits: Object.fromEntries(limits),
    region: data.REGION,
    accountId: data.ACCOUNT_ID,
    publicUrl: data.PUBLIC_URL.replace(/\/+$/, "") || undefined,
    trustsProxy: data.TRUSTED_PROXY === "on",
    access: data.ACCESS_TEAM_DOMAIN
      ? { teamDomain: data.ACCESS_TEAM_DOMAIN.toLowerCase(), audience: data.ACCESS_AUDIENCE }
      : undefined,
    locationHint: data.LOCATION_HINT || undefined,
    jurisdiction: data.JURISDICTION || undefined,
    outboundHosts: data.OUTBOUND_HOSTS.split(",")
      .map((host) => host.trim().toLowerCase())
      .filter(Boolean),
    quotas: {
      requestsPerDay: data.QUOTA_REQUESTS_PER_DAY || undefined,
      sandboxBytes: data.QUOTA_BYTES_PER_SANDBOX || undefined,
      totalBytes: data.QUOTA_BYTES || undefined,
    },
    idleSeconds: { default: data.DEFAULT_SANDBOX_IDLE_SECONDS, others: data.IDLE_SECONDS },
  });
}

// The health check must work when a variable is wrong, so each variable is parsed separately, and a wrong
// variable gets the safest value.
function parseHosting(env: RawVariables): Hosting {
  const { DEFAULT_SANDBOX, SANDBOX_DOMAIN, LOG_REQUESTS, CREATION, PREVIOUS_CREDENTIALS } =
    variableSchemas.shape;
  const { ROOT_SECRET: current, PREVIOUS_ROOT_SECRETS: previous = "" } = env;
  return {
    defaultSandbox: DEFAULT_SANDBOX.safeParse(env.DEFAULT_SANDBOX).data ?? "protected",
    domain: SANDBOX_DOMAIN.safeParse(env.SANDBOX_DOMAIN).data?.toLowerCase() || undefined,
    logsRequests: LOG_REQUESTS.safeParse(env.LOG_REQUESTS).data === "on",
    creation: CREATION.safeParse(env.CREATION).data ?? "invited",
    rootSecrets: current
      ? {
          current,
          previous: previous.split(/\s+/).filter(Boolean),
          acceptsPreviousCredentials:
            PREVIOUS_CREDENTIALS.safeParse(env.PREVIOUS_CREDENTIALS).data === "accepted",
        }
      : undefined,
  };
}

/** The first error in the deployment's variables, as a sentence for people; undefined when there is none. */
export function wrongVariable(env: RawVariables): string | undefined {
  const { variables } = parsedOf(env);
  return variables.ok ? undefined : variables.error;
}

/** The deployment's variables that concern sandboxes. Throws an Error when any variable is wrong. */
export function variables(env: RawVariables): Variables {
  const { variables } = parsedOf(env);
  if (!variables.ok) throw new Error(variables.error);
  return variables.value;
}

/**
 * The deployment's variables that concern access. Never throws: wrong variables mean `protected`, no domain,
 * no log.
 */
export function hosting(env: RawVariables): Hosting {
  return parsedOf(env).hosting;
}

/** The deployment's limits. Throws an Error when any variable is wrong. */
export function limits(env: RawVariables): Limits {
  return variables(env).limits;
}

/** Whether the deployment has an operator, for whom its sandboxes are registered. */
export function hasOperator(env: RawVariables): boolean {
  return Boolean(env.OPERATOR_TOKEN) || Boolean(env.ACCESS_TEAM_DOMAIN);
}

/** Whether somebody asks what sandboxes use: a quota, or the operator. Throws an Error when any variable is wrong. */
export function metersUsage(env: RawVariables): boolean {
  const { requestsPerDay, sandboxBytes, totalBytes } = variables(env).quotas;
  return hasOperator(env) || (requestsPerDay ?? sandboxBytes ?? totalBytes) !== undefined;
}

/**
 * After how many milliseconds without use the sandbox is erased; undefined for never. Throws an Error when
 * any variable is wrong.
 */
export function idleMs(env: RawVariables, sandbox: string): number | undefined {
  const { idleSeconds } = variables(env);
  const seconds = sandbox === DEFAULT_SANDBOX_ID ? idleSeconds.default : idleSeconds.others;
  return seconds > 0 ? seconds * 1000 : undefined;
}
