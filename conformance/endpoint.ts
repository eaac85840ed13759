import { setTimeout } from "node:timers/promises";
import { createSandbox } from "../src/client/index.ts";
import { routeOf, routesOf, type VersionRoute } from "../src/fc/operations.ts";
import type { ApiVersion } from "../src/fc/versions.ts";
import type { Answer } from "./expectation.ts";
import type { Subject } from "./placeholders.ts";
import type { JsonValue, Need, Signing } from "./scenario.ts";
import { jsonWithoutSecrets, secretsOf, withoutSecrets } from "./secrets.ts";
import { type Credentials, signedHeaders } from "./signing.ts";

/** Where the scenarios run: the cloud, or a sandbox. */
export interface Endpoint {
  /** A URL, perhaps with a path before the API's own. */
  readonly url: string;
  readonly credentials: Credentials;
  /** What of the steps' needs is there. */
  readonly offers: ReadonlySet<Need>;
  /** Fulfilled when its clock shows a later second. Rejects when the signal aborts. */
  nextSecond(signal: AbortSignal): Promise<void>;
}

/** A request, addressed and with its placeholders filled in. */
export interface Request {
  readonly version: ApiVersion;
  readonly method: string;
  /** Percent-encoded. */
  readonly path: string;
  /** Percent-encoded, without the "?". */
  readonly query: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly signing?: Signing | undefined;
}

const TIMEOUT_MS = 30_000;
const RUN = crypto.randomUUID();

/**
 * Sends a request and reads the answer, in which the secrets are covered: nothing further on can let one out. Throws
 * when there is none, in half a minute or before the signal aborts.
 */
export async function send(
  { url, credentials }: Endpoint,
  request: Request,
  signal?: AbortSignal,
): Promise<Answer> {
  const base = new URL(url);
  const { version, method, path, query, signing } = request;
  // As bytes: fetch gives a text a Content-Type of its own.
  const body = new TextEncoder().encode(request.body);
  const headers = new Headers(request.headers);
  headers.set("host", base.host);
  const signed = await signedHeaders(
    {
      request: { method, path, query, headers, body },
      version,
      action: actionOf(request),
      run: RUN,
      signing,
    },
    credentials,
  );
  signed.delete("host");
  const timeout = AbortSignal.timeout(TIMEOUT_MS);
  const response = await fetch(`${url.replace(/\/$/, "")}${path}${query && `?${query}`}`, {
    method,
    headers: signed,
    ...(body.length > 0 && { body }),
    redirect: "manual",
    signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
  });
  const text = await response.text();
  const secrets = secretsOf(credentials);
  return {
    status: response.status,
    headers: new Headers(
      [...response.headers].map(([name, value]) => [name, withoutSecrets(value, secrets)]),
    ),
    body: text === "" ? undefined : jsonWithoutSecrets(parsed(text), secrets),
  };
}

function parsed(text: string): JsonValue {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** What ACS3 signs as the action where a path has no operation. */
const NO_OPERATION = "GetAsyncInvokeConfig";

/** The version's name for what a request does: ACS3 signs it. A method that its path has not goes as a GET. */
function actionOf({ method, path, version }: Request): string {
  const there = routesOf(version).filter((route) => isAt(version, route, path));
  const route =
    there.find((one) => one.method === method) ??
    there.find((one) => one.method === "GET") ??
    routeOf(version, NO_OPERATION);
  return route?.name ?? NO_OPERATION;
}

/** Whether a path is where a version has an operation. */
function isAt({ prefixes }: ApiVersion, route: VersionRoute, path: string): boolean {
  const pattern = route.path.replace(/:\w+/g, "[^/]*");
  return prefixes.some((prefix) => new RegExp(`^${prefix}${pattern}$`).test(path));
}

/** An endpoint with an access key, whose clock is real. */
export function endpointAt(url: string, credentials: Credentials, offers: ReadonlySet<Need>): Endpoint {
  return {
    url,
    credentials,
    offers,
    nextSecond: (signal) => setTimeout(1000, undefined, { signal }),
  };
}

/**
 * A new sandbox at a server, in which the subject's functions are declared and signatures required, and whose clock
 * only moves when it is told to. Throws a ControlError.
 */
export async function newSandbox(server: string, subject: Subject): Promise<Endpoint> {
  const { accountId, region, service, alias, version } = subject;
  const qualifiers = { versions: [version], aliases: [alias] };
  const sandbox = await createSandbox(server, {
    label: "conformance",
    settings: { signatures: "required", functions: "declared", accountId, region },
  });
  await sandbox.functions.declare({
    services: [{ name: service, functions: [subject.function], ...qualifiers }],
    functions: [{ name: subject.functionOfFc3, ...qualifiers }],
  });
  await sandbox.clock.freeze();
  const { accessKeyId = "", accessKeySecret = "" } = sandbox.access;
  return {
    url: sandbox.endpoint,
    credentials: { accessKeyId, accessKeySecret },
    offers: new Set<Need>(["version", "alias", "existence", "signatures", "faults"]),
    nextSecond: async () => {
      await sandbox.clock.advance(1);
    },
  };
}
