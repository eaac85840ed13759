import { env, evictAllDurableObjects, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { describe, expect, test } from "vitest";
import { app } from "../../src/app.ts";
import type { Env } from "../../src/env.ts";
import { functionObject, sandboxObject } from "../../src/objects.ts";
import { errorOf, versions } from "../request.ts";
import { newSandbox, type TestSandbox } from "./newSandbox.ts";

const [classic, openApi, fc3] = versions;

const functionsOf = async (sandbox: TestSandbox) =>
  (await sandbox.summary()).functions.map((one) => one.function);

describe("a function becomes one of its sandbox's", () => {
  test("by a PUT that comes to something, and by no other request", async () => {
    const unsigned = await newSandbox({ settings: { signatures: "required" } });
    expect((await unsigned.send("PUT", classic.config("f"))).status).toBe(400);
    const undeclared = await newSandbox({ settings: { functions: "declared" } });
    expect((await undeclared.send("PUT", fc3.config("f"))).status).toBe(404);
    const open = await newSandbox();
    expect((await open.send("PUT", fc3.config("f"), { maxAsyncRetryAttempts: 9 })).status).toBe(400);
    expect((await open.send("GET", fc3.config("f"))).status).toBe(404);
    for (const sandbox of [unsigned, undeclared, open]) expect(await functionsOf(sandbox)).toEqual([]);
    // They are in the journal all the same.
    expect(await unsigned.requests.count({ status: 400 })).toBe(1);
    expect(await undeclared.requests.count({ status: 404 })).toBe(1);
  });

  test("until a reset leaves nothing of it; then it may come again", async () => {
    const sandbox = await newSandbox();
    for (const name of ["f", "g"]) await sandbox.send("PUT", openApi.config(name));
    await sandbox.reset("configs");
    // Their requests are still remembered.
    expect(await functionsOf(sandbox)).toEqual(["f", "g"]);
    await sandbox.reset();
    expect(await functionsOf(sandbox)).toEqual([]);
    expect((await sandbox.send("GET", openApi.config("f"))).status).toBe(404);
    await sandbox.clock.freeze("2030-01-01T00:00:00Z");
    expect((await sandbox.send("PUT", openApi.config("f"))).body.createdTime).toBe("2030-01-01T00:00:00Z");
    expect(await functionsOf(sandbox)).toEqual(["f"]);
    await evictAllDurableObjects();
    expect((await sandbox.send("GET", openApi.config("f"))).status).toBe(200);
  });

  test("and none is lost that is put while others leave", async () => {
    const sandbox = await newSandbox();
    for (let round = 0; round < 10; round++) {
      const puts = Array.from({ length: 8 }, (_, i) => sandbox.send("PUT", openApi.config(`f${i}`)));
      await Promise.all([...puts, sandbox.reset()]);
      // Whether before or after the reset: what is there is known, and learns of what comes.
      await sandbox.clock.freeze(`2030-01-01T00:00:0${round}Z`);
      const known = await functionsOf(sandbox);
      for (let i = 0; i < 8; i++) {
        const got = await sandbox.send("GET", openApi.config(`f${i}`));
        if (got.status === 200) expect(known).toContain(`f${i}`);
        const { body } = await sandbox.send("PUT", openApi.config(`f${i}`));
        expect(body.lastModifiedTime).toBe(`2030-01-01T00:00:0${round}Z`);
      }
    }
  });

  test("a PUT that finds no room is answered as any other: journalled, and refused first for its signature", async () => {
    const sandbox = await newSandbox();
    await sandbox.send("PUT", classic.config("f"));
    const { id } = sandbox.access;
    const small = { ...env, MAX_FUNCTIONS_PER_SANDBOX: "1" } as unknown as Env;
    const stub = sandboxObject(env, id ?? "");
    await runInDurableObject(stub, async (object) => {
      Object.assign(object, { env: small });
    });
    const refused = await sandbox.send("PUT", classic.config("g"));
    expect(errorOf(refused)).toMatchObject({ status: 400, code: "InvalidArgument" });
    expect(await sandbox.requests.count({ function: "g", status: 400 })).toBe(1);
    // A reset gives the place back.
    await sandbox.reset();
    expect((await sandbox.send("PUT", classic.config("g"))).status).toBe(200);
    expect((await sandbox.send("PUT", classic.config("f"))).status).toBe(400);
    await sandbox.reset();
    await sandbox.snapshot.import({ configs: [{ function: "h" }] });
    expect((await sandbox.snapshot.export()).configs).toMatchObject([{ function: "h" }]);
  });
});

describe("a push", () => {
  test("reaches all functions that it can, when one of them fails", async () => {
    const sandbox = await newSandbox();
    const names = Array.from({ length: 40 }, (_, i) => `f${String(i).padStart(2, "0")}`);
    for (const name of names) await sandbox.send("PUT", fc3.config(name));
    const stub = functionObject(env, sandbox.access.id ?? "", { service: "", function: "f00" });
    await runInDurableObject(stub, (object) => {
      Object.assign(object, {
        accept: () => {
          throw new Error("out of order");
        },
      });
    });
    await expect(sandbox.clock.freeze("2030-01-01T00:00:00Z")).rejects.toMatchObject({
      problem: { status: 503 },
    });
    for (const name of names.slice(1)) {
      const { body } = await sandbox.send("PUT", fc3.config(name));
      expect(body.lastModifiedTime).toBe("2030-01-01T00:00:00Z");
    }
    // The alarm goes on trying, and has told it once it is well again.
    const parent = sandboxObject(env, sandbox.access.id ?? "");
    expect(await runDurableObjectAlarm(parent)).toBe(true);
    await evictAllDurableObjects();
    expect(await runDurableObjectAlarm(parent)).toBe(true);
    const { body } = await sandbox.send("PUT", fc3.config("f00"));
    expect(body.lastModifiedTime).toBe("2030-01-01T00:00:00Z");
  });
});

test("a sandbox that was only looked at is erased as any other", async () => {
  const sandbox = await newSandbox();
  expect((await sandbox.send("GET", "/_sandbox")).status).toBe(200);
  const stub = sandboxObject(env, sandbox.access.id ?? "");
  expect(await runInDurableObject(stub, (_, { storage }) => storage.getAlarm())).not.toBeNull();
});

test("a list's token is good for that list alone, the journal's too", async () => {
  const sandbox = await newSandbox();
  for (const name of ["f", "g"]) await sandbox.send("PUT", fc3.config(name));
  const list = await sandbox.send("GET", "/2023-03-30/async-invoke-configs?limit=1");
  const journal = await sandbox.requests.list({}, { limit: 1 });
  await expect(sandbox.requests.list({}, { nextToken: list.body.nextToken })).rejects.toMatchObject({
    problem: { status: 400 },
  });
  const crossed = await sandbox.send(
    "GET",
    `/2023-03-30/async-invoke-configs?nextToken=${journal.nextToken}`,
  );
  expect(errorOf(crossed)).toMatchObject({ status: 400, code: "InvalidArgument" });
});

test("no header that proves who somebody is gets into the journal", async () => {
  const sandbox = await newSandbox();
  const secrets = {
    "Sec-WebSocket-Protocol": "fc-sandbox, token.s3cret",
    "x-acs-bearer-token": "s3cret",
    "x-acs-zero-trust-idtoken": "s3cret",
    "x-fc-access-key-secret": "s3cret",
    "x-api-key": "s3cret",
    Cookie: "s3cret",
  };
  await sandbox.send("GET", "/events", undefined, secrets);
  const { requests } = await sandbox.requests.list();
  expect(requests[0]?.url).toMatch(/\/events$/);
  expect(JSON.stringify(requests)).not.toContain("s3cret");
});

test("whoever watches without a token is sent away once requests must be signed", async () => {
  const sandbox = await newSandbox();
  const watch = async (protocols: string) => {
    const response = await app.request(
      `${new URL(sandbox.endpoint).pathname}/_sandbox/events`,
      { headers: { Upgrade: "websocket", "Sec-WebSocket-Protocol": protocols } },
      env,
    );
    const socket = response.webSocket;
    socket?.accept();
    const told = new Promise<number>((resolve) => {
      socket?.addEventListener("close", ({ code }) => resolve(code));
      socket?.addEventListener("message", () => resolve(0));
    });
    return { told };
  };
  const visitor = await watch("fc-sandbox");
  const owner = await watch(`fc-sandbox, token.${sandbox.access.controlToken}`);
  await sandbox.settings({ signatures: "required" });
  expect(await Promise.all([visitor.told, owner.told])).toEqual([1008, 0]);
});

test("a snapshot with the same fault twice, and declarations with the same name twice, change nothing", async () => {
  const sandbox = await newSandbox();
  const fault = { id: "a", effect: { type: "broken" } } as const;
  await expect(sandbox.snapshot.import({ faults: [fault, fault] })).rejects.toMatchObject({
    problem: { status: 400, detail: "faults has the id a more than once." },
  });
  await expect(
    sandbox.functions.declare({ services: [{ name: "demo" }, { name: "demo" }] }),
  ).rejects.toMatchObject({ problem: { errors: [{ path: "services" }] } });
  expect(await sandbox.faults.list()).toEqual([]);
});

test("configs of a snapshot without times are of the snapshot's own clock", async () => {
  const sandbox = await newSandbox({
    snapshot: { clock: { mode: "frozen", time: "2030-01-01T00:00:00Z" }, configs: [{ function: "f" }] },
  });
  expect((await sandbox.send("GET", fc3.config("f"))).body.createdTime).toBe("2030-01-01T00:00:00Z");
});

test("a document that is nested too deep is refused", async () => {
  const sandbox = await newSandbox();
  const authorization = { Authorization: `Bearer ${sandbox.access.controlToken}` };
  const deep = `${"[".repeat(20_000)}${"]".repeat(20_000)}`;
  for (const [path, body] of [
    ["/requests/count", `{"body":${deep}}`],
    ["/faults", `{"effect":{"type":"response","status":200,"body":${deep}}}`],
  ] as const) {
    const answer = await sandbox.send("POST", `/_sandbox${path}`, body, authorization);
    expect([answer.status, answer.body.detail]).toEqual([400, "The body is nested more than 100 deep."]);
  }
});

test("a made-up response has its own headers in place of the usual ones, and none that concern other sandboxes", async () => {
  const sandbox = await newSandbox();
  const headers = { "content-type": "text/plain", "access-control-allow-origin": "https://a.example" };
  await sandbox.faults.add({ effect: { type: "response", status: 418, headers, body: "short" } });
  const prefix = new URL(sandbox.endpoint).pathname;
  const response = await app.request(prefix + fc3.config("f"), {}, env);
  expect(response.headers.get("Content-Type")).toBe("text/plain");
  expect(response.headers.get("Access-Control-Allow-Origin")).toBe("https://a.example");
  for (const name of ["Set-Cookie", "NEL", "Clear-Site-Data", "strict-transport-security"]) {
    const effect = { type: "response", status: 200, headers: { [name]: "x" } } as const;
    await expect(sandbox.faults.add({ effect })).rejects.toMatchObject({ problem: { status: 400 } });
  }
});

test("a sandbox's host is its own in any case, with a dot at the end too", async () => {
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

test("an operator's token that is empty is none", async () => {
  const headers = { "Sec-WebSocket-Protocol": "fc-sandbox, token.", Upgrade: "websocket" };
  const response = await app.request("/_sandbox/events", { headers }, { ...env, OPERATOR_TOKEN: "" });
  expect(response.status).toBe(403);
});
