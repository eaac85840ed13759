import { env, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { describe, expect, test, vi } from "vitest";
import { deploymentSchema, sandboxesSchema } from "../../src/documents/responseBodies.ts";
import type { RegistryObject } from "../../src/objects/registry/object.ts";
import { SandboxTable } from "../../src/objects/registry/sandboxTable.ts";
import type { RegistryRpc, SandboxReport } from "../../src/objects/registryMessages.ts";
import { registryShardOf, registryShards } from "../../src/objects/stubs.ts";
import { type RegisteredSandbox, registeredSandboxSchema } from "../../src/state/registry.ts";
import { intercept } from "../calls.ts";
import { newSandbox } from "../newSandbox.ts";
import { age, parentOf } from "../objects/objects.ts";
import { request, versions } from "../request.ts";
import { asOperator, createBy, invite, requestWith } from "./operator.ts";

const [{ config }] = versions;

const bearer = (token: string | undefined) => ({ Authorization: `Bearer ${token}` });

/** All sandboxes that a query lists, page by page. */
async function listed(query: string): Promise<RegisteredSandbox[]> {
  const found: RegisteredSandbox[] = [];
  let token: string | undefined;
  do {
    const page = token === undefined ? "" : `&nextToken=${token}`;
    const { status, body } = await asOperator("GET", `/sandboxes?${query}${page}`);
    expect(status).toBe(200);
    const { sandboxes, nextToken } = sandboxesSchema.parse(body);
    found.push(...sandboxes);
    token = nextToken;
  } while (token !== undefined);
  return found;
}

test("a sandbox is in the list when it was used, and not before", async () => {
  const label = `t${crypto.randomUUID().slice(0, 8)}`;
  const sandbox = await newSandbox({ label });
  expect(await listed(`label=${label}`)).toEqual([]);
  await sandbox.send("PUT", config("f"), {});
  await expect.poll(() => listed(`label=${label}`)).toHaveLength(1);
  const [shown] = await listed(`label=${label}`);
  expect(shown).toMatchObject({ id: sandbox.access.id, label, team: null, throttled: null });
});

test("one sandbox is shown as it is now, with the requests of its functions and its own", async () => {
  const sandbox = await newSandbox();
  for (const name of ["f", "g"]) await sandbox.send("PUT", config(name), {});
  await sandbox.send("GET", "/2023-03-30/functions");
  const { status, body } = await asOperator("GET", `/sandboxes/${sandbox.access.id}`);
  expect(status).toBe(200);
  const shown = registeredSandboxSchema.parse(body);
  expect(shown).toMatchObject({ functions: 2, latestDay: { requests: 3, posts: 0 } });
  expect(shown.bytes).toBeGreaterThan(16_384);
});

test("a sandbox that was never used, or that is none, is 404", async () => {
  const { access } = await newSandbox();
  expect((await asOperator("GET", `/sandboxes/${access.id}`)).status).toBe(404);
  expect((await asOperator("GET", "/sandboxes/nothing")).status).toBe(404);
});

describe("without the operator's token", () => {
  test.each([
    ["GET", "/sandboxes"],
    ["GET", "/sandboxes/default"],
    ["POST", "/sandboxes/default/links"],
    ["POST", "/sandboxes/default/restore"],
    ["DELETE", "/sandboxes/default"],
    ["GET", "/invitations"],
    ["POST", "/invitations"],
    ["DELETE", "/invitations/some"],
    ["GET", "/deployment"],
    ["GET", "/deployment/audit"],
  ])("%s %s is 401, with another 403, and without an operator 403", async (method, path) => {
    const { access } = await newSandbox();
    const none = await request(method, `/_sandbox${path}`);
    expect([none.status, none.headers.get("WWW-Authenticate")]).toEqual([401, "Bearer"]);
    const others = await request(method, `/_sandbox${path}`, undefined, bearer(access.controlToken));
    expect(others.status).toBe(403);
    const without = await requestWith({ OPERATOR_TOKEN: "" }, method, `/_sandbox${path}`);
    expect([without.status, without.body.detail]).toEqual([
      403,
      "This server has no operator: it has neither OPERATOR_TOKEN nor ACCESS_TEAM_DOMAIN.",
    ]);
  });
});

test("the operator's token works where default is off", async () => {
  const answer = await requestWith(
    { DEFAULT_SANDBOX: "off" },
    "GET",
    "/_sandbox/deployment",
    undefined,
    bearer("operator"),
  );
  expect(answer.status).toBe(200);
});

test("the operator's token controls every sandbox", async () => {
  const sandbox = await newSandbox({ settings: { signatures: "required" } });
  const { body } = await sandbox.send("GET", "/_sandbox", undefined, bearer("operator"));
  expect(body).toMatchObject({ role: "operator", controlToken: sandbox.access.controlToken });
});

describe("a deleted sandbox", () => {
  test("has nothing left, and its id is refused, when the operator deleted it", async () => {
    const sandbox = await newSandbox();
    await sandbox.send("PUT", config("f"), {});
    expect((await asOperator("DELETE", `/sandboxes/${sandbox.access.id}`)).status).toBe(204);
    for (const method of ["PUT", "GET"]) {
      const answer = await sandbox.send(method, config("f"), method === "PUT" ? {} : undefined);
      expect([answer.status, answer.body.ErrorCode]).toEqual([403, "AccessDenied"]);
    }
    const control = await sandbox.send("GET", "/_sandbox", undefined, bearer(sandbox.access.controlToken));
    expect(control.status).toBe(404);
    expect((await asOperator("GET", `/sandboxes/${sandbox.access.id}`)).status).toBe(404);
    expect((await asOperator("DELETE", `/sandboxes/${sandbox.access.id}`)).status).toBe(404);
  });

  test("is empty, and may be used again, when its owner deleted it", async () => {
    const sandbox = await newSandbox();
    await sandbox.send("PUT", config("f"), {});
    const path = `/_sandbox/sandboxes/${sandbox.access.id}`;
    const remove = (token: string | undefined) => request("DELETE", path, undefined, bearer(token));
    expect((await remove((await newSandbox()).access.controlToken)).status).toBe(403);
    expect((await remove(sandbox.access.watchToken)).status).toBe(403);
    expect((await remove(sandbox.access.controlToken)).status).toBe(204);
    expect((await sandbox.send("GET", config("f"))).status).toBe(404);
    expect((await sandbox.send("PUT", config("f"), {})).status).toBe(200);
  });

  test("is not deleted by a control token that was replaced", async () => {
    const sandbox = await newSandbox();
    await sandbox.send("PUT", config("f"), {});
    await sandbox.send("POST", "/_sandbox/credentials/rotate", {}, bearer(sandbox.access.controlToken));
    const path = `/_sandbox/sandboxes/${sandbox.access.id}`;
    const answer = await request("DELETE", path, undefined, bearer(sandbox.access.controlToken));
    expect(answer.status).toBe(403);
    expect((await sandbox.send("GET", config("f"))).status).toBe(200);
  });

  test("is not in the list, also when it was erased as idle", async () => {
    const label = `t${crypto.randomUUID().slice(0, 8)}`;
    const sandbox = await newSandbox({ label });
    await sandbox.send("PUT", config("f"), {});
    await expect.poll(() => listed(`label=${label}`)).toHaveLength(1);
    await age(sandbox, 8 * 86_400_000);
    await runDurableObjectAlarm(parentOf(sandbox));
    expect(await listed(`label=${label}`)).toEqual([]);
  });
});

/** Fills a shard as sandboxes would. Returns the reports. */
async function fill(team: string, count: number): Promise<SandboxReport[]> {
  const reports = Array.from({ length: count }, (_, i): SandboxReport => {
    const id = `pr-${String(i).padStart(5, "0")}-${team.slice(-5)}${"a".repeat(21)}`;
    return {
      id,
      origin: { invitation: `${team}${i % 16}`, team, requestsPerDay: null },
      createdAt: 1_000_000_000_000 + ((i * 7919) % count),
      usedAt: 1_100_000_000_000 + ((i * 104_729) % count),
      bytes: ((i * 31) % count) * 1000,
      functions: 1,
      today: { day: "2001-09-09", requests: 0, posts: 0 },
      throttled: null,
    };
  });
  const shards = Map.groupBy(reports, ({ id }) => registryShardOf(env, id).name);
  for (const its of shards.values()) {
    const [first] = its;
    if (first === undefined) continue;
    await runInDurableObject(registryShardOf(env, first.id), (_: RegistryObject, { storage }) => {
      storage.kv.put("sweepAt", Date.now() + 86_400_000);
      const table = new SandboxTable(storage);
      storage.transactionSync(() => {
        for (const report of its) table.put(report);
      });
    });
  }
  return reports;
}

test("whatever the order, pages have every sandbox once, in that order, however small they are", async () => {
  const team = `team ${crypto
    .randomUUID()
    .slice(0, 5)
    .replace(/[0189]/g, "z")}`;
  const reports = await fill(team, 250);
  const orders = {
    lastUsedAt: (a: RegisteredSandbox, b: RegisteredSandbox) => b.lastUsedAt.localeCompare(a.lastUsedAt),
    createdAt: (a: RegisteredSandbox, b: RegisteredSandbox) => b.createdAt.localeCompare(a.createdAt),
    bytes: (a: RegisteredSandbox, b: RegisteredSandbox) => b.bytes - a.bytes,
    label: (a: RegisteredSandbox, b: RegisteredSandbox) => ((a.label ?? "") < (b.label ?? "") ? -1 : 1),
  };
  for (const [order, compare] of Object.entries(orders)) {
    const found = await listed(`team=${encodeURIComponent(team)}&sort=${order}&limit=33`);
    expect(found.map(({ id }) => id).sort()).toEqual(reports.map(({ id }) => id).sort());
    expect(found.every((one, i) => i === 0 || compare(found[i - 1] ?? one, one) <= 0)).toBe(true);
  }
});

test("a list is searched by label, times and size", async () => {
  const team = `team ${crypto
    .randomUUID()
    .slice(0, 5)
    .replace(/[0189]/g, "z")}`;
  const reports = await fill(team, 100);
  const is = async (query: string, expected: (report: SandboxReport) => boolean) => {
    const found = await listed(`team=${encodeURIComponent(team)}&${query}`);
    expect(found.map(({ id }) => id).sort()).toEqual(
      reports
        .filter(expected)
        .map(({ id }) => id)
        .sort(),
    );
  };
  const time = (ms: number) => new Date(ms).toISOString();
  await is("label=pr-0001", ({ id }) => id.startsWith("pr-0001"));
  await is(`createdBefore=${time(1_000_000_000_050)}`, ({ createdAt }) => createdAt < 1_000_000_000_050);
  await is(`usedAfter=${time(1_100_000_000_020)}`, ({ usedAt }) => usedAt > 1_100_000_000_020);
  await is("minBytes=90000", ({ bytes }) => bytes >= 90_000);
  await is("throttled=true", () => false);
});

test.each([
  "sort=size",
  "limit=0",
  "limit=101",
  "nextToken=wrong",
  "createdBefore=today",
  "minBytes=x",
  "nonsense=1",
])("a list by %s is 400", async (query) =>
  expect((await asOperator("GET", `/sandboxes?${query}`)).status).toBe(400),
);

test("what a sandbox uses, it tells at most every ten minutes", async () => {
  const { key } = await invite();
  const { body } = await createBy(key);
  const put = () => request("PUT", `/s/${body.id}${config("f")}`, {});
  for (let i = 0; i < 40; i++) await put();
  const row = async () => {
    const shards = await Promise.all(registryShards(env).map((shard) => shard.sandboxes({}, null, 10_000)));
    return shards.flatMap(({ sandboxes }) => sandboxes).find(({ id }) => id === body.id);
  };
  await expect.poll(async () => (await row())?.functions).toBeGreaterThanOrEqual(0);
  const { lastUsedAt } = (await row()) ?? {};
  for (let i = 0; i < 40; i++) await put();
  expect((await row())?.lastUsedAt).toBe(lastUsedAt);
});

/** A registry object that is no shard of the deployment. */
const newShard = () =>
  (env.REGISTRY as DurableObjectNamespace<RegistryRpc>).getByName(`no shard ${crypto.randomUUID()}`);

test("a shard forgets invitations 90 days after their end, when their sandboxes are gone", async () => {
  const shard = newShard();
  const ago = (days: number) => new Date(Date.now() - days * 86_400_000).toISOString();
  const team = "checkout";
  await shard.addInvitation("valid", { team });
  await shard.addInvitation("revoked", { team });
  await shard.revokeInvitation("revoked");
  await shard.addInvitation("expired", { team, expiresAt: ago(89) });
  await shard.addInvitation("expired-long-ago", { team, expiresAt: ago(91) });
  await shard.addInvitation("expired-with-a-sandbox", { team, expiresAt: ago(91) });
  const origin = { invitation: "expired-with-a-sandbox", team, requestsPerDay: null };
  const times = { createdAt: Date.now(), usedAt: Date.now() };
  const today = { day: "2026-11-27", requests: 1, posts: 0 };
  await shard.report({ id: "s", origin, ...times, bytes: 5, functions: 1, today, throttled: null });
  await runInDurableObject(shard as DurableObjectStub, (_, { storage }) => storage.kv.put("sweepAt", 1));
  await runDurableObjectAlarm(shard as DurableObjectStub);
  const kept = (await shard.invitations()).map(({ id }) => id);
  expect(kept.toSorted()).toEqual(["expired", "expired-with-a-sandbox", "revoked", "valid"]);
});

test("while the first shard does not answer, sandboxes of another are created, and report", async () => {
  const shard = newShard();
  await shard.addInvitation("i", { team: "checkout" });
  await intercept(shard, "REGISTRY.addBytes", () => Promise.reject(new Error("overloaded")));
  vi.spyOn(console, "error").mockImplementation(() => {});
  const origin = { invitation: "i", team: "checkout", requestsPerDay: null };
  expect(await shard.admit("i", "sandbox")).toEqual({ ok: true, value: origin });
  const times = { createdAt: Date.now(), usedAt: Date.now() };
  const used = {
    bytes: 5,
    functions: 1,
    today: { day: "2026-11-27", requests: 1, posts: 0 },
    throttled: null,
  };
  expect(await shard.report({ id: "sandbox", origin, ...times, ...used })).toEqual({ throttled: null });
});

test("the deployment is shown with its totals, days, quotas and health", async () => {
  const { status, body } = await asOperator("GET", "/deployment");
  expect(status).toBe(200);
  const shown = deploymentSchema.parse(body);
  expect(shown.quotas).toEqual({
    requestsPerDay: 1_000_000,
    sandboxBytes: 1_073_741_824,
    totalBytes: 107_374_182_400,
  });
  expect(shown.health).toMatchObject({ status: "ok", creation: "open" });
});

test("restoring is 501 where the platform keeps no history, and 400 without a time", async () => {
  const sandbox = await newSandbox();
  await sandbox.send("PUT", config("f"), {});
  const path = `/sandboxes/${sandbox.access.id}/restore`;
  expect((await asOperator("POST", path, { time: new Date(Date.now() - 60_000).toISOString() })).status).toBe(
    501,
  );
  expect((await asOperator("POST", path, { time: "yesterday" })).status).toBe(400);
  expect((await sandbox.send("GET", config("f"))).status).toBe(200);
});
