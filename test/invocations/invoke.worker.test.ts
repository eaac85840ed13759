import { describe, expect, test } from "vitest";
import { newSandbox } from "../newSandbox.ts";
import { errorOf } from "../request.ts";
import { ASYNC, apis, call, frozenSandbox, makeStateful, startTask } from "./invocations.ts";

const ALL_BYTES = Uint8Array.from({ length: 256 }, (_, byte) => byte);
const logOf = (headers: Headers) => atob(headers.get("X-Fc-Log-Result") ?? "");

describe.each(apis)("a call in $id", (api) => {
  const path = api.invocations("f");

  test("answers with the event's own bytes, whatever they are", async () => {
    const sandbox = await newSandbox();
    const answer = await call(sandbox, path, ALL_BYTES);
    expect(answer.status).toBe(200);
    expect(answer.bytes).toEqual(ALL_BYTES);
    expect(answer.headers.get("Content-Type")).toBe("application/octet-stream");
    expect(answer.headers.get("X-Fc-Request-Id")).toMatch(/./);
    expect(answer.headers.get("X-Fc-Max-Memory-Usage")).toMatch(/^\d+\.\d\d$/);
    expect(answer.headers.get("X-Fc-Instance-Id")).toMatch(/^c-[0-9a-f]{20}$/);
    expect(answer.headers.get("X-Fc-Invocation-Duration")).toBe("0");
    expect(answer.headers.get("X-Fc-Invocation-Service-Version")).toBe("LATEST");
    expect(answer.headers.has("X-Fc-Error-Type")).toBe(false);
    expect(answer.headers.has("X-Fc-Log-Result")).toBe(false);
    // A synchronous call leaves no invocation behind.
    expect((await sandbox.invocations.list()).invocations).toEqual([]);
  });

  test.each(["gzip", "br"])("leaves an event as it is whose Content-Encoding is %s", async (encoding) => {
    const sandbox = await newSandbox();
    const event = new TextEncoder().encode("{}");
    const headers = { "Content-Encoding": encoding };
    const { status, bytes } = await call(sandbox, api.invocations("f"), event, headers);
    expect([status, bytes]).toEqual([200, event]);
  });

  test("without an event answers with nothing", async () => {
    const answer = await call(await newSandbox(), path);
    expect([answer.status, answer.bytes.length]).toEqual([200, 0]);
  });

  test("calls the qualifier that it names", async () => {
    const sandbox = await newSandbox();
    await sandbox.outcomes.add({
      match: { qualifier: "prod" },
      outcomes: [{ type: "success", payload: "p" }],
    });
    expect((await call(sandbox, api.invocations("f", "prod"), "x")).text).toBe("p");
    expect((await call(sandbox, path, "x")).text).toBe("x");
  });

  test("has the end of the function's log when it asks for that", async () => {
    const sandbox = await newSandbox();
    const good = await call(sandbox, path, "x", { "X-Fc-Log-Type": "Tail" });
    expect(logOf(good.headers)).toMatch(
      `FC Invoke Start RequestId: ${good.headers.get("X-Fc-Request-Id")}\nFC Invoke End`,
    );
    await sandbox.outcomes.add({ outcomes: [{ type: "error", message: "no stock" }] });
    expect(logOf((await call(sandbox, path, "x", { "X-Fc-Log-Type": "Tail" })).headers)).toMatch("no stock");
    expect((await call(sandbox, path, "x", { "X-Fc-Log-Type": "None" })).headers.has("X-Fc-Log-Result")).toBe(
      false,
    );
  });

  test.each([
    ["handledError", "HandledInvocationError", "the function failed"],
    ["error", "UnhandledInvocationError", "the function failed"],
    ["timeout", "UnhandledInvocationError", "Function timed out after 3 seconds"],
    ["timeout=1000", "UnhandledInvocationError", "Function timed out after 1 second"],
  ])("answers 200 with the error of the function: %s", async (outcome, type, errorMessage) => {
    const answer = await call(await frozenSandbox(), path, "x", { "X-Sandbox-Outcome": outcome });
    expect(answer.status).toBe(200);
    expect(answer.headers.get("Content-Type")).toBe("application/json");
    expect(answer.headers.get("X-Fc-Error-Type")).toBe(type);
    expect(JSON.parse(answer.text)).toEqual({ errorMessage });
  });

  test("says of which type the function's error is, and what its code returned", async () => {
    const sandbox = await newSandbox();
    const failing = {
      type: "error",
      handled: true,
      errorType: "TypeError",
      message: "x is not a function",
    } as const;
    await sandbox.outcomes.add({ match: { function: "f" }, outcomes: [failing] });
    const failed = JSON.parse((await call(sandbox, path)).text);
    expect(failed).toEqual({ errorMessage: "x is not a function", errorType: "TypeError" });
    await sandbox.outcomes.clear();
    await sandbox.outcomes.add({ outcomes: [{ type: "success", payload: { ok: [1, null, "ä"] } }] });
    expect((await call(sandbox, path)).text).toBe('{"ok":[1,null,"ä"]}');
  });

  test.each([
    ["throttled", 429, api.throttled],
    ["systemError", 500, "InternalServerError"],
    ["noResources", 503, "ServiceUnavailable"],
  ])("is answered with the API's error when the function is not run: %s", async (outcome, status, code) => {
    const sandbox = await newSandbox();
    const answer = await sandbox.send("POST", path, "x", { "X-Sandbox-Outcome": outcome });
    expect(errorOf(answer)).toMatchObject({ status, code });
    expect(answer.headers.get("Retry-After")).toBe(status === 429 ? "1" : null);
  });

  test.each<[Record<string, string>, string]>([
    [
      { "X-Fc-Invocation-Type": "Later" },
      "InvocationType is set to an invalid value (allowed: Sync | Async, actual: 'Later')",
    ],
    [
      { "X-Fc-Log-Type": "Head" },
      "LogType is set to an invalid value (allowed: Tail | None, actual: 'Head')",
    ],
    [
      { ...ASYNC, "X-Fc-Log-Type": "Tail" },
      "LogType is set to an invalid value (allowed: None, actual: 'Tail')",
    ],
    [
      { ...ASYNC, "X-Fc-Async-Delay": "3601" },
      'X-Fc-Async-Delay must be an integer from 0 to 3600, but got "3601"',
    ],
    [
      { ...ASYNC, "X-Fc-Async-Delay": "-1" },
      'X-Fc-Async-Delay must be an integer from 0 to 3600, but got "-1"',
    ],
    [
      { ...ASYNC, "X-Fc-Async-Delay": "1.5" },
      'X-Fc-Async-Delay must be an integer from 0 to 3600, but got "1.5"',
    ],
    [
      { ...ASYNC, [api.taskHeader]: "7up" },
      `${api.taskHeader} must be a text like ^[_a-zA-Z][-_a-zA-Z0-9]*$ of at most 128 characters, but got "7up"`,
    ],
    [
      { "X-Sandbox-Outcome": "maybe" },
      'X-Sandbox-Outcome must be a list of success, error, handledError, timeout, throttled, systemError, noResources, each perhaps with =<milliseconds>, but got "maybe"',
    ],
  ])("with wrong headers is InvalidArgument, and enqueues nothing: %j", async (headers, message) => {
    const sandbox = await frozenSandbox();
    const answer = await sandbox.send("POST", path, "x", headers);
    expect(errorOf(answer)).toEqual({ status: 400, code: "InvalidArgument", message });
    expect((await sandbox.invocations.list()).invocations).toEqual([]);
  });

  test("that is asynchronous is answered at once, without a body", async () => {
    const sandbox = await frozenSandbox();
    const answer = await call(sandbox, path, ALL_BYTES, ASYNC);
    expect([answer.status, answer.bytes.length]).toEqual([202, 0]);
    expect(answer.headers.has(api.taskHeader)).toBe(false);
    const id = answer.headers.get("X-Fc-Request-Id") ?? "";
    expect(await sandbox.invocations.get(id)).toMatchObject({
      service: api.service,
      function: "f",
      qualifier: "LATEST",
      version: api.id,
      isTask: false,
      status: "Enqueued",
    });
  });

  test.each([0, 1, 3600])("may be delayed by %i seconds", async (seconds) => {
    const sandbox = await frozenSandbox();
    await sandbox.send("POST", path, "x", { ...ASYNC, "X-Fc-Async-Delay": String(seconds) });
    if (seconds > 0) expect((await sandbox.clock.advance(seconds - 1)).advance?.steps).toBe(0);
    expect((await sandbox.clock.advance(1)).advance).toMatchObject({ steps: 1, nextDueAt: null });
  });

  test("reads headers that a tool sends as JSON", async () => {
    const sandbox = await frozenSandbox();
    const answer = await sandbox.send("POST", path, "x", { "X-Fc-Invocation-Type": '"Async"' });
    expect(answer.status).toBe(202);
  });

  test("has an id of its own that can be used once, and not again after a stop", async () => {
    const sandbox = await frozenSandbox();
    await makeStateful(sandbox, api, "f");
    const first = await startTask(sandbox, api, "f", "order-1");
    expect([first.status, first.headers.get(api.taskHeader)]).toEqual([202, "order-1"]);
    expect(errorOf(await startTask(sandbox, api, "f", "order-1"))).toMatchObject({
      status: 409,
      code: api.exists,
    });
    // The same id of another function is another task.
    await makeStateful(sandbox, api, "g");
    expect((await startTask(sandbox, api, "g", "order-1")).status).toBe(202);
    expect((await sandbox.send("PUT", api.stop("f", "order-1"))).status).toBe(api.stopped);
    const stopped = { status: 412, code: "AsyncInvocationStopped" };
    expect(errorOf(await startTask(sandbox, api, "f", "order-1"))).toMatchObject(stopped);
    await sandbox.clock.toIdle();
    expect(errorOf(await startTask(sandbox, api, "f", "order-1"))).toMatchObject(stopped);
    expect((await sandbox.invocations.list({ function: "f" })).invocations).toHaveLength(1);
  });

  test("of 20 at once with one id, one is accepted", async () => {
    const sandbox = await frozenSandbox();
    await makeStateful(sandbox, api, "f");
    const answers = await Promise.all(Array.from({ length: 20 }, () => startTask(sandbox, api, "f", "once")));
    expect(answers.map(({ status }) => status).toSorted()).toEqual([202, ...Array(19).fill(409)]);
  });

  test("without an id of its own has the request's id", async () => {
    const sandbox = await frozenSandbox();
    await makeStateful(sandbox, api, "f");
    const { headers } = await sandbox.send("POST", path, "x", ASYNC);
    expect(headers.get(api.taskHeader)).toBe(headers.get("X-Fc-Request-Id"));
  });

  test("is not supported by other methods, and says which are", async () => {
    const sandbox = await newSandbox();
    for (const method of ["GET", "PUT", "DELETE"]) {
      const answer = await sandbox.send(method, path);
      expect(errorOf(answer)).toMatchObject({ status: 400, code: "PathNotSupported" });
    }
    expect((await sandbox.send("HEAD", path)).status).toBe(400);
    const options = await sandbox.send("OPTIONS", path);
    expect([options.status, options.headers.get("Allow")]).toEqual([204, "POST, OPTIONS"]);
    expect((await sandbox.invocations.list()).invocations).toEqual([]);
  });
});

test("in 2021-04-06, a header makes a call a task", async () => {
  const sandbox = await frozenSandbox();
  const enabled = { "X-Fc-Stateful-Async-Invocation-Enable": "true" };
  for (const [api, isTask] of [
    [apis[0], false],
    [apis[1], true],
    [apis[2], false],
  ] as const) {
    const answer = await startTask(sandbox, api, `f${api.id.slice(0, 4)}`, "its-id", enabled);
    expect(answer.headers.has(api.taskHeader)).toBe(isTask);
  }
});

test("an event that is too large for the queue is refused, and the same event may be called with at once", async () => {
  const sandbox = await newSandbox();
  const event = "x".repeat(131_073);
  for (const api of apis) {
    const path = api.invocations("f");
    const refused = await sandbox.send("POST", path, event, ASYNC);
    expect(errorOf(refused)).toEqual({
      status: 400,
      code: "EntityTooLarge",
      message: "payload size exceeds maximum allowed size (131072 bytes)",
    });
    expect((await sandbox.send("POST", path, event.slice(1), ASYNC)).status).toBe(202);
    expect((await call(sandbox, path, event)).bytes.length).toBe(131_073);
  }
  const tooLarge = "x".repeat(8_388_609);
  const path = apis[2].invocations("f");
  expect(errorOf(await sandbox.send("POST", path, tooLarge))).toMatchObject({
    code: "EntityTooLarge",
    message: "payload size exceeds maximum allowed size (8388608 bytes)",
  });
  expect(errorOf(await sandbox.send("POST", path, tooLarge, ASYNC))).toMatchObject({
    code: "EntityTooLarge",
    message: "payload size exceeds maximum allowed size (131072 bytes)",
  });
});
