import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { describe, expect, test, vi } from "vitest";
import { Lifecycle } from "../../../src/lib/lifecycle.ts";
import { Barrier, holdRegistration, intercept } from "../../calls.ts";
import { configure, functionNamed, invoke } from "../../invocations/invocations.ts";
import { newSandbox, type TestSandbox } from "../../newSandbox.ts";
import { versions } from "../../request.ts";
import { age, controlOf, functionOf, functionsOf, NOTHING, parentOf, stored } from "../objects.ts";

const { config } = versions[2];
const FROZEN = "2030-01-01T00:00:00Z";

/** All that the control plane reads of the functions of a sandbox. */
const reads: ((sandbox: TestSandbox) => Promise<unknown>)[] = [
  (sandbox) => sandbox.summary(),
  (sandbox) => sandbox.requests.list(),
  (sandbox) => sandbox.requests.count(),
  (sandbox) => sandbox.requests.verify({ function: "none" }, { exactly: 0 }),
  (sandbox) => sandbox.snapshot.export(),
];

describe("while an idle sandbox is erased", () => {
  test("it may be read in every way, and nothing of its functions is left", async () => {
    const names = Array.from({ length: 40 }, (_, i) => `f${i}`);
    const sandbox = await newSandbox({ snapshot: { configs: names.map((name) => ({ function: name })) } });
    const readAll = () => reads.map((read) => read(sandbox));
    const during: Promise<unknown>[] = [];
    await intercept(parentOf(sandbox), "FUNCTION.erase", async (erase, name) => {
      // All functions are read each time: some are erased by then, and others are not.
      if (name.endsWith("5")) during.push(...readAll());
      await erase();
      if (name.endsWith("5")) during.push(...readAll());
    });
    await age(sandbox);
    const before = readAll();
    expect(await runDurableObjectAlarm(parentOf(sandbox))).toBe(true);
    await Promise.all(before);
    // Waited for by the object that they were begun in.
    await runInDurableObject(parentOf(sandbox), () => Promise.all(during));
    for (const name of names) expect(await stored(functionOf(sandbox, name))).toEqual(NOTHING);
    expect((await sandbox.summary()).counts).toMatchObject({
      functions: 0,
      configs: 0,
      requests: 0,
      dropped: 0,
    });
    // Having been read, it is erased as any other.
    await age(sandbox);
    expect(await runDurableObjectAlarm(parentOf(sandbox))).toBe(true);
    expect(await stored(parentOf(sandbox))).toEqual(NOTHING);
  });

  test("a change waits for the end, and holds", async () => {
    const sandbox = await newSandbox({ settings: { region: "cn-beijing" } });
    await sandbox.send("PUT", config("f"));
    const erasing = new Barrier();
    await intercept(parentOf(sandbox), "FUNCTION.erase", async (erase) => {
      await erasing.wait();
      await erase();
    });
    await age(sandbox);
    const erased = runDurableObjectAlarm(parentOf(sandbox));
    await erasing.reached();
    const parent = parentOf(sandbox);
    const changed = controlOf(sandbox).changeSettings({ accountId: "42" });
    // An object's calls begin in their order, and this one does not wait for an erasure.
    await parent.triggerFaults([], null, 0);
    erasing.open();
    expect(await erased).toBe(true);
    expect((await changed).ok).toBe(true);
    expect((await sandbox.summary()).settings).toMatchObject({ region: "cn-hangzhou", accountId: "42" });
    expect((await sandbox.send("PUT", config("f"))).body.functionArn).toBe(
      "acs:fc:cn-hangzhou:42:functions/f",
    );
  });

  test("a function that has just been registered is registered again", async () => {
    const sandbox = await newSandbox();
    const registered = await holdRegistration(functionOf(sandbox, "f"));
    const put = sandbox.send("PUT", config("f"));
    await registered.reached();
    await age(sandbox);
    expect(await runDurableObjectAlarm(parentOf(sandbox))).toBe(true);
    registered.open();
    expect((await put).status).toBe(200);
    expect(await functionsOf(sandbox)).toEqual(["f"]);
    await sandbox.clock.freeze(FROZEN);
    expect((await sandbox.send("PUT", config("f"))).body.lastModifiedTime).toBe(FROZEN);
    await age(sandbox);
    expect(await runDurableObjectAlarm(parentOf(sandbox))).toBe(true);
    expect(await stored(functionOf(sandbox, "f"))).toEqual(NOTHING);
  });

  test("a request that a fault matches meanwhile is answered", async () => {
    const sandbox = await newSandbox();
    await sandbox.send("PUT", config("f"));
    await sandbox.faults.add({ effect: { type: "error", code: "Throttling" } });
    const matched = new Barrier();
    await intercept(functionOf(sandbox, "f"), "SANDBOX.triggerFaults", async (trigger) => {
      await matched.wait();
      return trigger();
    });
    const put = sandbox.send("PUT", config("f"));
    await matched.reached();
    // The erasure waits for the request, and the request for what the sandbox says of the fault.
    await intercept(parentOf(sandbox), "FUNCTION.erase", (erase) => {
      matched.open();
      return erase();
    });
    await age(sandbox);
    expect(await runDurableObjectAlarm(parentOf(sandbox))).toBe(true);
    expect((await put).status).toBe(429);
    expect(await stored(functionOf(sandbox, "f"))).toEqual(NOTHING);
    expect(await stored(parentOf(sandbox))).toEqual(NOTHING);
  });

  test("requests wait, and are answered though the erasure fails", async () => {
    const sandbox = await newSandbox();
    await sandbox.send("PUT", config("f"));
    const erasing = new Barrier();
    await runInDurableObject(functionOf(sandbox, "f"), (_, { storage }) => {
      const deleteAll = async () => {
        await erasing.wait();
        throw new Error("out of order");
      };
      Object.defineProperty(storage, "deleteAll", { value: deleteAll });
    });
    await age(sandbox);
    const reported = vi.spyOn(console, "error").mockImplementation(() => {});
    const alarm = runDurableObjectAlarm(parentOf(sandbox));
    await erasing.reached();
    const requests = [
      sandbox.send("PUT", config("f")),
      sandbox.send("GET", "/nowhere"),
      sandbox.send("GET", "/_sandbox"),
    ];
    const [f, parent] = [functionOf(sandbox, "f"), parentOf(sandbox)];
    const waiting = [f.counts(), controlOf(sandbox).clock()];
    // Calls begin in their order, as above: an object that is erased answers these at once.
    await Promise.all([f.deregister(), parent.triggerFaults([], null, 0)]);
    erasing.open();
    expect(await alarm).toBe(true);
    await Promise.all(waiting);
    const statuses = (await Promise.all(requests)).map(({ status }) => status);
    expect(statuses).toEqual([200, 400, 200]);
    reported.mockRestore();
  });
});

test("reading a function that is registered nowhere leaves nothing there", async () => {
  const f = functionOf(await newSandbox(), "f");
  expect(await f.counts()).toMatchObject({ configs: 0, requests: 0 });
  expect(await f.configsAfter("", 10)).toEqual([]);
  expect(await f.findJournalEntries({}, undefined, 10)).toEqual([]);
  expect(await f.journalEntries([0])).toEqual([]);
  expect(await f.examineJournal({}, 10)).toMatchObject({ findings: { count: 0 }, nearMisses: [] });
  expect(await stored(f)).toEqual(NOTHING);
  expect(await f.deregister()).toMatchObject({ traffic: { rowsWritten: 0 } });
  expect(await stored(f)).toEqual(NOTHING);
});

test("an erasure ends, although two functions are delivering to each other", async () => {
  const sandbox = await newSandbox();
  const erase = vi.spyOn(Lifecycle.prototype, "erase");
  const delivering = { a: new Barrier(), b: new Barrier() };
  for (const [name, other] of [
    ["a", "b"],
    ["b", "a"],
  ] as const) {
    await configure(sandbox, name, {
      destinationConfig: { onSuccess: { destination: functionNamed(other) } },
    });
    await intercept(functionOf(sandbox, name), "FUNCTION.enqueueDelivered", async (deliver) => {
      await delivering[name].wait();
      return deliver();
    });
    await invoke(sandbox, name);
  }
  await Promise.all([delivering.a.reached(), delivering.b.reached()]);
  const deleted = sandbox.delete();
  // The sandbox's own, and those of the two functions.
  await expect.poll(() => erase.mock.calls.length).toBe(3);
  delivering.a.open();
  delivering.b.open();
  await deleted;
  erase.mockRestore();
  for (const name of ["a", "b"]) expect(await stored(functionOf(sandbox, name))).toEqual(NOTHING);
});
