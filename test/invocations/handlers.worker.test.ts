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

/**
 * A sandbox that was erased while an invocation of its function `f` called a host, and that was then used again as before:
 * the first answer of the host has come, and `answer` lets the second one come.
 */
async function usedAgain(setUp: (sandbox: TestSandbox) => Promise<unknown>) {
  const [first, second] = [new Barrier(), new Barrier()];
  let calls = 0;
  vi.spyOn(globalThis, "fetch").mockImplementation(async () => {
    const call = calls++;
    await [first, second][call]?.wait();
    return new Response(`answer ${call}`);
  });
  const sandbox = await newSandbox();
  const start = async () => {
    await setVariables(parentOf(sandbox), { OUTBOUND_HOSTS: HOST });
    await setVariables(functionOf(sandbox, "f"), { OUTBOUND_HOSTS: HOST });
    await setUp(sandbox);
    return idOf(await invoke(sandbox, "f"));
  };
  await start();
  await first.reached();
  await sandbox.delete();
  const id = await start();
  await second.reached();
  await first.passed();
  return { sandbox, id, answer: second };
}

test("a handler's answer that comes after the sandbox was erased is no answer for a later invocation", async () => {
  const { sandbox, id, answer } = await usedAgain((its) =>
    its.outcomes.add({ outcomes: [{ type: "http", url: `http://${HOST}` }] }),
  );
  expect(await sandbox.invocations.get(id)).toMatchObject({ status: "Running" });
  answer.open();
  await expect
    .poll(() => sandbox.invocations.get(id))
    .toMatchObject({ status: "Succeeded", responsePayload: "answer 1" });
});

test("a delivery that ends after the sandbox was erased is not that of a later invocation", async () => {
  const { sandbox, id, answer } = await usedAgain(async (its) => {
    await its.settings({ pushDeliveries: [{ destination: "*", url: `http://${HOST}` }] });
    await configure(its, "f", { destinationConfig: { onSuccess: { destination: QUEUE } } });
  });
  expect(await sandbox.deliveries.count()).toBe(0);
  answer.open();
  await expect
    .poll(() => sandbox.deliveries.list())
    .toMatchObject({ deliveries: [{ invocationId: id, message: expect.stringContaining(id) }] });
});
