import { env, runDurableObjectAlarm, runInDurableObject, SELF } from "cloudflare:test";
import { describe, expect, test, vi } from "vitest";
import { firstRegistryShard, registryShardOf, registryShards } from "../../src/objects/stubs.ts";
import type { Invitation } from "../../src/state/registry.ts";
import { intercept, setVariables } from "../calls.ts";
import { newSandbox } from "../newSandbox.ts";
import { age, evictObjects, functionOf, NOTHING, parentOf, registered, stored } from "../objects/objects.ts";
import { fromAnotherClient, request, versions } from "../request.ts";
import { asOperator, createBy, invite } from "./operator.ts";

const { config } = versions[2];

const bearer = (token: string | undefined) => ({ Authorization: `Bearer ${token}` });

async function invitationOf(id: string): Promise<Invitation | undefined> {
  const { body } = await asOperator("GET", "/invitations");
  return body.invitations.find((one: Invitation) => one.id === id);
}

describe("a deletion by the operator", () => {
  test("that fails half-way is completed by the alarm, and the functions that are left serve nobody new", async () => {
    const sandbox = await newSandbox();
    for (const name of ["f", "g", "h"]) await sandbox.send("PUT", config(name), {});
    await registered(sandbox);
    const reported = vi.spyOn(console, "error").mockImplementation(() => {});
    let fails = true;
    await intercept(parentOf(sandbox), "FUNCTION.erase", async (erase, name) => {
      if (fails && name === "f") throw new Error("out of order");
      return erase();
    });
    expect((await asOperator("DELETE", `/sandboxes/${sandbox.access.id}`)).status).toBe(500);
    // One that could not be erased keeps no other.
    expect(await stored(functionOf(sandbox, "h"))).toEqual(NOTHING);
    expect((await sandbox.send("PUT", config("new"), {})).status).toBe(403);
    fails = false;
    await runDurableObjectAlarm(parentOf(sandbox));
    reported.mockRestore();
    expect(await stored(functionOf(sandbox, "f"))).toEqual(NOTHING);
    expect((await sandbox.send("GET", config("f"))).status).toBe(403);
    expect((await asOperator("GET", `/sandboxes/${sandbox.access.id}`)).status).toBe(404);
  });

  test("that fails half-way is completed by the same request", async () => {
    const sandbox = await newSandbox();
    await sandbox.send("PUT", config("f"), {});
    const reported = vi.spyOn(console, "error").mockImplementation(() => {});
    let fails = true;
    await intercept(parentOf(sandbox), "FUNCTION.erase", async (erase) => {
      if (fails) throw new Error("out of order");
      return erase();
    });
    const remove = () => asOperator("DELETE", `/sandboxes/${sandbox.access.id}`);
    expect((await remove()).status).toBe(500);
    fails = false;
    expect((await remove()).status).toBe(204);
    reported.mockRestore();
    expect(await stored(functionOf(sandbox, "f"))).toEqual(NOTHING);
    expect((await remove()).status).toBe(404);
  });

  test("is not undone by a look at what the sandbox had", async () => {
    const sandbox = await newSandbox();
    await sandbox.send("PUT", config("f"), {});
    await asOperator("DELETE", `/sandboxes/${sandbox.access.id}`);
    const code = await SELF.fetch(`${sandbox.endpoint}/_sandbox/code/x`, { headers: fromAnotherClient() });
    expect(code.status).toBe(404);
    await code.text();
    await parentOf(sandbox).reportUse();
    expect((await asOperator("GET", `/sandboxes/${sandbox.access.id}`)).status).toBe(404);
    const shards = await Promise.all(registryShards(env).map((shard) => shard.sandboxes({}, null, 10_000)));
    expect(shards.flatMap(({ sandboxes }) => sandboxes).map(({ id }) => id)).not.toContain(sandbox.access.id);
  });
});

describe("the end of a team's sandbox", () => {
  test("counts what it had used until then", async () => {
    const { key, id } = await invite();
    const { body } = await createBy(key);
    for (let i = 0; i < 5; i++) await request("PUT", `/s/${body.id}${config("f")}`, {});
    const path = `/_sandbox/sandboxes/${body.id}`;
    expect((await request("DELETE", path, undefined, bearer(body.controlToken))).status).toBe(204);
    expect(await invitationOf(id)).toMatchObject({ livingSandboxes: 0, latestDay: { requests: 5 } });
  });

  test("by its owner is for good: a deleted one is no more than the quota allows", async () => {
    const { key, id } = await invite({ sandboxes: 1 });
    const { body } = await createBy(key);
    const path = `/_sandbox/sandboxes/${body.id}`;
    await request("DELETE", path, undefined, bearer(body.controlToken));
    expect((await request("PUT", `/s/${body.id}${config("f")}`, {})).status).toBe(403);
    expect(await invitationOf(id)).toMatchObject({ livingSandboxes: 0 });
  });

  test("by idleness leaves its team: used again, it is the team's again", async () => {
    const { key, id, team } = await invite();
    const sandbox = await newSandbox();
    const { body } = await createBy(key);
    const its = { ...sandbox, access: body } as typeof sandbox;
    await registered(its);
    await age(its, 8 * 86_400_000);
    expect(await runDurableObjectAlarm(parentOf(its))).toBe(true);
    expect(await invitationOf(id)).toMatchObject({ livingSandboxes: 0 });
    await request("PUT", `/s/${body.id}${config("f")}`, {});
    await registered(its);
    expect((await asOperator("GET", `/sandboxes/${body.id}`)).body.team).toBe(team);
    await expect.poll(() => invitationOf(id)).toMatchObject({ livingSandboxes: 1 });
  });
});

test("a day's quota that is used up outlasts a deletion by the owner", async () => {
  const sandbox = await newSandbox();
  await setVariables(parentOf(sandbox), { QUOTA_REQUESTS_PER_DAY: 20 });
  let count = 0;
  while ((await sandbox.send("PUT", config("f"), {})).status === 200) count += 1;
  expect(count).toBeGreaterThanOrEqual(20);
  const path = `/_sandbox/sandboxes/${sandbox.access.id}`;
  expect((await request("DELETE", path, undefined, bearer(sandbox.access.controlToken))).status).toBe(204);
  expect((await sandbox.send("PUT", config("f"), {})).status).toBe(429);
});

test("a sandbox whose quota is used up registers no function", async () => {
  const sandbox = await newSandbox();
  await setVariables(parentOf(sandbox), { QUOTA_REQUESTS_PER_DAY: 20 });
  while ((await sandbox.send("PUT", config("f"), {})).status === 200);
  expect((await sandbox.send("PUT", config("g"), {})).status).toBe(429);
  expect(await stored(functionOf(sandbox, "g"))).toEqual(NOTHING);
});

test("what was counted before anybody asked is not today's", async () => {
  const sandbox = await newSandbox();
  for (let i = 0; i < 20; i++) {
    await sandbox.send("PUT", config("f"), {});
    await sandbox.send("GET", "/2023-03-30/functions");
  }
  await evictObjects(sandbox);
  // As an earlier release left it.
  await runInDurableObject(functionOf(sandbox, "f"), (_, { storage }) => storage.kv.delete("usage"));
  await runInDurableObject(parentOf(sandbox), (_, { storage }) => {
    for (const key of ["ownRequests", "days", "createdAt", "registered"]) storage.kv.delete(key);
    storage.sql.exec("UPDATE functions SET requests = 0");
  });
  await evictObjects(sandbox);
  await sandbox.send("PUT", config("f"), {});
  const { body } = await asOperator("GET", `/sandboxes/${sandbox.access.id}`);
  expect(body.latestDay.requests).toBeLessThanOrEqual(1);
});

test("without a journal nothing is counted twice after an eviction", async () => {
  const sandbox = await newSandbox();
  const list = () => sandbox.send("GET", "/2023-03-30/functions");
  const requests = async () =>
    (await asOperator("GET", `/sandboxes/${sandbox.access.id}`)).body.latestDay.requests;
  for (let i = 0; i < 20; i++) await list();
  await sandbox.settings({ journalSize: 0 });
  for (let i = 0; i < 5; i++) await list();
  expect(await requests()).toBe(25);
  for (let i = 0; i < 3; i++) {
    await evictObjects(sandbox);
    await list();
    expect(await requests()).toBe(26 + i);
  }
});

test("the first shard knows at once that there is room again", async () => {
  const { key, id } = await invite();
  const { body } = await createBy(key);
  const shard = registryShardOf(env, id);
  await request("PUT", `/s/${body.id}${config("f")}`, {});
  await asOperator("DELETE", `/sandboxes/${body.id}`);
  const told = await runInDurableObject(firstRegistryShard(env), (_, { storage }) =>
    storage.sql
      .exec<{ bytes: number }>("SELECT bytes FROM shards WHERE shard = ?", shard.id.toString())
      .one(),
  );
  expect(told.bytes).toBe((await shard.totals()).bytes);
});

test("a rotation that can't reach a function leaves the owner's token valid", async () => {
  const sandbox = await newSandbox();
  await sandbox.send("PUT", config("f"), {});
  const reported = vi.spyOn(console, "error").mockImplementation(() => {});
  await intercept(parentOf(sandbox), "FUNCTION.accept", () => Promise.reject(new Error("out of order")));
  const rotate = (credentials: string[]) =>
    sandbox.send(
      "POST",
      "/_sandbox/credentials/rotate",
      { credentials },
      bearer(sandbox.access.controlToken),
    );
  expect((await rotate(["accessKey", "controlToken"])).status).toBe(503);
  const { status, body } = await sandbox.send(
    "GET",
    "/_sandbox",
    undefined,
    bearer(sandbox.access.controlToken),
  );
  expect([status, body.controlToken]).toEqual([200, sandbox.access.controlToken]);
  // Functions know nothing of tokens.
  expect((await rotate(["controlToken"])).status).toBe(200);
  reported.mockRestore();
});
