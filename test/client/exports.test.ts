import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Verifier } from "@pact-foundation/pact";
import { Ajv } from "ajv";
import draft06 from "ajv/dist/refs/json-schema-draft-06.json" with { type: "json" };
import addFormats from "ajv-formats";
import harSchemas from "har-schema";
import { expect, test } from "vitest";
import {
  createSandbox,
  type GivenFault,
  type Pact,
  type SandboxClient,
  type Snapshot,
} from "../../src/client/index.ts";
import { SERVER } from "../server.ts";

const JSON_TYPE = { "Content-Type": "application/json" };
const QUEUE = "acs:mns:cn-hangzhou:123456:/queues/failed/messages";
const CLASSIC = "/2016-08-15/services/demo/functions/f/async-invoke-config";
const FC3 = "/2023-03-30/functions/report/async-invoke-config";

async function send(
  { endpoint }: SandboxClient,
  method: string,
  path: string,
  body?: object,
  headers: Record<string, string> = {},
): Promise<void> {
  const given = body === undefined ? {} : { body: JSON.stringify(body) };
  const response = await fetch(endpoint + path, { method, ...given, headers: { ...JSON_TYPE, ...headers } });
  await response.text();
}

/** Traffic of all kinds that a console makes. */
async function makeTraffic(sandbox: SandboxClient): Promise<void> {
  const config: Snapshot["configs"] = [
    { service: "demo", function: "f", qualifier: "imported", maxAsyncRetryAttempts: 3, stateful: true },
  ];
  await sandbox.snapshot.import({ configs: config });
  const both = {
    destinationConfig: { onSuccess: { destination: QUEUE }, onFailure: { destination: QUEUE } },
  };
  for (const path of [CLASSIC, CLASSIC.replace("2016-08-15", "2021-04-06"), `${FC3}?qualifier=prod`]) {
    await send(sandbox, "GET", path);
    await send(sandbox, "PUT", path, { maxAsyncRetryAttempts: 1 });
    await send(sandbox, "PUT", path, { maxAsyncEventAgeInSeconds: 3600, ...both });
    await send(sandbox, "PUT", path, { destinationConfig: { onFailure: { destination: QUEUE } } });
    await send(sandbox, "PUT", path, { maxAsyncRetryAttempts: 9 });
    await send(sandbox, "GET", path);
    await send(sandbox, "GET", path);
    await send(sandbox, "HEAD", path);
    await send(sandbox, "DELETE", path, undefined, { "X-Sandbox-Fault": "InternalServerError" });
    await send(sandbox, "DELETE", path, undefined, { "X-Sandbox-Fault": "ServiceUnavailable;after=apply" });
    await send(sandbox, "DELETE", path);
    await send(sandbox, "PUT", path, {});
  }
  await send(sandbox, "GET", CLASSIC.replace("demo", "demo.imported"));
  await send(sandbox, "GET", "/2023-03-30/async-invoke-configs");
  await send(sandbox, "GET", "/2016-08-15/services/demo/functions/f/async-invoke-configs?limit=50");
  const headers = { "Retry-After": "7", "X-Mine": "yes", "X-List": "a, b" };
  await sandbox.faults.add({ effect: { type: "response", status: 503, headers, body: "<html>" }, times: 1 });
  await send(sandbox, "PUT", FC3, { asyncTask: true });
  await sandbox.faults.add({ effect: { type: "error", code: "Throttling", message: "slow down" }, times: 1 });
  await send(sandbox, "GET", FC3);
  await send(sandbox, "POST", "/2023-03-30/functions/report/invocations", { order: 7 });
  await send(
    sandbox,
    "POST",
    "/2023-03-30/functions/report/invocations",
    { order: 7 },
    {
      "X-Fc-Invocation-Type": "Async",
    },
  );
  await send(
    sandbox,
    "POST",
    "/2023-03-30/functions/report/invocations",
    { order: 7 },
    {
      "X-Sandbox-Outcome": "error",
      "X-Fc-Log-Type": "Tail",
    },
  );
  await send(sandbox, "GET", "/2021-04-06/services/nothing/functions");
  await send(sandbox, "GET", "/nowhere?a=1&a=2&b=");
}

/** Verifies a sandbox as a provider, with the states that the file names. */
async function verify(pact: Pact, sandbox: SandboxClient): Promise<unknown> {
  const directory = await mkdtemp(join(tmpdir(), "pact-"));
  const file = join(directory, "pact.json");
  await writeFile(file, JSON.stringify(pact));
  try {
    return await new Verifier({
      providerBaseUrl: sandbox.endpoint,
      pactUrls: [file],
      logLevel: "error",
      stateHandlers: {
        "no configs": () => sandbox.reset("configs", "faults"),
        "a config exists": async (parameters) => {
          const { configs = [] } = await sandbox.snapshot.export();
          const config = parameters as (typeof configs)[number];
          const isIt = (one: typeof config) =>
            one.service === config.service &&
            one.function === config.function &&
            one.qualifier === (config.qualifier ?? "LATEST");
          await sandbox.snapshot.import({ configs: [...configs.filter((one) => !isIt(one)), config] });
        },
        "a fault": async (parameters) => {
          await sandbox.faults.add(parameters as unknown as GivenFault);
        },
      },
    }).verifyProvider();
  } finally {
    await rm(directory, { recursive: true });
  }
}

test("an exported HTTP Archive is what the JSON schema of HAR 1.2 says", async () => {
  const sandbox = await createSandbox(SERVER);
  await makeTraffic(sandbox);
  await send(sandbox, "PUT", FC3, { padding: "x".repeat(9000) });
  const har = await sandbox.requests.export("har");
  expect(har.log.entries.length).toBe(await sandbox.requests.count());
  const ajv = new Ajv({ strict: false, allErrors: true });
  addFormats["default"](ajv);
  ajv.addMetaSchema(draft06);
  ajv.addSchema(Object.values(harSchemas));
  expect([ajv.validate("har.json#", har), ajv.errorsText()]).toEqual([true, "No errors"]);
  const [entry] = har.log.entries;
  const wrong = { log: { ...har.log, entries: [{ ...entry, request: { ...entry?.request, url: 7 } }] } };
  expect(ajv.validate("har.json#", wrong)).toBe(false);
});

test("the verifier of Pact accepts an exported file, against another sandbox", async () => {
  const sandbox = await createSandbox(SERVER);
  await makeTraffic(sandbox);
  const pact = await sandbox.requests.export("pact", { consumer: "console", provider: "function-compute" });
  expect(pact.interactions.length).toBeGreaterThan(35);
  expect(pact.metadata.fcSandbox.leftOut).toEqual({ cut: 0, state: 0, unverifiable: 0 });
  const other = await createSandbox(SERVER, { settings: { region: "eu-central-1", accountId: "42" } });
  await verify(pact, other);

  // It notices what is not the same, and what the rules do not allow.
  const changed = (change: (interaction: Pact["interactions"][number]) => object) => ({
    ...pact,
    interactions: pact.interactions
      .filter(({ description }) => /^GetAsyncInvokeConfig of report:prod .* 200$/.test(description))
      .map((interaction) => ({ ...interaction, ...change(interaction) })),
  });
  const wrongStatus = changed(({ response }) => ({ response: { ...response, status: 201 } }));
  expect(wrongStatus.interactions.length).toBe(1);
  await expect(verify(wrongStatus, other)).rejects.toThrow();
  await expect(
    verify(
      changed(() => ({ providerStates: [{ name: "no configs" }] })),
      other,
    ),
  ).rejects.toThrow();
  const withoutRules = changed(({ response }) => ({
    response: { ...response, matchingRules: { header: {}, body: {} } },
  }));
  await expect(verify(withoutRules, other)).rejects.toThrow();
}, 120_000);
