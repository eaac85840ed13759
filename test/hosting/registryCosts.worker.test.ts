import { env, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { describe, expect, test } from "vitest";
import { counted } from "../../bench/counted.ts";
import { SandboxTable } from "../../src/objects/registry/sandboxTable.ts";
import type { RegistryRpc, SandboxPosition, SandboxReport } from "../../src/objects/registryMessages.ts";
import {
  firstRegistryShard,
  functionObject,
  registryShardOf,
  sandboxObject,
} from "../../src/objects/stubs.ts";
import type { SandboxesQuery } from "../../src/state/registry.ts";
import { callsOf, noting } from "../calls.ts";
import { newSandbox, type TestSandbox } from "../newSandbox.ts";
import { operatorsRequest } from "../objects/objects.ts";
import { invite, OPERATOR, requestWith } from "../operator/operator.ts";
import { versions } from "../request.ts";
import { metered } from "./metered.ts";

const { config } = versions[0];
const FUNCTIONS = ["f", "g", "h", "i", "j"];
const REPORT_MS = 600_000;
const USE_MS = 60_000;
const DAY_MS = 86_400_000;
/** How many sandboxes the shard has whose pages are counted. */
const MANY = 20_000;

const functionOf = ({ access }: TestSandbox, name = "f") =>
  functionObject(env, access.id ?? "", { service: "demo", function: name });
const sandboxOf = ({ access }: TestSandbox) => sandboxObject(env, access.id ?? "");

/** An invitation of another shard than the first one, which also counts the bytes of all. */
async function invitationElsewhere(): Promise<string> {
  const { id } = await invite();
  return registryShardOf(env, id).id.equals(firstRegistryShard(env).id) ? invitationElsewhere() : id;
}

/** A sandbox that is not in use yet, and an invitation whose shard has its tables and knows what all shards store. */
async function unusedSandbox() {
  const invitation = await invitationElsewhere();
  const shard = registryShardOf(env, invitation);
  const sandbox = await newSandbox();
  const create = async (created: TestSandbox) => {
    const admitted = await shard.admit(invitation, created.access.id ?? "");
    if (!admitted.ok) throw new Error(admitted.error.detail);
    return admitted.value;
  };
  const before = await newSandbox();
  await sandboxOf(before).adopt(await create(before), operatorsRequest());
  await told(before);
  return { sandbox, shard, admit: () => create(sandbox) };
}

/** Waits until the registry has been told of a sandbox, which no request waits for. */
async function told(sandbox: TestSandbox): Promise<void> {
  const registered = () =>
    runInDurableObject(sandboxOf(sandbox), (_, { storage }) => storage.kv.get("registered"));
  await expect.poll(registered).toBeDefined();
}

/** A sandbox of a team, with five functions. */
async function sandboxInUse() {
  const { sandbox, shard, admit } = await unusedSandbox();
  await sandboxOf(sandbox).adopt(await admit(), operatorsRequest());
  await told(sandbox);
  for (const name of FUNCTIONS) await sandbox.send("PUT", config(name), {});
  // The first change makes the table of the audit.
  await sandbox.settings({ journalSize: 150 });
  return { sandbox, shard };
}

/** Lets time pass for a sandbox: what it noted, it noted so much earlier. */
function passes(sandbox: TestSandbox, { sinceReport = 0, sinceUse = 0 }): Promise<void> {
  return runInDurableObject(sandboxOf(sandbox), (_, { storage }) => {
    const registered = storage.kv.get<{ at: number }>("registered");
    storage.kv.put("registered", { ...registered, at: Date.now() - sinceReport });
    storage.kv.put("usedAt", Date.now() - sinceUse);
  });
}

/** What the Worker calls of objects while it answers a request of the operator's. */
async function calledFor(method: string, path: string, body?: unknown): Promise<string[]> {
  const calls: string[] = [];
  const answer = await requestWith(noting(calls), method, path, body, OPERATOR);
  expect(answer.status).toBeLessThan(300);
  return calls;
}

// What bench/model.ts reckons with.
test("creating a sandbox by an invitation is a call to its shard and one to its object, which reports once", async () => {
  const { sandbox, shard, admit } = await unusedSandbox();
  const [its, shards] = [await metered(sandboxOf(sandbox)), await metered(shard)];
  const origin = await admit();
  expect((await shards()).rowsWritten).toBe(counted.create.admitRows);
  const calls = await callsOf(sandboxOf(sandbox));
  await sandboxOf(sandbox).adopt(origin, operatorsRequest());
  await told(sandbox);
  expect(calls).toEqual(["REGISTRY.report"]);
  expect((await its()).rowsWritten).toBe(counted.create.sandboxRows);
  expect((await shards()).rowsWritten).toBe(counted.create.reportRows);
  expect(counted.create).toMatchObject({ sandboxCalls: 1, registryCalls: 2 });
});

test("a later report is a call of the sandbox's alarm, and few rows in the shard", async () => {
  const { sandbox, shard } = await sandboxInUse();
  for (let i = 0; i < 16; i++) await sandbox.send("GET", config("f"));
  await passes(sandbox, { sinceReport: REPORT_MS });
  const [its, shards] = [await metered(sandboxOf(sandbox)), await metered(shard)];
  const calls = await callsOf(sandboxOf(sandbox));
  await runDurableObjectAlarm(sandboxOf(sandbox));
  expect(calls).toEqual(["REGISTRY.report"]);
  const { sandboxCalls, sandboxRows, registryCalls, registryRows } = counted.report;
  expect([sandboxCalls, registryCalls]).toEqual([1, 1]);
  expect([(await its()).rowsWritten, (await shards()).rowsWritten]).toEqual([sandboxRows, registryRows]);
});

test.each([
  ["while the sandbox is in use", 0, counted.usage.sandboxRows],
  ["a minute after the sandbox's latest use", USE_MS + 1000, counted.usage.sandboxRowsLater],
])("what a function reports is one call to its sandbox, %s", async (_, sinceUse, sandboxRows) => {
  const { sandbox } = await sandboxInUse();
  const [own, its] = [await metered(functionOf(sandbox)), await metered(sandboxOf(sandbox))];
  const calls = [await callsOf(functionOf(sandbox)), await callsOf(sandboxOf(sandbox))];
  const put = (i: number) => sandbox.send("PUT", config("f"), { maxAsyncRetryAttempts: i % 5 });
  for (let i = 0; i < 14; i++) await put(i);
  expect(calls).toEqual([[], []]);
  await passes(sandbox, { sinceUse });
  await Promise.all([own(), its()]);
  await put(15);
  const reported = () => runInDurableObject(functionOf(sandbox), (_, { storage }) => storage.kv.get("usage"));
  await expect.poll(reported).toMatchObject({ requests: 16 });
  expect(calls).toEqual([["SANDBOX.reportUsage"], []]);
  expect((await own()).rowsWritten).toBe(counted.request.rows + counted.usage.functionRows);
  expect((await its()).rowsWritten).toBe(sandboxRows);
});

describe("a change by the control plane", () => {
  test.each([
    ["of settings", counted.change, (sandbox: TestSandbox) => sandbox.settings({ journalSize: 100 })],
    [
      "that rotates all credentials",
      counted.rotation,
      (sandbox: TestSandbox) =>
        sandbox.send(
          "POST",
          "/_sandbox/credentials/rotate",
          {},
          {
            Authorization: `Bearer ${sandbox.access.controlToken}`,
          },
        ),
    ],
  ])("%s is a call to the sandbox and one to each function, and a row in each", async (_, cost, change) => {
    const { sandbox } = await sandboxInUse();
    const its = await metered(sandboxOf(sandbox));
    const functions = await Promise.all(FUNCTIONS.map((name) => metered(functionOf(sandbox, name))));
    const calls = await callsOf(sandboxOf(sandbox));
    await change(sandbox);
    expect(calls).toEqual(Array(cost.functionCalls).fill("FUNCTION.accept"));
    expect((await its()).rowsWritten).toBe(cost.sandboxRows);
    const rows = await Promise.all(functions.map(async (since) => (await since()).rowsWritten));
    expect(rows.reduce((sum, one) => sum + one)).toBe(cost.functionRows);
  });
});

test("an erasure is a call to each function and one to the shard", async () => {
  const { sandbox, shard } = await sandboxInUse();
  const calls = await callsOf(sandboxOf(sandbox));
  const shards = await metered(shard);
  await passes(sandbox, { sinceUse: 8 * DAY_MS });
  await runDurableObjectAlarm(sandboxOf(sandbox));
  const { functionCalls, registryRows } = counted.erasure;
  expect(calls.toSorted()).toEqual([...Array(functionCalls).fill("FUNCTION.erase"), "REGISTRY.remove"]);
  expect((await shards()).rowsWritten).toBe(registryRows);
});

test("the operator's pages ask each shard once, and a change is noted in the first one", async () => {
  expect(await calledFor("GET", "/_sandbox/sandboxes")).toEqual(
    Array(counted.page.registryCalls).fill("REGISTRY.sandboxes"),
  );
  expect(await calledFor("GET", "/_sandbox/deployment")).toEqual([
    ...Array(counted.deployment.registryCalls - 1).fill("REGISTRY.totals"),
    "REGISTRY.errors",
  ]);
  expect(await calledFor("POST", "/_sandbox/invitations", { team: "a" })).toEqual([
    "REGISTRY.addInvitation",
    "REGISTRY.noteChange",
  ]);
});

/** A registry object that is no shard of the deployment. */
const newShard = () =>
  (env.REGISTRY as DurableObjectNamespace<RegistryRpc>).getByName(`no shard ${crypto.randomUUID()}`);

/** What the sandbox of a number reports; in the order of the numbers, nothing else is in order. */
function reportOf(i: number, day = "2026-11-27"): SandboxReport {
  const mixed = (i * 7919) % MANY;
  return {
    id: `${String(mixed).padStart(5, "0")}-${"a".repeat(26)}`,
    origin: { invitation: "a".repeat(16), team: "checkout", requestsPerDay: null },
    createdAt: 1_000_000_000_000 + ((mixed * 31) % MANY),
    usedAt: 1_100_000_000_000 + ((mixed * 17) % MANY),
    bytes: ((mixed * 13) % MANY) * 1000,
    functions: 5,
    today: { day, requests: 1, posts: 0 },
    throttled: null,
  };
}

describe("a shard with 20,000 sandboxes", () => {
  test.each<[string, SandboxesQuery]>([
    ["in the usual order", {}],
    ["by label", { sort: "label" }],
    ["by size", { sort: "bytes", minBytes: "1" }],
    ["of a team", { team: "checkout" }],
    ["none of which matches", { throttled: "true" }],
  ])("reads as much for its last page as for its first: %s", async (_, query) => {
    const shard = await shardWithMany();
    const costs = await metered(shard);
    const reads: number[] = [];
    let after: SandboxPosition | null = null;
    let found = 0;
    do {
      const page = await shard.sandboxes(query, after, 100);
      found += page.sandboxes.length;
      after = page.reached;
      reads.push((await costs()).rowsRead);
    } while (after !== null);
    if (query.throttled === undefined) expect(found).toBeGreaterThanOrEqual(MANY - 1);
    // The last one may be empty.
    const full = reads.slice(0, -1);
    expect(full.length).toBeGreaterThanOrEqual(MANY / 1000);
    expect(Math.max(...reads)).toBeLessThanOrEqual(counted.page.rowsRead);
    expect(Math.max(...full) - Math.min(...full)).toBeLessThanOrEqual(1);
  });

  test("writes as many rows for a report as any other, and takes few bytes for each sandbox", async () => {
    const shard = await shardWithMany();
    const costs = await metered(shard);
    await shard.report({
      ...reportOf(7),
      usedAt: Date.now(),
      bytes: 1,
      today: { day: "2026-11-27", requests: 9, posts: 0 },
    });
    expect((await costs()).rowsWritten).toBeLessThanOrEqual(counted.report.registryRows);
    const size = await runInDurableObject(
      shard as DurableObjectStub,
      (_, { storage }) => storage.sql.databaseSize,
    );
    expect(Math.ceil(size / MANY)).toBe(counted.bytes.registryRow);
  });

  test("tells its totals from a row for each day, of the latest 90", async () => {
    const shard = await shardWithMany();
    for (let day = 0; day < 100; day++) {
      const date = new Date(Date.parse("2026-11-28") + day * DAY_MS).toISOString().slice(0, 10);
      await shard.report(reportOf(0, date));
    }
    const costs = await metered(shard);
    expect((await shard.totals()).days).toHaveLength(90);
    expect(await costs()).toEqual({ rowsRead: counted.deployment.rowsRead, rowsWritten: 0 });
  });
});

let filled: Promise<ReturnType<typeof newShard>> | undefined;

/** A shard with 20,000 sandboxes, which is filled once. */
function shardWithMany() {
  const fill = async () => {
    const shard = newShard();
    await shard.report(reportOf(0));
    await runInDurableObject(shard as DurableObjectStub, (_, { storage }) => {
      const table = new SandboxTable(storage);
      storage.transactionSync(() => {
        for (let i = 1; i < MANY; i++) table.put(reportOf(i));
      });
    });
    return shard;
  };
  filled ??= fill();
  return filled;
}

test("what the first shard notes of others is a call with few rows, however much it has", async () => {
  const shard = newShard();
  const time = "2026-11-27T00:00:00Z";
  const notes = {
    error: () => shard.noteError({ time, requestId: "a", status: 500, sandbox: null, message: "m" }),
    change: () => {
      const what = { operation: "deleteSandbox", method: "DELETE", path: "/", status: 204 } as const;
      return shard.noteChange({ time, requestId: "a", actor: { role: "operator" }, ...what });
    },
  };
  for (let i = 0; i < 110; i++) await notes.error();
  await notes.change();
  for (let i = 0; i < 16; i++) await shard.addBytes(`shard ${i}`, i);
  const costs = await metered(shard);
  await shard.addBytes("shard 3", 33);
  expect((await costs()).rowsWritten).toBe(counted.total.registryRows);
  await notes.change();
  expect((await costs()).rowsWritten).toBe(counted.operatorChange.registryRows);
  await notes.error();
  expect((await costs()).rowsWritten).toBe(counted.error.registryRows);
  expect(await shard.errors()).toHaveLength(100);
  expect((await costs()).rowsRead).toBe(counted.deployment.errorRowsRead);
});

test("a sandbox takes few bytes, a function more with each journal entry, and a function reports ever more rarely", async () => {
  const { sandbox } = await sandboxInUse();
  const size = (stub: unknown) =>
    runInDurableObject(stub as DurableObjectStub, (_, { storage }) => storage.sql.databaseSize);
  const calls = await callsOf(functionOf(sandbox));
  const put = async (from: number, to: number) => {
    for (let i = from; i < to; i++) {
      await sandbox.send("PUT", config("f"), { maxAsyncRetryAttempts: i % 5 });
    }
  };
  await put(1, 40);
  expect(await size(sandboxOf(sandbox))).toBe(counted.bytes.sandbox);
  expect(await size(functionOf(sandbox))).toBe(counted.bytes.functionOf40);
  expect(calls).toEqual(Array(counted.usage.reportsOf40).fill("SANDBOX.reportUsage"));
  await put(0, 200);
  expect(await size(functionOf(sandbox))).toBe(counted.bytes.functionFull);
});
