import { runInDurableObject } from "cloudflare:test";
import { expect, test, vi } from "vitest";
import { Barrier, setVariables } from "../calls.ts";
import { newSandbox, type TestSandbox } from "../newSandbox.ts";
import { functionOf, parentOf } from "../objects/objects.ts";
import { configure, idOf, invoke, QUEUE } from "./invocations.ts";

const HOST = "handler.example";

/** A sandbox in real time whose function `f` may call a host that answers when the barrier is open. */
async function sandboxWithHost(): Promise<{ sandbox: TestSandbox; answer: Barrier }> {
  const answer = new Barrier();
  // Restored before the next test: all files share a process, and evicting objects calls fetch, too.
  vi.spyOn(globalThis, "fetch").mockImplementation(async () => {
    await answer.wait();
    return new Response("done");
  });
  const sandbox = await newSandbox();
  await setVariables(parentOf(sandbox), { OUTBOUND_HOSTS: HOST });
  await setVariables(functionOf(sandbox, "f"), { OUTBOUND_HOSTS: HOST });
  return { sandbox, answer };
}

/** When the alarm of the function `f` rings. */
function alarmOf(sandbox: TestSandbox): Promise<number | null> {
  return runInDurableObject(functionOf(sandbox, "f"), (_, { storage }) => storage.getAlarm());
}

test("while a handler runs, the alarm is set for its deadline, since a crash may cut the request off", async () => {
  const { sandbox, answer } = await sandboxWithHost();
  await sandbox.outcomes.add({ outcomes: [{ type: "http", url: `http://${HOST}`, timeoutSeconds: 20 }] });
  const id = idOf(await invoke(sandbox, "f"));
  await answer.reached();
  const { status, dueAt } = await sandbox.invocations.get(id);
  expect(status).toBe("Running");
  await expect.poll(() => alarmOf(sandbox)).toBe(Date.parse(dueAt ?? ""));
  answer.open();
  await expect.poll(async () => (await sandbox.invocations.get(id)).responsePayload).toBe("done");
});

test("while a message is pushed, the alarm is set for its deadline, too", async () => {
  const { sandbox, answer } = await sandboxWithHost();
  await sandbox.settings({ pushDeliveries: [{ destination: "*", url: `http://${HOST}` }] });
  await configure(sandbox, "f", { destinationConfig: { onSuccess: { destination: QUEUE } } });
  const id = idOf(await invoke(sandbox, "f"));
  await answer.reached();
  const { dueAt } = await sandbox.invocations.get(id);
  await expect.poll(() => alarmOf(sandbox)).toBe(Date.parse(dueAt ?? ""));
  answer.open();
  await expect.poll(() => sandbox.deliveries.count({ status: "Succeeded" })).toBe(1);
});

test("an attempt during which the clock is set back takes no time", async () => {
  const { sandbox, answer } = await sandboxWithHost();
  await sandbox.outcomes.add({ outcomes: [{ type: "http", url: `http://${HOST}` }] });
  await configure(sandbox, "f", { asyncTask: true });
  const id = idOf(await invoke(sandbox, "f"));
  await answer.reached();
  await sandbox.clock.shift(-86_400);
  answer.open();
  await expect.poll(async () => (await sandbox.invocations.get(id)).status).toBe("Succeeded");
  const { body } = await sandbox.send("GET", `/2023-03-30/functions/f/async-tasks/${id}`);
  expect(body.durationMs).toBe(0);
});

/** A sandbox that can be erased and used again, whose function `f` calls a host that answers when a barrier is open. */
async function sandboxToErase(answers: readonly Barrier[]) {
  let calls = 0;
  vi.spyOn(globalThis, "fetch").mockImplementation(async () => {
    const call = calls++;
    await answers[call]?.wait();
    return new Response(`answer ${call}`);
  });
  const sandbox = await newSandbox();
  const allowHost = async () => {
    await setVariables(parentOf(sandbox), { OUTBOUND_HOSTS: HOST });
    await setVariables(functionOf(sandbox, "f"), { OUTBOUND_HOSTS: HOST });
  };
  return { sandbox, allowHost };
}

test("a handler's answer that comes after the sandbox was erased is no answer for a later invocation", async () => {
  const [first, second] = [new Barrier(), new Barrier()];
  const { sandbox, allowHost } = await sandboxToErase([first, second]);
  const start = async () => {
    await allowHost();
    await sandbox.outcomes.add({ outcomes: [{ type: "http", url: `http://${HOST}` }] });
    return idOf(await invoke(sandbox, "f"));
  };
  await start();
  await first.reached();
  await sandbox.delete();
  const id = await start();
  await second.reached();
  await first.passed();
  expect(await sandbox.invocations.get(id)).toMatchObject({ status: "Running" });
  second.open();
  await expect
    .poll(() => sandbox.invocations.get(id))
    .toMatchObject({ status: "Succeeded", responsePayload: "answer 1" });
});

test("a delivery that ends after the sandbox was erased is not that of a later invocation", async () => {
  const [first, second] = [new Barrier(), new Barrier()];
  const { sandbox, allowHost } = await sandboxToErase([first, second]);
  const start = async () => {
    await allowHost();
    await sandbox.settings({ pushDeliveries: [{ destination: "*", url: `http://${HOST}` }] });
    await configure(sandbox, "f", { destinationConfig: { onSuccess: { destination: QUEUE } } });
    return idOf(await invoke(sandbox, "f"));
  };
  await start();
  await first.reached();
  await sandbox.delete();
  const id = await start();
  await second.reached();
  await first.passed();
  expect(await sandbox.deliveries.count()).toBe(0);
  second.open();
  await expect
    .poll(() => sandbox.deliveries.list())
    .toMatchObject({ deliveries: [{ invocationId: id, message: expect.stringContaining(id) }] });
});
