import { env, SELF } from "cloudflare:test";
import { describe, expect, test } from "vitest";
import { app } from "../../src/app.ts";
import { ControlError, type GivenFault } from "../../src/client/index.ts";
import { Barrier, callsOf, intercept, setVariables } from "../calls.ts";
import { newSandbox, type TestSandbox } from "../newSandbox.ts";
import { evictObjects, functionOf, parentOf } from "../objects/objects.ts";
import { errorOf, fromAnotherClient, versions } from "../request.ts";

const [classic, openApi, fc3] = versions;

const statuses = async (sandbox: TestSandbox, times: number, path = classic.config("f")) => {
  const seen: number[] = [];
  for (let i = 0; i < times; i++) seen.push((await sandbox.send("GET", path)).status);
  return seen;
};

async function withConfig(): Promise<TestSandbox> {
  const sandbox = await newSandbox();
  for (const { config } of versions) await sandbox.send("PUT", config("f"), { maxAsyncRetryAttempts: 1 });
  return sandbox;
}

test("an error fault comes in the shape of the caller's API version, and the failed request changed nothing", async () => {
  const sandbox = await withConfig();
  const { id } = await sandbox.faults.add({ effect: { type: "error", code: "ResourceThrottled" } });
  const answers = await Promise.all(
    versions.map(({ config }) => sandbox.send("PUT", config("f"), { maxAsyncRetryAttempts: 8 })),
  );
  expect(answers.map(({ status }) => status)).toEqual([429, 429, 429]);
  expect(answers[0]?.body).toEqual({ ErrorCode: "ResourceThrottled", ErrorMessage: "request throttled" });
  expect(answers[1]?.body).toMatchObject({
    Code: "ResourceThrottled",
    RequestId: answers[1]?.headers.get("X-Fc-Request-Id"),
  });
  expect(answers[0]?.headers.get("Retry-After")).toBe("1");
  await sandbox.faults.remove(id);
  for (const { config } of versions) {
    expect((await sandbox.send("GET", config("f"))).body.maxAsyncRetryAttempts).toBe(1);
  }
});

test('with after: "apply" the write happened, and the answer was lost', async () => {
  const sandbox = await withConfig();
  await sandbox.faults.add({
    effect: { type: "error", code: "ServiceUnavailable", after: "apply" },
    times: 1,
  });
  expect((await sandbox.send("PUT", fc3.config("f"), { maxAsyncRetryAttempts: 8 })).status).toBe(503);
  expect((await sandbox.send("GET", fc3.config("f"))).body.maxAsyncRetryAttempts).toBe(8);
});

describe("times and skip are exact", () => {
  test("in sequence", async () => {
    const sandbox = await withConfig();
    await sandbox.faults.add({ effect: { type: "error", code: "InternalServerError" }, skip: 2, times: 3 });
    expect(await statuses(sandbox, 7)).toEqual([200, 200, 500, 500, 500, 200, 200]);
    expect(await sandbox.faults.list()).toMatchObject([{ matched: 7, struck: 3 }]);
  });

  test("over all functions at once", async () => {
    const sandbox = await newSandbox();
    const names = Array.from({ length: 10 }, (_, i) => `f${i}`);
    for (const name of names) await sandbox.send("PUT", classic.config(name));
    await sandbox.faults.add({ effect: { type: "error", code: "InternalServerError" }, skip: 5, times: 13 });
    const answers = await Promise.all(
      names.flatMap((name) => [1, 2, 3].map(() => sandbox.send("GET", classic.config(name)))),
    );
    expect(answers.filter(({ status }) => status === 500).length).toBe(13);
    expect(await sandbox.faults.list()).toMatchObject([{ matched: 30, struck: 13 }]);
  });

  test("over a restart of all objects between any two requests", async () => {
    const sandbox = await withConfig();
    await sandbox.faults.add({ effect: { type: "error", code: "InternalServerError" }, skip: 1, times: 2 });
    const seen = [];
    for (let i = 0; i < 5; i++) {
      await evictObjects(sandbox);
      seen.push(...(await statuses(sandbox, 1)));
    }
    expect(seen).toEqual([200, 500, 500, 200, 200]);
  });
});

test("a probability of 0 never strikes, of 1 always, and of a half about every other time", async () => {
  const struck = async (probability: number) => {
    const sandbox = await withConfig();
    await sandbox.faults.add({ effect: { type: "error", code: "InternalServerError" }, probability });
    const seen = await statuses(sandbox, 100);
    return seen.filter((status) => status === 500).length;
  };
  expect(await struck(0)).toBe(0);
  expect(await struck(1)).toBe(100);
  const half = await struck(0.5);
  // Outside of this less than once in ten million runs.
  expect(half).toBeGreaterThan(22);
  expect(half).toBeLessThan(78);
});

test("a fault strikes what it matches, and nothing else", async () => {
  const sandbox = await withConfig();
  await sandbox.send("PUT", classic.config("g", "prod"));
  const effect = { type: "error", code: "InternalServerError" } as const;
  const matches: [GivenFault["match"], number[]][] = [
    [{ operation: "get" }, [500, 500, 500, 200]],
    [{ operation: "list" }, [200, 200, 200, 500]],
    [{ version: "2021-04-06" }, [200, 500, 200, 200]],
    [{ service: "demo" }, [500, 500, 200, 500]],
    [{ service: "other" }, [200, 200, 200, 200]],
    [{ function: "g", qualifier: "prod" }, [500, 200, 200, 200]],
    [{ function: "f", operation: "get", version: "2023-03-30" }, [200, 200, 500, 200]],
    [{}, [500, 500, 500, 500]],
  ];
  for (const [match, expected] of matches) {
    await sandbox.faults.add(match ? { match, effect } : { effect });
    const paths = [classic.config("g", "prod"), openApi.config("f"), fc3.config("f"), classic.list("f")];
    const seen = [];
    for (const path of paths) seen.push((await sandbox.send("GET", path)).status);
    expect([match, seen]).toEqual([match, expected]);
    await sandbox.faults.clear();
  }
});

test("a fault may name an operation as any version of the API does, and is shown with the journal's word", async () => {
  const sandbox = await withConfig();
  const effect = { type: "error", code: "InternalServerError" } as const;
  for (const operation of ["get", "GetAsyncInvokeConfig", "GetFunctionAsyncInvokeConfig"] as const) {
    const added = await sandbox.faults.add({ match: { operation }, effect });
    expect(added.match).toEqual({ operation: "get" });
    const paths = [classic.config("f"), fc3.config("f"), classic.list("f")];
    const seen = [];
    for (const path of paths) seen.push((await sandbox.send("GET", path)).status);
    expect([operation, seen]).toEqual([operation, [500, 500, 200]]);
    await sandbox.faults.clear();
  }
  await sandbox.snapshot.import({
    faults: [{ match: { operation: "ListFunctionAsyncInvokeConfigs" }, effect }],
  });
  expect(await sandbox.faults.list()).toMatchObject([{ match: { operation: "list" } }]);
  expect((await sandbox.send("GET", fc3.list("f"))).status).toBe(500);
});

test("a fault acts on functions that join after it, and on requests that match no function", async () => {
  const sandbox = await newSandbox();
  await sandbox.faults.add({ effect: { type: "error", code: "ServiceUnavailable" } });
  expect((await sandbox.send("PUT", classic.config("new"))).status).toBe(503);
  expect((await sandbox.send("GET", "/nowhere")).status).toBe(503);
  expect((await sandbox.send("GET", "/2023-03-30/async-invoke-configs")).status).toBe(503);
});

test("any response can be sent", async () => {
  const sandbox = await withConfig();
  const put = (effect: GivenFault["effect"]) =>
    sandbox.faults.clear().then(() => sandbox.faults.add({ effect }));
  await put({ type: "response", status: 418, headers: { "X-Tea": "yes" }, body: { short: "stout" } });
  const json = await sandbox.send("GET", classic.config("f"));
  expect([json.status, json.headers.get("X-Tea"), json.body]).toEqual([418, "yes", { short: "stout" }]);
  await put({
    type: "response",
    status: 502,
    headers: { "Content-Type": "text/html" },
    body: "<h1>Bad gateway</h1>",
  });
  const text = await sandbox.send("GET", classic.config("f"));
  expect([text.status, text.headers.get("Content-Type"), text.body]).toEqual([
    502,
    "text/html",
    "<h1>Bad gateway</h1>",
  ]);
  await put({ type: "response", status: 204, body: "ignored" });
  expect((await sandbox.send("GET", classic.config("f"))).status).toBe(204);
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

test("a delay is at least as long as it says, less its jitter, and the request is answered as usual", async () => {
  const sandbox = await withConfig();
  await sandbox.faults.add({ effect: { type: "delay", milliseconds: 300, jitterMilliseconds: 100 } });
  const started = Date.now();
  expect((await sandbox.send("GET", classic.config("f"))).status).toBe(200);
  expect(Date.now() - started).toBeGreaterThanOrEqual(199);
});

test("delays add up with the fault that follows them", async () => {
  const sandbox = await withConfig();
  await sandbox.faults.add({ effect: { type: "delay", milliseconds: 100 } });
  await sandbox.faults.add({ effect: { type: "error", code: "InternalServerError" } });
  const started = Date.now();
  expect((await sandbox.send("GET", classic.config("f"))).status).toBe(500);
  expect(Date.now() - started).toBeGreaterThanOrEqual(99);
});

describe("of faults that answer, one strikes a request, and the others wait for theirs", () => {
  const fails = (code: "Throttling" | "ServiceUnavailable" | "InternalServerError", after?: "apply") => ({
    effect: { type: "error" as const, code, ...(after ? { after } : {}) },
    times: 1,
  });
  const struck = async (sandbox: TestSandbox) => (await sandbox.faults.list()).map((fault) => fault.struck);
  const lastFaults = async (sandbox: TestSandbox) => (await sandbox.requests.list()).requests[0]?.faults;

  test("in the order they were added", async () => {
    const sandbox = await withConfig();
    await sandbox.faults.add(fails("Throttling"));
    await sandbox.faults.add({ effect: { type: "delay", milliseconds: 1 } });
    await sandbox.faults.add({ ...fails("ServiceUnavailable"), skip: 1 });
    expect(await statuses(sandbox, 4)).toEqual([429, 200, 503, 200]);
    expect(await sandbox.faults.list()).toMatchObject([
      { matched: 4, struck: 1 },
      { matched: 4, struck: 4 },
      { matched: 3, struck: 1 },
    ]);
  });

  test("before what would answer after the write", async () => {
    const sandbox = await withConfig();
    await sandbox.faults.add(fails("InternalServerError", "apply"));
    await sandbox.faults.add(fails("Throttling"));
    expect(await statuses(sandbox, 1)).toEqual([429]);
    expect(await struck(sandbox)).toEqual([0, 1]);
    expect(await statuses(sandbox, 2)).toEqual([500, 200]);
    expect(await struck(sandbox)).toEqual([1, 1]);
  });

  test("before the request's own", async () => {
    const sandbox = await withConfig();
    const ask = (fault: string) =>
      sandbox.send("GET", classic.config("f"), undefined, { "X-Sandbox-Fault": fault });
    const { id } = await sandbox.faults.add(fails("Throttling"));
    expect((await ask("status=502")).status).toBe(429);
    expect(await lastFaults(sandbox)).toEqual([id]);
    const late = await sandbox.faults.add(fails("InternalServerError", "apply"));
    expect((await ask("status=502")).status).toBe(502);
    expect(await lastFaults(sandbox)).toEqual(["header"]);
    expect((await ask("delay=1")).status).toBe(500);
    expect(await lastFaults(sandbox)).toEqual(["header", late.id]);
  });
});

test("a broken response ends in the middle of its body, before or after the write", async () => {
  for (const after of [undefined, "apply"] as const) {
    const sandbox = await withConfig();
    await sandbox.faults.add({ effect: { type: "broken", ...(after ? { after } : {}) }, times: 1 });
    const response = await SELF.fetch(`${sandbox.endpoint}${classic.config("f")}`, {
      method: "PUT",
      body: '{"maxAsyncRetryAttempts":8}',
      headers: { ...fromAnotherClient(), "Content-Type": "application/json" },
    });
    await expect(response.text()).rejects.toThrow();
    const { maxAsyncRetryAttempts } = (await sandbox.send("GET", classic.config("f"))).body;
    expect(maxAsyncRetryAttempts).toBe(after ? 8 : 1);
  }
});

describe("a request can ask for a fault itself", () => {
  test("by X-Sandbox-Fault", async () => {
    const sandbox = await withConfig();
    const ask = (fault: string) =>
      sandbox.send("PUT", classic.config("f"), { maxAsyncRetryAttempts: 8 }, { "X-Sandbox-Fault": fault });
    const retries = async () => (await sandbox.send("GET", classic.config("f"))).body.maxAsyncRetryAttempts;
    expect(errorOf(await ask("Throttling"))).toEqual({
      status: 429,
      code: "Throttling",
      message: "request throttled",
    });
    expect((await ask("status=502")).status).toBe(502);
    expect(await retries()).toBe(1);
    expect(errorOf(await ask("InternalServerError; after=apply")).status).toBe(500);
    expect(await retries()).toBe(8);
    const started = Date.now();
    expect((await ask("delay=150")).status).toBe(200);
    expect(Date.now() - started).toBeGreaterThanOrEqual(149);
  });

  test.each([
    "",
    "Nonsense",
    "delay=",
    "delay=x",
    "delay=-1",
    "delay=60001",
    "delay=5=7",
    "status=99",
    "broken=1",
    "Throttling;x",
    "__proto__",
  ])("%j is InvalidArgument", async (fault) => {
    const sandbox = await withConfig();
    const answer = errorOf(
      await sandbox.send("GET", classic.config("f"), undefined, { "X-Sandbox-Fault": fault }),
    );
    expect(answer.code).toBe("InvalidArgument");
    expect(answer.message).toMatch(/^X-Sandbox-Fault must be an error code of the API, delay=/);
  });
});

describe("a fault that makes no sense is refused, and says where", () => {
  test.each([
    [{}, "effect"],
    [{ effect: { type: "explode" } }, "effect.type"],
    [{ effect: { type: "error", code: "Nope" } }, "effect.code"],
    [{ effect: { type: "error", code: "Throttling" }, times: 0 }, "times"],
    [{ effect: { type: "error", code: "Throttling" }, skip: -1 }, "skip"],
    [{ effect: { type: "error", code: "Throttling" }, probability: 2 }, "probability"],
    [{ effect: { type: "response", status: 600 } }, "effect.status"],
    [
      { effect: { type: "response", status: 200, headers: { "Content-Length": "5" } } },
      "effect.headers.Content-Length",
    ],
    [{ effect: { type: "response", status: 200, headers: { A: "b\r\nc: d" } } }, "effect.headers.A"],
    [{ effect: { type: "response", status: 200, body: "x".repeat(16_384) } }, "effect.body"],
    [{ effect: { type: "delay", milliseconds: 60_001 } }, "effect.milliseconds"],
    [{ effect: { type: "broken" }, match: { operation: "post" } }, "match.operation"],
    [{ effect: { type: "broken" }, match: { colour: "red" } }, "match"],
  ])("at $1: $0", async (fault, path) => {
    const sandbox = await newSandbox();
    const refused = sandbox.faults.add(fault as unknown as GivenFault);
    await expect(refused).rejects.toThrow(ControlError);
    await expect(refused).rejects.toMatchObject({ problem: { status: 400, errors: [{ path }] } });
    expect(await sandbox.faults.list()).toEqual([]);
  });
});

test("a sandbox has at most 50 faults; one that is not there can't be removed", async () => {
  const sandbox = await newSandbox();
  for (let i = 0; i < 50; i++) await sandbox.faults.add({ effect: { type: "broken" } });
  await expect(sandbox.faults.add({ effect: { type: "broken" } })).rejects.toMatchObject({
    problem: { status: 409 },
  });
  await expect(sandbox.faults.remove("none")).rejects.toMatchObject({ problem: { status: 404 } });
});

describe("a fault that is replaced", () => {
  const error = (code: "Throttling" | "ServiceUnavailable") => ({ type: "error", code }) as const;
  const counts = async (sandbox: TestSandbox) =>
    (await sandbox.faults.list()).map(({ matched, struck }) => [matched, struck]);

  test("keeps its id and its place, has only what is given, and counts anew", async () => {
    const sandbox = await withConfig();
    const { id } = await sandbox.faults.add({ effect: error("Throttling"), skip: 1, times: 3 });
    await sandbox.faults.add({ effect: error("ServiceUnavailable") });
    expect(await statuses(sandbox, 2)).toEqual([503, 429]);
    const replacement = { match: { operation: "get" }, effect: { type: "response", status: 418 } } as const;
    const replaced = await sandbox.faults.replace(id, replacement);
    expect(replaced).toEqual({ ...replacement, id, matched: 0, struck: 0 });
    expect((await sandbox.faults.list())[0]).toEqual(replaced);
    expect(await statuses(sandbox, 2)).toEqual([418, 418]);
    expect(await counts(sandbox)).toEqual([
      [2, 2],
      [1, 1],
    ]);
  });

  test("matches and counts nothing while it is disabled, also for requests that no function answers", async () => {
    const sandbox = await withConfig();
    const fault = { effect: error("Throttling"), times: 3 };
    const { id } = await sandbox.faults.add(fault);
    expect(await statuses(sandbox, 1)).toEqual([429]);
    const disabled = await sandbox.faults.replace(id, { ...fault, enabled: false });
    expect(disabled).toEqual({ ...fault, enabled: false, id, matched: 1, struck: 1 });
    expect(await statuses(sandbox, 3)).toEqual([200, 200, 200]);
    expect((await sandbox.send("GET", "/2023-03-30/async-invoke-configs")).status).toBe(200);
    await evictObjects(sandbox);
    const calls = await callsOf(functionOf(sandbox, "f"));
    expect((await sandbox.send("GET", fc3.config("f"))).status).toBe(200);
    // It costs a request no call.
    expect(calls).not.toContain("SANDBOX.triggerFaults");
    await evictObjects(sandbox);
    expect(await sandbox.faults.list()).toEqual([disabled]);
    const enabled = await sandbox.faults.replace(id, { ...fault, enabled: true });
    expect(enabled).toEqual({ ...fault, id, matched: 1, struck: 1 });
    expect(await statuses(sandbox, 3)).toEqual([429, 429, 200]);
  });

  test("can be disabled from the beginning, which a snapshot keeps", async () => {
    const sandbox = await withConfig();
    await sandbox.faults.add({ effect: error("Throttling"), enabled: false });
    await sandbox.faults.add({ effect: { type: "delay", milliseconds: 0 }, enabled: true });
    const { faults } = await sandbox.snapshot.export();
    expect(faults).toMatchObject([{ enabled: false }, { effect: { type: "delay" } }]);
    expect(faults?.[1]).not.toHaveProperty("enabled");
    const other = await withConfig();
    await other.snapshot.import({ faults });
    expect(await other.faults.list()).toEqual(await sandbox.faults.list());
    expect(await statuses(other, 1)).toEqual([200]);
    expect(await counts(other)).toEqual([
      [0, 0],
      [1, 1],
    ]);
  });

  test("goes on counting when its items come in another order, and counts anew when one is left out", async () => {
    const sandbox = await withConfig();
    const effect = (headers: Record<string, string>) =>
      ({ type: "response", status: 418, headers, body: { a: [1, { b: 2, c: 3 }] } }) as const;
    const { id } = await sandbox.faults.add({ effect: effect({ "X-A": "a", "X-B": "b" }), times: 5 });
    await statuses(sandbox, 1);
    await sandbox.faults.replace(id, {
      times: 5,
      effect: { ...effect({ "X-B": "b", "X-A": "a" }), body: { a: [1, { c: 3, b: 2 }] } },
    });
    expect(await counts(sandbox)).toEqual([[1, 1]]);
    await sandbox.faults.replace(id, { effect: effect({ "X-A": "a", "X-B": "b" }) });
    expect(await counts(sandbox)).toEqual([[0, 0]]);
  });

  test("by one that makes no sense stays, and one that is not there is 404", async () => {
    const sandbox = await withConfig();
    const { id } = await sandbox.faults.add({ effect: error("Throttling") });
    for (const wrong of [{}, { effect: error("Throttling"), enabled: "no" }, { enabled: false }]) {
      const refused = sandbox.faults.replace(id, wrong as unknown as GivenFault);
      await expect(refused).rejects.toMatchObject({ problem: { status: 400 } });
    }
    expect(await statuses(sandbox, 1)).toEqual([429]);
    const missing = sandbox.faults.replace("none", { effect: error("Throttling") });
    await expect(missing).rejects.toMatchObject({
      problem: { status: 404, detail: "This sandbox has no fault none." },
    });
  });

  test("of a full sandbox is replaced all the same", async () => {
    const sandbox = await newSandbox();
    await setVariables(parentOf(sandbox), { MAX_FAULTS: "1" });
    const { id } = await sandbox.faults.add({ effect: { type: "broken" } });
    expect(await sandbox.faults.replace(id, { effect: error("Throttling") })).toMatchObject({ id });
  });

  test("does not count a request that was matched before it was replaced", async () => {
    const sandbox = await withConfig();
    const fault = { match: { operation: "get" }, effect: error("Throttling") } as const;
    const { id } = await sandbox.faults.add(fault);
    const matched = new Barrier();
    await intercept(functionOf(sandbox, "f"), "SANDBOX.triggerFaults", async (trigger) => {
      await matched.wait();
      return trigger();
    });
    const send = () => sandbox.send("GET", fc3.config("f"));
    const waiting = send();
    await matched.reached();
    await sandbox.faults.replace(id, { match: { operation: "put" }, effect: error("Throttling"), times: 1 });
    matched.open();
    expect((await waiting).status).toBe(200);
    expect(await counts(sandbox)).toEqual([[0, 0]]);
    expect((await sandbox.send("PUT", fc3.config("f"))).status).toBe(429);
  });

  test("does not count a request that was matched before it was disabled", async () => {
    const sandbox = await withConfig();
    const fault = { effect: error("Throttling") };
    const { id } = await sandbox.faults.add(fault);
    const matched = new Barrier();
    await intercept(functionOf(sandbox, "f"), "SANDBOX.triggerFaults", async (trigger) => {
      await matched.wait();
      return trigger();
    });
    const waiting = sandbox.send("GET", fc3.config("f"));
    await matched.reached();
    await sandbox.faults.replace(id, { ...fault, enabled: false });
    matched.open();
    expect((await waiting).status).toBe(200);
    expect(await counts(sandbox)).toEqual([[0, 0]]);
  });
});

test("a disabled fault of deliveries lets them through", async () => {
  const sandbox = await newSandbox();
  await sandbox.clock.freeze("2030-01-01T00:00:00Z");
  const destination = "acs:mns:cn-hangzhou:123456:/queues/q/messages";
  await sandbox.send("PUT", fc3.config("f"), { destinationConfig: { onSuccess: { destination } } });
  const fault = {
    match: { destination: "acs:mns:*" },
    effect: { type: "error", code: "Throttling" },
  } as const;
  const { id } = await sandbox.faults.add(fault);
  const deliver = async () => {
    const asynchronous = { "X-Fc-Invocation-Type": "Async" };
    await sandbox.send("POST", "/2023-03-30/functions/f/invocations", {}, asynchronous);
    await sandbox.clock.toIdle();
    return (await sandbox.deliveries.list({}, { limit: 1 })).deliveries[0]?.status;
  };
  expect(await deliver()).toBe("DestinationDeliveryFailed");
  await sandbox.faults.replace(id, { ...fault, enabled: false });
  expect(await deliver()).toBe("Succeeded");
});
