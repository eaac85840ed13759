import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { setVariables } from "../calls.ts";
import { newSandbox, type TestSandbox } from "../newSandbox.ts";
import { functionOf, parentOf } from "../objects/objects.ts";
import {
  at,
  configure,
  frozenSandbox,
  functionNamed,
  historyOf,
  idOf,
  invoke,
  NOW,
  QUEUE,
} from "./invocations.ts";

describe("a frozen clock", () => {
  test("keeps everything where it is, until it advances", async () => {
    const sandbox = await frozenSandbox();
    const id = idOf(await invoke(sandbox, "f"));
    expect(await runDurableObjectAlarm(functionOf(sandbox, "f"))).toBe(false);
    expect(await historyOf(sandbox, id)).toEqual(["Enqueued +0"]);
    expect(await sandbox.clock.advance(0)).toMatchObject({ now: NOW, advance: { steps: 1, reached: true } });
    expect((await sandbox.invocations.get(id)).status).toBe("Succeeded");
  });

  test("advances by seconds, and makes what is due on the way happen at its own time", async () => {
    const sandbox = await frozenSandbox();
    const id = idOf(await invoke(sandbox, "f", { "X-Sandbox-Outcome": "error" }));
    const { now, advance } = await sandbox.clock.advance(3);
    expect([now, advance?.nextDueAt]).toEqual([at(3), at(7)]);
    expect(advance?.events.map(({ status, time, attempt }) => [status, time, attempt])).toEqual([
      ["Running", NOW, 1],
      ["Retrying", NOW, 1],
      ["Running", at(1), 2],
      ["Retrying", at(1), 2],
      ["Running", at(3), 3],
      ["Retrying", at(3), 3],
    ]);
    await sandbox.clock.advance(1);
    expect((await sandbox.invocations.get(id)).attempts).toBe(3);
  });

  test("jumps to what is due next, one time after the other, and stays where nothing is", async () => {
    const sandbox = await frozenSandbox();
    await invoke(sandbox, "f", { "X-Fc-Async-Delay": "90" });
    await invoke(sandbox, "g", { "X-Fc-Async-Delay": "30", "X-Sandbox-Outcome": "error, success" });
    const times: string[] = [];
    for (let i = 0; i < 4; i++) times.push((await sandbox.clock.toNext()).now);
    expect(times).toEqual([at(30), at(31), at(90), at(90)]);
  });

  test("runs until nothing is due, across functions and chains, in the order of time, name and number", async () => {
    const sandbox = await frozenSandbox();
    await configure(sandbox, "b", { destinationConfig: { onSuccess: { destination: functionNamed("a") } } });
    for (const [name, outcome] of [
      ["b", "error, success"],
      ["c", "success"],
      ["b", "success=500"],
      ["a", "error, success"],
    ] as const) {
      await invoke(sandbox, name, { "X-Sandbox-Outcome": outcome });
    }
    const { advance } = await sandbox.clock.toIdle();
    const ended = advance?.events.map(
      (event) => `${event.function} ${event.status} ${event.time.slice(17, 23)}`,
    );
    expect(ended).toEqual([
      "a Running 00.000",
      "a Retrying 00.000",
      "b Running 00.000",
      "b Retrying 00.000",
      "b Running 00.000",
      "c Running 00.000",
      "c Succeeded 00.000",
      "b Succeeded 00.500",
      "a Running 00.500",
      "a Succeeded 00.500",
      "a Running 01.000",
      "a Succeeded 01.000",
      "b Running 01.000",
      "b Succeeded 01.000",
      "a Running 01.000",
      "a Succeeded 01.000",
    ]);
  });

  test("that is set to a later time goes through what is due until then; to an earlier one, through nothing", async () => {
    const sandbox = await frozenSandbox();
    const id = idOf(await invoke(sandbox, "f", { "X-Sandbox-Outcome": "error" }));
    expect(await sandbox.clock.set({ mode: "frozen", time: at(-60) })).not.toHaveProperty("advance");
    const { now, advance } = await sandbox.clock.set({ mode: "frozen", time: at(2) });
    expect([now, advance?.steps]).toEqual([at(2), 2]);
    expect(await historyOf(sandbox, id)).toHaveLength(5);
    expect(await sandbox.clock.advance(-1)).not.toHaveProperty("advance");
  });

  test("takes no more steps at once than is allowed, names the time it came to, and loses nothing", async () => {
    const sandbox = await frozenSandbox();
    for (const name of ["f", "g", "h"]) await invoke(sandbox, name, { "X-Sandbox-Outcome": "error" });
    await setVariables(parentOf(sandbox), { MAX_EVENTS_PER_ADVANCE: "5" });
    const first = await sandbox.clock.advance(3600);
    expect(first).toMatchObject({
      now: at(1),
      advance: { steps: 5, reached: false, nextDueAt: at(1) },
    });
    await expect(sandbox.clock.toIdle()).rejects.toThrow("5 steps were made");
    const last = await sandbox.clock.toIdle();
    expect(last).toMatchObject({ now: at(7), advance: { steps: 2, reached: true, nextDueAt: null } });
    const { invocations } = await sandbox.invocations.list({ status: "Failed" });
    expect(invocations.map(({ attempts }) => attempts)).toEqual([4, 4, 4]);
  });
});

test("a config that changes between attempts counts from the next attempt on", async () => {
  const sandbox = await frozenSandbox();
  await configure(sandbox, "f", { maxAsyncRetryAttempts: 8 });
  const id = idOf(await invoke(sandbox, "f", { "X-Sandbox-Outcome": "error" }));
  await sandbox.clock.toNext();
  await configure(sandbox, "f", {
    maxAsyncRetryAttempts: 1,
    destinationConfig: { onFailure: { destination: QUEUE } },
  });
  await sandbox.clock.toIdle();
  expect(await historyOf(sandbox, id)).toEqual([
    "Enqueued +0",
    "Running +0",
    "Retrying +0",
    "Running +1",
    "Failed +1",
  ]);
  await sandbox.deliveries.verify({ destination: QUEUE, invocationId: id }, { exactly: 1 });
});

test("an event that is older than its config allows when it would run never runs", async () => {
  const sandbox = await frozenSandbox();
  await configure(sandbox, "f", { maxAsyncEventAgeInSeconds: 3 });
  const onTime = idOf(await invoke(sandbox, "f", { "X-Fc-Async-Delay": "3" }));
  const late = idOf(await invoke(sandbox, "f", { "X-Fc-Async-Delay": "4" }));
  const retried = idOf(await invoke(sandbox, "f", { "X-Sandbox-Outcome": "error" }));
  await sandbox.clock.toIdle();
  expect((await sandbox.invocations.get(onTime)).status).toBe("Succeeded");
  expect(await historyOf(sandbox, late)).toEqual(["Enqueued +0", "Expired +4"]);
  expect((await historyOf(sandbox, retried)).slice(-2)).toEqual(["Retrying +3", "Expired +7"]);
});

test("failures of the system are retried after 0.5, 1, 2 s and so on, and use up no attempts", async () => {
  const sandbox = await frozenSandbox();
  await configure(sandbox, "f", { maxAsyncRetryAttempts: 0 });
  const headers = { "X-Sandbox-Outcome": "throttled, systemError, noResources, success" };
  const id = idOf(await invoke(sandbox, "f", headers));
  const forever = idOf(await invoke(sandbox, "g", { "X-Sandbox-Outcome": "throttled" }));
  await sandbox.clock.toIdle();
  expect((await historyOf(sandbox, id)).filter((event) => event.startsWith("Running"))).toEqual([
    "Running +0",
    "Running +0.5",
    "Running +1.5",
    "Running +3.5",
  ]);
  const { status, events } = await sandbox.invocations.get(forever);
  expect(status).toBe("Failed");
  expect(Date.parse(events.at(-1)?.time ?? "") - Date.parse(NOW)).toBeLessThanOrEqual(5 * 3_600_000);
});

test("the waits between attempts are the setting's, the last one repeated", async () => {
  const sandbox = await frozenSandbox({ settings: { retryDelaysSeconds: [0.25, 10] } });
  const id = idOf(await invoke(sandbox, "f", { "X-Sandbox-Outcome": "error" }));
  await sandbox.clock.toIdle();
  expect((await historyOf(sandbox, id)).filter((event) => event.startsWith("Running"))).toEqual([
    "Running +0",
    "Running +0.25",
    "Running +10.25",
    "Running +20.25",
  ]);
});

test("from real time, a clock that is frozen at a later time goes through what is due until then", async () => {
  const sandbox = await newSandbox();
  const id = idOf(await invoke(sandbox, "f", { "X-Fc-Async-Delay": "3600" }));
  const later = new Date(Date.now() + 7200_000).toISOString();
  expect((await sandbox.clock.freeze(later)) as object).toMatchObject({ now: later, advance: { steps: 1 } });
  expect((await sandbox.invocations.get(id)).status).toBe("Succeeded");
});

test("a shifted clock goes through what is due when it is advanced", async () => {
  const sandbox = await newSandbox();
  await sandbox.clock.shift(86_400);
  const id = idOf(await invoke(sandbox, "f", { "X-Fc-Async-Delay": "3600" }));
  expect(await sandbox.clock.advance(3601)).toMatchObject({
    mode: "shifted",
    advance: { steps: 1, reached: true },
  });
  const { events } = await sandbox.invocations.get(id);
  const [enqueued, running] = events.map(({ time }) => Date.parse(time));
  expect((running ?? 0) - (enqueued ?? 0)).toBe(3_600_000);
});

test("a clock that is released runs what is due by then, by the alarm", async () => {
  const sandbox = await newSandbox();
  await sandbox.clock.freeze();
  const id = idOf(await invoke(sandbox, "f"));
  await sandbox.clock.set({ mode: "real" });
  await expect.poll(async () => (await sandbox.invocations.get(id)).status).toBe("Succeeded");
});

test("what is to be retried goes on by the alarm after an eviction of its objects", async () => {
  const sandbox = await newSandbox({ settings: { retryDelaysSeconds: [0.05] } });
  await sandbox.outcomes.add({ outcomes: [{ type: "error" }, { type: "error" }, { type: "success" }] });
  const id = idOf(await invoke(sandbox, "f", { "X-Fc-Async-Delay": "1" }));
  for (const one of [parentOf(sandbox), functionOf(sandbox, "f")]) await evictDurableObject(one);
  await expect
    .poll(async () => (await sandbox.invocations.get(id)).events.map(({ status }) => status).join(" "))
    .toBe("Enqueued Running Retrying Running Retrying Running Succeeded");
});

test("an advance that was cut off is finished by the sandbox's alarm", async () => {
  const sandbox = await frozenSandbox();
  const id = idOf(await invoke(sandbox, "f", { "X-Sandbox-Outcome": "error" }));
  await sandbox.clock.advance(0);
  await runInDurableObject(parentOf(sandbox), (_, { storage }) => {
    storage.kv.put("advancing", { until: Date.parse(at(60)) });
    return storage.setAlarm(Date.now());
  });
  for (const one of [parentOf(sandbox), functionOf(sandbox, "f")]) await evictDurableObject(one);
  await runDurableObjectAlarm(parentOf(sandbox));
  await expect.poll(async () => (await sandbox.invocations.get(id)).status).toBe("Failed");
  await expect.poll(async () => (await sandbox.clock.get()).now).toBe(at(60));
});

test("advances that are asked for at once happen one after the other", async () => {
  const sandbox = await frozenSandbox();
  await invoke(sandbox, "f", { "X-Sandbox-Outcome": "error" });
  const clocks = await Promise.all([1, 2, 3].map((seconds) => sandbox.clock.advance(seconds)));
  expect(
    clocks
      .map(({ now }) => now)
      .sort()
      .at(-1),
  ).toBe(at(6));
  expect(clocks.reduce((sum, { advance }) => sum + (advance?.steps ?? 0), 0)).toBe(3);
});

/** A step of a random story. */
const step = fc.oneof(
  fc.record({
    kind: fc.constant("invoke" as const),
    name: fc.constantFrom("a", "b", "c"),
    outcome: fc.constantFrom(
      "success",
      "error",
      "error, success",
      "throttled, success",
      "success=1500",
      "timeout",
    ),
    delay: fc.constantFrom("0", "1", "7"),
  }),
  fc.record({ kind: fc.constant("advance" as const), seconds: fc.nat({ max: 10 }) }),
  fc.record({ kind: fc.constant("next" as const) }),
  fc.record({
    kind: fc.constant("configure" as const),
    name: fc.constantFrom("a", "b", "c"),
    retries: fc.nat({ max: 3 }),
    to: fc.constantFrom("a", "b", "queue"),
  }),
);

/** Plays a story, and returns all that happened, without the ids that are made up. */
async function play(
  sandbox: TestSandbox,
  story: readonly (typeof step extends fc.Arbitrary<infer S> ? S : never)[],
) {
  const timeline: unknown[] = [];
  for (const one of story) {
    if (one.kind === "invoke") {
      await invoke(
        sandbox,
        one.name,
        { "X-Sandbox-Outcome": one.outcome, "X-Fc-Async-Delay": one.delay },
        "e",
      );
    } else if (one.kind === "configure") {
      const destination = one.to === "queue" ? QUEUE : functionNamed(one.to);
      await configure(sandbox, one.name, {
        maxAsyncRetryAttempts: one.retries,
        destinationConfig: { onSuccess: { destination }, onFailure: { destination: QUEUE } },
      });
    } else
      timeline.push(
        await (one.kind === "next" ? sandbox.clock.toNext() : sandbox.clock.advance(one.seconds)),
      );
  }
  timeline.push(await sandbox.clock.toIdle());
  return JSON.parse(JSON.stringify(timeline), (key, value) => (key === "invocation" ? undefined : value));
}

test("two runs of the same story give the same timeline, and every invocation ends", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 10 }), async (story) => {
      const sandboxes = await Promise.all([frozenSandbox(), frozenSandbox()]);
      const [one, other] = await Promise.all(sandboxes.map((sandbox) => play(sandbox, story)));
      expect(other).toEqual(one);
      const { invocations } = await sandboxes[0].invocations.list({}, { limit: 100 });
      expect(invocations.filter(({ endedAt, dueAt }) => endedAt === null || dueAt !== null)).toEqual([]);
    }),
    { numRuns: 8 },
  );
}, 120_000);

test("the clock stops at the latest time that it can show, and what is due later never happens", async () => {
  const sandbox = await newSandbox();
  await sandbox.clock.freeze("9999-12-31T23:59:00Z");
  await invoke(sandbox, "f", { "X-Fc-Async-Delay": "30" });
  const never = idOf(await invoke(sandbox, "f", { "X-Fc-Async-Delay": "3600" }));
  expect(await sandbox.clock.toIdle()).toMatchObject({ now: "9999-12-31T23:59:30.000Z" });
  expect(await sandbox.clock.toNext()).toMatchObject({ now: "9999-12-31T23:59:59.000Z" });
  await expect(sandbox.clock.advance(1)).rejects.toMatchObject({ problem: { status: 400 } });
  expect((await sandbox.invocations.get(never)).status).toBe("Enqueued");
});
