import { expect, test } from "vitest";
import type { Progress } from "../../src/objects/invocationMessages.ts";
import { intercept } from "../calls.ts";
import { parentOf } from "../objects/objects.ts";
import { frozenSandbox, invoke } from "./invocations.ts";

test("an advance reports the first 1,000 events, and is handed no more", async () => {
  const sandbox = await frozenSandbox();
  const handed: number[] = [];
  await Promise.all(
    Array.from({ length: 150 }, () => invoke(sandbox, "f", { "X-Sandbox-Outcome": "error" })),
  );
  await intercept(parentOf(sandbox), "FUNCTION.runInvocations", async (run) => {
    const progress = (await run()) as Progress;
    handed.push(progress.happened.length);
    return progress;
  });
  const { advance } = await sandbox.clock.toIdle();
  expect([advance?.steps, advance?.events.length]).toEqual([600, 1000]);
  expect(handed).toEqual([1000]);
  const attempts = advance?.events.map(({ attempt }) => attempt);
  expect(attempts).toEqual(attempts?.toSorted());
});
