import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { afterEach, expect, test, vi } from "vitest";
import { intercept, setVariables } from "../calls.ts";
import { newSandbox, type TestSandbox } from "../newSandbox.ts";
import { evictObjects, parentOf } from "../objects/objects.ts";
import {
  at,
  configure,
  frozenSandbox,
  functionNamed,
  historyOf,
  idOf,
  invoke,
  QUEUE,
} from "./invocations.ts";

afterEach(() => vi.restoreAllMocks());

/** Has the sandbox reach no function for a while; returns what ends that. */
async function cutOff(sandbox: TestSandbox): Promise<() => void> {
  vi.spyOn(console, "error").mockImplementation(() => {});
  let isReachable = false;
  await intercept(parentOf(sandbox), "FUNCTION.runInvocations", (run) =>
    isReachable ? run() : Promise.reject(new Error("The function could not be reached.")),
  );
  return () => {
    isReachable = true;
  };
}

/** Has the alarm of the sandbox wait, so that a test can look at what is cut off. */
function withoutAlarm(sandbox: TestSandbox): Promise<void> {
  return runInDurableObject(parentOf(sandbox), (_, { storage }) => storage.deleteAlarm());
}

const EARLIER = "2024-01-01T00:00:00Z";
const RETRIED = { "X-Sandbox-Outcome": "error, error, success" };
const afterEarlier = (seconds: number) => new Date(Date.parse(EARLIER) + seconds * 1000).toISOString();

/** What happened to an invocation, and when. */
async function timesOf(sandbox: TestSandbox, id: string): Promise<string[]> {
  const { invocations } = await sandbox.snapshot.export({ invocations: true });
  const events = invocations?.find((one) => one.id === id)?.events ?? [];
  return events.map(({ status, time }) => `${status} ${time}`);
}

test.each([{ mode: "real" }, { mode: "shifted", offsetSeconds: 0 }] as const)(
  "a clock that was frozen in the past and is %j goes through what is due until then",
  async (clock) => {
    const sandbox = await newSandbox();
    await sandbox.clock.freeze(EARLIER);
    const id = idOf(await invoke(sandbox, "f", RETRIED));
    await sandbox.clock.advance(0);
    const set = await sandbox.clock.set(clock);
    expect(set).toMatchObject({ mode: clock.mode, advance: { steps: 2, reached: true, nextDueAt: null } });
    expect((await timesOf(sandbox, id)).slice(2)).toEqual([
      `Retrying ${afterEarlier(0)}`,
      `Running ${afterEarlier(1)}`,
      `Retrying ${afterEarlier(1)}`,
      `Running ${afterEarlier(3)}`,
      `Succeeded ${afterEarlier(3)}`,
    ]);
    expect((await sandbox.clock.get()).mode).toBe(clock.mode);
  },
);

test("a clock that is to be real, and has too much to go through, is frozen where it came to", async () => {
  const sandbox = await newSandbox();
  await sandbox.clock.freeze(EARLIER);
  const id = idOf(await invoke(sandbox, "f", RETRIED));
  await setVariables(parentOf(sandbox), { MAX_EVENTS_PER_ADVANCE: "2" });
  expect(await sandbox.clock.set({ mode: "real" })).toMatchObject({
    mode: "frozen",
    now: afterEarlier(1),
    advance: { steps: 2, reached: false, nextDueAt: afterEarlier(3) },
  });
  expect(await sandbox.clock.set({ mode: "real" })).toMatchObject({ mode: "real", advance: { steps: 1 } });
  expect((await timesOf(sandbox, id)).at(-1)).toBe(`Succeeded ${afterEarlier(3)}`);
});

test("a clock that is to be real, and was cut off on the way, is real when the alarm has gone on", async () => {
  const sandbox = await newSandbox();
  await sandbox.clock.freeze(EARLIER);
  const id = idOf(await invoke(sandbox, "f", RETRIED));
  await sandbox.clock.advance(0);
  const reached = await cutOff(sandbox);
  await expect(sandbox.clock.set({ mode: "real" })).rejects.toMatchObject({ problem: { status: 503 } });
  expect((await sandbox.clock.get()).mode).toBe("frozen");
  reached();
  await evictObjects(sandbox);
  await runDurableObjectAlarm(parentOf(sandbox));
  await expect.poll(async () => (await sandbox.clock.get()).mode).toBe("real");
  expect((await timesOf(sandbox, id)).at(-1)).toBe(`Succeeded ${afterEarlier(3)}`);
});

test("an advance after one that was cut off goes on with that one first, and says what both did", async () => {
  const sandbox = await frozenSandbox();
  const id = idOf(await invoke(sandbox, "f", { "X-Sandbox-Outcome": "error, success" }));
  const reached = await cutOff(sandbox);
  await expect(sandbox.clock.advance(100)).rejects.toMatchObject({ problem: { status: 503 } });
  await withoutAlarm(sandbox);
  reached();
  const { now, advance } = await sandbox.clock.advance(20);
  expect(now).toBe(at(120));
  expect(advance).toMatchObject({ steps: 2, reached: true });
  expect(advance?.events.map(({ status }) => status)).toEqual([
    "Running",
    "Retrying",
    "Running",
    "Succeeded",
  ]);
  expect(await historyOf(sandbox, id)).toContain("Succeeded +1");
});

test("pages of the inbox have each delivery once, though the clock was set back between deliveries", async () => {
  const sandbox = await frozenSandbox();
  await configure(sandbox, "f", { destinationConfig: { onSuccess: { destination: QUEUE } } });
  for (const seconds of [30, 10, 50, 0, 40, 20]) {
    await sandbox.clock.freeze(at(seconds));
    await invoke(sandbox, "f");
    await sandbox.clock.toIdle();
  }
  const times: string[] = [];
  let nextToken: string | undefined;
  do {
    const page = await sandbox.deliveries.list({}, { limit: 2, ...(nextToken ? { nextToken } : {}) });
    times.push(...page.deliveries.map(({ time }) => time));
    nextToken = page.nextToken;
  } while (nextToken !== undefined);
  expect(times).toEqual([50, 40, 30, 20, 10, 0].map(at));
});

test("what happens at one time is listed in an order that does not depend on the sandbox", async () => {
  const names = ["a", "b", "c", "d", "e"];
  for (let run = 1; run <= 2; run++) {
    const sandbox = await frozenSandbox();
    for (const name of [...names].reverse()) {
      await configure(sandbox, name, {
        destinationConfig: { onSuccess: { destination: functionNamed("z") } },
      });
      await invoke(sandbox, name);
    }
    await sandbox.clock.toIdle();
    const { deliveries } = await sandbox.deliveries.list();
    expect(deliveries.map((one) => one.function).reverse()).toEqual(names);
    const { invocations } = await sandbox.invocations.list();
    expect(invocations.map((one) => one.function)).toEqual([
      "z",
      "z",
      "z",
      "z",
      "z",
      "e",
      "d",
      "c",
      "b",
      "a",
    ]);
    const first = await sandbox.deliveries.list({}, { limit: 2 });
    const rest = await sandbox.deliveries.list({}, { nextToken: first.nextToken ?? "" });
    expect([...first.deliveries, ...rest.deliveries]).toEqual(deliveries);
  }
});
