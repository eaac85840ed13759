import { type ControlOperation, controlOperations, patternOf } from "../documents/operations.ts";
import type { Env } from "../env.ts";
import { claimedAccessKeyId } from "../fc/signature/verdict.ts";
import { type UrlParts, urlParts } from "../lib/url.ts";
import { secretOfSandbox } from "../state/credentials.ts";
import { DEFAULT_SANDBOX_ID, sandboxOfAccessKey } from "../state/sandboxId.ts";
import { hosting } from "../variables.ts";

/**
 * A host's name or address, and perhaps a port. The request's URL contains the Host header, whatever the
 * header holds.
 */
export const HOST = /^(?:[\w.-]+|\[[\da-f:.]+\])(?::\d{0,5})?$/i;

/** The path prefix of a sandbox. The routes decode paths, so an "s" sent as %73 must count too. */
const PREFIX = /^\/+(?:s|%73)\/([^/]*)(\/.*)?$/s;

/** A request's path without the sandbox's prefix. */
export function pathInSandbox(path: string): string {
  const [prefixed, , rest] = PREFIX.exec(path) ?? [];
  return prefixed === undefined ? path : (rest ?? "/");
}

/** Below this path, the operator's page has the operator's operations, so that one rule of an access proxy covers both. */
const OPERATOR_PATH = "/operator";

const operatorOperations = Object.values<ControlOperation>(controlOperations)
  .filter(({ access }) => access?.startsWith("operator"))
  .map(({ method, path }) => ({ method, pattern: patternOf(path) }));

/** Whether a request with this path in a deployment is one of the operator's operations. */
function isOperatorOperation(method: string, path: string): boolean {
  const asked = method === "HEAD" ? "GET" : method;
  return operatorOperations.some(({ method, pattern }) => method === asked && pattern.test(path));
}

/**
 * The path for routing: the path in the sandbox, with doubled slashes merged and without a trailing slash. An
 * SDK whose endpoint ends in a slash sends `//2021-04-06/…`. Of the operator's operations, the path without `/operator`.
 */
export function routedPath(path: string, method: string): string {
  const merged = pathInSandbox(path).replace(/\/{2,}/g, "/");
  const inside = merged.length > 1 && merged.endsWith("/") ? merged.slice(0, -1) : merged;
  if (!inside.startsWith(`${OPERATOR_PATH}/_sandbox/`)) return inside;
  const operation = inside.slice(OPERATOR_PATH.length);
  return isOperatorOperation(method, operation) ? operation : inside;
}

/**
 * The sandbox that a request names: by path prefix, else host label, else access key ID, else `default`. Such
 * a sandbox need not exist.
 */
function namedSandbox({ hostname, path }: UrlParts, headers: Headers, env: Env): string {
  const [, prefix] = PREFIX.exec(path) ?? [];
  if (prefix !== undefined) return prefix;
  const { domain } = hosting(env);
  const host = hostname.toLowerCase().replace(/\.$/, "");
  if (domain !== undefined && host.endsWith(`.${domain}`)) return host.slice(0, -domain.length - 1);
  return sandboxOfAccessKey(claimedAccessKeyId(headers)) ?? DEFAULT_SANDBOX_ID;
}

/** A request's sandbox, and the root secret that makes its credentials: undefined in a deployment without one. */
export interface SelectedSandbox {
  readonly ok: true;
  readonly sandbox: string;
  readonly secret: string | undefined;
}

/** The root secret that makes a sandbox's credentials; undefined when this deployment did not create the id, or has no secret. */
export async function secretOf(env: Env, sandbox: string): Promise<string | undefined> {
  const { rootSecrets } = hosting(env);
  return rootSecrets && secretOfSandbox(rootSecrets, sandbox);
}

/** Selects a request's sandbox: its id, or the id that the request named when no such sandbox exists. */
export async function selectSandbox(
  request: Request,
  env: Env,
): Promise<SelectedSandbox | { readonly ok: false; readonly named: string }> {
  const named = namedSandbox(urlParts(request.url), request.headers, env);
  const secret = await secretOf(env, named);
  const exists = named === DEFAULT_SANDBOX_ID ? hosting(env).defaultSandbox !== "off" : secret !== undefined;
  return exists ? { ok: true, sandbox: named, secret } : { ok: false, named };
}
