import { env, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { restoreSandbox } from "../../src/objects/recovery.ts";
import { intercept } from "../calls.ts";
import { configure } from "../invocations/invocations.ts";
import { newSandbox, type TestSandbox } from "../newSandbox.ts";
import { History } from "./history.ts";
import { age, controlOf, functionOf, functionsOf, NOTHING, parentOf, stored } from "./objects.ts";

const DAY_MS = 86_400_000;

let sandbox: TestSandbox;
let history: History;

beforeEach(async () => {
  sandbox = await newSandbox();
  history = new History();
});

function restored(time = Date.now() - 1000): Promise<unknown> {
  return restoreSandbox(env, sandbox.access.id ?? "", time);
}

function objectsOf(...names: string[]) {
  return [parentOf(sandbox), ...names.map((name) => functionOf(sandbox, name))] as const;
}

/** The attempts of a function's config; the error's code when there is none. */
async function retriesOf(name: string): Promise<unknown> {
  const { body } = await sandbox.send("GET", `/2023-03-30/functions/${name}/async-invoke-config`);
  return body.maxAsyncRetryAttempts ?? body.Code;
}

/** In which region a function is, as it says itself. */
async function regionOf(name: string): Promise<string> {
  const { body } = await sandbox.send("PUT", `/2023-03-30/functions/${name}/async-invoke-config`, {});
  return body.functionArn.split(":")[2];
}

const refused = (status: number, detail: unknown) => ({
  ok: false,
  error: expect.objectContaining({ status, detail }),
});

describe("a sandbox is restored", () => {
  test("with its settings and functions, without what came later, and goes on", async () => {
    await sandbox.settings({ region: "cn-beijing" });
    for (const name of ["f", "g"]) await configure(sandbox, name, { maxAsyncRetryAttempts: 1 });
    await history.keep(...objectsOf("f", "g"));
    await sandbox.settings({ region: "cn-shanghai" });
    await configure(sandbox, "f", { maxAsyncRetryAttempts: 2 });
    await sandbox.send("DELETE", "/2023-03-30/functions/g/async-invoke-config");
    await configure(sandbox, "h", {});
    await history.observe(...objectsOf("f", "g", "h"));

    expect(await restored()).toEqual({ ok: true, value: undefined });
    expect((await sandbox.summary()).settings.region).toBe("cn-beijing");
    expect(await Promise.all(["f", "g", "h"].map(retriesOf))).toEqual([1, 1, "AsyncConfigNotExists"]);
    expect(await functionsOf(sandbox)).toEqual(["f", "g"]);
    expect(await stored(functionOf(sandbox, "h"))).toEqual(NOTHING);

    expect(await regionOf("f")).toBe("cn-beijing");
    await sandbox.settings({ region: "cn-shenzhen" });
    expect(await Promise.all(["f", "g", "h"].map(regionOf))).toEqual(Array(3).fill("cn-shenzhen"));
  });

  test("that was erased as unused, with functions that it did not know any more", async () => {
    await configure(sandbox, "f", { maxAsyncRetryAttempts: 1 });
    await history.keep(...objectsOf("f"));
    await age(sandbox);
    await runDurableObjectAlarm(parentOf(sandbox));
    await history.observe(...objectsOf("f"));

    expect(await restored()).toEqual({ ok: true, value: undefined });
    expect([await functionsOf(sandbox), await retriesOf("f")]).toEqual([["f"], 1]);
    // It counts as used now, however long ago it was used at that time.
    const { expiresAt } = await sandbox.summary();
    expect(Date.parse(expiresAt ?? "")).toBeGreaterThan(Date.now() + 6 * DAY_MS);
  });

  test("and functions act by its state, though they have seen a later one", async () => {
    await sandbox.settings({ region: "cn-beijing" });
    await configure(sandbox, "f", {});
    await history.keep(parentOf(sandbox));
    // The function's past is a moment later than the sandbox's.
    for (const region of ["cn-shanghai", "cn-shenzhen", "cn-hongkong"]) await sandbox.settings({ region });
    await history.keep(functionOf(sandbox, "f"));
    await history.observe(...objectsOf("f"));
    await restored();
    expect(await regionOf("f")).toBe("cn-beijing");
    await sandbox.settings({ region: "cn-qingdao" });
    expect(await regionOf("f")).toBe("cn-qingdao");
  });

  test("and a function that it did not know yet has nothing", async () => {
    await configure(sandbox, "f", {});
    await history.keep(parentOf(sandbox));
    await configure(sandbox, "g", { maxAsyncRetryAttempts: 2 });
    await history.keep(...[functionOf(sandbox, "f"), functionOf(sandbox, "g")]);
    await history.observe(...objectsOf("f", "g"));
    await restored();
    expect(await stored(functionOf(sandbox, "g"))).toEqual(NOTHING);
    expect(await functionsOf(sandbox)).toEqual(["f"]);
  });

  test("and a second time, to before the first", async () => {
    await sandbox.settings({ region: "cn-beijing" });
    await configure(sandbox, "f", {});
    await history.keep(...objectsOf("f"));
    for (const region of ["cn-shanghai", "cn-shenzhen"]) {
      await sandbox.settings({ region });
      await history.observe(...objectsOf("f"));
      await restored();
      expect(await regionOf("f")).toBe("cn-beijing");
    }
  });
});

test("a credential that was replaced since then stays invalid", async () => {
  await configure(sandbox, "f", {});
  await history.keep(...objectsOf("f"));
  await controlOf(sandbox).rotate(["controlToken"]);
  await history.observe(...objectsOf("f"));
  expect(await restored()).toEqual({ ok: true, value: undefined });
  expect(await controlOf(sandbox).generations()).toEqual({
    ok: true,
    value: { accessKey: 0, controlToken: 1, watchToken: 0 },
  });
});

describe("nothing is restored", () => {
  beforeEach(async () => {
    await configure(sandbox, "f", { maxAsyncRetryAttempts: 1 });
    await configure(sandbox, "g", { maxAsyncRetryAttempts: 1 });
  });

  /** Whether the sandbox and its functions go on as they were. */
  async function expectUnchanged() {
    expect(await Promise.all(["f", "g"].map(retriesOf))).toEqual([2, 1]);
    await sandbox.settings({ region: "cn-beijing" });
    expect(await regionOf("f")).toBe("cn-beijing");
  }

  test("where the platform keeps no history", async () => {
    await configure(sandbox, "f", { maxAsyncRetryAttempts: 2 });
    expect(await restored()).toEqual(
      refused(501, "Only Cloudflare can restore a sandbox to a time: this platform keeps no history."),
    );
    await expectUnchanged();
  });

  test("to a time that is not in the past 30 days", async () => {
    await history.keep(...objectsOf("f", "g"));
    await configure(sandbox, "f", { maxAsyncRetryAttempts: 2 });
    await history.observe(...objectsOf("f", "g"));
    for (const time of [Date.now() + 60_000, Date.now() - 30 * DAY_MS - 60_000, Number.NaN]) {
      expect(await restored(time)).toEqual(refused(400, "The time must be in the past 30 days."));
    }
    await expectUnchanged();
  });

  test("to a time before the sandbox existed", async () => {
    await configure(sandbox, "f", { maxAsyncRetryAttempts: 2 });
    await history.observe(...objectsOf("f", "g"));
    expect(await restored()).toEqual(refused(400, "The sandbox did not exist at that time."));
    await expectUnchanged();
  });

  test("while a function has no history yet", async () => {
    await history.keep(...objectsOf("f", "g"));
    await configure(sandbox, "f", { maxAsyncRetryAttempts: 2 });
    await history.observe(...objectsOf("f", "g"));
    await history.fail(functionOf(sandbox, "g"), "This database has no history.");
    expect(await restored()).toEqual(refused(409, expect.stringContaining("try again in a minute")));
    await expectUnchanged();
  });

  test("by a platform that fails", async () => {
    const logged = vi.spyOn(console, "error").mockImplementation(() => {});
    await history.keep(...objectsOf("f", "g"));
    await configure(sandbox, "f", { maxAsyncRetryAttempts: 2 });
    await history.observe(...objectsOf("f", "g"));
    await history.fail(functionOf(sandbox, "g"), "Storage is down.");
    expect(await restored()).toEqual(refused(503, expect.stringContaining("try again, with the same time")));
    expect(logged).toHaveBeenCalledOnce();
    await expectUnchanged();
  });
});

test("a sandbox that was never used did not exist at any time", async () => {
  await history.fail(parentOf(sandbox), "This database has no history.");
  expect(await restored()).toEqual(refused(400, "The sandbox did not exist at that time."));
  expect(await stored(parentOf(sandbox))).toEqual(NOTHING);
});

test("a function that is known, and never stored anything, keeps no sandbox from being restored", async () => {
  await configure(sandbox, "f", {});
  await runInDurableObject(parentOf(sandbox), (_, { storage }) => {
    storage.sql.exec("INSERT INTO functions (service, function, configs_epoch) VALUES ('', 'g', 0)");
  });
  await history.keep(...objectsOf("f"));
  await history.observe(...objectsOf("f"));
  await history.fail(functionOf(sandbox, "g"), "This database has no history.");
  expect(await restored()).toEqual({ ok: true, value: undefined });
});

test("a restoration that was cut off is completed by the same call", async () => {
  vi.spyOn(console, "error").mockImplementation(() => {});
  for (const name of ["f", "g"]) await configure(sandbox, name, { maxAsyncRetryAttempts: 1 });
  await history.keep(...objectsOf("f", "g"));
  for (const name of ["f", "g"]) await configure(sandbox, name, { maxAsyncRetryAttempts: 2 });
  await history.observe(...objectsOf("f", "g"));
  let isReachable = false;
  await intercept(parentOf(sandbox), "FUNCTION.restore", async (restore, name) => {
    if (name === "g" && !isReachable) throw new Error("The function could not be reached.");
    return restore();
  });
  expect(await restored()).toEqual(refused(503, expect.stringContaining("only in part")));
  await expect.poll(() => retriesOf("f").catch(() => undefined)).toBe(1);
  expect(await retriesOf("g")).toBe(2);
  // The session of `f` that began has its history, too.
  await history.observe(functionOf(sandbox, "f"));
  isReachable = true;
  expect(await restored()).toEqual({ ok: true, value: undefined });
  expect(await Promise.all(["f", "g"].map(retriesOf))).toEqual([1, 1]);
});

test("a sandbox that has nothing afterwards says how it is kept from being erased again", async () => {
  await configure(sandbox, "f", {});
  const parent = parentOf(sandbox);
  await age(sandbox);
  await runDurableObjectAlarm(parent);
  await history.keep(parent);
  await history.observe(parent);
  expect(await restored()).toEqual(refused(409, expect.stringContaining("set IDLE_SECONDS")));
  expect(await stored(parentOf(sandbox))).toEqual(NOTHING);
});
