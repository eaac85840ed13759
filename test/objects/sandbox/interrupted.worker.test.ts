import { env, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import fc from "fast-check";
import { beforeEach, expect, inject, test, vi } from "vitest";
import type { Snapshot } from "../../../src/client/index.ts";
import { functionObject, sandboxObject } from "../../../src/objects/stubs.ts";
import { configure, functionNamed, invoke, QUEUE } from "../../invocations/invocations.ts";
import { newSandbox, type TestSandbox } from "../../newSandbox.ts";
import { versions } from "../../request.ts";
import { FUNCTION } from "../../resources/resources.ts";

const { config, list } = versions[2];
const FUNCTIONS = ["f", "g"];
/** A reason that the test runner does not report. */
const QUIETLY = "disconnected: operation canceled";
/** How many cut points of a change are tried: `npm run test:interrupted` tries all of them. */
const CUT_POINTS = inject("cutPoints");
/** How many are tried at once. */
const AT_ONCE = 8;
/** A function that is not there before. */
const NEW = "n";

const snapshot: Snapshot = {
  settings: { region: "imported", journalSize: 2 },
  clock: { mode: "frozen", time: "2032-01-01T00:00:00Z" },
  configs: [
    { function: "f", maxAsyncRetryAttempts: 1 },
    { function: NEW, qualifier: "blue", maxAsyncRetryAttempts: 2 },
  ],
};

type Extent = "one" | "all";

/** Whether the server says that it has happened. */
type Change = (sandbox: TestSandbox) => Promise<boolean>;

const controlled =
  (call: (sandbox: TestSandbox) => Promise<unknown>): Change =>
  (sandbox) =>
    call(sandbox).then(
      () => true,
      () => false,
    );

const requested =
  (...[method, path, body]: [string, string, object?]): Change =>
  async (sandbox) =>
    (await sandbox.send(method, path, body)).status < 300;

const changes: Record<string, Change> = {
  "a reset": controlled((sandbox) => sandbox.reset()),
  "an import": controlled((sandbox) => sandbox.snapshot.import(snapshot)),
  "a change of the settings": controlled((sandbox) =>
    sandbox.settings({ journalSize: 1, region: "changed" }),
  ),
  "withdrawn declarations": controlled((sandbox) =>
    sandbox.functions.declare({ functions: [{ name: "g" }] }),
  ),
  "a PUT": requested("PUT", config("f"), { maxAsyncRetryAttempts: 4 }),
  "a first PUT": requested("PUT", config(NEW), { maxAsyncRetryAttempts: 4 }),
  "a DELETE": requested("DELETE", config("f")),
  "a created function": requested("POST", "/2023-03-30/functions", { functionName: NEW, ...FUNCTION }),
  "a deleted function": requested("DELETE", "/2023-03-30/functions/f"),
  "an advance of the clock": controlled((sandbox) => sandbox.clock.toIdle()),
  "a later time of the clock": controlled((sandbox) => sandbox.clock.freeze("2031-01-02T00:00:00Z")),
  "a deleted alias": requested("DELETE", "/2023-03-30/functions/g/aliases/blue"),
};

beforeEach(() => {
  vi.spyOn(console, "error").mockImplementation(() => {});
});

/**
 * A sandbox with two configs in each function, more requests than their journals take, a clock that stands, and an
 * invocation that will fail, and then go by the other function to a queue.
 */
async function filled(): Promise<TestSandbox> {
  const sandbox = await newSandbox({
    snapshot: {
      settings: { journalSize: 3 },
      clock: { mode: "frozen", time: "2031-01-01T00:00:00Z" },
      functions: { functions: [{ name: "f" }, { name: "g", aliases: ["blue"] }] },
      configs: FUNCTIONS.map((name) => ({ function: name, qualifier: "blue" })),
    },
  });
  const requests = FUNCTIONS.map(async (name) => {
    for (const retries of [6, 7]) await sandbox.send("PUT", config(name), { maxAsyncRetryAttempts: retries });
    await sandbox.send("PUT", config(name, "blue"), {});
    await sandbox.send("GET", config(name));
  });
  await Promise.all(requests);
  const to = (destination: string) => ({ destinationConfig: { onSuccess: { destination } } });
  await configure(sandbox, "f", to(functionNamed("g")));
  await configure(sandbox, "g", to(QUEUE));
  await invoke(sandbox, "f", { "X-Sandbox-Outcome": "error, success" });
  return sandbox;
}

/** What can be seen of a sandbox, without its being changed. */
async function seen(sandbox: TestSandbox) {
  const { settings, clock, functions, counts } = await sandbox.summary();
  const { configs } = await sandbox.snapshot.export();
  const declared = await sandbox.functions.get();
  const { invocations } = await sandbox.invocations.list();
  const { deliveries } = await sandbox.deliveries.list();
  return {
    settings,
    clock: clock.mode === "real" ? "real" : clock,
    functions,
    counts,
    configs,
    declared,
    // Of one time, their order is that of the objects' ids.
    invocations: invocations.map((one) => [one.function, one.dueAt, one.events]).sort(),
    deliveries: deliveries.map(({ time, function: name, destination }) => [time, name, destination]).sort(),
  };
}

/** How its functions act, which is by what they know of the sandbox. */
async function acts(sandbox: TestSandbox): Promise<object[]> {
  const shown = FUNCTIONS.map(async (name) => {
    const { body } = await sandbox.send("PUT", config(name));
    await sandbox.send("GET", list(name));
    const time: string = body.lastModifiedTime;
    return {
      arn: body.functionArn,
      frozen: time.startsWith("203") ? time : undefined,
      remembered: (await sandbox.requests.list({ function: name })).requests.length,
    };
  });
  return Promise.all(shown);
}

/**
 * Cuts off the object that makes the storage call of this number, of all that the sandbox's objects make from now
 * on; and with `all` every other of them at its next call, as when the process is killed. The returned function ends
 * that, and returns how many calls there were.
 */
async function cutOffAt(number: number, extent: Extent, sandbox: TestSandbox): Promise<() => number> {
  const id = sandbox.access.id ?? "";
  let calls = 0;
  let isOver = false;
  const objects = [...FUNCTIONS, NEW].map((name) => functionObject(env, id, { service: "", function: name }));
  for (const stub of [sandboxObject(env, id), ...objects]) {
    await runInDurableObject(stub as DurableObjectStub, (_, state) => {
      const { storage } = state;
      const counted: [object, string][] = [
        [storage.sql, "exec"],
        [storage.kv, "put"],
        [storage.kv, "delete"],
        [storage, "setAlarm"],
        [storage, "deleteAlarm"],
        [storage, "deleteAll"],
        [storage, "transactionSync"],
      ];
      for (const [target, name] of counted) {
        const call = Reflect.get(target, name);
        const value = (...args: unknown[]) => {
          if (isOver) return call.apply(target, args);
          calls += 1;
          // Ends what runs, without a catch or a finally.
          if (calls === number || (calls > number && extent === "all")) state.abort(QUIETLY);
          return call.apply(target, args);
        };
        Object.defineProperty(target, name, { value });
      }
    });
  }
  return () => {
    isOver = true;
    return calls;
  };
}

test.each<[string, Extent]>([
  ...Object.keys(changes).map((name): [string, Extent] => [name, "all"]),
  ["an import", "one"],
  ["a first PUT", "one"],
])(
  "%s that is cut off at any storage call, of %s of the objects, happens whole or not at all",
  async (name, extent) => {
    const change = changes[name] as Change;
    const twin = await filled();
    const endOfCount = await cutOffAt(Number.POSITIVE_INFINITY, extent, twin);
    expect(await change(twin)).toBe(true);
    const calls = endOfCount();
    expect(calls).toBeGreaterThan(0);
    const after = { seen: await seen(twin), acts: await acts(twin) };

    const cutOff = async (number: number): Promise<void> => {
      const sandbox = await filled();
      const before = await seen(sandbox);
      const end = await cutOffAt(number, extent, sandbox);
      const hasHappened = await change(sandbox);
      const isCut = end() >= number;
      await runDurableObjectAlarm(sandboxObject(env, sandbox.access.id ?? ""));
      const found = await seen(sandbox);
      const what = `cut off at call ${number} of ${calls}, ${hasHappened ? "" : "not "}acknowledged`;
      expect(isCut, what).toBe(number <= calls);
      const possible = [after.seen, ...(hasHappened ? [] : [before, withEmpty(before, NEW)])];
      expect(possible, what).toContainEqual(found);
      if (equals(found, after.seen)) expect(await acts(sandbox), what).toEqual(after.acts);
    };
    // One more than there are: the calls were counted right when it cuts nothing off.
    const numbers = [...cutPoints(calls), calls + 1];
    while (numbers.length > 0) await Promise.all(numbers.splice(0, AT_ONCE).map(cutOff));
  },
  60_000,
);

/** Of a change's storage calls the first, the last, and a sample of those between: the same in every run. */
function cutPoints(calls: number): number[] {
  const all = Array.from({ length: calls }, (_, i) => i + 1);
  if (calls <= CUT_POINTS) return all;
  const edge = Math.floor(CUT_POINTS / 3);
  const length = CUT_POINTS - 2 * edge;
  const between = fc.subarray(all.slice(edge, calls - edge), { minLength: length, maxLength: length });
  return [
    ...all.slice(0, edge),
    ...fc.sample(between, { seed: calls, numRuns: 1 }).flat(),
    ...all.slice(calls - edge),
  ];
}

function equals(one: object, other: object): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

/** The same with a function that was made known, and has nothing yet. */
function withEmpty(before: Awaited<ReturnType<typeof seen>>, name: string): typeof before {
  const functions = [
    ...before.functions,
    { service: "", function: name, configs: 0, requests: 0, dropped: 0, invocations: 0, deliveries: 0 },
  ];
  return { ...before, functions, counts: { ...before.counts, functions: functions.length } };
}
