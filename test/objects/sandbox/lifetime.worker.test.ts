import { env, evictAllDurableObjects, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { describe, expect, test, vi } from "vitest";
import type { Env } from "../../../src/env.ts";
import { functionObject, sandboxObject } from "../../../src/objects/stubs.ts";
import { newSandbox, type TestSandbox } from "../../newSandbox.ts";
import { errorOf, versions } from "../../request.ts";

const [classic, openApi, fc3] = versions;

const functionsOf = async (sandbox: TestSandbox) =>
  (await sandbox.summary()).functions.map((one) => one.function);

describe("a function becomes one of its sandbox's", () => {
  test("by a PUT that comes to something, and by no other request", async () => {
    const unsigned = await newSandbox({ settings: { signatures: "required" } });
    expect((await unsigned.send("PUT", classic.config("f"))).status).toBe(400);
    const undeclared = await newSandbox({ settings: { functions: "declared" } });
    expect((await undeclared.send("PUT", fc3.config("f"))).status).toBe(404);
    const open = await newSandbox();
    expect((await open.send("PUT", fc3.config("f"), { maxAsyncRetryAttempts: 9 })).status).toBe(400);
    expect((await open.send("GET", fc3.config("f"))).status).toBe(404);
    for (const sandbox of [unsigned, undeclared, open]) expect(await functionsOf(sandbox)).toEqual([]);
    // They are in the journal all the same.
    expect(await unsigned.requests.count({ status: 400 })).toBe(1);
    expect(await undeclared.requests.count({ status: 404 })).toBe(1);
  });

  test("until a reset leaves nothing of it; then it may come again", async () => {
    const sandbox = await newSandbox();
    for (const name of ["f", "g"]) await sandbox.send("PUT", openApi.config(name));
    await sandbox.reset("configs");
    // Their requests are still remembered.
    expect(await functionsOf(sandbox)).toEqual(["f", "g"]);
    await sandbox.reset();
    expect(await functionsOf(sandbox)).toEqual([]);
    expect((await sandbox.send("GET", openApi.config("f"))).status).toBe(404);
    await sandbox.clock.freeze("2030-01-01T00:00:00Z");
    expect((await sandbox.send("PUT", openApi.config("f"))).body.createdTime).toBe("2030-01-01T00:00:00Z");
    expect(await functionsOf(sandbox)).toEqual(["f"]);
    await evictAllDurableObjects();
    expect((await sandbox.send("GET", openApi.config("f"))).status).toBe(200);
  });

  test("and none is lost that is put while others leave", async () => {
    const sandbox = await newSandbox();
    for (let round = 0; round < 10; round++) {
      const puts = Array.from({ length: 8 }, (_, i) => sandbox.send("PUT", openApi.config(`f${i}`)));
      await Promise.all([...puts, sandbox.reset()]);
      // Whether before or after the reset: what is there is known, and learns of what comes.
      await sandbox.clock.freeze(`2030-01-01T00:00:0${round}Z`);
      const known = await functionsOf(sandbox);
      for (let i = 0; i < 8; i++) {
        const got = await sandbox.send("GET", openApi.config(`f${i}`));
        if (got.status === 200) expect(known).toContain(`f${i}`);
        const { body } = await sandbox.send("PUT", openApi.config(`f${i}`));
        expect(body.lastModifiedTime).toBe(`2030-01-01T00:00:0${round}Z`);
      }
    }
  });

  test("a PUT that finds no room is journalled as any other, and a reset makes room", async () => {
    const sandbox = await newSandbox();
    await sandbox.send("PUT", classic.config("f"));
    const { id } = sandbox.access;
    const small = { ...env, MAX_FUNCTIONS_PER_SANDBOX: "1" } as unknown as Env;
    const stub = sandboxObject(env, id ?? "");
    await runInDurableObject(stub, async (object) => {
      Object.assign(object, { env: small });
    });
    const refused = await sandbox.send("PUT", classic.config("g"));
    expect(errorOf(refused)).toMatchObject({ status: 400, code: "InvalidArgument" });
    expect(await sandbox.requests.count({ function: "g", status: 400 })).toBe(1);
    // A reset gives the place back.
    await sandbox.reset();
    expect((await sandbox.send("PUT", classic.config("g"))).status).toBe(200);
    expect((await sandbox.send("PUT", classic.config("f"))).status).toBe(400);
    await sandbox.reset();
    await sandbox.snapshot.import({ configs: [{ function: "h" }] });
    expect((await sandbox.snapshot.export()).configs).toMatchObject([{ function: "h" }]);
  });

  test("an import finds room in the place of functions that nothing stays of", async () => {
    const sandbox = await newSandbox();
    await runInDurableObject(sandboxObject(env, sandbox.access.id ?? ""), async (object) => {
      Object.assign(object, { env: { ...env, MAX_FUNCTIONS_PER_SANDBOX: "3" } });
    });
    for (const name of ["a", "b"]) await sandbox.send("PUT", fc3.config(name));
    const snapshot = { configs: [{ function: "c" }, { function: "d" }] };
    // The journal stays when a snapshot is imported.
    await expect(sandbox.snapshot.import(snapshot)).rejects.toThrow(
      "would have 4 functions, 2 of them for requests in the journal; it may have 3",
    );
    await sandbox.requests.clear();
    await sandbox.snapshot.import(snapshot);
    expect(await functionsOf(sandbox)).toEqual(["c", "d"]);
    expect((await sandbox.send("PUT", fc3.config("e"))).status).toBe(200);
    expect((await sandbox.send("PUT", fc3.config("f"))).status).toBe(400);
  });
});

describe("an idle sandbox", () => {
  const age = (id: string, milliseconds: number) =>
    runInDurableObject(sandboxObject(env, id), (_, { storage }) => {
      storage.kv.put("usedAt", Date.now() - milliseconds);
    });
  const WEEK_MS = 7 * 86_400_000;
  /** How many items and tables an object has, and when its alarm is. */
  const stored = async (stub: DurableObjectStub<undefined>) =>
    runInDurableObject(stub, async (_, { storage }) => [
      [...storage.kv.list()].length,
      storage.sql.exec("SELECT name FROM sqlite_master WHERE name NOT LIKE '\\_cf%' ESCAPE '\\'").toArray()
        .length,
      await storage.getAlarm(),
    ]);

  test("is erased wholly by its alarm after a week, and can be used anew", async () => {
    const sandbox = await newSandbox();
    const id = sandbox.access.id ?? "";
    const names = ["a", "b"];
    for (const name of names) await sandbox.send("PUT", fc3.config(name));
    await sandbox.settings({ region: "eu-central-1" });
    await age(id, WEEK_MS);
    expect(await runDurableObjectAlarm(sandboxObject(env, id))).toBe(true);
    expect(await stored(sandboxObject(env, id))).toEqual([0, 0, null]);
    for (const name of names)
      expect(await stored(functionObject(env, id, { service: "", function: name }))).toEqual([0, 0, null]);
    expect((await sandbox.send("GET", fc3.config("a"))).status).toBe(404);
    expect((await sandbox.send("PUT", fc3.config("a"))).body.functionArn).toContain("cn-hangzhou");
    expect((await sandbox.summary()).counts).toEqual({ functions: 1, configs: 1, requests: 2, dropped: 0 });
  });

  test("can be used while it is being erased, and is whole afterwards", async () => {
    const sandbox = await newSandbox();
    const id = sandbox.access.id ?? "";
    for (const name of ["a", "b"]) await sandbox.send("PUT", fc3.config(name));
    await age(id, WEEK_MS);
    const erased = runDurableObjectAlarm(sandboxObject(env, id));
    const answers = await Promise.all(["a", "b", "c"].map((name) => sandbox.send("PUT", fc3.config(name))));
    expect(await erased).toBe(true);
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    for (const name of ["a", "b", "c"])
      expect((await sandbox.send("PUT", fc3.config(name))).status).toBe(200);
    expect((await sandbox.summary()).counts).toMatchObject({ functions: 3, configs: 3 });
  });

  test("first answers the requests that a fault still makes wait", async () => {
    const sandbox = await newSandbox();
    const id = sandbox.access.id ?? "";
    await sandbox.send("PUT", fc3.config("a"));
    await sandbox.faults.add({ effect: { type: "delay", milliseconds: 500 } });
    const answers = Promise.all([sandbox.send("PUT", fc3.config("a")), sandbox.send("GET", "/nowhere")]);
    await expect.poll(() => sandbox.faults.list()).toMatchObject([{ matched: 2 }]);
    await age(id, WEEK_MS);
    expect(await runDurableObjectAlarm(sandboxObject(env, id))).toBe(true);
    expect((await answers).map(({ status }) => status)).toEqual([200, 400]);
    expect(await stored(sandboxObject(env, id))).toEqual([0, 0, null]);
    expect(await stored(functionObject(env, id, { service: "", function: "a" }))).toEqual([0, 0, null]);
  });

  test("is erased later when one of its functions is out of order", async () => {
    const sandbox = await newSandbox();
    const id = sandbox.access.id ?? "";
    await sandbox.send("PUT", fc3.config("a"));
    await age(id, WEEK_MS);
    const failure = new Error("out of order");
    await runInDurableObject(functionObject(env, id, { service: "", function: "a" }), (_, { storage }) => {
      Object.defineProperty(storage, "deleteAll", { value: () => Promise.reject(failure) });
    });
    const reported = vi.spyOn(console, "error").mockImplementation(() => {});
    for (let i = 0; i < 3; i++) expect(await runDurableObjectAlarm(sandboxObject(env, id))).toBe(true);
    expect(reported).toHaveBeenCalledWith(expect.objectContaining({ message: failure.message }));
    reported.mockRestore();
    const [, , alarm] = await stored(sandboxObject(env, id));
    expect(Number(alarm) - Date.now()).toBeGreaterThan(2000);
    await evictAllDurableObjects();
    expect(await runDurableObjectAlarm(sandboxObject(env, id))).toBe(true);
    expect(await stored(sandboxObject(env, id))).toEqual([0, 0, null]);
  });

  test("is kept while it is used", async () => {
    const sandbox = await newSandbox();
    const id = sandbox.access.id ?? "";
    await sandbox.send("PUT", fc3.config("a"));
    await age(id, WEEK_MS);
    await sandbox.settings({ region: "cn-beijing" });
    expect(await runDurableObjectAlarm(sandboxObject(env, id))).toBe(true);
    expect((await sandbox.send("GET", fc3.config("a"))).status).toBe(200);
  });

  test("hears of a function's use at least eight times in that week", async () => {
    const sandbox = await newSandbox();
    const id = sandbox.access.id ?? "";
    await sandbox.send("PUT", fc3.config("a"));
    await age(id, WEEK_MS);
    await runInDurableObject(functionObject(env, id, { service: "", function: "a" }), (_, { storage }) => {
      storage.kv.put("usedAt", Date.now() - WEEK_MS / 8);
    });
    await evictAllDurableObjects();
    await sandbox.send("GET", fc3.config("a"));
    const used = () =>
      runInDurableObject(sandboxObject(env, id), (_, { storage }) => storage.kv.get<number>("usedAt"));
    await expect.poll(async () => Date.now() - ((await used()) ?? 0)).toBeLessThan(60_000);
  });

  test("is erased as any other when it was only looked at", async () => {
    const sandbox = await newSandbox();
    expect((await sandbox.send("GET", "/_sandbox")).status).toBe(200);
    const id = sandbox.access.id ?? "";
    expect(await stored(sandboxObject(env, id))).not.toEqual([0, 0, null]);
    await age(id, WEEK_MS);
    expect(await runDurableObjectAlarm(sandboxObject(env, id))).toBe(true);
    expect(await stored(sandboxObject(env, id))).toEqual([0, 0, null]);
  });
});
