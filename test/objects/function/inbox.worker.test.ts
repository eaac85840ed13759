import { expect, test } from "vitest";
import { setVariables } from "../../calls.ts";
import { configure, invoke, NOW, QUEUE } from "../../invocations/invocations.ts";
import { newSandbox } from "../../newSandbox.ts";
import { functionOf } from "../objects.ts";

test("the inbox drops the oldest deliveries when they are more bytes than a function may store", async () => {
  const sandbox = await newSandbox();
  await sandbox.clock.freeze(NOW);
  await configure(sandbox, "order", { destinationConfig: { onSuccess: { destination: QUEUE } } });
  await setVariables(functionOf(sandbox, "order"), { MAX_INVOCATION_BYTES: "10000" });
  for (const order of [1, 2, 3]) {
    await invoke(sandbox, "order", {}, { order, filler: "x".repeat(2000) });
    await sandbox.clock.toIdle();
  }
  // Each message has the event twice: as what the function was called with, and as what it returned.
  const { deliveries } = await sandbox.deliveries.list();
  const orders = deliveries.map(({ message }) => JSON.parse(JSON.parse(message).requestPayload).order);
  expect(orders).toEqual([3, 2]);
});
