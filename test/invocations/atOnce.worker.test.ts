import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { expect, test } from "vitest";
import { newSandbox, type TestSandbox } from "../newSandbox.ts";
import { evictObjects, functionOf } from "../objects/objects.ts";
import { configure, functionNamed, idOf, invoke, QUEUE } from "./invocations.ts";

/** What became of an invocation as soon as its 202 is there. */
async function afterInvoking(
  sandbox: TestSandbox,
  name: string,
  headers: Record<string, string> = {},
): Promise<{ status: string; attempts: number }> {
  const answer = await invoke(sandbox, name, headers);
  expect(answer.status).toBe(202);
  const { status, attempts } = await sandbox.invocations.get(idOf(answer));
  return { status, attempts };
}

const hasAlarm = (sandbox: TestSandbox, name: string) => runDurableObjectAlarm(functionOf(sandbox, name));

test("on a running clock, what needs nobody else has happened before the response, without an alarm", async () => {
  const sandbox = await newSandbox({ settings: { retryDelaysSeconds: [0] } });
  await configure(sandbox, "f", {
    maxAsyncRetryAttempts: 2,
    destinationConfig: { onSuccess: { destination: QUEUE }, onFailure: { destination: QUEUE } },
  });
  expect(await afterInvoking(sandbox, "f")).toEqual({ status: "Succeeded", attempts: 1 });
  expect(await afterInvoking(sandbox, "f", { "X-Sandbox-Outcome": "error, error, success" })).toEqual({
    status: "Succeeded",
    attempts: 3,
  });
  expect(await afterInvoking(sandbox, "f", { "X-Sandbox-Outcome": "error" })).toEqual({
    status: "Failed",
    attempts: 3,
  });
  const { deliveries } = await sandbox.deliveries.list();
  expect(deliveries.map(({ condition, status }) => [condition, status])).toEqual([
    ["onFailure", "Succeeded"],
    ["onSuccess", "Succeeded"],
    ["onSuccess", "Succeeded"],
  ]);
  expect(await hasAlarm(sandbox, "f")).toBe(false);
});

test("what has happened before the response is stored with it", async () => {
  const sandbox = await newSandbox();
  const payload = { paid: true };
  await sandbox.outcomes.add({ match: { function: "f" }, outcomes: [{ type: "success", payload }] });
  const id = idOf(await invoke(sandbox, "f"));
  await evictObjects(sandbox);
  const { status, events, requestPayload, responsePayload } = await sandbox.invocations.get(id);
  expect([status, requestPayload, responsePayload]).toEqual([
    "Succeeded",
    JSON.stringify({ order: 7 }),
    JSON.stringify(payload),
  ]);
  expect(events.map((event) => event.status)).toEqual(["Enqueued", "Running", "Succeeded"]);
  const { invocations } = await sandbox.summary();
  expect(invocations).toMatchObject({ ended: { Succeeded: 1 }, attempts: { success: 1 } });
});

test("what takes time, waits, or needs another object is left to the alarm", async () => {
  const sandbox = await newSandbox({ settings: { retryDelaysSeconds: [3600] } });
  await configure(sandbox, "chained", {
    destinationConfig: { onSuccess: { destination: functionNamed("f") } },
  });
  await sandbox.outcomes.add({ match: { function: "counted" }, outcomes: [{ type: "error" }], times: 1 });
  expect(await afterInvoking(sandbox, "slow", { "X-Sandbox-Outcome": "success=60000" })).toEqual({
    status: "Running",
    attempts: 1,
  });
  expect(await afterInvoking(sandbox, "delayed", { "X-Fc-Async-Delay": "60" })).toEqual({
    status: "Enqueued",
    attempts: 0,
  });
  expect(await afterInvoking(sandbox, "retried", { "X-Sandbox-Outcome": "error" })).toEqual({
    status: "Retrying",
    attempts: 1,
  });
  await invoke(sandbox, "chained");
  await expect
    .poll(async () => (await sandbox.invocations.list({ function: "f" })).invocations.length)
    .toBe(1);
  const id = idOf(await invoke(sandbox, "counted"));
  await expect.poll(async () => (await sandbox.invocations.get(id)).status).toBe("Retrying");
});

test("on a frozen clock nothing has happened", async () => {
  const sandbox = await newSandbox();
  await sandbox.clock.freeze();
  expect(await afterInvoking(sandbox, "f")).toEqual({ status: "Enqueued", attempts: 0 });
});

test("what is due before an invocation goes first", async () => {
  const sandbox = await newSandbox();
  await configure(sandbox, "f", { destinationConfig: { onSuccess: { destination: QUEUE } } });
  await sandbox.clock.freeze();
  const first = idOf(await invoke(sandbox, "f"));
  const alarm = await withoutAlarm(sandbox, "f");
  // A reset leaves to the alarm what setting the clock would go through.
  await sandbox.reset("clock");
  expect(await afterInvoking(sandbox, "f")).toEqual({ status: "Enqueued", attempts: 0 });
  await alarm.ring();
  const { deliveries } = await sandbox.deliveries.list();
  expect(deliveries.map(({ invocationId }) => invocationId === first)).toEqual([false, true]);
});

/** Keeps a function's alarm from doing anything until `ring`. */
async function withoutAlarm(sandbox: TestSandbox, name: string) {
  const object = functionOf(sandbox, name) as DurableObjectStub;
  await runInDurableObject(object, (instance) => {
    Object.assign(instance, { alarm: async () => {} });
  });
  return {
    ring: () =>
      runInDurableObject(object, async (instance) => {
        Reflect.deleteProperty(instance, "alarm");
        await (instance as DurableObject & { alarm(): Promise<void> }).alarm();
      }),
  };
}
