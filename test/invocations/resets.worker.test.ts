import { expect, test } from "vitest";
import { Barrier, intercept } from "../calls.ts";
import { functionOf } from "../objects/objects.ts";
import { configure, frozenSandbox, functionNamed, idOf, invoke } from "./invocations.ts";

test("a reset while an advance delivers to another function leaves nothing behind, and ends the advance", async () => {
  const sandbox = await frozenSandbox();
  await configure(sandbox, "f", { destinationConfig: { onSuccess: { destination: functionNamed("g") } } });
  await invoke(sandbox, "g");
  await sandbox.clock.toIdle();
  const sent = new Barrier();
  await intercept(functionOf(sandbox, "f"), "FUNCTION.enqueueDelivered", async (deliver) => {
    await sent.wait();
    return deliver();
  });
  await invoke(sandbox, "f");
  const advancing = sandbox.clock.advance(60);
  await sent.reached();
  await sandbox.reset();
  sent.open();
  expect(await advancing).toMatchObject({ mode: "real", advance: { reached: false } });
  expect((await sandbox.invocations.list()).invocations).toEqual([]);
  expect((await sandbox.deliveries.list()).deliveries).toEqual([]);
  expect((await sandbox.clock.get()).mode).toBe("real");
});

test("a reset of some parts leaves the others", async () => {
  const sandbox = await frozenSandbox();
  await configure(sandbox, "f", { destinationConfig: { onSuccess: { destination: functionNamed("g") } } });
  await sandbox.outcomes.add({ outcomes: [{ type: "success" }] });
  const id = idOf(await invoke(sandbox, "f"));
  await sandbox.clock.toIdle();
  const waiting = idOf(await invoke(sandbox, "f"));
  const has = async () => ({
    outcomes: (await sandbox.outcomes.list()).length,
    invocations: (await sandbox.invocations.list()).invocations.length,
    deliveries: await sandbox.deliveries.count(),
  });
  expect(await has()).toEqual({ outcomes: 1, invocations: 3, deliveries: 1 });
  await sandbox.reset("outcomes");
  expect(await has()).toEqual({ outcomes: 0, invocations: 3, deliveries: 1 });
  await sandbox.reset("deliveries");
  expect(await has()).toEqual({ outcomes: 0, invocations: 3, deliveries: 0 });
  expect(await sandbox.invocations.get(id)).toMatchObject({ delivery: { status: "Succeeded" } });
  await sandbox.reset("invocations");
  expect(await has()).toEqual({ outcomes: 0, invocations: 0, deliveries: 0 });
  await expect(sandbox.invocations.get(waiting)).rejects.toMatchObject({ problem: { status: 404 } });
  expect(await sandbox.clock.toIdle()).toMatchObject({ mode: "frozen", advance: { steps: 0 } });
  expect((await sandbox.summary()).invocations.ended).toEqual({ Succeeded: 2 });
});
