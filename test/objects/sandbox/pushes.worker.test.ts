import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import fc from "fast-check";
import { expect, test, vi } from "vitest";
import { intercept } from "../../calls.ts";
import { newSandbox } from "../../newSandbox.ts";
import { versions } from "../../request.ts";
import { evictObjects, functionOf, parentOf } from "../objects.ts";

const [, , fc3] = versions;

test("a function that joins during a push, or another push that overtakes it, leaves no function behind", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.nat({ max: 12 }), { minLength: 1, maxLength: 8 }),
      fc.array(fc.record({ change: fc.boolean(), wait: fc.nat({ max: 8 }) }), {
        minLength: 2,
        maxLength: 8,
      }),
      async (delays, script) => {
        const sandbox = await newSandbox();
        await Promise.all(["a", "b"].map((name) => sandbox.send("PUT", fc3.config(name))));
        let pushes = 0;
        await intercept(parentOf(sandbox), "FUNCTION.accept", async (tell) => {
          await scheduler.wait(delays[pushes++ % delays.length] ?? 0);
          await tell();
        });
        let changes = 0;
        let joins = 0;
        await Promise.all(
          script.map(async ({ change, wait }) => {
            await scheduler.wait(wait);
            if (!change) await sandbox.send("PUT", fc3.config(`join${joins++}`));
            else {
              const region = `r${changes++}`;
              await sandbox.settings({ region });
            }
          }),
        );
        const { region } = (await sandbox.snapshot.export()).settings ?? {};
        const names = ["a", "b", ...Array.from({ length: joins }, (_, i) => `join${i}`), "late"];
        for (const name of names) {
          const { body } = await sandbox.send("PUT", fc3.config(name));
          expect(body.functionArn).toContain(`acs:fc:${region}:`);
        }
      },
    ),
    { numRuns: 25 },
  );
}, 60_000);

test("a push reaches all functions that it can, and the alarm goes on until it has reached the others", async () => {
  const sandbox = await newSandbox();
  const names = Array.from({ length: 40 }, (_, i) => `f${String(i).padStart(2, "0")}`);
  for (const name of names) await sandbox.send("PUT", fc3.config(name));
  const failure = new Error("out of order");
  await intercept(parentOf(sandbox), "FUNCTION.accept", async (tell, name) => {
    if (name === "f00") throw failure;
    await tell();
  });
  const reported = vi.spyOn(console, "error").mockImplementation(() => {});
  await expect(sandbox.clock.freeze("2030-01-01T00:00:00Z")).rejects.toMatchObject({
    problem: { status: 503 },
  });
  for (const name of names.slice(1)) {
    const { body } = await sandbox.send("PUT", fc3.config(name));
    expect(body.lastModifiedTime).toBe("2030-01-01T00:00:00Z");
  }
  const parent = parentOf(sandbox);
  expect(await runDurableObjectAlarm(parent)).toBe(true);
  expect(new Set(reported.mock.calls.flat())).toEqual(new Set([failure]));
  reported.mockRestore();
  await evictObjects(sandbox);
  expect(await runDurableObjectAlarm(parent)).toBe(true);
  const { body } = await sandbox.send("PUT", fc3.config("f00"));
  expect(body.lastModifiedTime).toBe("2030-01-01T00:00:00Z");
});

test("the alarm tries ever more rarely to reach a function that stays out of order", async () => {
  const sandbox = await newSandbox();
  await sandbox.send("PUT", fc3.config("f"));
  const failure = new Error("out of order");
  await intercept(parentOf(sandbox), "FUNCTION.accept", () => Promise.reject(failure));
  const reported = vi.spyOn(console, "error").mockImplementation(() => {});
  await expect(sandbox.clock.freeze("2030-01-01T00:00:00Z")).rejects.toMatchObject({
    problem: { status: 503 },
  });
  const parent = parentOf(sandbox);
  const nextAlarm = () =>
    runInDurableObject(parent, async (_, { storage }) => ((await storage.getAlarm()) ?? 0) - Date.now());
  const waits: number[] = [];
  for (let i = 0; i < 15; i++) {
    await runDurableObjectAlarm(parent);
    // Being used makes no difference.
    await sandbox.send("GET", "/nowhere");
    waits.push(Math.ceil((await nextAlarm()) / 1000));
  }
  expect(waits).toEqual(waits.toSorted((a, b) => a - b));
  expect(waits.at(-1)).toBe(3600);
  // A new change is tried soon.
  await expect(sandbox.settings({ region: "r" })).rejects.toMatchObject({ problem: { status: 503 } });
  expect(await nextAlarm()).toBeLessThanOrEqual(1000);
  reported.mockRestore();
  await evictObjects(sandbox);
  await runDurableObjectAlarm(parent);
  expect((await sandbox.send("PUT", fc3.config("f"))).body.lastModifiedTime).toBe("2030-01-01T00:00:00Z");
  // What is due next is to tell the registry.
  expect(await nextAlarm()).toBeGreaterThan(60_000);
});

test("how long a change took to reach the functions is in its Server-Timing", async () => {
  const sandbox = await newSandbox();
  await sandbox.send("PUT", fc3.config("f"));
  await intercept(parentOf(sandbox), "FUNCTION.accept", async (tell) => {
    await scheduler.wait(50);
    await tell();
  });
  const authorization = { Authorization: `Bearer ${sandbox.access.controlToken}` };
  const { status, headers } = await sandbox.send("PATCH", "/_sandbox/settings", {}, authorization);
  expect(status).toBe(200);
  const [, milliseconds] = /^total;dur=(\d+)$/.exec(headers.get("Server-Timing") ?? "") ?? [];
  expect(Number(milliseconds)).toBeGreaterThanOrEqual(49);
});

test("a push that was cut off is finished by the alarm, after an eviction too", async () => {
  const sandbox = await newSandbox();
  for (const name of ["a", "b"]) await sandbox.send("PUT", fc3.config(name));
  const failure = new Error("cut off");
  await intercept(parentOf(sandbox), "FUNCTION.accept", () => Promise.reject(failure));
  const reported = vi.spyOn(console, "error").mockImplementation(() => {});
  await expect(
    sandbox.snapshot.import({
      settings: { region: "eu-central-1" },
      configs: [{ function: "a", maxAsyncRetryAttempts: 8 }],
    }),
  ).rejects.toMatchObject({ problem: { status: 503 } });
  expect(new Set(reported.mock.calls.flat())).toEqual(new Set([failure]));
  reported.mockRestore();
  await evictObjects(sandbox);
  expect(await runDurableObjectAlarm(parentOf(sandbox))).toBe(true);
  const { body } = await sandbox.send("GET", fc3.config("a"));
  expect(body).toMatchObject({
    functionArn: "acs:fc:eu-central-1:1234567890123456:functions/a",
    maxAsyncRetryAttempts: 8,
  });
  expect((await sandbox.send("GET", fc3.config("b"))).status).toBe(404);
});

test("an import that a function could not store changes nothing there until the alarm delivers it", async () => {
  const sandbox = await newSandbox();
  await sandbox.send("PUT", fc3.config("f"), { maxAsyncRetryAttempts: 1 });
  const f = functionOf(sandbox, "f");
  await runInDurableObject(f, (_, { storage: { kv } }) => {
    const put = kv.put.bind(kv);
    const value = (key: string, item: unknown) => {
      if (key === "state") throw new Error("out of order");
      put(key, item);
    };
    Object.defineProperty(kv, "put", { value, configurable: true });
  });
  const reported = vi.spyOn(console, "error").mockImplementation(() => {});
  const snapshot = { configs: [{ function: "f", qualifier: "blue", maxAsyncRetryAttempts: 2 }] };
  await expect(sandbox.snapshot.import(snapshot)).rejects.toMatchObject({ problem: { status: 503 } });
  reported.mockRestore();
  expect((await sandbox.send("GET", fc3.config("f"))).body.maxAsyncRetryAttempts).toBe(1);
  expect((await sandbox.send("GET", fc3.config("f", "blue"))).status).toBe(404);
  await runInDurableObject(f, (_, { storage: { kv } }) => {
    Reflect.deleteProperty(kv, "put");
  });
  expect(await runDurableObjectAlarm(parentOf(sandbox))).toBe(true);
  expect((await sandbox.send("GET", fc3.config("f"))).status).toBe(404);
  expect((await sandbox.send("GET", fc3.config("f", "blue"))).body.maxAsyncRetryAttempts).toBe(2);
});

test("every step holds over an eviction of all objects before it", async () => {
  const sandbox = await newSandbox();
  const steps = [
    () => sandbox.send("PUT", fc3.config("a"), { maxAsyncRetryAttempts: 2 }),
    () => sandbox.settings({ region: "eu-central-1" }),
    () => sandbox.clock.freeze("2030-01-01T00:00:00Z"),
    () =>
      sandbox.faults.add({ match: { operation: "delete" }, effect: { type: "error", code: "Throttling" } }),
    () => sandbox.send("PUT", fc3.config("b")),
    () => sandbox.clock.advance(60),
  ];
  for (const step of steps) {
    await evictObjects(sandbox);
    await step();
  }
  await evictObjects(sandbox);
  expect((await sandbox.send("DELETE", fc3.config("a"))).status).toBe(429);
  expect((await sandbox.send("PUT", fc3.config("a"))).body).toMatchObject({
    functionArn: "acs:fc:eu-central-1:1234567890123456:functions/a",
    lastModifiedTime: "2030-01-01T00:01:00Z",
    maxAsyncRetryAttempts: 2,
  });
  expect(await sandbox.requests.count()).toBe(4);
});
