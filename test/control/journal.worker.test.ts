import { env, SELF } from "cloudflare:test";
import { describe, expect, test } from "vitest";
import { app } from "../../src/app.ts";
import { type FeedEvent, VerificationError } from "../../src/client/index.ts";
import { functionObject } from "../../src/objects/stubs.ts";
import { callsOf } from "../calls.ts";
import { newSandbox, type TestSandbox } from "../newSandbox.ts";
import { fromAnotherClient, versions } from "../request.ts";

const [classic, openApi, fc3] = versions;

describe("the journal", () => {
  test("has all there is to know of a request", async () => {
    const sandbox = await newSandbox();
    await sandbox.faults.add({ effect: { type: "delay", milliseconds: 20 } });
    const answer = await sandbox.send(
      "PUT",
      `${openApi.config("f", "prod")}&x=1`,
      { maxAsyncRetryAttempts: 1 },
      { "X-Mine": "yes" },
    );
    const [{ id: fault } = { id: "" }] = await sandbox.faults.list();
    const { requests } = await sandbox.requests.list();
    expect(requests).toEqual([
      {
        requestId: answer.headers.get("X-Fc-Request-Id"),
        time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
        sandbox: sandbox.access.id,
        operation: "put",
        version: "2021-04-06",
        service: "demo",
        function: "f",
        qualifier: "prod",
        method: "PUT",
        url: `/s/${sandbox.access.id}${openApi.config("f", "prod")}&x=1`,
        headers: expect.objectContaining({ "content-type": "application/json", "x-mine": "yes" }),
        body: '{"maxAsyncRetryAttempts":1}',
        status: 200,
        responseBody: JSON.stringify(answer.body),
        durationMs: expect.any(Number),
        faults: [fault],
        effects: ["delay=20"],
        changes: {
          kind: "created",
          items: [{ item: "maxAsyncRetryAttempts", before: null, after: 1 }],
        },
        responseHeaders: { "content-type": "application/json; charset=utf-8" },
      },
    ]);
    expect(requests[0]?.durationMs).toBeGreaterThanOrEqual(20);
  });

  test("has every API request, also those that failed or matched nothing, the newest first", async () => {
    const sandbox = await newSandbox();
    await sandbox.send("GET", "/nowhere");
    await sandbox.send("POST", classic.config("f"), "{}");
    await sandbox.send("PUT", classic.config("1x"), "{}");
    await sandbox.send("PUT", classic.config("f"), "{");
    await sandbox.send("GET", classic.config("f"));
    await sandbox.send("PUT", classic.config("f"));
    await sandbox.send("GET", "/2023-03-30/async-invoke-configs");
    await sandbox.send("DELETE", classic.config("f"), undefined, {
      "X-Sandbox-Fault": "InternalServerError",
    });
    const { requests } = await sandbox.requests.list();
    const seen = requests.map(({ operation, method, status, function: name, faults }) => [
      operation,
      method,
      status,
      name,
      ...faults,
    ]);
    // Requests within one millisecond have no order over objects.
    expect(seen.sort()).toEqual(
      [
        [null, "GET", 400, null],
        [null, "POST", 400, null],
        ["put", "PUT", 400, null],
        ["put", "PUT", 400, "f"],
        ["get", "GET", 404, "f"],
        ["put", "PUT", 200, "f"],
        ["list", "GET", 200, null],
        ["delete", "DELETE", 500, "f", "header"],
      ].sort(),
    );
  });

  test("holds no secret", async () => {
    const sandbox = await newSandbox();
    await sandbox.send(
      "PUT",
      `${fc3.config("f")}?Signature=secret-1&security-token=secret-2&x-acs-security-token=secret-3&access_token=secret-8&nextToken=keep-me`,
      {},
      {
        Authorization: "FC someone:secret-4",
        "x-fc-security-token": "secret-5",
        "X-Acs-Security-Token": "secret-6",
        Cookie: "session=secret-7",
        "X-Acs-Signature": "secret-9",
      },
    );
    const journal = JSON.stringify(await sandbox.requests.list());
    expect(journal).not.toMatch(/secret-\d/);
    expect(journal).toContain("nextToken=keep-me");
  });

  test("keeps the first 8 KiB of a body", async () => {
    const sandbox = await newSandbox();
    await sandbox.send("PUT", fc3.config("f"), { padding: "x".repeat(60_000) });
    const [entry] = (await sandbox.requests.list()).requests;
    expect([entry?.status, entry?.body.length]).toEqual([200, 8192]);
  });

  test("keeps the first 8 KiB of a URL, and the headers that fit into as much", async () => {
    const sandbox = await newSandbox();
    const headers = { "x-long": "x".repeat(9000), "x-short": "kept" };
    await sandbox.send("GET", `${fc3.config("f")}?padding=${"x".repeat(9000)}`, undefined, headers);
    const [entry] = (await sandbox.requests.list()).requests;
    expect(entry?.url.length).toBe(8192);
    expect(entry?.headers).toMatchObject({ "x-short": "kept" });
    expect(entry?.headers).not.toHaveProperty("x-long");
  });

  test("is a ring: each function keeps its latest entries, as many as the setting says", async () => {
    const sandbox = await newSandbox({ settings: { journalSize: 3 } });
    const put = async (name: string, attempts: number) =>
      sandbox.send("PUT", fc3.config(name), { maxAsyncRetryAttempts: attempts });
    const kept = async (name: string) => {
      const { requests } = await sandbox.requests.list({ function: name });
      return requests.map(({ body }) => JSON.parse(body).maxAsyncRetryAttempts);
    };
    for (let i = 0; i < 8; i++) await put("f", i);
    await put("g", 1);
    expect([await kept("f"), await kept("g")]).toEqual([[7, 6, 5], [1]]);
    await sandbox.settings({ journalSize: 5 });
    await put("f", 0);
    await put("f", 1);
    await put("f", 2);
    expect(await kept("f")).toEqual([2, 1, 0, 7, 6]);
    await sandbox.settings({ journalSize: 2 });
    expect(await kept("f")).toEqual([2, 1]);
    await put("f", 3);
    expect(await kept("f")).toEqual([3, 2]);
    await sandbox.settings({ journalSize: 0 });
    await put("f", 4);
    expect(await kept("f")).toEqual([]);
  });

  test("is 200 entries of a function, unless set", async () => {
    const sandbox = await newSandbox();
    for (let i = 0; i < 205; i++) await sandbox.send("GET", fc3.config("f"));
    const { counts } = await sandbox.summary();
    expect([counts.requests, counts.dropped]).toEqual([200, 5]);
  });

  test("comes page by page, over all functions, nothing twice and nothing missed", async () => {
    const sandbox = await newSandbox();
    await Promise.all(
      Array.from({ length: 60 }, (_, i) =>
        sandbox.send("PUT", fc3.config(`f${i % 7}`), { maxAsyncEventAgeInSeconds: i + 1 }),
      ),
    );
    const seen: string[] = [];
    let nextToken: string | undefined;
    do {
      const page = await sandbox.requests.list({}, { limit: 7, ...(nextToken ? { nextToken } : {}) });
      seen.push(...page.requests.map(({ requestId }) => requestId));
      nextToken = page.nextToken;
    } while (nextToken);
    expect([seen.length, new Set(seen).size]).toEqual([60, 60]);
    const times = (await sandbox.requests.list({}, { limit: 100 })).requests.map(({ time }) => time);
    expect(times).toEqual(times.toSorted().reverse());
  });

  test("can be filtered", async () => {
    const sandbox = await newSandbox();
    await sandbox.send("PUT", classic.config("f", "prod"), {
      maxAsyncRetryAttempts: 1,
      destinationConfig: { onSuccess: { destination: "acs:fc:cn-hangzhou:1:functions/done" } },
    });
    await sandbox.send("PUT", fc3.config("f"), { maxAsyncRetryAttempts: 9 });
    await sandbox.send("GET", fc3.config("g"));
    const count = (filter: object) => sandbox.requests.count(filter);
    expect(await count({})).toBe(3);
    expect(await count({ operation: "put" })).toBe(2);
    expect(await count({ version: "2023-03-30" })).toBe(2);
    expect(await count({ service: "demo", qualifier: "prod" })).toBe(1);
    expect(await count({ function: "g", method: "GET" })).toBe(1);
    expect(await count({ status: 404 })).toBe(1);
    expect(await count({ status: "4xx" })).toBe(2);
    expect(await count({ status: "200,404" })).toBe(2);
    expect(await count({ body: { maxAsyncRetryAttempts: 1 } })).toBe(1);
    expect(await count({ body: { destinationConfig: { onSuccess: {} } } })).toBe(1);
    expect(await count({ body: { maxAsyncRetryAttempts: "1" } })).toBe(0);
    expect(await count({ since: new Date(Date.now() + 60_000).toISOString() })).toBe(0);
    expect(
      (await sandbox.requests.list({ status: "4xx", body: { maxAsyncRetryAttempts: 9 } })).requests.length,
    ).toBe(1);
    await expect(count({ statu: 5 })).rejects.toThrow("must not have statu");
    await expect(count({ status: "x" })).rejects.toThrow("status must be a status such as 404");
    for (const since of [
      "1",
      "May 5",
      "2030-02-31T00:00:00Z",
      "2030-01-31T24:00:00Z",
      "2030-01-31T12:00:00",
    ]) {
      await expect(count({ since })).rejects.toThrow("since must be an RFC 3339 time, such as");
    }
  });

  test("can be filtered by an operation as any version of the API calls it", async () => {
    const sandbox = await newSandbox();
    for (const { config } of versions) await sandbox.send("PUT", config("f"));
    await sandbox.send("GET", classic.list("f"));
    for (const operation of ["put", "PutAsyncInvokeConfig", "PutFunctionAsyncInvokeConfig"]) {
      expect([operation, await sandbox.requests.count({ operation })]).toEqual([operation, 3]);
      await sandbox.requests.verify({ operation }, { exactly: 3 });
      const { requests } = await sandbox.requests.list({ operation });
      expect(requests.map((entry) => entry.operation)).toEqual(["put", "put", "put"]);
    }
    for (const operation of ["PUT", "InvokeFunction", ""]) {
      expect([operation, await sandbox.requests.count({ operation })]).toEqual([operation, 0]);
    }
    const failure = await sandbox.requests
      .verify({ operation: "GetAsyncInvokeConfig" })
      .catch((error) => error);
    expect(failure.message).toContain('operation is "list", not "get"');
  });

  test("can be cleared", async () => {
    const sandbox = await newSandbox();
    await sandbox.send("PUT", fc3.config("f"));
    await sandbox.send("GET", "/nowhere");
    await sandbox.requests.clear();
    expect(await sandbox.requests.count()).toBe(0);
    await sandbox.send("GET", fc3.config("f"));
    expect(await sandbox.requests.count()).toBe(1);
  });

  test("holds no header that proves who somebody is", async () => {
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
});

describe("verify", () => {
  const some = async () => {
    const sandbox = await newSandbox();
    await sandbox.send("PUT", fc3.config("f"), { maxAsyncRetryAttempts: 1 });
    await sandbox.send("PUT", fc3.config("f"), { maxAsyncRetryAttempts: 2 });
    await sandbox.send("DELETE", fc3.config("f"));
    return sandbox;
  };

  test("passes for the number that there is", async () => {
    const { requests } = await some();
    await requests.verify({ operation: "put" });
    await requests.verify({ operation: "put" }, { exactly: 2 });
    await requests.verify({ operation: "put" }, { atLeast: 1, atMost: 2 });
    await requests.verify({ operation: "put", body: { maxAsyncRetryAttempts: 1 } }, { exactly: 1 });
    await requests.verify({ operation: "get" }, { exactly: 0 });
    await requests.verify({ operation: "get" }, { atMost: 3 });
  });

  test("fails for another, and tells the nearest misses and what differed", async () => {
    const { requests } = await some();
    for (const times of [{ exactly: 1 }, { atLeast: 3 }, { atMost: 1 }]) {
      await expect(requests.verify({ operation: "put" }, times)).rejects.toThrow(VerificationError);
    }
    const failure = await requests
      .verify({ operation: "put", function: "f", body: { maxAsyncRetryAttempts: 3 } })
      .catch((error) => error);
    expect(failure).toBeInstanceOf(VerificationError);
    expect(failure.count).toBe(0);
    expect(
      failure.nearMisses.map(({ differences }: { differences: string[] }) => differences).slice(0, 2),
    ).toEqual([["body.maxAsyncRetryAttempts is 2, not 3"], ["body.maxAsyncRetryAttempts is 1, not 3"]]);
    expect(failure.message).toContain("PUT /s/");
  });

  test("refuses an exact number beside another", async () => {
    const { requests } = await some();
    for (const other of [{ atLeast: 1 }, { atMost: 3 }]) {
      await expect(requests.verify({}, { exactly: 2, ...other })).rejects.toThrow(
        "exactly must be without atLeast and atMost",
      );
    }
  });
});

describe("the live feed", () => {
  const watch = async (sandbox: TestSandbox) => {
    const response = await SELF.fetch(`${sandbox.endpoint}/_sandbox/events`, {
      headers: {
        ...fromAnotherClient(),
        Upgrade: "websocket",
        "Sec-WebSocket-Protocol": `fc-sandbox, token.${sandbox.access.controlToken}`,
      },
    });
    expect([response.status, response.headers.get("Sec-WebSocket-Protocol")]).toEqual([101, "fc-sandbox"]);
    const socket = response.webSocket;
    if (!socket) throw new Error("no WebSocket");
    const events: FeedEvent[] = [];
    const waiting: (() => void)[] = [];
    socket.addEventListener("message", ({ data }) => {
      events.push(JSON.parse(String(data)));
      for (const wake of waiting.splice(0)) wake();
    });
    socket.accept();
    const next = async (count: number) => {
      while (events.length < count) await new Promise<void>((resolve) => waiting.push(resolve));
      return events;
    };
    return { socket, next };
  };

  test("tells each request of every function, and each change, to every watcher", async () => {
    const sandbox = await newSandbox();
    await sandbox.send("PUT", fc3.config("old"));
    const watchers = [await watch(sandbox), await watch(sandbox)];
    await sandbox.send("PUT", fc3.config("old"));
    await sandbox.send("PUT", fc3.config("new"));
    await sandbox.send("GET", "/nowhere");
    await sandbox.clock.freeze();
    for (const { next } of watchers) {
      const events = await next(5);
      const told = events.map((event) =>
        event.type === "request"
          ? (event.entry.function ?? event.entry.url.split("/").at(-1))
          : event.type === "change" && event.what,
      );
      expect(told.sort()).toEqual(["audit", "clock", "new", "nowhere", "old"]);
    }
  });

  test("says what changed as its address does, and then that the audit has it", async () => {
    const sandbox = await newSandbox();
    const { next } = await watch(sandbox);
    await sandbox.faults.add({ effect: { type: "broken" } });
    await sandbox.faults.clear();
    await sandbox.reset("faults");
    const told = (await next(6)).map((event) => (event.type === "change" ? event.what : undefined));
    expect(told).toEqual(["faults", "audit", "faults", "audit", "reset", "audit"]);
  });

  test("costs a function a call for each request, and none while nobody watches", async () => {
    const sandbox = await newSandbox();
    await sandbox.send("PUT", fc3.config("f"));
    const name = { service: "", function: "f" };
    const calls = await callsOf(functionObject(env, sandbox.access.id ?? "", name));
    const callsOfPut = async () => {
      calls.length = 0;
      await sandbox.send("PUT", fc3.config("f"));
      return calls;
    };
    expect(await callsOfPut()).toEqual([]);
    const { socket, next } = await watch(sandbox);
    expect(await callsOfPut()).toEqual(["SANDBOX.publish"]);
    await next(1);
    socket.close(1000, "enough");
    // The last watcher's end is a change that all functions learn of; the next one starts anew.
    await expect.poll(callsOfPut).toEqual([]);
    const again = await watch(sandbox);
    expect(await callsOfPut()).toEqual(["SANDBOX.publish"]);
    expect((await again.next(1)).length).toBe(1);
  });

  test("wants a WebSocket and, as reading does, a token where requests must be signed", async () => {
    const sandbox = await newSandbox({ settings: { signatures: "required" } });
    const authorization = { Authorization: `Bearer ${sandbox.access.controlToken}` };
    expect((await sandbox.send("GET", "/_sandbox/events", undefined, authorization)).status).toBe(400);
    expect((await sandbox.send("GET", "/_sandbox/events", undefined, { Upgrade: "websocket" })).status).toBe(
      401,
    );
    const wrong = { Upgrade: "websocket", "Sec-WebSocket-Protocol": "fc-sandbox, token.x" };
    expect((await sandbox.send("GET", "/_sandbox/events", undefined, wrong)).status).toBe(403);
  });

  test("sends away whoever watches without a token once requests must be signed", async () => {
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

  test("takes no visitor in who was let in just before requests must be signed", async () => {
    const sandbox = await newSandbox();
    const getByName = (name: string) => {
      const stub = env.SANDBOX.getByName(name);
      const fetch = async (request: Request) => {
        await sandbox.settings({ signatures: "required" });
        return stub.fetch(request);
      };
      return new Proxy(stub, {
        get: (_, method) => (method === "fetch" ? fetch : Reflect.get(stub, method, stub)),
      });
    };
    const response = await app.request(
      `${new URL(sandbox.endpoint).pathname}/_sandbox/events`,
      { headers: { Upgrade: "websocket", "Sec-WebSocket-Protocol": "fc-sandbox" } },
      { ...env, SANDBOX: { getByName } },
    );
    expect([response.status, response.headers.get("WWW-Authenticate")]).toEqual([401, "Bearer"]);
  });
});
