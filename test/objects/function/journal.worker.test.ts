import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { JournalEntry } from "../../../src/journal/entry.ts";
import { Journal } from "../../../src/journal/journal.ts";
import { QUIET_MS } from "../../../src/lib/flushTimer.ts";
import type { Json } from "../../../src/lib/json.ts";
import { type Barrier, delaysAtBarrier } from "../../calls.ts";
import { configure, functionNamed, invoke } from "../../invocations/invocations.ts";
import { newSandbox, type TestSandbox } from "../../newSandbox.ts";
import { versions } from "../../request.ts";
import { History } from "../history.ts";
import { age, evictObjects, functionOf, functionsOf, NOTHING, parentOf, stored } from "../objects.ts";

const { config } = versions[2];
const FUNCTIONS = "/2023-03-30/functions";
/** A reason that the test runner does not report. */
const QUIETLY = "disconnected: operation canceled";

/** Where the timers wait that write the entries of reads. */
let timers: Barrier;

beforeEach(() => {
  timers = delaysAtBarrier(QUIET_MS);
});

afterEach(() => {
  timers.open();
  vi.restoreAllMocks();
});

type AnyObject = DurableObjectStub<undefined>;

/** The numbers of the entries that an object has on the disk. */
const written = (stub: AnyObject): Promise<number[]> =>
  runInDurableObject(stub, (_, { storage }) =>
    storage.sql
      .exec<{ number: number }>("SELECT number FROM journal ORDER BY number")
      .toArray()
      .map(({ number }) => number),
  );

/** Ends an object with what it has in memory, as a kill does. */
async function kill(stub: AnyObject): Promise<void> {
  const killed = runInDurableObject(stub, (_, state) => state.abort(QUIETLY));
  await expect(killed).rejects.toThrow();
}

/** Where a read is journalled: what it asks for, and the object that answers it. */
const places: [string, string, (sandbox: TestSandbox) => AnyObject][] = [
  ["a function", config("f"), (sandbox) => functionOf(sandbox, "f")],
  ["a sandbox", FUNCTIONS, parentOf],
];

const isRegistered = (sandbox: TestSandbox): Promise<boolean> =>
  runInDurableObject(parentOf(sandbox), (_, { storage }) => storage.kv.get("registered") !== undefined);

/** A sandbox with a write in the journal of the object that answers `path`. */
async function sandboxWithWrite(): Promise<TestSandbox> {
  const sandbox = await newSandbox();
  await sandbox.send("POST", FUNCTIONS, {
    functionName: "f",
    runtime: "nodejs20",
    handler: "index.handler",
    code: { zipFile: btoa("code") },
  });
  await sandbox.send("PUT", config("f"), { maxAsyncRetryAttempts: 1 });
  // Then its alarm has told the registry of it, and writes nothing more.
  await expect.poll(() => isRegistered(sandbox)).toBe(true);
  return sandbox;
}

const questions: Record<string, (sandbox: TestSandbox, requestId: string) => Promise<unknown>> = {
  "a list": async ({ requests }) => {
    const { requests: all } = await requests.list({ method: "GET" });
    return all.length;
  },
  "its address": async ({ requests }, requestId) => {
    const entry = await requests.get(requestId);
    return entry.method === "GET" ? 1 : entry;
  },
  "a count": ({ requests }) => requests.count({ method: "GET" }),
  "a verification": async ({ requests }) => {
    await requests.verify({ method: "GET" }, { exactly: 1 });
    return 1;
  },
  "the summary's counts": async (sandbox) => (await sandbox.summary()).counts.requests - 2,
  "the summary's traffic": async (sandbox) => {
    const { requests } = (await sandbox.summary()).traffic;
    return requests.find(({ operation }) => operation === "get" || operation === "ListFunctions")?.count;
  },
  "the rows that were written": async (sandbox) => (await sandbox.summary()).traffic.rowsWritten - 2,
};

describe.each(places)("a read that %s answers", (_, path, objectOf) => {
  test.each(Object.entries(questions))("is known at once by %s", async (_, ask) => {
    const sandbox = await sandboxWithWrite();
    const { headers } = await sandbox.send("GET", path);
    expect(await written(objectOf(sandbox))).toEqual([0]);
    expect(await ask(sandbox, headers.get("X-Fc-Request-Id") ?? "")).toBe(1);
  });

  test("keeps its place among the writes", async () => {
    const sandbox = await sandboxWithWrite();
    for (const method of ["GET", "PUT", "GET", "GET", "PUT"]) {
      const body = path === FUNCTIONS ? { timeout: 30 } : { maxAsyncRetryAttempts: 2 };
      const isPut = method === "PUT";
      await sandbox.send(
        method,
        isPut && path === FUNCTIONS ? `${FUNCTIONS}/f` : path,
        isPut ? body : undefined,
      );
    }
    // The second PUT took along what came before it.
    expect(await written(objectOf(sandbox))).toEqual([0, 1, 2, 3, 4, 5]);
    await sandbox.send("GET", path);
    expect(await written(objectOf(sandbox))).toEqual([0, 1, 2, 3, 4, 5]);
    const { requests } = await sandbox.requests.list();
    const own = requests.map(({ method }) => method).filter((method) => method !== "POST");
    expect(own.slice(0, 6)).toEqual(["GET", "PUT", "GET", "GET", "PUT", "GET"]);
  });

  test("is written by the timer, with the others that came", async () => {
    const sandbox = await sandboxWithWrite();
    for (let i = 0; i < 3; i++) await sandbox.send("GET", path);
    await timers.reached();
    expect(await written(objectOf(sandbox))).toEqual([0]);
    timers.open();
    await expect.poll(() => written(objectOf(sandbox))).toEqual([0, 1, 2, 3]);
  });

  test("is taken along by a change of the control plane", async () => {
    const sandbox = await sandboxWithWrite();
    await sandbox.send("GET", path);
    await sandbox.faults.add({ effect: { type: "error", code: "Throttling" } });
    expect(await written(objectOf(sandbox))).toEqual([0, 1]);
  });

  test("is on the disk once the sandbox's usage counts it", async () => {
    const sandbox = await sandboxWithWrite();
    // More than are answered before a report.
    for (let i = 0; i < 20; i++) await sandbox.send("GET", path);
    await expect.poll(async () => (await written(objectOf(sandbox))).length).toBeGreaterThanOrEqual(16);
  });

  test("leaves nothing behind when the sandbox is erased before the timer", async () => {
    const sandbox = await sandboxWithWrite();
    await sandbox.send("GET", path);
    await timers.reached();
    await age(sandbox);
    expect(await runDurableObjectAlarm(parentOf(sandbox))).toBe(true);
    await timers.passed();
    expect(await stored(parentOf(sandbox))).toEqual(NOTHING);
    expect(await stored(functionOf(sandbox, "f"))).toEqual(NOTHING);
  });

  test("is gone when the journal is cleared before the timer", async () => {
    const sandbox = await sandboxWithWrite();
    await sandbox.send("GET", path);
    await sandbox.requests.clear();
    await timers.passed();
    await evictObjects(sandbox);
    expect((await sandbox.requests.list()).requests).toEqual([]);
    expect((await sandbox.summary()).counts).toMatchObject({ requests: 0, dropped: 0 });
  });

  test.each([0, 2, 3])("has its place when the journal then takes %i entries", async (journalSize) => {
    const sandbox = await sandboxWithWrite();
    for (let i = 0; i < 3; i++) await sandbox.send("GET", path);
    await sandbox.settings({ journalSize });
    await timers.passed();
    await evictObjects(sandbox);
    expect(await written(objectOf(sandbox))).toEqual([0, 1, 2, 3].slice(4 - journalSize));
  });

  test("is written when it is tried again, after a flush that failed", async () => {
    const sandbox = await sandboxWithWrite();
    await sandbox.send("GET", path);
    await timers.reached();
    await runInDurableObject(objectOf(sandbox), (_, { storage: { sql } }) => {
      const exec = sql.exec.bind(sql);
      const value = (...args: Parameters<typeof exec>) => {
        if (args[0].includes("INTO journal")) throw new Error("out of order");
        return exec(...args);
      };
      Object.defineProperty(sql, "exec", { value, configurable: true });
    });
    const reported = vi.spyOn(console, "error").mockImplementation(() => {});
    timers.open();
    await expect.poll(() => reported.mock.calls.flat()).toMatchObject([{ message: "out of order" }]);
    await runInDurableObject(objectOf(sandbox), (_, { storage: { sql } }) => {
      Reflect.deleteProperty(sql, "exec");
    });
    expect(await written(objectOf(sandbox))).toEqual([0]);
    await sandbox.send("GET", path);
    await expect.poll(() => written(objectOf(sandbox))).toEqual([0, 1, 2]);
  });

  test("may be lost with the object; then its number and its count are free again", async () => {
    const sandbox = await sandboxWithWrite();
    await sandbox.send("GET", path);
    await kill(objectOf(sandbox));
    const { requests } = sandbox;
    expect(await requests.count({ method: "GET" })).toBe(0);
    await sandbox.send("GET", path);
    expect(await requests.count({ method: "GET" })).toBe(1);
    expect(await written(objectOf(sandbox))).toEqual([0, 1]);
    expect((await sandbox.summary()).counts).toMatchObject({ requests: 3, dropped: 0 });
  });
});

describe("before the response these are on the disk:", () => {
  test.each<[string, string, string, unknown, Record<string, string>, number]>([
    ["a write", "PUT", config("f"), { maxAsyncRetryAttempts: 2 }, {}, 200],
    [
      "a write whose response a fault replaced",
      "PUT",
      config("f"),
      { maxAsyncRetryAttempts: 2 },
      { "X-Sandbox-Fault": "InternalServerError;after=apply" },
      500,
    ],
    ["a synchronous invocation", "POST", `${FUNCTIONS}/f/invocations`, { order: 7 }, {}, 200],
    [
      "an asynchronous one",
      "POST",
      `${FUNCTIONS}/f/invocations`,
      { order: 7 },
      { "X-Fc-Invocation-Type": "Async" },
      202,
    ],
  ])("%s", async (_, method, path, body, headers, status) => {
    const sandbox = await sandboxWithWrite();
    expect((await sandbox.send(method, path, body, headers)).status).toBe(status);
    expect(await written(functionOf(sandbox, "f"))).toEqual([0, 1]);
  });

  test("but no request that was refused, or that found nothing to change", async () => {
    const sandbox = await sandboxWithWrite();
    const refused = [
      await sandbox.send("PUT", config("f"), { maxAsyncRetryAttempts: 9 }),
      await sandbox.send("PUT", config("f"), {}, { "X-Sandbox-Fault": "Throttling" }),
      await sandbox.send("DELETE", config("f", "nowhere")),
    ];
    expect(refused.map(({ status }) => status)).toEqual([400, 429, 404]);
    expect(await written(functionOf(sandbox, "f"))).toEqual([0]);
    expect(await sandbox.requests.count({ status: "4xx" })).toBe(3);
  });
});

test("of reads that overwrite each other before they are written, only the last are written", async () => {
  const sandbox = await newSandbox({ settings: { journalSize: 3 } });
  await sandbox.send("PUT", config("f"));
  for (let i = 0; i < 7; i++) await sandbox.send("GET", config("f"));
  expect(await written(functionOf(sandbox, "f"))).toEqual([0]);
  const { counts, traffic } = await sandbox.summary();
  expect(counts).toMatchObject({ requests: 3, dropped: 5 });
  // Of the PUT, its config, which its entry no longer holds, and three GETs.
  expect(traffic.rowsWritten).toBe(5);
  expect(await written(functionOf(sandbox, "f"))).toEqual([5, 6, 7]);
});

test.each(["evicted", "killed"])(
  "a config whose entry reads overwrite is there after the object was %s",
  async (how) => {
    const sandbox = await newSandbox({ settings: { journalSize: 2 } });
    await sandbox.send("PUT", config("f"), { maxAsyncRetryAttempts: 6 });
    for (let i = 0; i < 5; i++) await sandbox.send("GET", config("f"));
    if (how === "evicted") {
      await timers.passed();
      await evictObjects(sandbox);
      expect(await written(functionOf(sandbox, "f"))).toEqual([4, 5]);
    } else {
      await kill(functionOf(sandbox, "f"));
      expect(await written(functionOf(sandbox, "f"))).toEqual([0]);
    }
    expect((await sandbox.send("GET", config("f"))).body.maxAsyncRetryAttempts).toBe(6);
  },
);

test("reads that wait are taken along by an invocation that another function delivers", async () => {
  const sandbox = await newSandbox();
  await configure(sandbox, "f", {});
  await configure(sandbox, "g", { destinationConfig: { onSuccess: { destination: functionNamed("f") } } });
  await sandbox.send("GET", config("f"));
  await invoke(sandbox, "g");
  await expect.poll(() => written(functionOf(sandbox, "f"))).toEqual([0, 1]);
});

test("reads that wait are taken along by a config that the control plane writes", async () => {
  const sandbox = await newSandbox();
  await configure(sandbox, "f", {});
  await sandbox.send("GET", config("f"));
  await functionOf(sandbox, "f").writeConfigs([{ qualifier: "LATEST", config: null }]);
  expect(await written(functionOf(sandbox, "f"))).toEqual([0, 1]);
});

test("reads that wait survive a change that could not be stored", async () => {
  const sandbox = await newSandbox();
  await sandbox.send("PUT", config("f"));
  await sandbox.send("GET", config("f"));
  await runInDurableObject(functionOf(sandbox, "f"), (_, { storage: { kv } }) => {
    const put = kv.put.bind(kv);
    const value = (key: string, item: unknown) => {
      if (key === "state") throw new Error("out of order");
      put(key, item);
    };
    Object.defineProperty(kv, "put", { value, configurable: true });
  });
  vi.spyOn(console, "error").mockImplementation(() => {});
  await expect(sandbox.settings({ region: "eu" })).rejects.toMatchObject({ problem: { status: 503 } });
  expect(await written(functionOf(sandbox, "f"))).toEqual([0, 1]);
});

describe("a journal by itself, with entries that wait,", () => {
  const entry = JSON.stringify({ time: "2030-01-01T00:00:00.000Z" }) as Json<JournalEntry>;
  const counted = { operation: "get", status: 200, faultsStruck: 0 };

  /** Has a journal of four entries, all of which wait, do something; returns the numbers of its rows then. */
  const rowsAfter = async (act: (journal: Journal) => void): Promise<number[]> => {
    const stub = functionOf(await newSandbox(), "f");
    await runInDurableObject(stub, (_, { storage }) => {
      const journal = new Journal(storage, { source: "f", flushSoon: () => {} });
      for (let i = 0; i < 4; i++) journal.add(entry, counted, 4, { isRead: true });
      act(journal);
      journal.flush();
    });
    return written(stub);
  };

  test("takes another size", async () => {
    expect(await rowsAfter((journal) => journal.resize(3))).toEqual([1, 2, 3]);
  });

  test("is cleared", async () => {
    expect(await rowsAfter((journal) => journal.clear())).toEqual([]);
  });
});

test("reads that wait survive a restoration that is refused", async () => {
  const sandbox = await sandboxWithWrite();
  const history = new History();
  await history.keep(parentOf(sandbox));
  await history.observe(parentOf(sandbox));
  await history.fail(functionOf(sandbox, "f"), "the object has no history");
  await sandbox.send("GET", FUNCTIONS);
  expect(await parentOf(sandbox).restore(Date.now() - 1000)).toMatchObject({ ok: false });
  expect(await sandbox.requests.count({ method: "GET" })).toBe(1);
});

test("a function of which only a read is left stays registered", async () => {
  const sandbox = await newSandbox();
  await sandbox.send("PUT", config("f"));
  await sandbox.requests.clear();
  await sandbox.send("GET", config("f"));
  await sandbox.reset("configs");
  expect(await functionsOf(sandbox)).toEqual(["f"]);
  expect(await sandbox.requests.count({ method: "GET" })).toBe(1);
});
