import { createSandbox, type SandboxAccess } from "../../src/client/index.ts";

/** What a release said of a state before it stopped, for later ones to say the same. */
export interface Told {
  readonly access: SandboxAccess;
  /** The API's answers to GETs, by path. */
  readonly configs: Readonly<Record<string, unknown>>;
  /** The control plane's answers to GETs, by path. */
  readonly control: Readonly<Record<string, unknown>>;
  /** A token for the second page of `PAGE`, and the page that it leads to. */
  readonly nextToken: string;
  readonly nextPage: unknown;
}

export const PROD = "/2016-08-15/services/demo.prod/functions/hello/async-invoke-config";
export const LATEST = "/2016-08-15/services/demo/functions/hello/async-invoke-config";
export const REPORT = "/2023-03-30/functions/report/async-invoke-config";
const RETIRED = "/2023-03-30/functions/retired/async-invoke-config";
export const PAGE = "/2023-03-30/async-invoke-configs?limit=1";
export const CONFIGS = [PROD, LATEST, REPORT, RETIRED];

/** Smaller than the number of requests for `report`, so that its ring has come round. */
export const JOURNAL_SIZE = 4;

const CONTROL = ["", "/faults", "/clock", "/functions", "/snapshot", "/requests"].map(
  (path) => `/_sandbox${path}`,
);

/** Sends a request to a sandbox; undefined as a body is none. */
export async function send(
  endpoint: string,
  method: string,
  path: string,
  { body, token }: { body?: object; token?: string } = {},
): Promise<{ status: number; body: unknown }> {
  const response = await fetch(endpoint + path, {
    method,
    headers: {
      ...(body && { "Content-Type": "application/json" }),
      ...(token && { Authorization: `Bearer ${token}` }),
    },
    ...(body && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, body: text === "" ? undefined : JSON.parse(text) };
}

/** All that the control plane says of a sandbox, by path; reading it leaves no trace. */
export async function readControl(endpoint: string, token: string): Promise<Record<string, unknown>> {
  const entries = CONTROL.map(async (path) => [path, (await send(endpoint, "GET", path, { token })).body]);
  return Object.fromEntries(await Promise.all(entries));
}

/** The API's answers for the configs, and for one that was deleted. */
export async function readConfigs(endpoint: string): Promise<Record<string, unknown>> {
  const configs: Record<string, unknown> = {};
  for (const path of CONFIGS) configs[path] = (await send(endpoint, "GET", path)).body;
  return configs;
}

/** Makes a sandbox, fills it with something of everything that is stored, and tells what it then says. */
export async function play(server: string): Promise<Told> {
  const sandbox = await createSandbox(server, { label: "recorded" });
  const access = sandbox.access as SandboxAccess;
  const { endpoint, controlToken } = access;
  const put = (path: string, body: object) => send(endpoint, "PUT", path, { body });
  await sandbox.settings({
    functions: "declared",
    region: "eu-central-1",
    accountId: "42",
    journalSize: JOURNAL_SIZE,
  });
  await sandbox.functions.declare({
    services: [{ name: "demo", functions: ["hello"], aliases: ["prod"] }],
    functions: [{ name: "report" }, { name: "retired" }, { name: "sum" }],
  });
  await sandbox.clock.freeze("2030-01-01T00:00:00Z");
  await put(PROD, {
    maxAsyncEventAgeInSeconds: 3600,
    destinationConfig: {
      onSuccess: { destination: "acs:fc:cn-hangzhou:123456:services/demo/functions/done" },
    },
  });
  await put(LATEST, { maxAsyncRetryAttempts: 0, statefulInvocation: true });
  await put(RETIRED, { maxAsyncRetryAttempts: 1 });
  await send(endpoint, "DELETE", RETIRED);
  await put(REPORT.replace("report", "sum"), { asyncTask: true });
  await sandbox.clock.advance(60);
  for (let i = 1; i <= JOURNAL_SIZE + 2; i++) await put(REPORT, { maxAsyncEventAgeInSeconds: i });
  await put(REPORT, { maxAsyncRetryAttempts: 9 });
  await sandbox.faults.add({
    match: { operation: "put", function: "report" },
    effect: { type: "error", code: "Throttling" },
    skip: 1,
    times: 2,
  });
  await put(REPORT, { maxAsyncRetryAttempts: 5 });
  await put(REPORT, { maxAsyncRetryAttempts: 6 });
  await send(endpoint, "PUT", "/2023-03-30/functions/undeclared/async-invoke-config", { body: {} });
  const { nextToken } = (await send(endpoint, "GET", PAGE)).body as { nextToken: string };
  const nextPage = (await send(endpoint, "GET", `${PAGE}&nextToken=${nextToken}`)).body;
  const configs = await readConfigs(endpoint);
  const control = await readControl(endpoint, controlToken);
  return { access, configs, control, nextToken, nextPage };
}
