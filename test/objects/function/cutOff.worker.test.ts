import { runInDurableObject } from "cloudflare:test";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Barrier, intercept, setVariables } from "../../calls.ts";
import { configure, functionNamed, invoke, NOW, QUEUE } from "../../invocations/invocations.ts";
import { newSandbox } from "../../newSandbox.ts";
import { functionOf, parentOf } from "../objects.ts";

const alarmOf = (stub: ReturnType<typeof functionOf>): Promise<number | null> =>
  runInDurableObject(stub as DurableObjectStub, (_, { storage }) => storage.getAlarm());

beforeEach(() => {
  vi.spyOn(console, "error").mockImplementation(() => {});
});

afterEach(() => {
  vi.restoreAllMocks();
});

test("a delivery to a function whose answer is lost is made again, and is one invocation", async () => {
  const sandbox = await newSandbox();
  await sandbox.clock.freeze(NOW);
  await configure(sandbox, "order", {
    destinationConfig: { onSuccess: { destination: functionNamed("ship") } },
  });
  await configure(sandbox, "ship", { destinationConfig: { onSuccess: { destination: QUEUE } } });
  await invoke(sandbox, "order");
  let deliveries = 0;
  await intercept(functionOf(sandbox, "order"), "FUNCTION.enqueueDelivered", async (deliver) => {
    const delivered = await deliver();
    deliveries += 1;
    if (deliveries === 1) throw new Error("disconnected: operation canceled");
    return delivered;
  });
  await expect(sandbox.clock.toIdle()).rejects.toThrow("could not be reached");
  await sandbox.clock.toIdle();
  expect(deliveries).toBe(2);
  const { invocations } = await sandbox.invocations.list();
  expect(invocations.map((one) => [one.function, one.status]).sort()).toEqual([
    ["order", "Succeeded"],
    ["ship", "Succeeded"],
  ]);
  await sandbox.deliveries.verify({ function: "order" }, { exactly: 1 });
  await sandbox.deliveries.verify({ destination: QUEUE }, { exactly: 1 });
});

test("while a handler runs, the alarm is there, so that a kill does not leave the invocation running", async () => {
  const sandbox = await newSandbox();
  const variables = { OUTBOUND_HOSTS: "handler.example" };
  await configure(sandbox, "order", {});
  await setVariables(parentOf(sandbox), variables);
  await setVariables(functionOf(sandbox, "order"), variables);
  const http = { type: "http", url: "http://handler.example", timeoutSeconds: 60 } as const;
  await sandbox.outcomes.add({ outcomes: [http] });
  const answer = new Barrier();
  vi.spyOn(globalThis, "fetch").mockImplementation(async () => {
    await answer.wait();
    return new Response("done");
  });
  await invoke(sandbox, "order");
  await answer.reached();
  const alarm = await runInDurableObject(functionOf(sandbox, "order"), (_, { storage }) =>
    storage.getAlarm(),
  );
  expect(alarm).toBeGreaterThan(Date.now() + 50_000);
  answer.open();
  // An object whose request is still under way can't be evicted by a later test.
  await expect
    .poll(async () => (await sandbox.invocations.list()).invocations.map(({ status }) => status))
    .toEqual(["Succeeded"]);
});

test("a function that was erased with its alarm sets it again for what is invoked later", async () => {
  const sandbox = await newSandbox();
  await invoke(sandbox, "order", { "X-Fc-Async-Delay": "60" });
  await functionOf(sandbox, "order").erase();
  await invoke(sandbox, "order", { "X-Fc-Async-Delay": "3600" });
  const alarm = await alarmOf(functionOf(sandbox, "order"));
  expect(alarm).toBeGreaterThan(Date.now() + 3_000_000);
});
