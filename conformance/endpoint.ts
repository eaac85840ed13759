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
  /** The URL, which may have a path before the API's path. */
  readonly url: string;
  readonly credentials: Credentials;
  /** The needs of steps that the endpoint meets. */
  readonly offers: ReadonlySet<Need>;
  /** Resolves when the endpoint's clock shows a later second. Rejects when the signal aborts. */
  nextSecond(signal: AbortSignal): Promise<void>;
}

/** A request with its address, and with its placeholders filled in. */
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
 * Signs and sends a request, and returns the answer without secrets, so that no later code can leak one.
 * Rejects when no answer arrives within 30 seconds, or when the signal aborts.
 */
export async function send(
  { url, credentials }: Endpoint,
  request: Request,
  signal?: AbortSignal,
): Promise<Answer> {
  const base = new URL(url);
  const { version, method, path, query, signing } = request;
  // Bytes, because fetch adds a Content-Type to text.
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

/** The action that ACS3 signs for a path without an operation. */
const NO_OPERATION = "GetAsyncInvokeConfig";

/**
 * The version's name for a request's operation, which ACS3 signs. A method that the path does not have counts
 * as GET.
 */
function actionOf({ method, path, version }: Request): string {
  const there = routesOf(version).filter((route) => isAt(version, route, path));
  const route =
    there.find((one) => one.method === method) ??
    there.find((one) => one.method === "GET") ??
    routeOf(version, NO_OPERATION);
  return route?.name ?? NO_OPERATION;
}

/** Whether a path matches a version's route. */
function isAt({ prefixes }: ApiVersion, route: VersionRoute, path: string): boolean {
  const pattern = route.path.replace(/:\w+/g, "[^/]*");
  return prefixes.some((prefix) => new RegExp(`^${prefix}${pattern}$`).test(path));
}

/** An endpoint with an access key, whose clock shows real time. */
export function endpointAt(url: string, credentials: Credentials, offers: ReadonlySet<Need>): Endpoint {
  return {
    url,
    credentials,
    offers,
    nextSecond: (signal) => setTimeout(1000, undefined, { signal }),
  };
}

/**
 * Creates a sandbox on a server, in which only what was created exists, signatures are required, and the clock is
 * frozen. With `isDeclared`, the subject's functions exist. Throws a ControlError when the control plane refuses.
 */
export async function newSandbox(server: string, subject: Subject, isDeclared: boolean): Promise<Endpoint> {
  const { accountId, region, service, alias, version } = subject;
  const sandbox = await createSandbox(server, {
    label: "conformance",
    settings: { signatures: "required", functions: "declared", accountId, region },
  });
  if (isDeclared) {
    const qualifiers = { versions: [version], aliases: [alias] };
    await sandbox.functions.declare({
      services: [{ name: service, functions: [subject.function], ...qualifiers }],
      functions: [{ name: subject.functionOfFc3, ...qualifiers }],
    });
  }
  await sandbox.clock.freeze();
  const { accessKeyId = "", accessKeySecret = "" } = sandbox.access;
  return {
    url: sandbox.endpoint,
    credentials: { accessKeyId, accessKeySecret },
    offers: new Set<Need>(["version", "alias", "existence", "signatures", "faults", "invocation"]),
    nextSecond: async () => {
      await sandbox.clock.advance(1);
    },
  };
}
