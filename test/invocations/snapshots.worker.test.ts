import { expect, test } from "vitest";
import { newSandbox, type TestSandbox } from "../newSandbox.ts";
import {
  ASYNC,
  apis,
  call,
  configure,
  frozenSandbox,
  functionNamed,
  historyOf,
  idOf,
  invoke,
  NOW,
  QUEUE,
} from "./invocations.ts";

/** A sandbox with invocations that have ended, are delivered, wait, and run. */
async function usedSandbox(): Promise<TestSandbox> {
  const sandbox = await newSandbox();
  await sandbox.clock.freeze(NOW);
  await sandbox.outcomes.add({ match: { function: "ship" }, outcomes: [{ type: "error" }], times: 3 });
  await configure(sandbox, "charge", {
    destinationConfig: { onSuccess: { destination: functionNamed("ship") } },
    asyncTask: true,
  });
  await configure(sandbox, "ship", { destinationConfig: { onFailure: { destination: QUEUE } } });
  await invoke(sandbox, "charge", { "X-Fc-Async-Task-Id": "done" });
  await sandbox.clock.toIdle();
  await invoke(sandbox, "charge", { "X-Sandbox-Outcome": "error, success=5000" }, "not JSON \u0000");
  await invoke(sandbox, "ship", { "X-Fc-Async-Delay": "60" });
  await sandbox.clock.advance(3);
  return sandbox;
}

test("a snapshot takes outcomes along always, and invocations and deliveries when it is asked to", async () => {
  const sandbox = await usedSandbox();
  const plain = await sandbox.snapshot.export();
  expect(plain).toMatchObject({ outcomes: [{ matched: 1, applied: 1 }] });
  expect(plain).not.toHaveProperty("invocations");
  const snapshot = await sandbox.snapshot.export({ invocations: true });
  expect([snapshot.invocations?.length, snapshot.deliveries?.length]).toEqual([4, 2]);

  const other = await newSandbox({ snapshot });
  expect(await other.snapshot.export({ invocations: true })).toEqual(snapshot);
  const [ends, otherEnds] = await Promise.all(
    [sandbox, other].map(async (one) => {
      await one.clock.toIdle();
      return (await one.invocations.list()).invocations.map(({ function: name, status, endedAt }) =>
        [name, status, endedAt].join(" "),
      );
    }),
  );
  expect(otherEnds?.toSorted()).toEqual(ends?.toSorted());
  expect(ends).toHaveLength(5);
});

test("an import replaces invocations only where it has them, and resets them as a whole", async () => {
  const sandbox = await newSandbox();
  await sandbox.clock.freeze(NOW);
  const id = idOf(await invoke(sandbox, "charge"));
  await sandbox.snapshot.import({ settings: { region: "eu-central-1" } });
  expect(await historyOf(sandbox, id)).toEqual(["Enqueued +0"]);
  await sandbox.snapshot.import({ deliveries: [] });
  expect(await historyOf(sandbox, id)).toEqual(["Enqueued +0"]);
  await sandbox.snapshot.import({ replace: "all" });
  await expect(sandbox.invocations.get(id)).rejects.toMatchObject({ problem: { status: 404 } });
});

test("an import that is wrong anywhere changes nothing", async () => {
  const sandbox = await usedSandbox();
  const snapshot = await sandbox.snapshot.export({ invocations: true });
  const first = snapshot.invocations?.find(({ status }) => status === "Enqueued");
  if (first === undefined) throw new Error("no invocation");
  for (const invocations of [
    [first, first],
    [{ ...first, dueAt: null }],
    [{ ...first, event: "no base64" }],
    [{ ...first, status: "Lost" }],
    [{ ...first, qualifier: "a.b" }],
  ]) {
    const wrong = { ...snapshot, settings: { region: "wrong" }, invocations } as never;
    await expect(sandbox.snapshot.import(wrong)).rejects.toMatchObject({ problem: { status: 400 } });
  }
  expect(await sandbox.snapshot.export({ invocations: true })).toEqual(snapshot);
});

test("the invocations of one function may be larger than the 32 MiB that one object can pass to another as a value", async () => {
  const sandbox = await frozenSandbox();
  const [, , api] = apis;
  const event = new Uint8Array(131_072);
  const invokeTimes = async (times: number) => {
    for (let i = 0; i < times; i++) await call(sandbox, api.invocations("f"), event, ASYNC);
    await sandbox.clock.toIdle();
  };
  const destination = "acs:mq:cn-hangzhou:123456:/instances/i/topics/t";
  await configure(sandbox, "f", { destinationConfig: { onSuccess: { destination } } });
  await invokeTimes(9);
  await sandbox.send("DELETE", api.config("f"));
  await invokeTimes(116);
  const { invocations, deliveries } = await sandbox.snapshot.export({ invocations: true });
  expect([invocations?.length, deliveries?.length]).toEqual([125, 9]);
}, 30_000);
