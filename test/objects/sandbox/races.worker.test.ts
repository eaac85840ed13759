import { evictDurableObject, runDurableObjectAlarm } from "cloudflare:test";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { Barrier, callsOf, holdRegistration, intercept, setVariables } from "../../calls.ts";
import { newSandbox, type TestSandbox } from "../../newSandbox.ts";
import { errorOf, versions } from "../../request.ts";
import { controlOf, functionOf, functionsOf, parentOf } from "../objects.ts";

const { config } = versions[2];
const FROZEN = "2030-01-01T00:00:00Z";

beforeEach(() => {
  vi.spyOn(console, "error").mockImplementation(() => {});
});

const retriesOf = async (sandbox: TestSandbox, name: string): Promise<number | undefined> =>
  (await sandbox.send("GET", config(name))).body.maxAsyncRetryAttempts;

describe("a full sandbox that looks for room", () => {
  /** A sandbox that has room for one function, and has one, of which nothing is left. */
  async function fullSandbox(): Promise<TestSandbox> {
    const sandbox = await newSandbox();
    await setVariables(parentOf(sandbox), { MAX_FUNCTIONS_PER_SANDBOX: "1" });
    await sandbox.send("PUT", config("f"));
    await sandbox.reset();
    return sandbox;
  }

  test("keeps a function that is put again when it has just deregistered", async () => {
    const sandbox = await fullSandbox();
    const puts: number[] = [];
    await intercept(parentOf(sandbox), "FUNCTION.deregister", async (deregister) => {
      const traffic = await deregister();
      puts.push((await sandbox.send("PUT", config("f"))).status);
      return traffic;
    });
    expect((await sandbox.send("PUT", config("g"))).status).toBe(400);
    expect(puts).toEqual([200]);
    expect(await functionsOf(sandbox)).toEqual(["f"]);
    await sandbox.clock.freeze(FROZEN);
    expect((await sandbox.send("PUT", config("f"))).body.lastModifiedTime).toBe(FROZEN);
  });

  test("keeps a function whose request a fault makes wait, and does not wait for it", async () => {
    const sandbox = await fullSandbox();
    await sandbox.faults.add({ match: { function: "f" }, effect: { type: "delay", milliseconds: 0 } });
    const waiting = new Barrier();
    await intercept(functionOf(sandbox, "f"), "SANDBOX.triggerFaults", async (trigger) => {
      await waiting.wait();
      return trigger();
    });
    const put = sandbox.send("PUT", config("f"));
    await waiting.reached();
    expect((await sandbox.send("PUT", config("g"))).status).toBe(400);
    waiting.open();
    expect((await put).status).toBe(200);
    expect((await sandbox.send("GET", config("f"))).status).toBe(200);
    expect(await functionsOf(sandbox)).toEqual(["f"]);
  });

  test("keeps a function that has yet to get the configs of a snapshot", async () => {
    const sandbox = await newSandbox();
    await setVariables(parentOf(sandbox), { MAX_FUNCTIONS_PER_SANDBOX: "1" });
    await intercept(parentOf(sandbox), "FUNCTION.accept", () => Promise.reject(new Error("out of order")));
    const snapshot = { configs: [{ function: "f", maxAsyncRetryAttempts: 1 }] };
    await expect(sandbox.snapshot.import(snapshot)).rejects.toMatchObject({ problem: { status: 503 } });
    expect((await sandbox.send("PUT", config("g"))).status).toBe(400);
    await evictDurableObject(parentOf(sandbox));
    expect(await runDurableObjectAlarm(parentOf(sandbox))).toBe(true);
    expect(await retriesOf(sandbox, "f")).toBe(1);
  });

  test("gives away the place of a function whose imported configs were deleted", async () => {
    const sandbox = await newSandbox();
    await setVariables(parentOf(sandbox), { MAX_FUNCTIONS_PER_SANDBOX: "1" });
    await sandbox.snapshot.import({ configs: [{ function: "f" }] });
    expect((await sandbox.send("PUT", config("g"))).status).toBe(400);
    await sandbox.send("DELETE", config("f"));
    await sandbox.requests.clear();
    expect((await sandbox.send("PUT", config("g"))).status).toBe(200);
  });

  test("registers a function once that comes twice at a time", async () => {
    const sandbox = await fullSandbox();
    const first = new Barrier();
    const second = new Barrier();
    await intercept(parentOf(sandbox), "FUNCTION.deregister", async (deregister) => {
      await first.wait();
      return deregister();
    });
    await intercept(functionOf(sandbox, "g"), "SANDBOX.register", (register) => {
      const registered = register();
      second.open();
      return registered;
    });
    const puts = [sandbox.send("PUT", config("g"))];
    await first.reached();
    puts.push(sandbox.send("PUT", config("g"), { maxAsyncRetryAttempts: 1 }));
    await second.wait();
    // An object's calls begin in their order: this one comes after both registrations.
    await controlOf(sandbox).clock();
    first.open();
    expect((await Promise.all(puts)).map(({ status }) => status)).toEqual([200, 200]);
    expect(await functionsOf(sandbox)).toEqual(["g"]);
  });

  test("has a PUT that was refused come again when there is room by then", async () => {
    const sandbox = await newSandbox();
    await setVariables(parentOf(sandbox), { MAX_FUNCTIONS_PER_SANDBOX: "1" });
    await sandbox.send("PUT", config("f"));
    await intercept(functionOf(sandbox, "g"), "SANDBOX.register", async (register) => {
      const registration = await register();
      await setVariables(parentOf(sandbox), { MAX_FUNCTIONS_PER_SANDBOX: "2" });
      return registration;
    });
    expect(errorOf(await sandbox.send("PUT", config("g")))).toMatchObject({
      status: 503,
      code: "ServiceUnavailable",
    });
    expect((await sandbox.send("PUT", config("g"))).status).toBe(200);
  });
});

test("a change that overtakes a function's registration holds", async () => {
  const sandbox = await newSandbox();
  const registered = await holdRegistration(functionOf(sandbox, "f"));
  const put = sandbox.send("PUT", config("f"));
  await registered.reached();
  await sandbox.clock.freeze(FROZEN);
  registered.open();
  for (const { body } of [await put, await sandbox.send("PUT", config("f"))])
    expect(body.lastModifiedTime).toBe(FROZEN);
});

test("a sandbox that has room asks no function for its place", async () => {
  const sandbox = await newSandbox();
  await sandbox.send("PUT", config("f"));
  const calls = await callsOf(parentOf(sandbox));
  await sandbox.send("PUT", config("g"));
  expect(calls).toEqual([]);
});

describe("a snapshot that is imported while another one is pushed", () => {
  const snapshotOf = (names: readonly string[], maxAsyncRetryAttempts: number) => ({
    configs: names.map((name) => ({ function: name, maxAsyncRetryAttempts })),
  });

  test.each([0, 1, 2])(
    "is what there is in the end, when its push succeeds after %i failures",
    async (failures) => {
      const sandbox = await newSandbox();
      const delivered = new Barrier();
      let pushes = 0;
      await intercept(parentOf(sandbox), "FUNCTION.accept", async (accept) => {
        pushes += 1;
        if (pushes > 1 && pushes <= 1 + failures) throw new Error("out of order");
        await accept();
        if (pushes === 1) await delivered.wait();
      });
      const first = sandbox.snapshot.import(snapshotOf(["f"], 1));
      await delivered.reached();
      const parent = controlOf(sandbox);
      const second = parent.importSnapshot({ format: "fc-sandbox/1", ...snapshotOf(["f"], 2) });
      // An object's calls begin in their order, and each makes its change before it waits for anything.
      await parent.clock();
      delivered.open();
      await first;
      expect((await second).ok).toBe(true);
      expect(pushes).toBe(2 + failures);
      expect(await retriesOf(sandbox, "f")).toBe(2);
    },
  );

  test("is what a function gets that the first push had yet to reach", async () => {
    const sandbox = await newSandbox();
    // More than are pushed to at once.
    const names = Array.from({ length: 33 }, (_, i) => `f${String(i).padStart(2, "0")}`);
    const pushing = new Barrier();
    await intercept(parentOf(sandbox), "FUNCTION.accept", async (accept, name) => {
      if (name === "f00") await pushing.wait();
      await accept();
    });
    const first = sandbox.snapshot.import(snapshotOf(names, 1));
    await pushing.reached();
    const parent = controlOf(sandbox);
    const second = parent.importSnapshot({ format: "fc-sandbox/1", ...snapshotOf(names, 2) });
    await parent.clock();
    pushing.open();
    await first;
    expect((await second).ok).toBe(true);
    for (const name of ["f00", "f32"]) expect(await retriesOf(sandbox, name)).toBe(2);
  });
});
