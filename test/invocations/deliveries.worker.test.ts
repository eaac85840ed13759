import { runInDurableObject } from "cloudflare:test";
import { describe, expect, test } from "vitest";
import { setVariables } from "../calls.ts";
import { newSandbox, type TestSandbox } from "../newSandbox.ts";
import { functionOf, parentOf } from "../objects/objects.ts";
import {
  ASYNC,
  apis,
  at,
  call,
  configure,
  frozenSandbox,
  functionNamed,
  historyOf,
  idOf,
  invoke,
  NOW,
  QUEUE,
  TOPIC,
} from "./invocations.ts";

type Page = Awaited<ReturnType<TestSandbox["deliveries"]["list"]>>;

const BUS = "acs:eventbridge:cn-hangzhou:123456:eventbus/orders";
const ROCKETMQ = "acs:mq:cn-hangzhou:123456:/instances/i/topics/t";

/** The record that a destination got; there must be exactly one delivery to it. */
async function recordOf(sandbox: TestSandbox, destination: string) {
  const { deliveries } = await sandbox.deliveries.list({ destination });
  expect(deliveries).toHaveLength(1);
  return JSON.parse(deliveries[0]?.message ?? "");
}

/** Has all that becomes of a function's invocations go to a queue or a topic. */
function toBoth(name: string, sandbox: TestSandbox, others: object = {}): Promise<void> {
  return configure(sandbox, name, {
    destinationConfig: { onSuccess: { destination: TOPIC }, onFailure: { destination: QUEUE } },
    ...others,
  });
}

describe("the record of an invocation", () => {
  test("that succeeded has the payloads as strings", async () => {
    const sandbox = await frozenSandbox();
    await toBoth("f", sandbox);
    await sandbox.outcomes.add({ outcomes: [{ type: "success", payload: { done: true } }] });
    const requestId = idOf(await invoke(sandbox, "f", {}, { info: true }));
    await sandbox.clock.toIdle();
    expect(await recordOf(sandbox, TOPIC)).toEqual({
      timestamp: Date.parse(NOW),
      requestContext: {
        requestId,
        functionArn: "acs:fc:cn-hangzhou:1234567890123456:functions/f",
        condition: "",
        approximateInvokeCount: 1,
      },
      requestPayload: '{"info":true}',
      responseContext: { statusCode: 200, functionError: "" },
      responsePayload: '{"done":true}',
    });
    expect(await sandbox.deliveries.count({ destination: QUEUE })).toBe(0);
  });

  test("of FC 2.0 names the service and the qualifier, without region and account", async () => {
    const sandbox = await frozenSandbox();
    const path = "/2016-08-15/services/demo.prod/functions/f";
    const destinationConfig = { onSuccess: { destination: TOPIC } };
    await sandbox.send("PUT", `${path}/async-invoke-config`, { destinationConfig });
    await sandbox.send("POST", `${path}/invocations`, {}, ASYNC);
    await sandbox.clock.toIdle();
    expect((await recordOf(sandbox, TOPIC)).requestContext.functionArn).toBe(
      "acs:fc:::services/demo.prod/functions/f",
    );
  });

  test.each([
    [
      "error",
      200,
      "UnhandledInvocationError",
      "UnhandledInvocationError",
      '{"errorMessage":"the function failed"}',
    ],
    [
      "handledError",
      200,
      "HandledInvocationError",
      "HandledInvocationError",
      '{"errorMessage":"the function failed"}',
    ],
    [
      "timeout=2000",
      200,
      "UnhandledInvocationError",
      "UnhandledInvocationError",
      '{"errorMessage":"Function timed out after 2 seconds"}',
    ],
    ["throttled", 429, "", "ResourceThrottled", ""],
    ["systemError", 500, "", "InternalServerError", ""],
    ["noResources", 503, "", "ServiceUnavailable", ""],
  ])(
    "that failed by %s says what failed",
    async (outcome, statusCode, functionError, condition, responsePayload) => {
      const sandbox = await frozenSandbox();
      await toBoth("f", sandbox, { maxAsyncRetryAttempts: 0, maxAsyncEventAgeInSeconds: 604_800 });
      await invoke(sandbox, "f", { "X-Sandbox-Outcome": outcome });
      await sandbox.clock.toIdle();
      const record = await recordOf(sandbox, QUEUE);
      expect(record).toMatchObject({
        requestContext: { condition },
        responseContext: { statusCode, functionError },
      });
      expect(record.responsePayload).toBe(responsePayload);
    },
  );

  test("that expired has not run, and that was stopped has no condition", async () => {
    const sandbox = await frozenSandbox();
    await toBoth("f", sandbox, { maxAsyncEventAgeInSeconds: 1 });
    await invoke(sandbox, "f", { "X-Fc-Async-Delay": "2" });
    await sandbox.clock.toIdle();
    expect((await recordOf(sandbox, QUEUE)).requestContext).toMatchObject({
      condition: "AsyncEventAgeExceeded",
      approximateInvokeCount: 0,
    });
    await sandbox.deliveries.clear();
    await sandbox.invocations.stop(idOf(await invoke(sandbox, "f", { "X-Fc-Async-Delay": "1" })));
    await sandbox.clock.toIdle();
    expect(await recordOf(sandbox, QUEUE)).toMatchObject({
      requestContext: { condition: "" },
      responseContext: { statusCode: 200, functionError: "" },
    });
  });

  test("goes to EventBridge in an envelope", async () => {
    const sandbox = await frozenSandbox();
    await configure(sandbox, "f", { destinationConfig: { onSuccess: { destination: BUS } } });
    await invoke(sandbox, "f", {}, { order: 7 });
    await sandbox.clock.toIdle();
    const { deliveries } = await sandbox.deliveries.list({ requestPayload: { order: 7 } });
    expect(deliveries).toMatchObject([{ kind: "eventbridge" }]);
    expect(JSON.parse(deliveries[0]?.message ?? "")).toMatchObject({
      specversion: "1.0",
      source: "acs.fc",
      data: { requestPayload: '{"order":7}' },
    });
  });
});

test.each([
  [QUEUE, 65_536],
  [BUS, 65_536],
  [functionNamed("g"), 131_072],
  [ROCKETMQ, 2_000_000],
])("a message that %s does not take is not delivered, and the task says so", async (destination, most) => {
  const sandbox = await frozenSandbox();
  await configure(sandbox, "f", { destinationConfig: { onSuccess: { destination } }, asyncTask: true });
  // Line feeds take two bytes in JSON, and here four, since the record has the event in a string twice.
  const size = Math.min(most, 120_000);
  await invoke(sandbox, "f", { "X-Fc-Async-Task-Id": "large" }, "x".repeat(size));
  await invoke(sandbox, "f", { "X-Fc-Async-Task-Id": "small" }, "x");
  await sandbox.clock.toIdle();
  const statusOf = async (id: string) =>
    (await sandbox.send("GET", `/2023-03-30/functions/f/async-tasks/${id}`)).body.destinationStatus;
  const fits = most === 2_000_000;
  expect(await statusOf("large")).toBe(fits ? "Succeeded" : "DestinationDeliveryFailed");
  expect(await statusOf("small")).toBe("Succeeded");
  const failed = (await sandbox.deliveries.list({ status: "DestinationDeliveryFailed" })).deliveries;
  expect(failed.map(({ error }) => error)).toEqual(
    fits ? [] : [expect.stringContaining(`takes ${most} at most`)],
  );
});

describe("a chain of functions", () => {
  test("invokes each with the record of the one before, by its own config", async () => {
    const sandbox = await frozenSandbox();
    await configure(sandbox, "a", { destinationConfig: { onSuccess: { destination: functionNamed("b") } } });
    await configure(sandbox, "b", {
      maxAsyncRetryAttempts: 1,
      destinationConfig: { onFailure: { destination: functionNamed("c") } },
    });
    await configure(sandbox, "c", { destinationConfig: { onSuccess: { destination: QUEUE } } });
    await sandbox.outcomes.add({
      match: { function: "b" },
      outcomes: [{ type: "error", message: "no stock" }],
    });
    const first = idOf(await invoke(sandbox, "a"));
    await sandbox.clock.toIdle();
    const { invocations } = await sandbox.invocations.list();
    const chain = invocations.toReversed();
    const [a, b, c] = ["a", "b", "c"].map((name) => chain.find((one) => one.function === name));
    expect([a?.id, b?.origin?.id, c?.origin?.id]).toEqual([first, a?.id, b?.id]);
    expect([a?.depth, b?.depth, c?.depth]).toEqual([0, 1, 2]);
    expect([a?.status, b?.status, c?.status]).toEqual(["Succeeded", "Failed", "Succeeded"]);
    const record = await recordOf(sandbox, QUEUE);
    const ofB = JSON.parse(record.requestPayload);
    expect(JSON.parse(ofB.responsePayload)).toEqual({ errorMessage: "no stock" });
    expect(JSON.parse(JSON.parse(ofB.requestPayload).requestPayload)).toEqual({ order: 7 });
  });

  test("has a delivery that is repeated only once", async () => {
    const sandbox = await frozenSandbox();
    await invoke(sandbox, "f");
    const delivered = {
      id: crypto.randomUUID(),
      qualifier: "LATEST",
      version: "2023-03-30",
      depth: 1,
      origin: { service: "", function: "g", id: "job" },
      event: new Uint8Array(),
      at: Date.parse(NOW),
    } as const;
    const deliver = () => functionOf(sandbox, "f").enqueueDelivered(delivered);
    expect((await deliver()).ok).toBe(true);
    await sandbox.clock.toIdle();
    expect((await deliver()).ok).toBe(true);
    await sandbox.clock.toIdle();
    expect(await sandbox.invocations.get(delivered.id)).toMatchObject({ status: "Succeeded", attempts: 1 });
  });

  test("goes to a qualifier of a service's function, in either form", async () => {
    const sandbox = await frozenSandbox();
    await configure(sandbox, "a", {
      destinationConfig: {
        onSuccess: { destination: "acs:fc:cn-hangzhou:123:services/demo.prod/functions/b" },
      },
    });
    await invoke(sandbox, "a");
    await sandbox.clock.toIdle();
    const { invocations } = await sandbox.invocations.list({ service: "demo" });
    expect(invocations).toMatchObject([{ function: "b", qualifier: "prod", version: "2021-04-06" }]);
  });

  test("of one function to itself ends after 16 deliveries, and says so", async () => {
    const sandbox = await frozenSandbox();
    // What is delivered is the record of the one before, whose event would double each time.
    await configure(sandbox, "f", { destinationConfig: { onSuccess: { destination: functionNamed("f") } } });
    await sandbox.outcomes.add({ outcomes: [{ type: "success", payload: "" }] });
    const snapshot = await sandbox.snapshot.export();
    const id = idOf(await invoke(sandbox, "f", {}, ""));
    const held = (await sandbox.snapshot.export({ invocations: true })).invocations ?? [];
    await sandbox.snapshot.import({
      ...snapshot,
      invocations: held.map((one) => ({ ...one, depth: 15 })),
      deliveries: [],
    });
    await sandbox.clock.toIdle();
    const { invocations } = await sandbox.invocations.list();
    expect(invocations.map(({ depth }) => depth).sort()).toEqual([15, 16]);
    expect(invocations.find(({ depth }) => depth === 15)?.id).toBe(id);
    const { deliveries } = await sandbox.deliveries.list({ status: "DestinationDeliveryFailed" });
    expect(deliveries).toMatchObject([{ error: "a chain of functions has at most 16 deliveries" }]);
  });

  test.each([
    "functions/9",
    "functions/a$b",
    "functions/f/a:b",
    "functions/f:b",
    "functions/\u00fc",
    "functions/f/a%20b",
    "services/.prod/functions/f",
    "services/s./functions/f",
    "services/a.b.c/functions/f",
    `functions/${"f".repeat(65)}`,
    `functions/f/${"a".repeat(129)}`,
    `services/s/functions/${"f".repeat(129)}`,
  ])("does not go to %s, which can be no function", async (name) => {
    const sandbox = await frozenSandbox();
    const destination = `acs:fc:cn-hangzhou:123456:${name}`;
    await configure(sandbox, "order", { destinationConfig: { onSuccess: { destination } } });
    await invoke(sandbox, "order");
    await sandbox.clock.toIdle();
    const { deliveries } = await sandbox.deliveries.list();
    expect(deliveries).toMatchObject([
      {
        status: "DestinationDeliveryFailed",
        error: expect.stringMatching(/names no function|at most (64|128)/),
      },
    ]);
    expect((await sandbox.summary()).counts).toMatchObject({ functions: 1, invocations: 1 });
  });

  test("does not go to a function that is not declared", async () => {
    const sandbox = await frozenSandbox();
    await sandbox.functions.declare({ functions: [{ name: "f" }] });
    await sandbox.settings({ functions: "declared" });
    await configure(sandbox, "f", { destinationConfig: { onSuccess: { destination: functionNamed("g") } } });
    await invoke(sandbox, "f");
    await sandbox.clock.toIdle();
    const { deliveries } = await sandbox.deliveries.list();
    expect(deliveries).toMatchObject([
      { status: "DestinationDeliveryFailed", error: "function 'g' does not exist" },
    ]);
    expect((await sandbox.invocations.list()).invocations).toHaveLength(1);
    // The delivery has not used up the place of another function either.
    expect(
      await runInDurableObject(parentOf(sandbox), (_, { storage }) =>
        storage.sql.exec("SELECT function FROM functions").toArray(),
      ),
    ).toEqual([{ function: "f" }]);
  });
});

test("a fault makes deliveries to a destination fail, as often as it says, and touches no request", async () => {
  const sandbox = await frozenSandbox();
  await toBoth("f", sandbox);
  await sandbox.faults.add({
    match: { destination: "acs:mns:*:/topics/done/*" },
    effect: { type: "error", code: "ServiceUnavailable" },
    times: 1,
  });
  for (let i = 0; i < 2; i++) await invoke(sandbox, "f");
  await sandbox.clock.toIdle();
  const { deliveries } = await sandbox.deliveries.list();
  expect(deliveries.map(({ status, error }) => [status, error])).toEqual([
    ["Succeeded", undefined],
    ["DestinationDeliveryFailed", "ServiceUnavailable: the service is temporarily unavailable"],
  ]);
  for (const [match, effect] of [
    [{ destination: QUEUE }, { type: "delay", milliseconds: 1 }],
    [
      { destination: QUEUE, operation: "invoke" },
      { type: "error", code: "Throttling" },
    ],
  ]) {
    await expect(sandbox.faults.add({ match, effect } as never)).rejects.toMatchObject({
      problem: { status: 400 },
    });
  }
});

describe("the inbox", () => {
  test("is listed by every item, newest first and page by page, and reading takes nothing out", async () => {
    const sandbox = await frozenSandbox();
    await toBoth("f", sandbox, { maxAsyncRetryAttempts: 0 });
    await toBoth("g", sandbox);
    const id = idOf(await invoke(sandbox, "f", { "X-Sandbox-Outcome": "error" }, { order: 1 }));
    await sandbox.clock.toIdle();
    await sandbox.clock.advance(60);
    await invoke(sandbox, "f", {}, { order: 2, items: ["tea"] });
    await invoke(sandbox, "g", {}, "no JSON");
    await sandbox.clock.toIdle();
    const found = async (filter: Parameters<typeof sandbox.deliveries.list>[0]) =>
      (await sandbox.deliveries.list(filter)).deliveries.map((one) => `${one.function} ${one.condition}`);
    expect(await found({})).toHaveLength(3);
    expect(await found({ invocationId: id })).toEqual(["f onFailure"]);
    expect(await found({ function: "g" })).toEqual(["g onSuccess"]);
    expect(await found({ condition: "onFailure" })).toEqual(["f onFailure"]);
    expect(await found({ destination: "*queues*" })).toEqual(["f onFailure"]);
    expect(await found({ since: at(1) })).toHaveLength(2);
    expect(await found({ requestPayload: { items: ["tea"] } })).toEqual(["f onSuccess"]);
    expect(await found({ requestPayload: "no JSON" })).toEqual(["g onSuccess"]);
    expect(await found({ responsePayload: { errorMessage: "the function failed" } })).toEqual([
      "f onFailure",
    ]);
    expect(await found({ message: { responseContext: { functionError: "" } } })).toHaveLength(2);
    const pages: string[] = [];
    for (let nextToken: string | undefined = ""; nextToken !== undefined; ) {
      const page: Awaited<ReturnType<typeof sandbox.deliveries.list>> = await sandbox.deliveries.list(
        {},
        { limit: 2, ...(nextToken ? { nextToken } : {}) },
      );
      pages.push(...page.deliveries.map((one) => one.id));
      nextToken = page.nextToken;
    }
    expect(new Set(pages).size).toBe(3);
  });

  test("is verified, with the deliveries that come closest when that fails", async () => {
    const sandbox = await frozenSandbox();
    await toBoth("f", sandbox);
    await invoke(sandbox, "f", {}, { order: 7 });
    await sandbox.clock.toIdle();
    await sandbox.deliveries.verify({ destination: TOPIC, requestPayload: { order: 7 } }, { exactly: 1 });
    await sandbox.deliveries.verify({ destination: QUEUE }, { exactly: 0 });
    await expect(
      sandbox.deliveries.verify({ destination: TOPIC, requestPayload: { order: 8 } }),
    ).rejects.toMatchObject({
      count: 0,
      message: expect.stringContaining("requestPayload.order is 7, not 8"),
    });
  });

  test("says that it can't tell when it dropped deliveries that may match", async () => {
    const sandbox = await frozenSandbox();
    await toBoth("f", sandbox);
    await invoke(sandbox, "f");
    await sandbox.clock.toIdle();
    await setVariables(functionOf(sandbox, "f"), { MAX_INVOCATIONS: "1" });
    await invoke(sandbox, "f");
    await sandbox.clock.toIdle();
    const inconclusive = {
      problem: { status: 409, detail: expect.stringMatching(/^Inconclusive: .*dropped 1/) },
    };
    await expect(sandbox.deliveries.count()).rejects.toMatchObject(inconclusive);
    await expect(sandbox.deliveries.verify({}, { exactly: 1 })).rejects.toMatchObject(inconclusive);
    await sandbox.deliveries.verify({}, { atLeast: 1 });
    expect(await sandbox.deliveries.count({ function: "other" })).toBe(0);
    await sandbox.deliveries.clear();
    expect(await sandbox.deliveries.count()).toBe(0);
  });

  test("is emptied by itself, and with a reset", async () => {
    const sandbox = await frozenSandbox();
    await toBoth("f", sandbox);
    const id = idOf(await invoke(sandbox, "f"));
    await sandbox.clock.toIdle();
    await sandbox.deliveries.clear();
    expect(await sandbox.deliveries.count()).toBe(0);
    expect(await historyOf(sandbox, id)).toHaveLength(3);
    await sandbox.reset("invocations");
    expect((await sandbox.invocations.list()).invocations).toEqual([]);
  });
});

test("invocations and deliveries of one sandbox are not another's, and who has no token may only read", async () => {
  const [sandbox, other] = await Promise.all([frozenSandbox(), newSandbox()]);
  await toBoth("f", sandbox);
  const id = idOf(await invoke(sandbox, "f"));
  await sandbox.clock.toIdle();
  expect((await other.invocations.list()).invocations).toEqual([]);
  await expect(other.invocations.get(id)).rejects.toMatchObject({ problem: { status: 404 } });
  await expect(other.invocations.record(id)).rejects.toMatchObject({ problem: { status: 404 } });
  await expect(other.invocations.stop(id)).rejects.toMatchObject({ problem: { status: 404 } });
  expect(await other.deliveries.count()).toBe(0);
  for (const [method, path, status] of [
    ["GET", "/invocations", 200],
    ["GET", `/invocations/${id}`, 200],
    ["GET", `/invocations/${id}/record`, 200],
    ["GET", "/deliveries", 200],
    ["GET", "/outcomes", 200],
    ["POST", `/invocations/${id}/stop`, 401],
    ["DELETE", "/invocations", 401],
    ["DELETE", "/deliveries", 401],
    ["POST", "/deliveries/verify", 401],
    ["POST", "/outcomes", 401],
  ] as const) {
    const body = method === "POST" ? {} : undefined;
    expect([path, (await sandbox.send(method, `/_sandbox${path}`, body)).status]).toEqual([path, status]);
  }
});

describe("large messages", () => {
  /** Has the functions deliver twelve messages each, and returns the ids of the invocations. As JSON, a message has 0.9 MB. */
  async function deliverFrom(sandbox: TestSandbox, ...names: string[]): Promise<string[]> {
    const [, , api] = apis;
    const ids: string[] = [];
    for (const name of names) {
      await configure(sandbox, name, { destinationConfig: { onSuccess: { destination: ROCKETMQ } } });
      await sandbox.outcomes.add({ match: { function: name }, outcomes: [{ type: "success", payload: "" }] });
      for (let i = 0; i < 12; i++) {
        const { headers } = await call(sandbox, api.invocations(name), new Uint8Array(131_072), ASYNC);
        ids.push(headers.get("X-Fc-Request-Id") ?? "");
      }
    }
    await sandbox.clock.toIdle();
    return ids;
  }

  test("of all functions are more than one page can have, and its pages have all of them", async () => {
    const sandbox = await frozenSandbox();
    const ids = await deliverFrom(sandbox, "f", "g", "h");
    const pages: string[][] = [];
    for (let nextToken: string | undefined = ""; nextToken !== undefined; ) {
      const page: Page = await sandbox.deliveries.list({}, { limit: 100, nextToken });
      pages.push(page.deliveries.map(({ invocationId }) => invocationId));
      nextToken = page.nextToken;
    }
    expect(Math.max(...pages.map(({ length }) => length))).toBeLessThan(12);
    expect(pages.flat().sort()).toEqual(ids.sort());
  });
});
