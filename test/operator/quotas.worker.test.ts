import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { expect, test } from "vitest";
import type { Env } from "../../src/env.ts";
import { setVariables } from "../calls.ts";
import { newSandbox, type TestSandbox } from "../newSandbox.ts";
import { evictObjects, functionOf, parentOf } from "../objects/objects.ts";
import { request, versions } from "../request.ts";
import { asOperator, createBy, invite } from "./operator.ts";

const [classic, , fc3] = versions;

/** A sandbox with other quotas, and with a function that has them too. */
async function limited(variables: Partial<Env>): Promise<TestSandbox> {
  const sandbox = await newSandbox();
  await setVariables(parentOf(sandbox), variables);
  return sandbox;
}

const put = (sandbox: TestSandbox, name = "f") => sandbox.send("PUT", fc3.config(name), {});

/** How many of these requests were answered before the first that was throttled. */
async function answered(send: () => Promise<{ status: number }>, most: number): Promise<number> {
  for (let i = 0; i < most; i++) if ((await send()).status === 429) return i;
  return most;
}

test("a sandbox that has had its requests of the day gets the API's throttling error, with the reason", async () => {
  const sandbox = await limited({ QUOTA_REQUESTS_PER_DAY: 40 });
  const count = await answered(() => put(sandbox), 100);
  expect(count).toBeGreaterThanOrEqual(40);
  // Reports are not waited for, so a few more requests may be answered.
  expect(count).toBeLessThan(50);
  for (const [version, code] of [
    [classic, "ResourceThrottled"],
    [fc3, "Throttling"],
  ] as const) {
    const { status, body, headers } = await sandbox.send("GET", version.config("f"));
    expect([status, body.ErrorCode ?? body.Code, headers.get("Retry-After")]).toEqual([429, code, "1"]);
    expect(body.ErrorMessage ?? body.Message).toMatch(
      /^request throttled: this sandbox has used the 40 requests of \d{4}-\d\d-\d\d \(UTC\): requests are answered again from /,
    );
  }
  const { throttled } = await sandbox.summary();
  expect(throttled).toContain("has used the 40 requests");
  expect((await asOperator("GET", `/sandboxes/${sandbox.access.id}`)).body.throttled).toBe(throttled);
});

test("what is refused by a quota is in no journal, and a verification does not claim to know it", async () => {
  const sandbox = await limited({ QUOTA_REQUESTS_PER_DAY: 20 });
  const count = await answered(() => put(sandbox), 100);
  expect((await sandbox.summary()).counts.requests).toBe(count);
  await expect(sandbox.requests.verify({ operation: "put" }, { exactly: count })).rejects.toThrow();
});

test("the control plane goes on, and the next day the requests are answered again", async () => {
  const sandbox = await limited({ QUOTA_REQUESTS_PER_DAY: 20 });
  await answered(() => put(sandbox), 100);
  await sandbox.faults.add({ effect: { type: "delay", milliseconds: 1 } });
  await sandbox.faults.clear();
  // The quota of the day is over when its end has passed.
  const function_ = functionOf(sandbox, "f");
  await runInDurableObject(function_, (_, { storage }) => {
    const state = storage.kv.get<{ throttled: object }>("state");
    storage.kv.put("state", { ...state, throttled: { ...state?.throttled, until: Date.now() - 1 } });
  });
  await evictObjects(sandbox);
  expect((await put(sandbox)).status).toBe(200);
});

test("requests that the sandbox itself answers count, too", async () => {
  const sandbox = await limited({ QUOTA_REQUESTS_PER_DAY: 30 });
  const count = await answered(() => sandbox.send("GET", "/2023-03-30/functions"), 100);
  expect(count).toBeGreaterThanOrEqual(30);
  expect(count).toBeLessThan(34);
});

test("many functions together get no more than their sandbox, but for reports under way", async () => {
  const sandbox = await limited({ QUOTA_REQUESTS_PER_DAY: 100 });
  const names = Array.from({ length: 10 }, (_, i) => `f${i}`);
  let i = 0;
  const count = await answered(() => put(sandbox, names[i++ % names.length]), 400);
  expect(count).toBeGreaterThanOrEqual(100);
  // Each function makes its first report after 16 requests at the latest.
  expect(count).toBeLessThan(100 + 10 * 16);
});

test("a team gets its requests of a day for all its sandboxes together", async () => {
  const { key } = await invite({ requestsPerDay: 60 });
  const sandboxes = [(await createBy(key)).body, (await createBy(key)).body];
  const send = (id: string) => request("PUT", `/s/${id}${fc3.config("f")}`, {});
  let count = 0;
  const areThrottled = async () => {
    const statuses = await Promise.all(sandboxes.map(async ({ id }) => (await send(id)).status));
    count += statuses.filter((status) => status === 200).length;
    return statuses.every((status) => status === 429);
  };
  await expect.poll(areThrottled, { interval: 10 }).toBe(true);
  // Without the registry, each of them would get 60 for itself.
  expect(count).toBeGreaterThanOrEqual(60);
  expect(count).toBeLessThan(115);
});

test("a sandbox that stores too much is throttled until it is reset", async () => {
  const sandbox = await limited({ QUOTA_BYTES_PER_SANDBOX: 400_000 });
  const large = { description: "x".repeat(3000) };
  const count = await answered(() => sandbox.send("PUT", fc3.config("f"), large), 400);
  expect(count).toBeLessThan(400);
  const { throttled } = await sandbox.summary();
  expect(throttled).toMatch(/^this sandbox stores \d+ bytes, and may store 400000: reset it/);
  await sandbox.reset();
  expect((await put(sandbox)).status).toBe(200);
  expect((await sandbox.summary()).throttled).toBe(null);
});

test("without quotas and without an operator, functions report nothing", async () => {
  const sandbox = await newSandbox();
  const nobody = {
    QUOTA_REQUESTS_PER_DAY: 0,
    QUOTA_BYTES_PER_SANDBOX: 0,
    QUOTA_BYTES: 0,
    OPERATOR_TOKEN: "",
    ACCESS_TEAM_DOMAIN: "",
  };
  await put(sandbox);
  await setVariables(functionOf(sandbox, "f"), nobody);
  const calls: string[] = [];
  await runInDurableObject(functionOf(sandbox, "f"), (object) => {
    const usual = Reflect.get(object, "env") as Env;
    const SANDBOX = {
      getByName: (name: string) =>
        new Proxy(usual.SANDBOX.getByName(name), {
          get(stub, method) {
            calls.push(String(method));
            return Reflect.get(stub, method, stub);
          },
        }),
    };
    Object.assign(object, { env: { ...usual, SANDBOX } });
  });
  for (let i = 0; i < 40; i++) await put(sandbox);
  expect(calls).toEqual([]);
});

test("reports come ever more rarely, and survive an eviction: nothing is counted twice, and nothing is lost", async () => {
  const sandbox = await newSandbox();
  for (let i = 0; i < 50; i++) {
    await put(sandbox);
    if (i % 20 === 19) await evictObjects(sandbox);
  }
  const { body } = await asOperator("GET", `/sandboxes/${sandbox.access.id}`);
  expect(body.latestDay.requests).toBe(50);
  await runDurableObjectAlarm(parentOf(sandbox));
  expect((await asOperator("GET", `/sandboxes/${sandbox.access.id}`)).body.latestDay.requests).toBe(50);
});
