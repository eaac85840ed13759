import { describe, expect, test } from "vitest";
import type { TestSandbox } from "../newSandbox.ts";
import { evictObjects } from "../objects/objects.ts";
import { ASYNC, call, configure, frozenSandbox, idOf, invoke, NOW, QUEUE, TOPIC } from "./invocations.ts";

const BUS = "acs:eventbridge:cn-hangzhou:123456:eventbus/orders";
const NO_RECORD = { isPreview: false, condition: null, destination: null, record: null };
const both = { onSuccess: { destination: TOPIC }, onFailure: { destination: QUEUE } };

/** The message of the one delivery that there is. */
async function messageIn(sandbox: TestSandbox): Promise<string> {
  const { deliveries } = await sandbox.deliveries.list();
  expect(deliveries).toHaveLength(1);
  return deliveries[0]?.message ?? "";
}

/** A record that is given, parsed. */
async function parsed(sandbox: TestSandbox, id: string, condition?: "onSuccess" | "onFailure") {
  const { record, ...rest } = await sandbox.invocations.record(id, condition ? { condition } : {});
  return { ...rest, record: JSON.parse(record ?? "") };
}

describe("the record of an invocation that has ended", () => {
  test.each([
    ["success", "onSuccess", TOPIC],
    ["error", "onFailure", QUEUE],
    ["throttled", "onFailure", QUEUE],
  ])("by %s is what its destination got, to the byte", async (outcome, condition, destination) => {
    const sandbox = await frozenSandbox();
    await configure(sandbox, "f", { maxAsyncRetryAttempts: 0, destinationConfig: both });
    const id = idOf(await invoke(sandbox, "f", { "X-Sandbox-Outcome": outcome }, { text: "ü\u0000\u2028" }));
    await sandbox.clock.toIdle();
    const record = await messageIn(sandbox);
    expect(await sandbox.invocations.record(id)).toEqual({
      isPreview: false,
      condition,
      destination,
      record,
    });
    // What it is made by may change, and what was sent stays.
    await sandbox.settings({ region: "eu-central-1" });
    await evictObjects(sandbox);
    // It has ended by one condition, whichever is asked for.
    for (const other of ["onSuccess", "onFailure"] as const) {
      const again = await sandbox.invocations.record(id, { condition: other });
      expect(again).toEqual({ isPreview: false, condition, destination, record });
    }
    await sandbox.settings({ region: "cn-hangzhou" });
    await sandbox.deliveries.clear();
    expect((await sandbox.invocations.record(id)).record).toBe(record);
  });

  test("has a payload that is no JSON as text: with its byte order mark, and U+FFFD for bytes that are not UTF-8", async () => {
    const sandbox = await frozenSandbox();
    await configure(sandbox, "f", {
      asyncTask: true,
      destinationConfig: { onSuccess: { destination: QUEUE } },
    });
    const path = "/2023-03-30/functions/f/invocations";
    const order = '\uFEFF{"order": 7}';
    const { headers } = await call(sandbox, path, order, ASYNC);
    await call(sandbox, path, new Uint8Array([0xff, 0x00, 0x22]), ASYNC);
    await sandbox.clock.toIdle();
    const { deliveries } = await sandbox.deliveries.list();
    const sent = deliveries.map(({ message }) => JSON.parse(message));
    expect(sent.map(({ requestPayload }) => requestPayload)).toEqual(['\uFFFD\u0000"', order]);
    expect(sent.map(({ responsePayload }) => responsePayload)).toEqual(['\uFFFD\u0000"', order]);
    const id = headers.get("X-Fc-Request-Id") ?? "";
    expect((await sandbox.invocations.get(id)).requestPayload).toBe(order);
    const task = await sandbox.send("GET", `/2023-03-30/functions/f/async-tasks/${id}`);
    expect(task.body).toMatchObject({ taskPayload: order, returnPayload: order });
    await sandbox.deliveries.verify({ requestPayload: { order: 7 } }, { exactly: 1 });
  });

  test("is what is in EventBridge's envelope", async () => {
    const sandbox = await frozenSandbox();
    await configure(sandbox, "f", { destinationConfig: { onSuccess: { destination: BUS } } });
    const id = idOf(await invoke(sandbox, "f"));
    await sandbox.clock.toIdle();
    const message = await messageIn(sandbox);
    const { record, ...rest } = await sandbox.invocations.record(id);
    expect(rest).toEqual({ isPreview: false, condition: "onSuccess", destination: BUS });
    expect(message.endsWith(`"data":${record}}`)).toBe(true);
  });

  test("is known before it is delivered", async () => {
    const sandbox = await frozenSandbox();
    await configure(sandbox, "f", { destinationConfig: both });
    const id = idOf(await invoke(sandbox, "f"));
    await sandbox.clock.toNext();
    const { deliveries, invocations } = await sandbox.snapshot.export({ invocations: true });
    expect(deliveries).toHaveLength(1);
    await sandbox.reset();
    await sandbox.clock.freeze(NOW);
    const pending = (invocations ?? []).map((its) => ({
      ...its,
      dueAt: its.endedAt,
      delivery: its.delivery && { ...its.delivery, status: "Pending" as const },
    }));
    await sandbox.snapshot.import({ invocations: pending, deliveries: [] });
    const expected = { isPreview: false, condition: "onSuccess", destination: TOPIC };
    const before = await sandbox.invocations.record(id);
    expect(before).toEqual({ ...expected, record: deliveries?.[0]?.message });
    await sandbox.clock.toIdle();
    expect(before.record).toBe(await messageIn(sandbox));
  });

  test("without a destination is a preview of what one would have got", async () => {
    const sandbox = await frozenSandbox();
    await configure(sandbox, "f", { maxAsyncRetryAttempts: 0 });
    const id = idOf(await invoke(sandbox, "f", { "X-Sandbox-Outcome": "error" }));
    await sandbox.clock.toIdle();
    expect(await parsed(sandbox, id)).toMatchObject({
      isPreview: true,
      condition: "onFailure",
      destination: null,
      record: { responseContext: { functionError: "UnhandledInvocationError" } },
    });
  });

  test("by a deletion of its function does not exist", async () => {
    const sandbox = await frozenSandbox();
    await sandbox.functions.declare({ functions: [{ name: "f" }] });
    await configure(sandbox, "f", { destinationConfig: both });
    const id = idOf(await invoke(sandbox, "f", { "X-Fc-Async-Delay": "60" }));
    await sandbox.functions.declare({});
    expect((await sandbox.invocations.get(id)).status).toBe("Invalid");
    expect(await sandbox.invocations.record(id)).toEqual(NO_RECORD);
  });

  test("is read where its message is too large for its destination", async () => {
    const sandbox = await frozenSandbox();
    await configure(sandbox, "f", { destinationConfig: both });
    const id = idOf(await invoke(sandbox, "f", {}, { text: "x".repeat(40_000) }));
    await sandbox.clock.toIdle();
    expect((await sandbox.deliveries.list()).deliveries[0]?.status).toBe("DestinationDeliveryFailed");
    expect((await sandbox.invocations.record(id)).record).toBe(await messageIn(sandbox));
  });

  test("is whole where the inbox has only the beginning of its message", async () => {
    const sandbox = await frozenSandbox();
    await configure(sandbox, "f", { destinationConfig: both });
    const id = idOf(await invoke(sandbox, "f"));
    await sandbox.clock.toIdle();
    const message = await messageIn(sandbox);
    const { deliveries = [] } = await sandbox.snapshot.export({ invocations: true });
    await sandbox.snapshot.import({
      deliveries: deliveries.map((delivery) => ({ ...delivery, message: message.slice(0, 50) })),
    });
    expect((await sandbox.invocations.record(id)).record).toBe(message);
  });
});

describe("the record of an invocation that has not ended", () => {
  test("is that of its success, by which it then ends", async () => {
    const sandbox = await frozenSandbox();
    await configure(sandbox, "f", { destinationConfig: both });
    const id = idOf(await invoke(sandbox, "f"));
    const preview = await sandbox.invocations.record(id);
    expect(preview).toMatchObject({ isPreview: true, condition: "onSuccess", destination: TOPIC });
    expect(JSON.parse(preview.record ?? "")).toMatchObject({ timestamp: Date.parse(NOW) });
    // It was only read.
    expect(await sandbox.invocations.get(id)).toMatchObject({ status: "Enqueued", attempts: 0 });
    expect(await sandbox.deliveries.count()).toBe(0);
    await sandbox.clock.toIdle();
    expect(preview.record).toBe(await messageIn(sandbox));
  });

  test.each(["error", "handledError", "timeout=0", "throttled", "systemError"])(
    "and whose latest attempt failed by %s is that of this failure",
    async (outcome) => {
      const sandbox = await frozenSandbox();
      await configure(sandbox, "f", { destinationConfig: both });
      await configure(sandbox, "g", { maxAsyncRetryAttempts: 0, destinationConfig: both });
      const outcomes = { "X-Sandbox-Outcome": outcome };
      const id = idOf(await invoke(sandbox, "f", outcomes));
      await sandbox.clock.toNext();
      const preview = await parsed(sandbox, id);
      expect(preview).toMatchObject({ isPreview: true, condition: "onFailure", destination: QUEUE });
      expect(preview.record.requestContext.approximateInvokeCount).toBe(1);
      const kept = ["requestPayload", "responseContext", "responsePayload"].map(
        (item) => preview.record[item],
      );
      const { failure } = await sandbox.invocations.get(id);
      expect(preview.record.requestContext.condition).toBe(failure?.error);
      await configure(sandbox, "f", { maxAsyncRetryAttempts: 0 });
      await sandbox.settings({ retryDelaysSeconds: [0] });
      await sandbox.clock.toIdle();
      const sent = JSON.parse(await messageIn(sandbox));
      expect(["requestPayload", "responseContext", "responsePayload"].map((item) => sent[item])).toEqual(
        kept,
      );
    },
  );

  test("is by the condition that is asked for", async () => {
    const sandbox = await frozenSandbox();
    await configure(sandbox, "f", { destinationConfig: both });
    const id = idOf(await invoke(sandbox, "f", { "X-Sandbox-Outcome": "throttled" }));
    expect(await parsed(sandbox, id, "onFailure")).toMatchObject({
      isPreview: true,
      condition: "onFailure",
      destination: QUEUE,
      record: {
        requestContext: { condition: "UnhandledInvocationError", approximateInvokeCount: 1 },
        responsePayload: '{"errorMessage":"the function failed"}',
      },
    });
    await sandbox.clock.toNext();
    expect(await parsed(sandbox, id, "onFailure")).toMatchObject({
      record: { requestContext: { condition: "ResourceThrottled" }, responseContext: { statusCode: 429 } },
    });
    expect(await parsed(sandbox, id, "onSuccess")).toMatchObject({
      isPreview: true,
      condition: "onSuccess",
      destination: TOPIC,
      record: {
        requestContext: { condition: "", approximateInvokeCount: 2 },
        responsePayload: '{"order":7}',
      },
    });
  });

  test("goes where the config of now says, and while an attempt is under way, where that of its beginning says", async () => {
    const sandbox = await frozenSandbox();
    const destinationOf = async (id: string) => (await sandbox.invocations.record(id)).destination;
    const id = idOf(await invoke(sandbox, "f", { "X-Sandbox-Outcome": "success=5000" }));
    expect(await destinationOf(id)).toBeNull();
    await configure(sandbox, "f", { destinationConfig: both });
    expect(await destinationOf(id)).toBe(TOPIC);
    await sandbox.clock.toNext();
    expect((await sandbox.invocations.get(id)).status).toBe("Running");
    await configure(sandbox, "f", { destinationConfig: { onSuccess: { destination: BUS } } });
    const preview = await parsed(sandbox, id);
    expect(preview).toMatchObject({ destination: TOPIC });
    expect(preview.record.requestContext.approximateInvokeCount).toBe(1);
    await sandbox.clock.toIdle();
    expect((await sandbox.invocations.record(id)).destination).toBe(TOPIC);
  });

  test("and is being stopped is that of its end as a stopped one", async () => {
    const sandbox = await frozenSandbox();
    await configure(sandbox, "f", { destinationConfig: both });
    const id = idOf(await invoke(sandbox, "f"));
    await sandbox.invocations.stop(id);
    expect((await sandbox.invocations.get(id)).status).toBe("Stopping");
    const preview = await sandbox.invocations.record(id);
    expect(preview).toMatchObject({ isPreview: true, condition: "onFailure", destination: QUEUE });
    await sandbox.clock.toIdle();
    expect(preview.record).toBe(await messageIn(sandbox));
  });
});

test("a record that can't be read is a problem", async () => {
  const sandbox = await frozenSandbox();
  await expect(sandbox.invocations.record("none")).rejects.toMatchObject({
    problem: { status: 404, detail: "This sandbox has no invocation none." },
  });
  const id = idOf(await invoke(sandbox, "f"));
  const wrong = sandbox.invocations.record(id, { condition: "always" as "onSuccess" });
  await expect(wrong).rejects.toMatchObject({
    problem: { status: 400, detail: 'condition must be "onSuccess" or "onFailure"' },
  });
  const elsewhere = sandbox.invocations.record(id, { function: "g" });
  await expect(elsewhere).rejects.toMatchObject({ problem: { status: 404 } });
});
