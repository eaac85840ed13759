import { env } from "cloudflare:test";
import { describe, expect, test } from "vitest";
import { app } from "../../src/app.ts";
import { ControlError } from "../../src/client/index.ts";
import { builtInStates } from "../../src/documents/pactStates.ts";
import { statuses } from "../../src/fc/invocations/invocation.ts";
import { setVariables } from "../calls.ts";
import { newSandbox, type TestSandbox } from "../newSandbox.ts";
import { evictObjects, parentOf } from "../objects/objects.ts";
import { errorOf, versions } from "../request.ts";

const [classic, , fc3] = versions;
const FROZEN = {
  settings: {},
  snapshot: { clock: { mode: "frozen", time: "2030-01-01T00:00:00Z" } },
} as const;
const QUEUE = "acs:mns:cn-hangzhou:123456:/queues/failed/messages";

/** Everything that a sandbox has, without what differs by the time of the export. */
const everything = (sandbox: TestSandbox) => sandbox.snapshot.export({ invocations: true });

const retriesOf = async (sandbox: TestSandbox, name = "report", qualifier?: string) =>
  (await sandbox.send("GET", fc3.config(name, qualifier))).body.maxAsyncRetryAttempts;

/** Sends a change of a provider state as a verifier does. */
async function post(sandbox: TestSandbox, { query = "", body }: { query?: string; body?: unknown }) {
  const path = `${new URL(sandbox.endpoint).pathname}/_sandbox/pact/provider-states${query}`;
  const response = await app.request(
    path,
    {
      method: "POST",
      headers: { "X-Sandbox-Token": sandbox.access.controlToken ?? "" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    },
    env,
  );
  return { status: response.status, body: await response.json<Record<string, unknown>>() };
}

const refusal = async (call: Promise<unknown>) => {
  const error = await call.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof ControlError)) throw new Error(`not refused: ${error}`);
  return error.problem;
};

describe("the verifier's protocol", () => {
  test("JSON with a state, its parameters and the action", async () => {
    const sandbox = await newSandbox(FROZEN);
    const state = { state: "a config exists", params: { function: "report", maxAsyncRetryAttempts: 3 } };
    const setup = await post(sandbox, { body: { ...state, action: "setup" } });
    expect(setup).toEqual({
      status: 200,
      body: {
        endpoint: sandbox.endpoint.replace("http://sandbox", "http://localhost"),
        host: "localhost",
        basePath: new URL(sandbox.endpoint).pathname,
        now: "2030-01-01T00:00:00Z",
        region: "cn-hangzhou",
        accountId: "1234567890123456",
        function: "report",
        qualifier: "LATEST",
        createdTime: "2030-01-01T00:00:00Z",
        lastModifiedTime: "2030-01-01T00:00:00Z",
      },
    });
    expect(await retriesOf(sandbox)).toBe(3);
    expect(await post(sandbox, { body: { ...state, action: "teardown" } })).toEqual({
      status: 200,
      body: {},
    });
    expect((await sandbox.send("GET", fc3.config("report"))).status).toBe(404);
  });

  test("a query, in which numbers and objects are JSON, and names are text", async () => {
    const sandbox = await newSandbox();
    const destination = encodeURIComponent(JSON.stringify({ onFailure: { destination: QUEUE } }));
    const query = `?state=a+config+exists&function=report&qualifier=7&maxAsyncRetryAttempts=4&destinationConfig=${destination}`;
    expect((await post(sandbox, { query: `${query}&action=setup` })).status).toBe(200);
    expect((await sandbox.send("GET", fc3.config("report", "7"))).body).toMatchObject({
      maxAsyncRetryAttempts: 4,
      destinationConfig: { onFailure: { destination: QUEUE } },
    });
    expect((await post(sandbox, { query: `${query}&action=teardown` })).status).toBe(200);
    expect((await sandbox.send("GET", fc3.config("report", "7"))).status).toBe(404);
  });

  test.each([
    ["no state at all", { state: "", action: "setup" }],
    ["no parameters, and no action", { state: "no configs", params: null }],
    ["what other verifiers add", { state: "no configs", action: "teardown", consumer: "console" }],
  ])("%s is accepted", async (_, body) => {
    expect((await post(await newSandbox(), { body })).status).toBe(200);
  });

  test.each([
    [{ action: "setup" }, "The body, or the query, must have state, a text."],
    [{ state: 7 }, "state must be a text"],
    [{ state: "no configs", action: "start" }, 'action must be "setup" or "teardown"'],
    [{ state: "no configs", params: [] }, "params must be an object"],
    [{ state: "x".repeat(201) }, "state must be at most 200 characters"],
  ])("%j is refused", async (body, detail) => {
    expect(await post(await newSandbox(), { body })).toMatchObject({ status: 400, body: { detail } });
  });

  test("a name in another case and with other spaces is the same state", async () => {
    const sandbox = await newSandbox();
    const params = { function: "report", maxAsyncRetryAttempts: 3 };
    await sandbox.pact.setUp("  A  Config\texists ".replace("\t", " "), params);
    expect(await retriesOf(sandbox)).toBe(3);
    await sandbox.pact.tearDown("a config exists", params);
    expect((await sandbox.send("GET", fc3.config("report"))).status).toBe(404);
  });

  test("an unknown state is refused with the names of all there are", async () => {
    const sandbox = await newSandbox();
    await sandbox.pact.define("The shop is open", { configs: [] });
    const { status, detail } = await refusal(sandbox.pact.setUp("nonsense"));
    expect(status).toBe(400);
    for (const name of [...builtInStates, "The shop is open"]) expect(detail).toContain(`"${name}"`);
  });
});

describe("the built-in states", () => {
  /** Sets a state up, and tears it down, which must leave everything as it was. */
  async function during(
    sandbox: TestSandbox,
    state: string,
    params: Record<string, unknown>,
    look: (values: Record<string, unknown>) => Promise<void>,
  ): Promise<void> {
    const before = await everything(sandbox);
    await look(await sandbox.pact.setUp(state, params));
    await sandbox.pact.tearDown(state, params);
    expect(await everything(sandbox)).toEqual(before);
  }

  /** A sandbox with some of everything. */
  async function filled(): Promise<TestSandbox> {
    const sandbox = await newSandbox({
      snapshot: {
        clock: { mode: "frozen", time: "2030-01-01T00:00:00Z" },
        settings: { region: "eu-central-1" },
        faults: [{ match: { function: "nothing" }, effect: { type: "broken" }, times: 5 }],
        outcomes: [{ match: { function: "charge" }, outcomes: [{ type: "error" }] }],
        functions: {
          services: [{ name: "demo", functions: ["hello"], versions: ["1"], aliases: ["prod"] }],
          functions: [{ name: "report", versions: ["1"], aliases: ["live"] }],
        },
        configs: [
          { function: "report", maxAsyncRetryAttempts: 1 },
          { function: "report", qualifier: "live", maxAsyncRetryAttempts: 2 },
          { service: "demo", function: "hello", qualifier: "prod", maxAsyncEventAgeInSeconds: 60 },
          { function: "undeclared", maxAsyncRetryAttempts: 5 },
        ],
      },
    });
    return sandbox;
  }

  test("no configs", async () => {
    const sandbox = await filled();
    await during(sandbox, "no configs", {}, async () => {
      expect((await sandbox.snapshot.export()).configs).toEqual([]);
    });
  });

  test("a config exists: it replaces the whole config, and the others stay", async () => {
    const sandbox = await filled();
    const params = { function: "report", qualifier: "live", maxAsyncEventAgeInSeconds: 9 };
    await during(sandbox, "a config exists", params, async () => {
      expect((await sandbox.send("GET", fc3.config("report", "live"))).body).toMatchObject({
        maxAsyncEventAgeInSeconds: 9,
        maxAsyncRetryAttempts: null,
      });
      expect(await retriesOf(sandbox)).toBe(1);
    });
  });

  test("a config exists, of a function that has to be declared", async () => {
    const sandbox = await newSandbox({ settings: { functions: "declared" } });
    await during(
      sandbox,
      "a config exists",
      { service: "demo", function: "hello", qualifier: "prod" },
      async () => {
        expect((await sandbox.send("GET", classic.config("hello", "prod"))).status).toBe(200);
      },
    );
  });

  test("a service, a function, a version and an alias exist", async () => {
    const sandbox = await filled();
    await during(sandbox, "a service exists", { service: "shop", description: "sells" }, async (values) => {
      const { body } = await sandbox.send("GET", "/2016-08-15/services/shop");
      expect(body).toMatchObject({ description: "sells", serviceId: values["serviceId"] });
    });
    const created = { function: "undeclared", runtime: "nodejs20", memorySize: 256 };
    await during(sandbox, "a function exists", created, async (values) => {
      const { body } = await sandbox.send("GET", "/2023-03-30/functions/undeclared");
      expect(body).toMatchObject({ memorySize: 256, functionId: values["functionId"] });
      expect(await retriesOf(sandbox, "undeclared")).toBe(5);
    });
    await during(sandbox, "a function exists", { service: "new", function: "hello" }, async (values) => {
      expect(values).toMatchObject({ service: "new", function: "hello" });
      expect((await sandbox.send("GET", "/2016-08-15/services/new/functions/hello")).status).toBe(200);
    });
    await during(sandbox, "a version exists", { function: "report", version: 4 }, async (values) => {
      const { body } = await sandbox.send("GET", "/2023-03-30/functions/report/versions");
      expect(body.versions.map(({ versionId }: { versionId: string }) => versionId)).toEqual(["4", "1"]);
      expect(values["version"]).toBe("4");
    });
    await during(sandbox, "a version exists", { service: "demo", version: "2" }, async () => {
      const { body } = await sandbox.send("GET", "/2016-08-15/services/demo/versions");
      expect(body.versions.length).toBe(2);
    });
    const alias = { service: "demo", alias: "canary", version: "3", description: "next" };
    await during(sandbox, "an alias exists", alias, async (values) => {
      const { body } = await sandbox.send("GET", "/2016-08-15/services/demo/aliases/canary");
      expect(body).toMatchObject({ versionId: "3", description: "next" });
      expect(values["alias"]).toBe("canary");
    });
  });

  test("a function exists that had other items, and code", async () => {
    const sandbox = await newSandbox();
    const code = { zipFile: "UEsFBgAAAAAAAAAAAAAAAAAAAAAAAA==" };
    const report = { functionName: "report", runtime: "nodejs20", handler: "index.handler", code };
    await sandbox.send("POST", "/2023-03-30/functions", report);
    const codeOf = async () => (await sandbox.send("GET", "/2023-03-30/functions/report/code")).body.checksum;
    const checksum = await codeOf();
    await during(sandbox, "a function exists", { function: "report", runtime: "python3.12" }, async () => {
      const { body } = await sandbox.send("GET", "/2023-03-30/functions/report");
      expect(body).toMatchObject({ runtime: "python3.12", codeSize: 0 });
    });
    expect(await codeOf()).toBe(checksum);
    const { url } = (await sandbox.send("GET", "/2023-03-30/functions/report/code")).body;
    expect((await app.request(new URL(url).pathname, {}, env)).status).toBe(200);
  });

  test("a fault, the clock, and signatures", async () => {
    const sandbox = await filled();
    const fault = { effect: { type: "error", code: "Throttling" }, match: { operation: "put" } };
    await during(sandbox, "a fault", fault, async (values) => {
      expect((await sandbox.faults.list()).map(({ id }) => id)[1]).toBe(values["faultId"]);
      expect((await sandbox.send("PUT", fc3.config("report"))).status).toBe(429);
    });
    await sandbox.faults.clear();
    await during(sandbox, "the clock is frozen at", { time: "2031-05-06T07:08:09+02:00" }, async (values) => {
      expect(values["now"]).toBe("2031-05-06T05:08:09Z");
      expect((await sandbox.clock.get()).now).toBe("2031-05-06T05:08:09.000Z");
    });
    await during(sandbox, "signatures are required", {}, async () => {
      expect(errorOf(await sandbox.send("GET", fc3.config("report"))).code).toBe("MissingRequiredHeader");
    });
    expect(await retriesOf(sandbox)).toBe(1);
  });

  test.each(statuses)("an asynchronous invocation that is %s, and stays so", async (status) => {
    const sandbox = await newSandbox();
    const params = { function: "charge", qualifier: "live", status, event: { order: 7 }, id: "order-7" };
    const { invocationId } = await sandbox.pact.setUp("an asynchronous invocation", params);
    expect(invocationId).toBe("order-7");
    await sandbox.clock.shift(60);
    expect(await sandbox.invocations.get("order-7")).toMatchObject({
      status,
      qualifier: "live",
      requestPayload: '{"order":7}',
    });
    const { body } = await sandbox.send(
      "GET",
      "/2023-03-30/functions/charge/async-tasks/order-7?qualifier=live",
    );
    expect(body).toMatchObject({ status, taskId: "order-7" });
    expect(await sandbox.deliveries.count()).toBe(0);
    await sandbox.pact.tearDown("an asynchronous invocation", params);
    expect((await sandbox.invocations.list()).invocations).toEqual([]);
  });

  test("an invocation of a function that has others leaves them alone", async () => {
    const sandbox = await newSandbox();
    await sandbox.clock.freeze();
    const headers = { "X-Fc-Invocation-Type": "Async", "X-Fc-Async-Task-Id": "mine" };
    await sandbox.send("POST", "/2023-03-30/functions/charge/invocations", {}, headers);
    const params = { function: "charge", status: "Failed" };
    await during(sandbox, "an asynchronous invocation", params, async () => {
      expect((await sandbox.invocations.list()).invocations.length).toBe(2);
    });
  });

  test("an invocation whose id is taken is refused, and changes nothing", async () => {
    const sandbox = await newSandbox();
    await sandbox.pact.setUp("an asynchronous invocation", { function: "f", status: "Failed", id: "one" });
    const again = { function: "f", status: "Succeeded", id: "one" };
    expect((await refusal(sandbox.pact.setUp("an asynchronous invocation", again))).status).toBe(409);
    expect((await sandbox.invocations.get("one")).status).toBe("Failed");
  });

  test("a snapshot replaces the parts that it has; with replace, all parts but invocations", async () => {
    const sandbox = await filled();
    const part = { configs: [{ function: "other", maxAsyncRetryAttempts: 8 }], settings: { journalSize: 7 } };
    await during(sandbox, "a snapshot", part, async () => {
      expect(await sandbox.snapshot.export()).toMatchObject({
        settings: { journalSize: 7, region: "eu-central-1" },
        configs: [{ function: "other", maxAsyncRetryAttempts: 8 }],
        functions: { functions: [{ name: "report" }] },
      });
    });
    await during(
      sandbox,
      "a snapshot",
      { replace: "all", functions: { functions: [{ name: "only" }] } },
      async () => {
        expect(await sandbox.snapshot.export()).toMatchObject({
          settings: { region: "cn-hangzhou" },
          clock: { mode: "real" },
          faults: [],
          outcomes: [],
          functions: { functions: [{ name: "only" }] },
          configs: [],
        });
      },
    );
  });

  test.each([
    ["no configs", { function: "f" }, "params must not have function"],
    ["a config exists", {}, "params.function must be a name"],
    [
      "a config exists",
      { function: "f", maxAsyncRetryAttempts: 9 },
      "params.maxAsyncRetryAttempts must be an integer from 0 to 8",
    ],
    ["a config exists", { function: "f", colour: "red" }, "params must not have colour"],
    ["a service exists", {}, "params.service must be a name"],
    ["a function exists", { function: "9" }, "params.function must be a name"],
    ["a function exists", { function: "f", memorySize: "much" }, "params.memorySize must be"],
    ["a version exists", { function: "f", version: "first" }, "params.version must be a version number"],
    ["a version exists", { function: "f" }, "params.version must be a version's number, or an object"],
    ["an alias exists", { function: "f" }, "params.alias must be a name"],
    ["a fault", {}, "params.effect must be an effect of type"],
    ["the clock is frozen at", {}, "params.time must be an RFC 3339 time"],
    [
      "the clock is frozen at",
      { time: "0999-01-01T00:00:00Z" },
      "params.time must be a time of the years 1970 to 9999",
    ],
    ["signatures are required", { by: "all" }, "params must not have by"],
    ["an asynchronous invocation", { function: "f" }, "params.status must be one of Enqueued, Running"],
    [
      "an asynchronous invocation",
      { function: "f", status: "Failed", id: "7" },
      "params.id must be the id of a task",
    ],
    [
      "an asynchronous invocation",
      { function: "f", status: "Failed", event: "x".repeat(131_073) },
      "params.event must be at most 131072 bytes",
    ],
    ["a snapshot", {}, "params must be a snapshot with a part at least"],
    ["a snapshot", { invocations: [] }, "params must not have invocations"],
    ["a snapshot", { configs: [{}] }, "params.configs[0].function must be a name"],
    [
      "a snapshot",
      { settings: { pushDeliveries: [{ destination: "*", url: "http://example.com" }] } },
      "example.com",
    ],
  ])("%s with %j is refused, and changes nothing", async (state, params, detail) => {
    const sandbox = await newSandbox(FROZEN);
    const before = await everything(sandbox);
    const found = await refusal(sandbox.pact.setUp(state, params));
    expect([found.status, found.detail]).toEqual([400, expect.stringContaining(detail)]);
    expect(await everything(sandbox)).toEqual(before);
  });
});

describe("a teardown", () => {
  const config = (retries: number, qualifier = "LATEST") => ({
    function: "report",
    qualifier,
    maxAsyncRetryAttempts: retries,
  });

  test("without a setup does nothing", async () => {
    const sandbox = await newSandbox(FROZEN);
    await sandbox.send("PUT", fc3.config("report"), { maxAsyncRetryAttempts: 1 });
    const before = await everything(sandbox);
    await sandbox.pact.tearDown("a config exists", config(3));
    await sandbox.pact.tearDown("no configs");
    expect(await everything(sandbox)).toEqual(before);
  });

  test("of another state's parameters leaves this one set up", async () => {
    const sandbox = await newSandbox();
    await sandbox.pact.setUp("a config exists", config(3));
    await sandbox.pact.tearDown("a config exists", config(4));
    expect(await retriesOf(sandbox)).toBe(3);
  });

  test("after a setup that was repeated puts back what was there before the first", async () => {
    const sandbox = await newSandbox();
    await sandbox.send("PUT", fc3.config("report"), { maxAsyncRetryAttempts: 1 });
    await sandbox.pact.setUp("a config exists", config(3));
    await sandbox.pact.setUp("a config exists", config(3));
    expect(await retriesOf(sandbox)).toBe(3);
    await sandbox.pact.tearDown("a config exists", config(3));
    expect(await retriesOf(sandbox)).toBe(1);
  });

  test.each([
    ["in the order of the setups", [3, 4, 5]],
    ["in reverse", [5, 4, 3]],
    ["in any order", [4, 5, 3]],
  ])("of states in one place puts back what was there: %s", async (_, order) => {
    const sandbox = await newSandbox();
    await sandbox.send("PUT", fc3.config("report"), { maxAsyncRetryAttempts: 1 });
    for (const retries of [3, 4, 5]) await sandbox.pact.setUp("a config exists", config(retries));
    expect(await retriesOf(sandbox)).toBe(5);
    for (const retries of order) await sandbox.pact.tearDown("a config exists", config(retries));
    expect(await retriesOf(sandbox)).toBe(1);
  });

  test("of states of different kinds, in the order of the setups, puts back everything", async () => {
    const sandbox = await newSandbox({ settings: { functions: "declared" } });
    await sandbox.clock.freeze("2030-01-01T00:00:00Z");
    const before = await everything(sandbox);
    const states: [string, Record<string, unknown>][] = [
      ["a function exists", { function: "report" }],
      ["an alias exists", { function: "report", alias: "live", version: "1" }],
      ["a config exists", config(3, "live")],
      ["an asynchronous invocation", { function: "report", status: "Running" }],
      ["the clock is frozen at", { time: "2031-01-01T00:00:00Z" }],
      ["a snapshot", { clock: { mode: "shifted", offsetSeconds: 60 }, settings: { region: "us-west-1" } }],
    ];
    for (const [state, params] of states) await sandbox.pact.setUp(state, params);
    expect((await sandbox.send("GET", fc3.config("report", "live"))).status).toBe(200);
    for (const [state, params] of states) await sandbox.pact.tearDown(state, params);
    expect(await everything(sandbox)).toEqual(before);
  });

  test("undoes what the interaction did in the same place, and leaves all else", async () => {
    const sandbox = await newSandbox();
    await sandbox.pact.setUp("a config exists", config(3));
    await sandbox.send("PUT", fc3.config("report"), { maxAsyncRetryAttempts: 7 });
    await sandbox.send("PUT", fc3.config("report", "live"), { maxAsyncRetryAttempts: 6 });
    await sandbox.send("PUT", fc3.config("other"), { maxAsyncRetryAttempts: 5 });
    const { requests } = await sandbox.requests.list();
    await sandbox.pact.tearDown("a config exists", config(3));
    expect((await sandbox.requests.list()).requests).toEqual(requests);
    expect((await sandbox.snapshot.export()).configs).toMatchObject([
      { function: "other", maxAsyncRetryAttempts: 5 },
      { function: "report", qualifier: "live", maxAsyncRetryAttempts: 6 },
    ]);
  });

  test("deletes what the interaction created in a service that the setup created", async () => {
    const sandbox = await newSandbox();
    await sandbox.pact.setUp("a service exists", { service: "shop" });
    const code = { zipFile: "UEsFBgAAAAAAAAAAAAAAAAAAAAAAAA==" };
    const hello = { functionName: "hello", runtime: "nodejs20", handler: "index.handler", code };
    await sandbox.send("POST", "/2016-08-15/services/shop/functions", hello);
    await sandbox.send("POST", "/2016-08-15/services/shop/versions", {});
    await sandbox.send("POST", "/2016-08-15/services/shop/aliases", { aliasName: "prod", versionId: "1" });
    expect((await sandbox.summary()).resources).toEqual({
      services: 1,
      functions: 1,
      versions: 1,
      aliases: 1,
    });
    await sandbox.pact.tearDown("a service exists", { service: "shop" });
    expect((await sandbox.summary()).resources).toEqual({
      services: 0,
      functions: 0,
      versions: 0,
      aliases: 0,
    });
  });

  test("leaves a setting, and a clock, that someone else has changed since", async () => {
    const sandbox = await newSandbox();
    const params = { time: "2031-01-01T00:00:00Z" };
    await sandbox.pact.setUp("signatures are required");
    await sandbox.pact.setUp("the clock is frozen at", params);
    await sandbox.settings({ signatures: "optional", region: "eu-central-1" });
    await sandbox.clock.shift(60);
    await sandbox.pact.tearDown("signatures are required");
    await sandbox.pact.tearDown("the clock is frozen at", params);
    expect((await sandbox.summary()).settings).toMatchObject({
      signatures: "optional",
      region: "eu-central-1",
    });
    expect((await sandbox.clock.get()).mode).toBe("shifted");
  });

  test("of a clock that was advanced meanwhile releases it", async () => {
    const sandbox = await newSandbox();
    const params = { time: "2031-01-01T00:00:00Z" };
    await sandbox.pact.setUp("the clock is frozen at", params);
    await sandbox.clock.advance(60);
    await sandbox.pact.tearDown("the clock is frozen at", params);
    expect((await sandbox.clock.get()).mode).toBe("real");
  });

  test("does not bring back what a reset, or an import, has replaced since", async () => {
    const sandbox = await newSandbox();
    await sandbox.send("PUT", fc3.config("report"), { maxAsyncRetryAttempts: 1 });
    await sandbox.pact.setUp("no configs");
    await sandbox.reset("configs");
    await sandbox.pact.tearDown("no configs");
    expect((await sandbox.snapshot.export()).configs).toEqual([]);
    await sandbox.pact.setUp("a config exists", config(3));
    await sandbox.snapshot.import({ configs: [{ function: "report", maxAsyncRetryAttempts: 8 }] });
    await sandbox.pact.tearDown("a config exists", config(3));
    expect(await retriesOf(sandbox)).toBe(8);
  });

  test("comes after a restart of all objects", async () => {
    const sandbox = await newSandbox();
    await sandbox.send("PUT", fc3.config("report"), { maxAsyncRetryAttempts: 1 });
    await sandbox.pact.setUp("a config exists", config(3));
    await evictObjects(sandbox);
    expect(await retriesOf(sandbox)).toBe(3);
    await sandbox.pact.tearDown("a config exists", config(3));
    await evictObjects(sandbox);
    expect(await retriesOf(sandbox)).toBe(1);
  });
});

describe("bounds", () => {
  test("what can't be put back can't be set up", async () => {
    const sandbox = await newSandbox();
    const payload = "x".repeat(16_000);
    for (let i = 0; i < 30; i++) {
      await sandbox.outcomes.add({ outcomes: [{ type: "success", payload }] });
    }
    await sandbox.faults.add({ effect: { type: "response", status: 200, body: "x".repeat(16_000) } });
    for (let i = 0; i < 9; i++) {
      await sandbox.faults.add({ effect: { type: "response", status: 200, body: "x".repeat(16_000) } });
    }
    const found = await refusal(sandbox.pact.setUp("a snapshot", { faults: [], outcomes: [] }));
    expect([found.status, found.detail]).toEqual([409, expect.stringContaining("too many to be put back")]);
    expect((await sandbox.outcomes.list()).length).toBe(30);
  });

  test("so many states are set up at once", async () => {
    const sandbox = await newSandbox();
    for (let i = 0; i < 100; i++) {
      await sandbox.pact.setUp("a config exists", { function: "f", qualifier: `q${i}` });
    }
    expect((await refusal(sandbox.pact.setUp("signatures are required"))).detail).toContain(
      "100 states are set up",
    );
    await sandbox.reset();
    await sandbox.pact.setUp("signatures are required");
  });

  test("faults, configs, functions and services stay within the sandbox's limits", async () => {
    const sandbox = await newSandbox();
    await setVariables(parentOf(sandbox), {
      MAX_FAULTS: 1,
      MAX_QUALIFIERS_PER_FUNCTION: 1,
      MAX_FUNCTIONS_PER_SANDBOX: 1,
      MAX_SERVICES_PER_SANDBOX: 1,
    } as object);
    const fault = { effect: { type: "broken" } };
    await sandbox.pact.setUp("a fault", fault);
    await sandbox.pact.setUp("a config exists", { function: "f" });
    await sandbox.pact.setUp("a service exists", { service: "one" });
    await sandbox.pact.setUp("a function exists", { function: "one" });
    const refused = async (state: string, params: Record<string, unknown>) =>
      (await refusal(sandbox.pact.setUp(state, params))).status;
    expect([
      await refused("a fault", { ...fault, times: 2 }),
      await refused("a config exists", { function: "f", qualifier: "live" }),
      await refused("a config exists", { function: "g" }),
      await refused("a service exists", { service: "two" }),
      await refused("a function exists", { function: "two" }),
    ]).toEqual([409, 409, 409, 409, 409]);
  });
});

describe("states of a team's own", () => {
  const snapshot = {
    configs: [{ function: "report", maxAsyncRetryAttempts: 3 }],
    settings: { region: "eu-central-1" },
  };

  test("are defined, listed, read, replaced and deleted", async () => {
    const sandbox = await newSandbox();
    await sandbox.pact.define(" The  shop is open ", snapshot);
    const bytes = JSON.stringify(snapshot).length;
    expect(await sandbox.pact.list()).toEqual({
      states: [{ name: "The shop is open", bytes }],
      builtIn: builtInStates,
    });
    expect(await sandbox.pact.get("the shop is open")).toEqual(snapshot);
    await sandbox.pact.define("the shop is OPEN", { configs: [] });
    expect(await sandbox.pact.get("the shop is open")).toEqual({ configs: [] });
    await sandbox.pact.remove("the shop is open");
    expect((await refusal(sandbox.pact.get("the shop is open"))).status).toBe(404);
    expect((await refusal(sandbox.pact.remove("the shop is open"))).status).toBe(404);
  });

  test("are set up, and torn down, by name", async () => {
    const sandbox = await newSandbox();
    await sandbox.send("PUT", fc3.config("other"), { maxAsyncRetryAttempts: 1 });
    await sandbox.pact.define("The shop is open", snapshot);
    const before = await sandbox.snapshot.export();
    await sandbox.pact.setUp("the shop is open");
    expect(await sandbox.snapshot.export()).toMatchObject(snapshot);
    await sandbox.pact.tearDown("the shop is open");
    expect({ ...(await sandbox.snapshot.export()) }).toEqual(before);
  });

  test("stay over restarts, resets and imports, and are in no export", async () => {
    const sandbox = await newSandbox();
    await sandbox.pact.define("The shop is open", snapshot);
    await sandbox.reset();
    await sandbox.snapshot.import({ replace: "all" });
    await evictObjects(sandbox);
    expect((await sandbox.pact.list()).states.length).toBe(1);
    expect(JSON.stringify(await everything(sandbox))).not.toContain("shop");
  });

  test.each([
    ["No  configs", { configs: [] }, 409, "is a built-in state"],
    [" ", { configs: [] }, 400, "1 to 200 characters"],
    ["x".repeat(201), { configs: [] }, 400, "1 to 200 characters"],
    ["two\nlines", { configs: [] }, 400, "1 to 200 characters"],
    ["empty", {}, 400, "a snapshot with a part at least"],
    ["invocations", { invocations: [] }, 400, "must not have invocations"],
    ["contradiction", { configs: [{ function: "f" }, { function: "f" }] }, 400, "more than once"],
    [
      "large",
      { configs: [{ function: "f" }], clock: { mode: "real", note: "x".repeat(300_000) } },
      413,
      "262144",
    ],
  ])("%j is refused when it is wrong", async (name, document, status, detail) => {
    const sandbox = await newSandbox();
    const found = await refusal(sandbox.pact.define(name, document as object));
    expect([found.status, found.detail]).toEqual([status, expect.stringContaining(detail)]);
  });

  test("are as many as the variable says", async () => {
    const sandbox = await newSandbox();
    await setVariables(parentOf(sandbox), { MAX_PACT_STATES: 1 } as object);
    await sandbox.pact.define("one", snapshot);
    await sandbox.pact.define("one", { configs: [] });
    expect((await refusal(sandbox.pact.define("two", snapshot))).status).toBe(409);
  });
});

describe("the token in a header of its own", () => {
  const call = async (sandbox: TestSandbox, headers: Record<string, string>) => {
    const path = `${new URL(sandbox.endpoint).pathname}/_sandbox/faults`;
    return (await app.request(path, { method: "DELETE", headers }, env)).status;
  };

  test("it counts before Authorization, and is compared with this sandbox's token", async () => {
    const [sandbox, other] = [await newSandbox(), await newSandbox()];
    const [right = "", wrong = ""] = [sandbox.access.controlToken, other.access.controlToken];
    expect([
      await call(sandbox, { "X-Sandbox-Token": right }),
      await call(sandbox, { "X-Sandbox-Token": right, Authorization: `Bearer ${wrong}` }),
      await call(sandbox, { "X-Sandbox-Token": right, Authorization: "FC key:signature" }),
      await call(sandbox, { "X-Sandbox-Token": wrong, Authorization: `Bearer ${right}` }),
      await call(sandbox, { "X-Sandbox-Token": wrong }),
      await call(sandbox, { "X-Sandbox-Token": "" }),
      await call(sandbox, {}),
    ]).toEqual([204, 204, 204, 403, 403, 403, 401]);
  });

  test("the journal does not show it, and a page of another origin may send it", async () => {
    const sandbox = await newSandbox();
    await sandbox.send("GET", fc3.config("report"), undefined, { "X-Sandbox-Token": "the-token" });
    const { requests } = await sandbox.requests.list();
    expect(requests[0]?.headers["x-sandbox-token"]).toBe("(secret)");
    const path = `${new URL(sandbox.endpoint).pathname}/_sandbox/pact/provider-states`;
    const preflight = await app.request(
      path,
      {
        method: "OPTIONS",
        headers: {
          Origin: "https://example.com",
          "Access-Control-Request-Method": "POST",
          "Access-Control-Request-Headers": "x-sandbox-token",
        },
      },
      env,
    );
    expect(preflight.headers.get("Access-Control-Allow-Headers")).toBe("x-sandbox-token");
  });
});
