import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { describe, expect, test, vi } from "vitest";
import { intercept, setVariables } from "../../calls.ts";
import { newSandbox } from "../../newSandbox.ts";
import { errorOf, versions } from "../../request.ts";
import {
  age,
  evictObjects,
  functionOf,
  functionsOf,
  NOTHING,
  parentOf,
  stored,
  WEEK_MS,
} from "../objects.ts";

const [classic, openApi, fc3] = versions;

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
    await evictObjects(sandbox);
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
    await setVariables(parentOf(sandbox), { MAX_FUNCTIONS_PER_SANDBOX: "1" });
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
    await setVariables(parentOf(sandbox), { MAX_FUNCTIONS_PER_SANDBOX: "3" });
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
  test("is erased wholly by its alarm after a week, and can be used anew", async () => {
    const sandbox = await newSandbox();
    const names = ["a", "b"];
    for (const name of names) await sandbox.send("PUT", fc3.config(name));
    await sandbox.settings({ region: "eu-central-1" });
    await age(sandbox);
    expect(await runDurableObjectAlarm(parentOf(sandbox))).toBe(true);
    expect(await stored(parentOf(sandbox))).toEqual(NOTHING);
    for (const name of names) expect(await stored(functionOf(sandbox, name))).toEqual(NOTHING);
    expect((await sandbox.send("GET", fc3.config("a"))).status).toBe(404);
    expect((await sandbox.send("PUT", fc3.config("a"))).body.functionArn).toContain("cn-hangzhou");
    expect((await sandbox.summary()).counts).toMatchObject({
      functions: 1,
      configs: 1,
      requests: 2,
      dropped: 0,
    });
  });

  test("says when that is, whether it was used or only looked at", async () => {
    const sandbox = await newSandbox();
    // Without an operator, there is no registry to be told by the alarm.
    await setVariables(parentOf(sandbox), { OPERATOR_TOKEN: "" });
    const expiry = async () => Date.parse((await sandbox.summary()).expiresAt ?? "");
    const alarm = () => runInDurableObject(parentOf(sandbox), (_, { storage }) => storage.getAlarm());
    const before = Date.now();
    const unused = await expiry();
    expect(unused).toBeGreaterThanOrEqual(before + WEEK_MS);
    expect(unused).toBeLessThanOrEqual(Date.now() + WEEK_MS);
    expect(await alarm()).toBe(unused);
    // Reading is no use.
    expect(await expiry()).toBe(unused);
    await age(sandbox, WEEK_MS / 2);
    const aged = await expiry();
    expect(aged).toBeLessThanOrEqual(Date.now() + WEEK_MS / 2);
    await sandbox.settings({ region: "eu-central-1" });
    expect(await expiry()).toBeGreaterThan(aged);
    expect(await alarm()).toBe(await expiry());
  });

  test("can be used while it is being erased, and is whole afterwards", async () => {
    const sandbox = await newSandbox();
    for (const name of ["a", "b"]) await sandbox.send("PUT", fc3.config(name));
    await age(sandbox);
    const erased = runDurableObjectAlarm(parentOf(sandbox));
    const answers = await Promise.all(["a", "b", "c"].map((name) => sandbox.send("PUT", fc3.config(name))));
    expect(await erased).toBe(true);
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    for (const name of ["a", "b", "c"])
      expect((await sandbox.send("PUT", fc3.config(name))).status).toBe(200);
    expect((await sandbox.summary()).counts).toMatchObject({ functions: 3, configs: 3 });
  });

  test("first answers the requests that a fault still makes wait", async () => {
    const sandbox = await newSandbox();
    await sandbox.send("PUT", fc3.config("a"));
    await sandbox.faults.add({ effect: { type: "delay", milliseconds: 500 } });
    const answers = Promise.all([sandbox.send("PUT", fc3.config("a")), sandbox.send("GET", "/nowhere")]);
    await expect.poll(() => sandbox.faults.list()).toMatchObject([{ matched: 2 }]);
    await age(sandbox);
    expect(await runDurableObjectAlarm(parentOf(sandbox))).toBe(true);
    expect((await answers).map(({ status }) => status)).toEqual([200, 400]);
    expect(await stored(parentOf(sandbox))).toEqual(NOTHING);
    expect(await stored(functionOf(sandbox, "a"))).toEqual(NOTHING);
  });

  test("is erased later when one of its functions is out of order", async () => {
    const sandbox = await newSandbox();
    await sandbox.send("PUT", fc3.config("a"));
    await age(sandbox);
    const failure = new Error("out of order");
    await runInDurableObject(functionOf(sandbox, "a"), (_, { storage }) => {
      Object.defineProperty(storage, "deleteAll", { value: () => Promise.reject(failure) });
    });
    const reported = vi.spyOn(console, "error").mockImplementation(() => {});
    for (let i = 0; i < 3; i++) expect(await runDurableObjectAlarm(parentOf(sandbox))).toBe(true);
    expect(reported).toHaveBeenCalledWith(expect.objectContaining({ message: failure.message }));
    reported.mockRestore();
    const [, , alarm] = await stored(parentOf(sandbox));
    expect(Number(alarm) - Date.now()).toBeGreaterThan(2000);
    await evictObjects(sandbox);
    expect(await runDurableObjectAlarm(parentOf(sandbox))).toBe(true);
    expect(await stored(parentOf(sandbox))).toEqual(NOTHING);
  });

  test("is kept while it is used", async () => {
    const sandbox = await newSandbox();
    await sandbox.send("PUT", fc3.config("a"));
    await age(sandbox);
    await sandbox.settings({ region: "cn-beijing" });
    expect(await runDurableObjectAlarm(parentOf(sandbox))).toBe(true);
    expect((await sandbox.send("GET", fc3.config("a"))).status).toBe(200);
  });

  test.each([
    ["the first PUT for a function", "PUT", fc3.config("b"), 200],
    ["a request that no function answers", "GET", "/nowhere", 400],
    ["a request for a function that it does not have", "GET", fc3.config("b"), 404],
  ])("is kept after %s", async (_, method, path, status) => {
    const sandbox = await newSandbox();
    await sandbox.send("PUT", fc3.config("a"));
    await age(sandbox);
    expect((await sandbox.send(method, path)).status).toBe(status);
    expect(await runDurableObjectAlarm(parentOf(sandbox))).toBe(true);
    expect((await sandbox.send("GET", fc3.config("a"))).status).toBe(200);
  });

  test("is kept for ever where none is erased, though its alarm has other work", async () => {
    const sandbox = await newSandbox();
    await sandbox.send("PUT", fc3.config("a"));
    // Without an operator, there is no registry to be told by the alarm.
    await setVariables(parentOf(sandbox), { IDLE_SECONDS: "0", OPERATOR_TOKEN: "" });
    expect((await sandbox.summary()).expiresAt).toBeNull();
    await sandbox.clock.freeze("2030-01-01T00:00:00Z");
    expect((await stored(parentOf(sandbox)))[2]).toBeNull();
    await intercept(parentOf(sandbox), "FUNCTION.accept", () => Promise.reject(new Error("out of order")));
    const reported = vi.spyOn(console, "error").mockImplementation(() => {});
    await expect(sandbox.clock.advance(1)).rejects.toMatchObject({ problem: { status: 503 } });
    await age(sandbox);
    expect(await runDurableObjectAlarm(parentOf(sandbox))).toBe(true);
    reported.mockRestore();
    expect((await sandbox.send("GET", fc3.config("a"))).status).toBe(200);
    expect((await sandbox.summary()).clock.now).toBe("2030-01-01T00:00:01.000Z");
  });

  test("hears of a function's use at least eight times in that week", async () => {
    const sandbox = await newSandbox();
    await sandbox.send("PUT", fc3.config("a"));
    await age(sandbox);
    await runInDurableObject(functionOf(sandbox, "a"), (_, { storage }) => {
      storage.kv.put("usedAt", Date.now() - WEEK_MS / 8);
    });
    await evictObjects(sandbox);
    await sandbox.send("GET", fc3.config("a"));
    const used = () =>
      runInDurableObject(parentOf(sandbox), (_, { storage }) => storage.kv.get<number>("usedAt"));
    await expect.poll(async () => Date.now() - ((await used()) ?? 0)).toBeLessThan(60_000);
  });

  test("is erased as any other when it was only looked at", async () => {
    const sandbox = await newSandbox();
    expect((await sandbox.send("GET", "/_sandbox")).status).toBe(200);
    expect(await stored(parentOf(sandbox))).not.toEqual(NOTHING);
    await age(sandbox);
    expect(await runDurableObjectAlarm(parentOf(sandbox))).toBe(true);
    expect(await stored(parentOf(sandbox))).toEqual(NOTHING);
  });
});
