import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { beforeEach, describe, expect, test, vi } from "vitest";
import type { SandboxControl } from "../../../src/objects/controlMessages.ts";
import { Barrier, intercept } from "../../calls.ts";
import { newSandbox, type TestSandbox } from "../../newSandbox.ts";
import { versions } from "../../request.ts";
import { controlOf, parentOf } from "../objects.ts";

const { config } = versions[2];
const NAMES = ["f", "g", "h"];

beforeEach(() => {
  vi.spyOn(console, "error").mockImplementation(() => {});
});

const throttled = (name?: string) =>
  ({
    match: name === undefined ? {} : { function: name },
    effect: { type: "error", code: "Throttling" },
  }) as const;

/** What a push comes to; by default, what the function makes of it. */
type Push = (accept: () => Promise<unknown>, name: string) => Promise<unknown>;

/** A sandbox with three functions; `pushed()` is to which functions it has pushed since it was asked last. */
async function newTarget(push: Push = (accept) => accept()) {
  const sandbox = await newSandbox();
  for (const name of NAMES) await sandbox.send("PUT", config(name));
  const names: string[] = [];
  await intercept(parentOf(sandbox), "FUNCTION.accept", (accept, name) => {
    names.push(name);
    return push(accept, name);
  });
  return { sandbox, pushed: () => names.splice(0).sort() };
}

const statusesOf = (sandbox: TestSandbox) =>
  Promise.all(NAMES.map(async (name) => (await sandbox.send("GET", config(name))).status));

describe("a change is pushed to the functions that it concerns:", () => {
  test("a clock and settings to all of them", async () => {
    const { sandbox, pushed } = await newTarget();
    await sandbox.clock.freeze();
    expect(pushed()).toEqual(NAMES);
    await sandbox.settings({ region: "eu-central-1" });
    expect(pushed()).toEqual(NAMES);
  });

  test("a fault to those whose requests it may match, and so its end", async () => {
    const { sandbox, pushed } = await newTarget();
    const { id } = await sandbox.faults.add(throttled("g"));
    expect(pushed()).toEqual(["g"]);
    expect(await statusesOf(sandbox)).toEqual([200, 429, 200]);
    await sandbox.faults.add(throttled("h"));
    expect(pushed()).toEqual(["h"]);
    await sandbox.faults.remove(id);
    expect(pushed()).toEqual(["g"]);
    expect(await statusesOf(sandbox)).toEqual([200, 200, 429]);
    await sandbox.faults.clear();
    expect(pushed()).toEqual(["h"]);
    expect(await statusesOf(sandbox)).toEqual([200, 200, 200]);
    await sandbox.faults.add(throttled("other"));
    expect(pushed()).toEqual([]);
    await sandbox.faults.add(throttled());
    expect(pushed()).toEqual(NAMES);
    await sandbox.clock.freeze();
    expect(pushed()).toEqual(NAMES);
  });

  test("a replaced fault to those whose requests the old or the new one may match; a disabled one matches none", async () => {
    const { sandbox, pushed } = await newTarget();
    const { id } = await sandbox.faults.add(throttled("g"));
    pushed();
    await sandbox.faults.replace(id, throttled("h"));
    expect(pushed()).toEqual(["g", "h"]);
    expect(await statusesOf(sandbox)).toEqual([200, 200, 429]);
    await sandbox.faults.replace(id, { ...throttled("h"), enabled: false });
    expect(pushed()).toEqual(["h"]);
    expect(await statusesOf(sandbox)).toEqual([200, 200, 200]);
    await sandbox.faults.replace(id, { ...throttled("f"), enabled: false });
    expect(pushed()).toEqual([]);
    await sandbox.faults.replace(id, throttled("f"));
    expect(pushed()).toEqual(["f"]);
    expect(await statusesOf(sandbox)).toEqual([429, 200, 200]);
  });

  test("declarations to those that exist by them in another way than before", async () => {
    const { sandbox, pushed } = await newTarget();
    const declare = (...functions: { name: string; aliases?: string[] }[]) =>
      sandbox.functions.declare({ functions });
    await declare({ name: "f" }, { name: "g", aliases: ["blue"] });
    expect(pushed()).toEqual(["f", "g"]);
    await declare({ name: "g", aliases: ["blue"] }, { name: "f" }, { name: "other" });
    expect(pushed()).toEqual([]);
    await declare({ name: "f" }, { name: "g", aliases: ["green"] });
    expect(pushed()).toEqual(["g"]);
    await declare({ name: "g", aliases: ["green"] });
    expect(pushed()).toEqual(["f"]);
  });
});

describe("of a push that failed", () => {
  test("only that is tried again", async () => {
    let failures = 1;
    const { sandbox, pushed } = await newTarget(async (accept, name) => {
      if (name === "g" && failures-- > 0) throw new Error("out of order");
      await accept();
    });
    await sandbox.clock.freeze("2030-01-01T00:00:00Z");
    expect(pushed()).toEqual(["f", "g", "g", "h"]);
    expect((await sandbox.send("PUT", config("g"))).body.lastModifiedTime).toBe("2030-01-01T00:00:00Z");
    // It is the sandbox's turn again only when something changes.
    expect(await runDurableObjectAlarm(parentOf(sandbox))).toBe(true);
    expect(pushed()).toEqual([]);
  });

  test("the alarm tries only that, which later changes for other functions leave so", async () => {
    let isBroken = true;
    const { sandbox, pushed } = await newTarget(async (accept, name) => {
      if (name === "g" && isBroken) throw new Error("out of order");
      await accept();
    });
    const refused = { problem: { status: 503 } };
    await expect(sandbox.faults.add(throttled("g"))).rejects.toMatchObject(refused);
    expect(pushed()).toEqual(["g", "g", "g"]);
    await expect(sandbox.faults.add(throttled("h"))).rejects.toMatchObject(refused);
    expect(pushed()).toEqual(["g", "g", "g", "h"]);
    isBroken = false;
    expect(await runDurableObjectAlarm(parentOf(sandbox))).toBe(true);
    expect(pushed()).toEqual(["g"]);
    expect(await statusesOf(sandbox)).toEqual([200, 429, 429]);
  });
});

describe("a change that is made during a push", () => {
  const changes: [string, (parent: SandboxControl) => Promise<{ ok: boolean }>, object][] = [
    ["the same function", (parent) => parent.addFault(throttled("f")), { pushed: ["f", "f"], struck: ["f"] }],
    ["another function", (parent) => parent.addFault(throttled("g")), { pushed: ["f", "g"], struck: ["g"] }],
    [
      "all functions",
      (parent) => parent.changeSettings({ region: "r" }),
      { pushed: ["f", ...NAMES], struck: [] },
    ],
  ];
  test.each(changes)("reaches %s, whether once or twice", async (_, change, expected) => {
    for (const times of [1, 2]) {
      const pushing = new Barrier();
      let pushes = 0;
      const { sandbox, pushed } = await newTarget(async (accept) => {
        await accept();
        if (++pushes === 1) await pushing.wait();
      });
      const first = sandbox.faults.add({ ...throttled(), match: { function: "f", operation: "list" } });
      await pushing.reached();
      const parent = controlOf(sandbox);
      const others = Array.from({ length: times }, () => change(parent));
      // An object's calls begin in their order, and each makes its change before it waits for anything.
      await parent.clock();
      pushing.open();
      await first;
      for (const other of others) expect((await other).ok).toBe(true);
      const statuses = await statusesOf(sandbox);
      expect({ pushed: pushed(), struck: NAMES.filter((_, i) => statuses[i] === 429) }).toEqual(expected);
      const { body } = await sandbox.send("PUT", config("h"));
      expect(body.functionArn).toContain(`acs:fc:${(await sandbox.summary()).settings.region}:`);
    }
  });
});

describe("a state of an earlier release, in which every change concerned all functions,", () => {
  /** Gives the sandbox such a state; with a push that was cut off when `isPending`. */
  async function becomeEarlier(sandbox: TestSandbox, isPending: boolean): Promise<void> {
    await runInDurableObject(parentOf(sandbox), (_, { storage: { kv } }) => {
      for (const key of ["versionForAll", "pendingPushes"]) kv.delete(key);
      const version = kv.get<number>("version") ?? 0;
      kv.put("settled", isPending ? version - 1 : version);
    });
  }

  test("has a push that was cut off finished for all of them", async () => {
    const { sandbox, pushed } = await newTarget();
    await sandbox.clock.freeze();
    pushed();
    await becomeEarlier(sandbox, true);
    expect(await runDurableObjectAlarm(parentOf(sandbox))).toBe(true);
    expect(pushed()).toEqual(NAMES);
    expect(await runDurableObjectAlarm(parentOf(sandbox))).toBe(true);
    expect(pushed()).toEqual([]);
  });

  test.each([
    ["no push was cut off", false, ["g"]],
    ["a push was cut off", true, NAMES],
  ])("gets a change for one function when %s", async (_, isPending, reached) => {
    const { sandbox, pushed } = await newTarget();
    await sandbox.clock.freeze();
    pushed();
    await becomeEarlier(sandbox, isPending);
    await sandbox.faults.add(throttled("g"));
    expect(pushed()).toEqual(reached);
    await sandbox.faults.add(throttled("h"));
    expect(pushed()).toEqual(["h"]);
  });
});
