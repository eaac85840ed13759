import { env, listDurableObjectIds } from "cloudflare:test";
import { describe, expect, test } from "vitest";
import { app } from "../../src/app.ts";
import { ControlError, type SandboxClient } from "../../src/client/index.ts";
import { newSandbox } from "../newSandbox.ts";
import { errorOf, request, versions } from "../request.ts";

const [classic, openApi, fc3] = versions;
const CONTROL = [
  ["GET", ""],
  ["GET", "/metrics"],
  ["PATCH", "/settings"],
  ["POST", "/reset"],
  ["GET", "/snapshot"],
  ["PUT", "/snapshot"],
  ["GET", "/requests"],
  ["DELETE", "/requests"],
  ["POST", "/requests/count"],
  ["POST", "/requests/verify"],
  ["GET", "/faults"],
  ["POST", "/faults"],
  ["DELETE", "/faults"],
  ["PUT", "/faults/x"],
  ["DELETE", "/faults/x"],
  ["GET", "/outcomes"],
  ["POST", "/outcomes"],
  ["DELETE", "/outcomes"],
  ["PUT", "/outcomes/x"],
  ["DELETE", "/outcomes/x"],
  ["GET", "/invocations"],
  ["DELETE", "/invocations"],
  ["POST", "/invocations/x/stop"],
  ["GET", "/deliveries"],
  ["DELETE", "/deliveries"],
  ["POST", "/deliveries/count"],
  ["POST", "/deliveries/verify"],
  ["GET", "/clock"],
  ["PUT", "/clock"],
  ["POST", "/clock/advance"],
  ["GET", "/functions"],
  ["PUT", "/functions"],
  ["GET", "/events"],
] as const;

const objects = async () =>
  (await Promise.all([listDurableObjectIds(env.FUNCTION), listDurableObjectIds(env.SANDBOX)])).flat().length;

test("making a sandbox touches no storage, and tells all that is needed to use it", async () => {
  const before = await objects();
  const { access } = await newSandbox({ label: "team-a" });
  expect(await objects()).toBe(before);
  expect(access).toEqual({
    id: expect.stringMatching(/^team-a-[a-z2-7]{26}$/),
    endpoint: `http://sandbox/s/${access.id}`,
    accessKeyId: `sbx-${access.id}`,
    accessKeySecret: expect.stringMatching(/^[\w-]{43}$/),
    controlToken: expect.stringMatching(/^[\w-]{43}$/),
    watchToken: expect.stringMatching(/^watch\.0\.[\w-]{43}$/),
    accountId: "1234567890123456",
    region: "cn-hangzhou",
    expiresAt: expect.stringMatching(/^\d{4}-/),
  });
  expect((access.id ?? "").length).toBeLessThanOrEqual(63);
});

test("what one sandbox has, no other sees", async () => {
  const [a, b] = [await newSandbox(), await newSandbox()];
  for (const { config } of versions) await a.send("PUT", config("shared"), { maxAsyncRetryAttempts: 1 });
  await request("PUT", fc3.config("shared"), { maxAsyncRetryAttempts: 7 });
  for (const { config, list } of versions) {
    expect((await b.send("GET", config("shared"))).status).toBe(404);
    expect((await b.send("GET", list("shared"))).body.configs ?? []).toEqual([]);
  }
  expect((await b.send("GET", "/2023-03-30/async-invoke-configs")).body.configs).toEqual([]);
  expect((await a.send("GET", fc3.config("shared"))).body.maxAsyncRetryAttempts).toBe(1);
  expect(await b.requests.count({ method: "PUT" })).toBe(0);
  expect(await a.requests.count({ method: "PUT" })).toBe(3);
});

test("a fault, a reset, a clock or settings of one sandbox do nothing to another", async () => {
  const [a, b] = [await newSandbox(), await newSandbox()];
  for (const sandbox of [a, b]) await sandbox.send("PUT", classic.config("f"), { maxAsyncRetryAttempts: 1 });
  const fault = { effect: { type: "error", code: "InternalServerError" } } as const;
  const { id } = await a.faults.add(fault);
  await expect(b.faults.replace(id, fault)).rejects.toMatchObject({ problem: { status: 404 } });
  await a.clock.freeze("2030-01-01T00:00:00Z");
  await a.settings({ region: "eu-central-1", functions: "declared" });
  expect((await a.send("GET", classic.config("f"))).status).toBe(500);
  expect((await b.send("PUT", classic.config("f"))).body.lastModifiedTime).not.toMatch(/^2030/);
  await a.reset();
  expect((await b.send("GET", classic.config("f"))).body.maxAsyncRetryAttempts).toBe(1);
});

describe("a control token is good for its own sandbox only", () => {
  test.each(CONTROL)("%s %s", async (method, path) => {
    const [a, b] = [await newSandbox(), await newSandbox()];
    await a.send("PUT", classic.config("f"), { maxAsyncRetryAttempts: 1 });
    const before = await a.snapshot.export();
    for (const token of [b.access.controlToken, "x", `${a.access.controlToken}x`, a.access.accessKeySecret]) {
      const answer = await a.send(method, `/_sandbox${path}`, undefined, {
        Authorization: `Bearer ${token}`,
      });
      expect(answer.status).toBe(403);
      expect(answer.headers.get("Content-Type")).toBe("application/problem+json");
    }
    expect(await a.snapshot.export()).toEqual(before);
  });

  test.each(CONTROL)(
    "without one, %s %s may read at most, where the API is open to all",
    async (method, path) => {
      const sandbox = await newSandbox();
      await sandbox.send("PUT", classic.config("f"), { maxAsyncRetryAttempts: 1 });
      const open = await sandbox.send(method, `/_sandbox${path}`);
      const text = JSON.stringify(open.body);
      if (method === "GET") {
        expect(open.status).toBe(path === "/events" ? 400 : 200);
        expect(text).not.toContain(sandbox.access.accessKeySecret);
        expect(text).not.toContain(sandbox.access.controlToken);
      } else expect(open.status).toBe(401);

      await sandbox.settings({ signatures: "required" });
      const before = await sandbox.snapshot.export();
      const closed = await sandbox.send(method, `/_sandbox${path}`);
      expect([closed.status, closed.headers.get("WWW-Authenticate")]).toEqual([401, "Bearer"]);
      expect(await sandbox.snapshot.export()).toEqual(before);
    },
  );
});

test("a list token of one sandbox is InvalidArgument in another", async () => {
  const [a, b] = [await newSandbox(), await newSandbox()];
  for (const sandbox of [a, b]) {
    for (const name of ["f", "g"]) {
      for (const qualifier of ["1", "2"]) {
        await sandbox.send("PUT", openApi.config(name, qualifier));
        await sandbox.send("PUT", fc3.config(name, qualifier));
      }
    }
  }
  for (const path of [
    `${openApi.list("f")}limit=1`,
    `${fc3.list("f")}limit=1`,
    "/2023-03-30/async-invoke-configs?limit=1",
  ]) {
    const { nextToken } = (await a.send("GET", path)).body;
    expect((await a.send("GET", `${path}&nextToken=${nextToken}`)).status).toBe(200);
    expect(errorOf(await b.send("GET", `${path}&nextToken=${nextToken}`)).code).toBe("InvalidArgument");
  }
  const { nextToken } = await a.requests.list({}, { limit: 1 });
  await expect(b.requests.list({}, { nextToken: nextToken ?? "" })).rejects.toThrow(ControlError);
});

describe("an id that was not issued here is refused, and no object is touched", () => {
  const forged = async () => {
    const { access } = await newSandbox({ label: "real" });
    const id = access.id ?? "";
    const flipped = id.endsWith("a") ? `${id.slice(0, -1)}b` : `${id.slice(0, -1)}a`;
    return [
      flipped,
      id.replace("real-", ""),
      id.replace("real-", "fake-"),
      `x-${id}`,
      id.toUpperCase(),
      "x",
      "default%00",
      "",
      "a".repeat(3000),
      "d%C3%A9faut",
    ];
  };

  test("by path prefix", async () => {
    const before = await objects();
    for (const id of await forged()) {
      const api = await request("PUT", `/s/${id}${classic.config("f")}`, {});
      expect([400, 403]).toContain(api.status);
      expect(api.body).toHaveProperty("ErrorCode");
      const control = await request("GET", `/s/${id}/_sandbox/snapshot`);
      expect([400, 404]).toContain(control.status);
    }
    expect(await objects()).toBe(before);
  });

  test("by access key id", async () => {
    const before = await objects();
    for (const id of (await forged()).filter((id) => /^[\w-]{1,63}$/.test(id))) {
      const answer = await request("GET", classic.config("f"), undefined, {
        Authorization: `FC sbx-${id}:c2ln`,
      });
      expect(errorOf(answer)).toMatchObject({ status: 403, code: "AccessDenied" });
    }
    expect(await objects()).toBe(before);
  });
});

describe("crafted names reach nothing of another sandbox", () => {
  test.each(["..%2F", "%2e%2e%2f", "../", "..%5c", "%00", "a%2Fb", "é", "%F0%9F%92%A9", "x".repeat(5000)])(
    "$0",
    async (part) => {
      const [a, b] = [await newSandbox(), await newSandbox()];
      await a.send("PUT", classic.config("f"), { maxAsyncRetryAttempts: 1 });
      const before = (await a.snapshot.export()).configs;
      for (const path of [
        `/2016-08-15/services/${part}${a.access.id}/functions/f/async-invoke-config`,
        `/2016-08-15/services/demo/functions/${part}${a.access.id}%2Fdemo%2Ff/async-invoke-config`,
        `/2023-03-30/functions/${part}/async-invoke-config`,
        `/${part}${a.access.id}/_sandbox/snapshot`,
        `/s/${a.access.id}${part}/2016-08-15/services/demo/functions/f/async-invoke-config`,
      ]) {
        for (const method of ["GET", "PUT", "DELETE"]) {
          const answer = await b.send(method, path, method === "PUT" ? {} : undefined, {
            Authorization: `Bearer ${b.access.controlToken}`,
          });
          expect(answer.status).toBeGreaterThanOrEqual(400);
          expect(answer.status).toBeLessThan(500);
        }
      }
      expect((await a.snapshot.export()).configs).toEqual(before);
      expect(await a.requests.count()).toBe(1);
    },
  );
});

describe("the sandbox is the first that applies of", () => {
  const put = (url: string, headers: Record<string, string> = {}) =>
    app.request(
      url,
      { method: "PUT", body: "{}", headers: { "Content-Type": "application/json", ...headers } },
      { ...env, SANDBOX_DOMAIN: "sandbox.example" },
    );

  test("path prefix, host label, access key id, and default", async () => {
    const [a, b, c] = [await newSandbox(), await newSandbox(), await newSandbox()];
    const host = `http://${b.access.id}.sandbox.example`;
    const key = { Authorization: `FC ${c.access.accessKeyId}:c2ln` };
    await put(`${host}/s/${a.access.id}${classic.config("one")}`, key);
    await put(`${host}${classic.config("two")}`, key);
    await put(`http://sandbox.example${classic.config("three")}`, key);
    await put(`http://sandbox.example${openApi.config("four")}`, {
      Authorization: `ACS3-HMAC-SHA256 Credential=${c.access.accessKeyId},SignedHeaders=host,Signature=00`,
    });
    await put(`http://sandbox.example${fc3.config("five")}`, {
      Authorization: `acs ${c.access.accessKeyId}:c2ln`,
    });
    await put(`http://sandbox.example${classic.config("six")}`, { Authorization: "FC someone-elses:c2ln" });
    const names = async (sandbox: SandboxClient) =>
      (await sandbox.summary()).functions.map((one) => one.function);
    expect(await Promise.all([a, b, c].map(names))).toEqual([["one"], ["two"], ["five", "four", "three"]]);
    expect((await request("GET", classic.config("six"))).status).toBe(200);
  });

  test("path prefix with its letter encoded", async () => {
    const a = await newSandbox();
    await put(`http://sandbox.example/%73/${a.access.id}${classic.config("encoded")}`);
    expect((await a.summary()).functions.map((one) => one.function)).toEqual(["encoded"]);
    expect((await request("GET", classic.config("encoded"))).status).toBe(404);
  });

  test.each(["SignedHeaders=HOST,Signature=00", "SignedHeaders=host", `Signature=${"0".repeat(5000)}`])(
    "access key id, whatever else its header says: $0",
    async (rest) => {
      const a = await newSandbox();
      await put(`http://sandbox.example${classic.config("malformed")}`, {
        Authorization: `ACS3-HMAC-SHA256 Credential=${a.access.accessKeyId},${rest}`,
      });
      expect((await a.summary()).functions.map((one) => one.function)).toEqual(["malformed"]);
    },
  );

  test("host label in any case, with a dot at the end too", async () => {
    const sandbox = await newSandbox();
    const domain = { ...env, SANDBOX_DOMAIN: "Sandbox.Test" };
    for (const host of [
      `${sandbox.access.id}.Sandbox.Test`,
      `${sandbox.access.id?.toUpperCase()}.sandbox.test.`,
    ]) {
      await app.request(`http://${host}${fc3.config("f")}`, { method: "PUT" }, domain);
    }
    expect(await sandbox.requests.count({ operation: "put" })).toBe(2);
  });
});

describe("the sandbox default", () => {
  test("is turned off by a variable", async () => {
    const off = { ...env, DEFAULT_SANDBOX: "off" as const };
    const api = await app.request(classic.config("f"), { method: "PUT" }, off);
    expect([api.status, await api.json()]).toEqual([
      403,
      { ErrorCode: "AccessDenied", ErrorMessage: "there is no sandbox 'default'" },
    ]);
    expect((await app.request("/_sandbox/snapshot", {}, off)).status).toBe(404);
    expect((await app.request("/_sandbox/health", {}, off)).status).toBe(200);
    expect((await app.request("/_sandbox/sandboxes", { method: "POST" }, off)).status).toBe(201);
  });

  test("has a control plane that is open, or the operator's", async () => {
    expect((await app.request("/_sandbox", {}, { ...env, DEFAULT_SANDBOX: "open" as const })).status).toBe(
      200,
    );
    expect((await app.request("/_sandbox", {}, env)).status).toBe(401);
    const operator = { headers: { Authorization: "Bearer operator" } };
    const told = (await (await app.request("/_sandbox", operator, env)).json()) as Record<string, unknown>;
    expect(told).toMatchObject({ id: "default", accessKeyId: "sbx-default" });
    // It would not be the operator's.
    expect(told).not.toHaveProperty("controlToken");
    const { OPERATOR_TOKEN: _, ...without } = env;
    expect(
      (await app.request("/_sandbox", { headers: { Authorization: "Bearer undefined" } }, without)).status,
    ).toBe(403);
  });

  test("has no operator whose token is empty", async () => {
    const headers = { "Sec-WebSocket-Protocol": "fc-sandbox, token.", Upgrade: "websocket" };
    const response = await app.request("/_sandbox/events", { headers }, { ...env, OPERATOR_TOKEN: "" });
    expect(response.status).toBe(403);
  });
});

test("labels are bounded, and a sandbox made twice is two", async () => {
  const make = (body: unknown) => request("POST", "/_sandbox/sandboxes", body);
  for (const label of ["-a", "a-", "A", "a_b", "", "a".repeat(33), 5]) {
    const answer = await make({ label });
    expect([answer.status, answer.body.errors?.[0]?.path]).toEqual([400, "label"]);
  }
  const ids = await Promise.all(
    Array.from({ length: 50 }, async () => (await make({ label: "a".repeat(32) })).body.id),
  );
  expect(new Set(ids).size).toBe(50);
  for (const id of ids) expect(id.length).toBeLessThanOrEqual(63);
});

test("without a root secret there is just default", async () => {
  const { ROOT_SECRET: _, ...without } = env;
  expect((await app.request("/_sandbox/sandboxes", { method: "POST" }, without)).status).toBe(503);
  expect((await app.request(classic.config("f"), { method: "PUT" }, without)).status).toBe(200);
  const { access } = await newSandbox();
  expect(
    (await app.request(`/s/${access.id}${classic.config("f")}`, { method: "PUT" }, without)).status,
  ).toBe(403);
});

test("another deployment's sandboxes are none here", async () => {
  const { access } = await newSandbox();
  const other = { ...env, ROOT_SECRET: "another" };
  expect((await app.request(`/s/${access.id}${classic.config("f")}`, {}, other)).status).toBe(403);
});
