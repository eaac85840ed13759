import { afterEach, expect, test, vi } from "vitest";
import { intercept, setVariables } from "../calls.ts";
import { newSandbox, type TestSandbox } from "../newSandbox.ts";
import { functionOf, parentOf } from "../objects/objects.ts";
import { at, configure, frozenSandbox, historyOf, idOf, invoke } from "./invocations.ts";

afterEach(() => vi.restoreAllMocks());

/** Has a handler run the function `f`, and calls `during` whenever it is called. */
async function withHandler(
  sandbox: TestSandbox,
  during: () => Promise<unknown>,
  answer = "done",
): Promise<void> {
  await sandbox.summary();
  for (const object of [functionOf(sandbox, "f"), parentOf(sandbox)]) {
    await setVariables(object as ReturnType<typeof parentOf>, { OUTBOUND_HOSTS: "handlers.test" });
  }
  vi.spyOn(globalThis, "fetch").mockImplementation(async () => {
    await during();
    return new Response(answer);
  });
  const outcomes = [{ type: "http", url: "http://handlers.test" } as const];
  await sandbox.outcomes.add({ match: { function: "f" }, outcomes });
}

const in60Seconds = { "X-Fc-Async-Delay": "60" };

test("what a handler invokes during an advance is invoked at the time at which the handler runs", async () => {
  const sandbox = await frozenSandbox();
  await invoke(sandbox, "f", in60Seconds);
  // What is due later must not come before.
  await invoke(sandbox, "known", { "X-Fc-Async-Delay": "70" });
  // One function is known already, the other one is not.
  await configure(sandbox, "known", {});
  const ids: string[] = [];
  await withHandler(sandbox, async () => {
    for (const name of ["known", "new"]) ids.push(idOf(await invoke(sandbox, name)));
  });
  await sandbox.clock.advance(100);
  expect(ids).toHaveLength(2);
  for (const id of ids) {
    expect(await historyOf(sandbox, id)).toEqual(["Enqueued +60", "Running +60", "Succeeded +60"]);
  }
});

test("what is stopped during an advance is stopped at the time that the advance has reached", async () => {
  const sandbox = await frozenSandbox();
  const other = idOf(await invoke(sandbox, "g", { "X-Fc-Async-Delay": "59", "X-Sandbox-Outcome": "error" }));
  await invoke(sandbox, "f", in60Seconds);
  await sandbox.settings({ retryDelaysSeconds: [30] });
  await withHandler(sandbox, () => sandbox.invocations.stop(other));
  await sandbox.clock.advance(100);
  expect((await historyOf(sandbox, other)).slice(-3)).toEqual([
    "Retrying +59",
    "Stopping +60",
    "Stopped +60",
  ]);
});

test("a reset during an advance ends the advance, and the clock is real", async () => {
  const sandbox = await frozenSandbox();
  await invoke(sandbox, "f", in60Seconds);
  await withHandler(sandbox, () => sandbox.reset());
  expect(await sandbox.clock.advance(100)).toMatchObject({ mode: "real", advance: { reached: false } });
  expect((await sandbox.clock.get()).mode).toBe("real");
});

test("a function that returns nothing did not return its event", async () => {
  const sandbox = await frozenSandbox();
  await sandbox.outcomes.add({ outcomes: [{ type: "success", payload: "" }] });
  const id = idOf(await invoke(sandbox, "f"));
  await sandbox.clock.toIdle();
  expect((await sandbox.invocations.get(id)).responsePayload).toBe("");
});

test("of a message that is too large for a row the inbox keeps the beginning, and the other invocations go on", async () => {
  const sandbox = await frozenSandbox();
  const topic = "acs:mq:cn-hangzhou:123456:/instances/i/topics/t";
  await configure(sandbox, "f", { destinationConfig: { onSuccess: { destination: topic } } });
  const id = idOf(await invoke(sandbox, "f"));
  await withHandler(sandbox, async () => {}, "\u0001".repeat(1_000_000));
  await sandbox.clock.toIdle();
  const { deliveries } = await sandbox.deliveries.list({ invocationId: id });
  expect(deliveries).toMatchObject([{ status: "DestinationDeliveryFailed", kind: "mq" }]);
  expect(deliveries[0]?.message.length).toBeLessThanOrEqual(250_000);
  expect(deliveries[0]?.messageCut).toBe(true);
  // Nobody knows what was cut, so it can't be told whether the delivery matches.
  const inconclusive = {
    problem: { status: 409, detail: expect.stringMatching(/^Inconclusive: .*of 1 .*too large/) },
  };
  await expect(sandbox.deliveries.verify({ responsePayload: "done" }, { exactly: 0 })).rejects.toMatchObject(
    inconclusive,
  );
  await expect(sandbox.deliveries.count({ message: {} })).rejects.toMatchObject(inconclusive);
  await sandbox.deliveries.verify({ responsePayload: "done", function: "g" }, { exactly: 0 });
  await sandbox.deliveries.verify({ responsePayload: "done", condition: "onFailure" }, { exactly: 0 });
  await sandbox.deliveries.verify({ invocationId: id, status: "DestinationDeliveryFailed" }, { exactly: 1 });
  const { record } = await sandbox.invocations.record(id);
  expect(JSON.parse(record ?? "").responsePayload).toHaveLength(1_000_000);
});

test("a function that can't be told of the time stops no other function, also where a handler runs", async () => {
  const sandbox = await frozenSandbox();
  const id = idOf(await invoke(sandbox, "f", in60Seconds));
  await configure(sandbox, "broken", {});
  await withHandler(sandbox, async () => {});
  vi.spyOn(console, "error").mockImplementation(() => {});
  await intercept(parentOf(sandbox), "FUNCTION.accept", (accept, name) =>
    name === "broken" ? Promise.reject(new Error("The function could not be reached.")) : accept(),
  );
  await expect(sandbox.clock.advance(100)).rejects.toMatchObject({ problem: { status: 503 } });
  expect(await historyOf(sandbox, id)).toEqual(["Enqueued +0", "Running +60", "Succeeded +60"]);
  expect((await sandbox.clock.get()).now).toBe(at(100));
});

test("on a shifted clock a step has its own due time, however long functions take to be told of it", async () => {
  const sandbox = await newSandbox();
  await sandbox.clock.shift(86_400);
  const id = idOf(await invoke(sandbox, "f", in60Seconds));
  await withHandler(sandbox, async () => {});
  await intercept(parentOf(sandbox), "FUNCTION.accept", async (accept) => {
    await scheduler.wait(20);
    return accept();
  });
  await sandbox.clock.advance(100);
  const [enqueued, running] = (await sandbox.invocations.get(id)).events.map(({ time }) => Date.parse(time));
  expect((running ?? 0) - (enqueued ?? 0)).toBe(60_000);
});
