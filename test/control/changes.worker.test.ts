import { SELF } from "cloudflare:test";
import { describe, expect, test, vi } from "vitest";
import type { FeedEvent, JournalEntry } from "../../src/client/index.ts";
import { newSandbox, type TestSandbox } from "../newSandbox.ts";
import { fromAnotherClient, versions } from "../request.ts";

const [classic, openApi, fc3] = versions;
const DONE = "acs:fc:cn-hangzhou:123456:functions/done";
const QUEUE = "acs:mns:cn-hangzhou:123456:/queues/failed/messages";

const latest = async (sandbox: TestSandbox): Promise<JournalEntry> => {
  const [entry] = (await sandbox.requests.list({}, { limit: 1 })).requests;
  if (entry === undefined) throw new Error("the journal is empty");
  return entry;
};

/** The entries that the live feed tells. */
const watch = async ({ endpoint, access }: TestSandbox) => {
  const { webSocket } = await SELF.fetch(`${endpoint}/_sandbox/events`, {
    headers: {
      ...fromAnotherClient(),
      Upgrade: "websocket",
      "Sec-WebSocket-Protocol": `fc-sandbox, token.${access.controlToken}`,
    },
  });
  if (!webSocket) throw new Error("no WebSocket");
  const entries: JournalEntry[] = [];
  webSocket.addEventListener("message", ({ data }) => {
    const event: FeedEvent = JSON.parse(String(data));
    if (event.type === "request") entries.push(event.entry);
  });
  webSocket.accept();
  return { entries, close: () => webSocket.close(1000, "enough") };
};

/** The changes of the entry of a request. */
const changesOf = async (sandbox: TestSandbox, ...request: Parameters<TestSandbox["send"]>) => {
  await sandbox.send(...request);
  return (await latest(sandbox)).changes;
};

describe.each(versions)("in $id, the journal says", ({ config, statefulItem }) => {
  const path = config("f", "prod");

  test("what each request changed of a config, from its creation to its deletion", async () => {
    const sandbox = await newSandbox();
    // All within one second of the clock.
    await sandbox.clock.freeze("2030-01-01T00:00:00Z");
    const created = { maxAsyncRetryAttempts: 0, destinationConfig: { onSuccess: { destination: DONE } } };
    expect(await changesOf(sandbox, "PUT", path, created)).toEqual({
      kind: "created",
      items: [
        { item: "maxAsyncRetryAttempts", before: null, after: 0 },
        { item: "onSuccess", before: null, after: DONE },
      ],
    });
    expect(await changesOf(sandbox, "PUT", path, created)).toEqual({ kind: "changed", items: [] });
    const changed = { maxAsyncEventAgeInSeconds: 60, maxAsyncRetryAttempts: 1, [statefulItem]: true };
    expect(await changesOf(sandbox, "PUT", path, changed)).toEqual({
      kind: "changed",
      items: [
        { item: "maxAsyncEventAgeInSeconds", before: null, after: 60 },
        { item: "maxAsyncRetryAttempts", before: 0, after: 1 },
        { item: "stateful", before: null, after: true },
      ],
    });
    expect(await changesOf(sandbox, "DELETE", path)).toEqual({
      kind: "deleted",
      items: [
        { item: "maxAsyncEventAgeInSeconds", before: 60, after: null },
        { item: "maxAsyncRetryAttempts", before: 1, after: null },
        { item: "stateful", before: true, after: null },
        { item: "onSuccess", before: DONE, after: null },
      ],
    });
    expect(await changesOf(sandbox, "PUT", path)).toEqual({ kind: "created", items: [] });
  });

  test("nothing of a request that changed nothing", async () => {
    const sandbox = await newSandbox();
    await sandbox.send("PUT", path, { maxAsyncRetryAttempts: 1 });
    expect(await changesOf(sandbox, "GET", path)).toBeUndefined();
    expect(await changesOf(sandbox, "PUT", path, { maxAsyncRetryAttempts: 9 })).toBeUndefined();
    expect(await changesOf(sandbox, "DELETE", config("f", "other"))).toBeUndefined();
    const fault = { "X-Sandbox-Fault": "Throttling" };
    expect(await changesOf(sandbox, "DELETE", path, undefined, fault)).toBeUndefined();
    expect(await changesOf(sandbox, "PUT", config("unknown"), "{")).toBeUndefined();
  });

  test.each([
    ["Throttling;after=apply", "Throttling"],
    ["status=503;after=apply", undefined],
    ["broken;after=apply", undefined],
    ["delay=1;after=apply", undefined],
  ])("what changed, though the fault %s hid the response", async (fault, errorCode) => {
    const sandbox = await newSandbox();
    const header = { "X-Sandbox-Fault": fault };
    await sandbox.send("PUT", path, { maxAsyncRetryAttempts: 1 });
    await sandbox.send("PUT", path, { maxAsyncRetryAttempts: 2 }, header).catch(() => {});
    const put = await latest(sandbox);
    expect(put).toMatchObject({
      changes: { kind: "changed", items: [{ item: "maxAsyncRetryAttempts", before: 1, after: 2 }] },
      faults: ["header"],
      effects: [fault],
    });
    expect(put.errorCode).toBe(errorCode);
    await sandbox.send("DELETE", path, undefined, header).catch(() => {});
    expect((await latest(sandbox)).changes).toMatchObject({ kind: "deleted" });
  });

  test("the code of an error, whoever made it", async () => {
    const sandbox = await newSandbox();
    const codeOf = async (...request: Parameters<TestSandbox["send"]>) => {
      const { status, body } = await sandbox.send(...request);
      const entry = await latest(sandbox);
      expect(entry.status).toBe(status);
      expect(entry.errorCode).toBe(body?.ErrorCode ?? body?.Code);
      return entry.errorCode;
    };
    const prefix = path.split("/")[1];
    expect(await codeOf("GET", path)).toBe("AsyncConfigNotExists");
    expect(await codeOf("PUT", path, { maxAsyncRetryAttempts: 9 })).toBe("InvalidArgument");
    expect(await codeOf("PUT", path, { padding: "x".repeat(70_000) })).toBe("EntityTooLarge");
    expect(await codeOf("GET", `/${prefix}/nowhere`)).toBe("PathNotSupported");
    expect(await codeOf("GET", path, undefined, { "X-Sandbox-Fault": "ServiceUnavailable" })).toBe(
      "ServiceUnavailable",
    );
    expect(await codeOf("GET", path, undefined, { "X-Sandbox-Fault": "nonsense" })).toBe("InvalidArgument");
    await sandbox.send("PUT", path, { maxAsyncRetryAttempts: 1 });
    expect(await codeOf("GET", path)).toBeUndefined();
    await sandbox.settings({ signatures: "required" });
    expect(await codeOf("GET", path)).toBe("MissingRequiredHeader");
  });
});

test("a PUT that replaces destinations has the destination that it cleared", async () => {
  const sandbox = await newSandbox();
  const both = { onSuccess: { destination: DONE }, onFailure: { destination: QUEUE } };
  await sandbox.send("PUT", fc3.config("f"), { destinationConfig: both });
  const one = { destinationConfig: { onFailure: { destination: DONE } } };
  expect(await changesOf(sandbox, "PUT", fc3.config("f"), one)).toEqual({
    kind: "changed",
    items: [
      { item: "onSuccess", before: DONE, after: null },
      { item: "onFailure", before: QUEUE, after: DONE },
    ],
  });
});

test("changes, effects and codes are there whatever was cut off the bodies", async () => {
  const sandbox = await newSandbox();
  await sandbox.faults.add({ effect: { type: "delay", milliseconds: 1 } });
  await sandbox.faults.add({
    effect: { type: "error", code: "Throttling", message: "m".repeat(1000), after: "apply" },
  });
  await sandbox.send("PUT", fc3.config("f"), { padding: "x".repeat(9000), maxAsyncRetryAttempts: 1 });
  expect(await latest(sandbox)).toMatchObject({
    bodyCut: true,
    errorCode: "Throttling",
    effects: ["delay=1", "Throttling;after=apply"],
    changes: { kind: "created", items: [{ item: "maxAsyncRetryAttempts", before: null, after: 1 }] },
  });
});

describe("the effects of faults", () => {
  test("are in the order of the faults, those before the request takes effect first", async () => {
    const sandbox = await newSandbox();
    const after = "apply" as const;
    const faults = [
      await sandbox.faults.add({ effect: { type: "response", status: 418, body: { a: 1 }, after } }),
      await sandbox.faults.add({ effect: { type: "delay", milliseconds: 2 } }),
      await sandbox.faults.add({ effect: { type: "error", code: "InternalServerError" }, skip: 9 }),
    ];
    const ids = faults.map(({ id }) => id);
    await sandbox.send("GET", classic.config("f"), undefined, { "X-Sandbox-Fault": "delay=3" });
    expect(await latest(sandbox)).toMatchObject({
      faults: [ids[1], "header", ids[0]],
      effects: ["delay=2", "delay=3", "status=418;after=apply"],
      status: 418,
    });
    expect((await latest(sandbox)).errorCode).toBeUndefined();
  });

  test("have the delay that was applied, of those that the jitter allows", async () => {
    const sandbox = await newSandbox();
    const effect = { type: "delay", milliseconds: 60, jitterMilliseconds: 40 } as const;
    await sandbox.faults.add({ effect });
    for (const [chance, delay] of [
      [0, 20],
      [0.75, 80],
    ] as const) {
      vi.spyOn(Math, "random").mockReturnValue(chance);
      await sandbox.send("GET", openApi.config("f"));
      const { effects, durationMs } = await latest(sandbox);
      expect(effects).toEqual([`delay=${delay}`]);
      expect(durationMs).toBeGreaterThanOrEqual(delay);
    }
  });

  test("are not there where no fault applied", async () => {
    const sandbox = await newSandbox();
    await sandbox.faults.add({ effect: { type: "broken" }, skip: 1 });
    await sandbox.send("PUT", fc3.config("f"));
    const entry = await latest(sandbox);
    expect([entry.faults, "effects" in entry]).toEqual([[], false]);
  });
});

describe("in the sandbox's own journal", () => {
  test("requests for resources have codes and effects, and no changes", async () => {
    const sandbox = await newSandbox();
    const services = "/2021-04-06/services";
    await sandbox.send("POST", services, { serviceName: "demo" });
    expect("changes" in (await latest(sandbox))).toBe(false);
    await sandbox.send("POST", services, { serviceName: "demo" });
    expect(await latest(sandbox)).toMatchObject({ errorCode: "ServiceAlreadyExists", status: 409 });
    const fault = { "X-Sandbox-Fault": "ServiceUnavailable;after=apply" };
    await sandbox.send("DELETE", `${services}/demo`, undefined, fault);
    const deletion = await latest(sandbox);
    expect(deletion).toMatchObject({
      errorCode: "ServiceUnavailable",
      effects: ["ServiceUnavailable;after=apply"],
    });
    expect("changes" in deletion).toBe(false);
  });

  test("a function that was never put has a code", async () => {
    const sandbox = await newSandbox();
    await sandbox.send("DELETE", fc3.config("nothing"));
    const entry = await latest(sandbox);
    expect([entry.errorCode, "changes" in entry]).toEqual(["AsyncConfigNotExists", false]);
  });

  test("deleting a function tells nothing of the configs that go with it", async () => {
    const sandbox = await newSandbox();
    await sandbox.functions.declare({ functions: [{ name: "f" }] });
    await sandbox.send("PUT", fc3.config("f"), { maxAsyncRetryAttempts: 1 });
    expect(await changesOf(sandbox, "DELETE", "/2023-03-30/functions/f")).toBeUndefined();
    const put = await changesOf(sandbox, "PUT", fc3.config("f"), { maxAsyncRetryAttempts: 1 });
    expect(put).toMatchObject({ kind: "created" });
  });
});

test("an invocation changes no config, and has the code of its error", async () => {
  const sandbox = await newSandbox();
  const invoke = (headers: Record<string, string>) =>
    sandbox.send("POST", "/2023-03-30/functions/f/invocations", "{}", headers);
  await invoke({ "X-Fc-Invocation-Type": "Async" });
  expect("changes" in (await latest(sandbox))).toBe(false);
  const { status, body } = await invoke({ "X-Fc-Invocation-Type": "sometimes" });
  expect(await latest(sandbox)).toMatchObject({ status, errorCode: body.Code });
});

test("with the journal off, the live feed has what changed, and the change is kept", async () => {
  const sandbox = await newSandbox({ settings: { journalSize: 0 } });
  const watcher = await watch(sandbox);
  await sandbox.send("PUT", fc3.config("f"), { maxAsyncRetryAttempts: 1 });
  await sandbox.send("PUT", fc3.config("f"), { maxAsyncRetryAttempts: 2 }, { "X-Sandbox-Fault": "delay=1" });
  await expect.poll(() => watcher.entries.length).toBe(2);
  watcher.close();
  expect(watcher.entries.map(({ changes, effects }) => ({ changes, effects }))).toEqual([
    {
      changes: { kind: "created", items: [{ item: "maxAsyncRetryAttempts", before: null, after: 1 }] },
      effects: undefined,
    },
    {
      changes: { kind: "changed", items: [{ item: "maxAsyncRetryAttempts", before: 1, after: 2 }] },
      effects: ["delay=1"],
    },
  ]);
  expect((await sandbox.send("GET", fc3.config("f"))).body.maxAsyncRetryAttempts).toBe(2);
});
