import { env, runInDurableObject } from "cloudflare:test";
import { expect, test } from "vitest";
import { counted } from "../../bench/counted.ts";
import { QUIET_MS } from "../../src/lib/flushTimer.ts";
import { functionObject, sandboxObject } from "../../src/objects/stubs.ts";
import { callsOf, delaysAtBarrier, setVariables } from "../calls.ts";
import { configure, invoke, QUEUE } from "../invocations/invocations.ts";
import { newSandbox, type TestSandbox } from "../newSandbox.ts";
import { functionOf as fc3FunctionOf, registered } from "../objects/objects.ts";
import { versions } from "../request.ts";
import { metered } from "./metered.ts";

const { config } = versions[0];

const functionOf = (sandbox: TestSandbox) =>
  functionObject(env, sandbox.access.id ?? "", { service: "demo", function: "f" });
const sandboxOf = (sandbox: TestSandbox) => sandboxObject(env, sandbox.access.id ?? "");

// What docs/hosting.md works the prices out from.
test("a PUT or DELETE of a function in use reads one row and writes one", async () => {
  const sandbox = await newSandbox();
  await sandbox.send("PUT", config("f"));
  const costs = await metered(functionOf(sandbox));
  for (const method of ["PUT", "PUT", "DELETE"]) {
    await sandbox.send(method, config("f"), method === "PUT" ? { maxAsyncRetryAttempts: 1 } : undefined);
    expect([method, await costs()]).toEqual([method, { rowsRead: 1, rowsWritten: counted.request.rows }]);
  }
});

test.each([
  ["a GET reads and writes no row before its response, and one later", 1, 1],
  ["GETs that come together write a row each", 9, 9],
  ["GETs that come together write no more rows than the journal takes", 14, 10],
])("%s", async (_, gets, rows) => {
  const sandbox = await newSandbox({ settings: { journalSize: 10 } });
  // Its config is in a row of its own, which the journal does not give up.
  await sandbox.send("PUT", config("f"), {}, { "X-Sandbox-Fault": "delay=1;after=apply" });
  const costs = await metered(functionOf(sandbox));
  const timers = delaysAtBarrier(QUIET_MS);
  for (let i = 0; i < gets; i++) await sandbox.send("GET", config("f"));
  expect(await costs()).toEqual({ rowsRead: 0, rowsWritten: 0 });
  await timers.passed();
  expect(await costs()).toEqual({ rowsRead: rows, rowsWritten: rows });
});

test("a PUT writes two rows at most, whatever the journal has to give up for its entry", async () => {
  const sandbox = await newSandbox({ settings: { journalSize: 2 } });
  const qualifiers = ["LATEST", "prod", "7"];
  for (const qualifier of qualifiers) await sandbox.send("PUT", config("f", qualifier));
  const costs = await metered(functionOf(sandbox));
  const written: number[] = [];
  for (const qualifier of [...qualifiers, ...qualifiers, "7", "7", "7"]) {
    await sandbox.send("PUT", config("f", qualifier), { maxAsyncRetryAttempts: 1 });
    written.push((await costs()).rowsWritten);
  }
  // In turn each takes the place of the entry that alone keeps another's config, which then gets a row.
  expect(written).toEqual([2, 2, 2, 2, 2, 2, 2, 1, 1]);
});

test("without a journal a GET reads and writes no row, and a PUT writes one", async () => {
  const sandbox = await newSandbox();
  await sandbox.settings({ journalSize: 0 });
  await sandbox.send("PUT", config("f"));
  const costs = await metered(functionOf(sandbox));
  await sandbox.send("GET", config("f"));
  expect(await costs()).toEqual({ rowsRead: 0, rowsWritten: 0 });
  await sandbox.send("PUT", config("f"), { maxAsyncRetryAttempts: 1 });
  expect((await costs()).rowsWritten).toBe(1);
});

test("the first PUT of a function is one call to its sandbox, and writes 15 rows: eleven are its own", async () => {
  const sandbox = await newSandbox();
  await sandbox.send("PUT", config("another"));
  await registered(sandbox);
  const [own, its] = [functionOf(sandbox), sandboxOf(sandbox)];
  const costs = [await metered(own), await metered(its)];
  const calls = [await callsOf(own), await callsOf(its)];
  await sandbox.send("PUT", config("f"));
  expect(calls).toEqual([["SANDBOX.register"], []]);
  const { functionRows, sandboxRows } = counted.register;
  expect(await Promise.all(costs.map(async (since) => (await since()).rowsWritten))).toEqual([
    functionRows,
    sandboxRows,
  ]);
});

test("the first PUT in a sandbox writes 31 more, for the sandbox's tables and what the registry was told", async () => {
  const sandbox = await newSandbox();
  const costs = [await metered(functionOf(sandbox)), await metered(sandboxOf(sandbox))];
  const calls = await callsOf(sandboxOf(sandbox));
  await sandbox.send("PUT", config("f"));
  await registered(sandbox);
  expect(calls).toEqual(["REGISTRY.report"]);
  expect(await Promise.all(costs.map(async (since) => (await since()).rowsWritten))).toEqual([11, 35]);
});

test("creating, changing and reading a function is one call to its sandbox, which writes few rows", async () => {
  const sandbox = await newSandbox();
  const functions = "/2023-03-30/functions";
  const body = { runtime: "nodejs20", handler: "index.handler", code: { zipFile: btoa("code") } };
  await sandbox.send("POST", functions, { functionName: "another", ...body });
  await registered(sandbox);
  const [own, its] = [functionOf(sandbox), sandboxOf(sandbox)];
  const costs = await metered(its);
  const calls = [await callsOf(own), await callsOf(its)];
  const rows = async (method: string, path: string, given?: object) => {
    const { status } = await sandbox.send(method, path, given);
    return [status, (await costs()).rowsWritten];
  };
  expect(await rows("POST", functions, { functionName: "f", ...body })).toEqual([200, 4]);
  expect(await rows("PUT", `${functions}/f`, { timeout: 30 })).toEqual([200, 2]);
  expect(await rows("POST", `${functions}/f/versions`, {})).toEqual([200, 3]);
  const timers = delaysAtBarrier(QUIET_MS);
  expect(await rows("GET", `${functions}/f`)).toEqual([200, 0]);
  timers.open();
  expect(calls).toEqual([[], []]);
});

async function hasEnded({ invocations }: TestSandbox): Promise<boolean> {
  return (await invocations.list()).invocations.every(({ dueAt }) => dueAt === null);
}

/** In a sandbox whose function `order` was invoked before: has it invoked, and waits until everything has ended. */
async function invoked(config: object, outcomes: string) {
  const sandbox = await newSandbox({ settings: { retryDelaysSeconds: [0.05] } });
  await configure(sandbox, "order", config);
  const run = async () => {
    const answer = await invoke(sandbox, "order", { "X-Sandbox-Outcome": outcomes });
    expect(answer.status).toBe(202);
    await expect.poll(() => hasEnded(sandbox)).toBe(true);
  };
  await run();
  const [own, its] = [fc3FunctionOf(sandbox, "order"), sandboxOf(sandbox)];
  const costs = [await metered(own), await metered(its)];
  const calls = [await callsOf(own), await callsOf(its)];
  let alarms = 0;
  await runInDurableObject(own, (object) => {
    const { alarm } = object as { alarm(): Promise<void> } & typeof object;
    Object.assign(object, {
      alarm: () => {
        alarms += 1;
        return alarm.call(object);
      },
    });
  });
  await run();
  const [rows, sandboxRows] = await Promise.all(costs.map(async (since) => (await since()).rowsWritten));
  return { rows, sandboxRows, calls: calls[0], alarms };
}

const toQueue = {
  destinationConfig: { onSuccess: { destination: QUEUE }, onFailure: { destination: QUEUE } },
};

test.each<[string, object, string, number, number]>([
  ["that succeeds and is delivered nowhere", {}, "success", 5, 0],
  ["that succeeds and is delivered to a queue", toQueue, "success", 7, 0],
  ["that fails, is retried three times and is delivered to a queue", toQueue, "error", 22, 3],
])(
  "an asynchronous invocation %s writes few rows, and calls no other object",
  async (_, config, outcomes, rows, alarms) => {
    expect(await invoked(config, outcomes)).toEqual({ rows, alarms, sandboxRows: 0, calls: [] });
  },
);

test.each<[string, object, number, number]>([
  ["", {}, 13, 7],
  [", and so do their deliveries to a queue", toQueue, 15, 11],
])(
  "the first invocation of a function also makes tables, and later ones delete what they take the place of%s",
  async (_, config, first, later) => {
    const sandbox = await newSandbox();
    await configure(sandbox, "order", config);
    const own = fc3FunctionOf(sandbox, "order");
    await setVariables(own, { MAX_INVOCATIONS: "1", MAX_INVOCATION_BYTES: "1000" });
    const costs = await metered(own);
    const written: number[] = [];
    for (let i = 0; i < 3; i++) {
      expect((await invoke(sandbox, "order")).status).toBe(202);
      await expect.poll(() => hasEnded(sandbox)).toBe(true);
      written.push((await costs()).rowsWritten);
    }
    expect(written).toEqual([first, later, later]);
  },
);

test("functions whose invocations wait for a retry cost nothing until it is due, on a real clock and on a frozen one", async () => {
  const wait = 3600;
  const sandbox = await newSandbox({ settings: { retryDelaysSeconds: [wait] } });
  const names = Array.from({ length: 40 }, (_, i) => `f${i}`);
  await Promise.all(names.map((name) => invoke(sandbox, name, { "X-Sandbox-Outcome": "error, success" })));
  const objects = names.map((name) => fc3FunctionOf(sandbox, name));
  const alarmOf = (stub: (typeof objects)[number]): Promise<number | null> =>
    runInDurableObject(stub as DurableObjectStub, (_, { storage }) => storage.getAlarm());
  const isFarOff = async () => {
    const alarms = await Promise.all(objects.map(alarmOf));
    return alarms.every((at) => Number(at) > Date.now() + (wait - 60) * 1000);
  };
  await expect.poll(isFarOff, { timeout: 10_000 }).toBe(true);

  await sandbox.clock.freeze();
  expect(new Set(await Promise.all(objects.map(alarmOf)))).toEqual(new Set([null]));
  const calls = await callsOf(sandboxOf(sandbox));
  await sandbox.clock.advance(1);
  expect(calls).not.toContain("FUNCTION.runInvocations");
});
