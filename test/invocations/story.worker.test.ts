import { expect, test } from "vitest";
import { newSandbox } from "../newSandbox.ts";
import { configure, historyOf, idOf, invoke, NOW, QUEUE } from "./invocations.ts";

test("an invocation fails twice, is retried, and ends in a queue of dead letters", async () => {
  const sandbox = await newSandbox();
  await sandbox.clock.freeze(NOW);
  await configure(sandbox, "charge", {
    maxAsyncRetryAttempts: 1,
    destinationConfig: { onFailure: { destination: QUEUE } },
  });
  const answer = await invoke(sandbox, "charge", { "X-Sandbox-Outcome": "error, error, success" });
  expect(answer.status).toBe(202);
  expect(await historyOf(sandbox, idOf(answer))).toEqual(["Enqueued +0"]);
  const clock = await sandbox.clock.toIdle();
  expect(clock.advance).toMatchObject({ steps: 3, reached: true, nextDueAt: null });
  expect(await historyOf(sandbox, idOf(answer))).toEqual([
    "Enqueued +0",
    "Running +0",
    "Retrying +0",
    "Running +1",
    "Failed +1",
  ]);
  await sandbox.deliveries.verify({ destination: QUEUE, requestPayload: { order: 7 } }, { exactly: 1 });
});

test("without a frozen clock, an invocation runs by itself", async () => {
  const sandbox = await newSandbox();
  const answer = await invoke(sandbox, "charge");
  await expect.poll(async () => (await sandbox.invocations.get(idOf(answer))).status).toBe("Succeeded");
});
