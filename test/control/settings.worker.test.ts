import { env, runInDurableObject } from "cloudflare:test";
import { describe, expect, test } from "vitest";
import type { Declared, Snapshot } from "../../src/client/index.ts";
import { sandboxObject } from "../../src/objects/stubs.ts";
import { newSandbox, type TestSandbox } from "../newSandbox.ts";
import { evictObjects } from "../objects/objects.ts";
import { errorOf, versions } from "../request.ts";

const [classic, openApi, fc3] = versions;
const F = "acs:fc:cn-hangzhou:123456:functions/f";

describe("settings", () => {
  test("region and account show in every function at once", async () => {
    const sandbox = await newSandbox();
    for (const name of ["f", "g"]) await sandbox.send("PUT", fc3.config(name));
    await sandbox.settings({ region: "eu-central-1", accountId: "42" });
    for (const name of ["f", "g", "new"]) {
      const { body } = await sandbox.send("PUT", fc3.config(name));
      expect(body.functionArn).toBe(`acs:fc:eu-central-1:42:functions/${name}`);
    }
  });

  test("what is not given stays, and what is wrong changes nothing", async () => {
    const sandbox = await newSandbox({ settings: { region: "eu-central-1" } });
    expect(await sandbox.settings({ signatures: "optional" })).toEqual({
      signatures: "optional",
      functions: "open",
      region: "eu-central-1",
      accountId: "1234567890123456",
      destinations: "by version",
      retryDelaysSeconds: [1, 2, 4, 8, 16, 32, 64, 128],
      pushDeliveries: [],
      journalSize: 200,
    });
    for (const [wrong, path] of [
      [{ signatures: "maybe" }, "signatures"],
      [{ region: "EU" }, "region"],
      [{ accountId: "x" }, "accountId"],
      [{ destinations: "both" }, "destinations"],
      [{ unset: "go" }, ""],
      [{ journalSize: 201 }, "journalSize"],
      [{ region: "us-east-1", journalSize: -1 }, "journalSize"],
    ] as const) {
      await expect(sandbox.settings(wrong as never)).rejects.toMatchObject({
        problem: { errors: [{ path }] },
      });
    }
    expect((await sandbox.summary()).settings.region).toBe("eu-central-1");
  });

  test("a destinationConfig replaces or merges as its version does, or as the sandbox is told", async () => {
    const sandbox = await newSandbox();
    const both = { onSuccess: { destination: F }, onFailure: { destination: F } };
    const only = { onFailure: { destination: F } };
    const afterwards = async ({ config }: (typeof versions)[number], second: object) => {
      await sandbox.send("PUT", config("f"), { destinationConfig: both });
      return (await sandbox.send("PUT", config("f"), { destinationConfig: second })).body.destinationConfig;
    };
    const replaced = { onSuccess: null, onFailure: { destination: F } };
    const cleared = { onSuccess: null, onFailure: null };
    for (const [setting, replacing] of [
      [undefined, ["2023-03-30"]],
      ["merge", []],
      ["replace", ["2016-08-15", "2021-04-06", "2023-03-30"]],
      ["by version", ["2023-03-30"]],
    ] as const) {
      if (setting !== undefined) await sandbox.settings({ destinations: setting });
      for (const version of versions) {
        const replaces = replacing.some((id) => id === version.id);
        expect(await afterwards(version, only)).toEqual(replaces ? replaced : both);
        expect(await afterwards(version, {})).toEqual(replaces ? cleared : both);
      }
    }
  });

  test("the setting unset, which an earlier commit stored, is passed over", async () => {
    const sandbox = await newSandbox({ settings: { region: "us-east-1" } });
    await runInDurableObject(sandboxObject(env, sandbox.access.id ?? ""), (_, { storage }) => {
      storage.kv.put("settings", { region: "us-east-1", unset: "go" });
    });
    await evictObjects(sandbox);
    expect((await sandbox.summary()).settings).toEqual({
      signatures: "off",
      functions: "open",
      region: "us-east-1",
      accountId: "1234567890123456",
      destinations: "by version",
      retryDelaysSeconds: [1, 2, 4, 8, 16, 32, 64, 128],
      pushDeliveries: [],
      journalSize: 200,
    });
    expect(await sandbox.settings({ accountId: "42" })).not.toHaveProperty("unset");
    const { body } = await sandbox.send("PUT", fc3.config("f"));
    expect(body).toMatchObject({
      functionArn: "acs:fc:us-east-1:42:functions/f",
      maxAsyncRetryAttempts: null,
    });
  });

  test("the summary tells what there is", async () => {
    const sandbox = await newSandbox();
    await sandbox.send("PUT", classic.config("f"));
    await sandbox.send("PUT", classic.config("f", "prod"));
    await sandbox.send("PUT", fc3.config("g"));
    await sandbox.send("GET", "/nowhere");
    expect(await sandbox.summary()).toMatchObject({
      id: sandbox.access.id,
      accessKeyId: sandbox.access.accessKeyId,
      functions: [
        { service: "", function: "g", configs: 1, requests: 1 },
        { service: "demo", function: "f", configs: 2, requests: 2 },
      ],
      counts: { functions: 2, configs: 3, requests: 4 },
      limits: { functions: 500, bodyBytes: 65_536 },
    });
    expect((await sandbox.send("GET", "/_sandbox/")).body).toMatchObject({ id: sandbox.access.id });
  });
});

describe("clock", () => {
  test("frozen time shows in all functions, moves when advanced, and is nothing but the API's time", async () => {
    const sandbox = await newSandbox();
    await sandbox.send("PUT", classic.config("before"));
    await sandbox.clock.freeze("2030-01-01T00:00:00Z");
    for (const name of ["before", "after"]) {
      const { body, headers } = await sandbox.send("PUT", classic.config(name));
      expect(body.lastModifiedTime).toBe("2030-01-01T00:00:00Z");
      expect(Date.parse(headers.get("Date") ?? "")).toBeLessThan(Date.UTC(2029, 0, 1));
    }
    expect(await sandbox.clock.advance(90)).toMatchObject({
      mode: "frozen",
      now: "2030-01-01T00:01:30.000Z",
    });
    const { body } = await sandbox.send("PUT", classic.config("after"));
    expect([body.createdTime, body.lastModifiedTime]).toEqual([
      "2030-01-01T00:00:00Z",
      "2030-01-01T00:01:30Z",
    ]);
    const { requests } = await sandbox.requests.list();
    expect(requests.every(({ time }) => Date.parse(time) < Date.UTC(2029, 0, 1))).toBe(true);
  });

  test("shifted time goes on, and can be advanced; real time can't", async () => {
    const sandbox = await newSandbox();
    await expect(sandbox.clock.advance(1)).rejects.toMatchObject({ problem: { status: 409 } });
    await sandbox.clock.shift(86_400);
    await sandbox.clock.advance(-3600);
    const { body } = await sandbox.send("PUT", classic.config("f"));
    const ahead = Date.parse(body.createdTime) - Date.now();
    expect(Math.abs(ahead - 23 * 3_600_000)).toBeLessThan(60_000);
    expect(await sandbox.clock.set({ mode: "real" })).toMatchObject({ mode: "real" });
    const real = Date.parse((await sandbox.send("PUT", classic.config("f"))).body.lastModifiedTime);
    expect(Math.abs(real - Date.now())).toBeLessThan(60_000);
  });

  test.each([
    { mode: "stopped" },
    { mode: "frozen", time: "yesterday" },
    { mode: "frozen", time: "2030-13-01T00:00:00Z" },
    { mode: "frozen", time: "2030-02-31T00:00:00Z" },
    { mode: "shifted" },
    { mode: "shifted", offsetSeconds: 1e12 },
    { mode: "shifted", offsetSeconds: -3e9 },
    { mode: "shifted", offsetSeconds: 0.5 },
  ])("%j is refused", async (clock) => {
    const sandbox = await newSandbox();
    await expect(sandbox.clock.set(clock as never)).rejects.toMatchObject({ problem: { status: 400 } });
    await sandbox.clock.freeze("9999-12-31T23:59:59Z");
    await expect(sandbox.clock.advance(1)).rejects.toMatchObject({ problem: { status: 400 } });
  });
});

describe("declared functions", () => {
  const declared: Declared = {
    services: [{ name: "demo", functions: ["f"], versions: ["1"], aliases: ["prod"] }],
    functions: [{ name: "f", versions: ["2"], aliases: ["live"] }],
  };

  test("those not declared get the cloud's 404s", async () => {
    const sandbox = await newSandbox();
    await sandbox.send("PUT", classic.config("f", "gone"));
    await sandbox.functions.declare(declared);
    await sandbox.settings({ functions: "declared" });
    const error = async (path: string, method = "PUT") => errorOf(await sandbox.send(method, path)).message;
    for (const { config } of [classic, openApi]) {
      for (const qualifier of [undefined, "LATEST", "1", "prod"]) {
        expect((await sandbox.send("PUT", config("f", qualifier))).status).toBe(200);
      }
      expect(await error(config("f", "2"))).toBe("version '2' of service 'demo' does not exist");
      expect(await error(config("f", "gone"), "GET")).toBe("alias 'gone' of service 'demo' does not exist");
      expect(await error(config("g"))).toBe("function 'g' does not exist in service 'demo'");
    }
    expect(await error("/2021-04-06/services/x/functions/f/async-invoke-config", "DELETE")).toBe(
      "service 'x' does not exist",
    );
    expect(
      errorOf(await sandbox.send("GET", "/2021-04-06/services/x/functions/f/async-invoke-configs")),
    ).toMatchObject({ status: 404, code: "ServiceNotFound" });
    expect((await sandbox.send("PUT", fc3.config("f", "live"))).status).toBe(200);
    expect(await error(fc3.config("f", "1"))).toBe("version '1' of function 'f' does not exist");
    expect(await error(fc3.config("g"))).toBe("function 'g' does not exist");
  });

  test("a function that is no longer declared loses its configs", async () => {
    const sandbox = await newSandbox();
    await sandbox.functions.declare(declared);
    await sandbox.settings({ functions: "declared" });
    await sandbox.send("PUT", classic.config("f"));
    await sandbox.send("PUT", fc3.config("f"), { maxAsyncRetryAttempts: 8 });
    await sandbox.functions.declare({ functions: [{ name: "f" }] });
    expect((await sandbox.send("GET", classic.config("f"))).body.ErrorCode).toBe("ServiceNotFound");
    await sandbox.functions.declare(declared);
    expect((await sandbox.send("GET", classic.config("f"))).body.ErrorCode).toBe("AsyncConfigNotExists");
    expect((await sandbox.send("GET", fc3.config("f"))).body.maxAsyncRetryAttempts).toBe(8);
  });

  test("a version or alias that is no longer declared loses its config, in lists too", async () => {
    const sandbox = await newSandbox();
    await sandbox.functions.declare(declared);
    for (const [{ config }, qualifiers] of [
      [classic, ["LATEST", "1", "prod"]],
      [fc3, ["LATEST", "2", "live"]],
    ] as const) {
      for (const qualifier of qualifiers) await sandbox.send("PUT", config("f", qualifier));
    }
    await sandbox.functions.declare({
      services: [{ name: "demo", functions: ["f"], versions: ["1"] }],
      functions: [{ name: "f", aliases: ["live"] }],
    });
    const listed = async (path: string) => {
      const { body } = await sandbox.send("GET", path);
      return body.configs.map(
        (config: { qualifier?: string; functionArn?: string }) =>
          config.qualifier ?? config.functionArn?.split("/")[2] ?? "LATEST",
      );
    };
    await evictObjects(sandbox);
    expect(await listed(classic.list("f"))).toEqual(["1", "LATEST"]);
    expect(await listed(fc3.list("f"))).toEqual(["LATEST", "live"]);
    expect(await listed("/2023-03-30/async-invoke-configs")).toEqual(["LATEST", "live"]);
    await sandbox.functions.declare(declared);
    expect((await sandbox.send("GET", classic.config("f", "prod"))).status).toBe(404);
  });

  test("a reset of the declarations takes their configs, as a declaration of nothing does", async () => {
    for (const withdraw of [
      (sandbox: TestSandbox) => sandbox.functions.declare({}),
      (sandbox: TestSandbox) => sandbox.reset("functions"),
    ]) {
      const sandbox = await newSandbox();
      await sandbox.functions.declare({ functions: [{ name: "f" }] });
      for (const name of ["f", "g"]) await sandbox.send("PUT", fc3.config(name));
      await withdraw(sandbox);
      expect((await sandbox.snapshot.export()).configs?.map((config) => config.function)).toEqual(["g"]);
    }
  });

  test("a declaration that is none is refused", async () => {
    const sandbox = await newSandbox();
    for (const wrong of [
      { services: [{ name: "1x" }] },
      { services: [{ name: "s", versions: ["x"] }] },
      { function: [] },
      {
        services: Array.from({ length: 500 }, (_, i) => ({
          name: `s${i}`,
          functions: Array.from({ length: 500 }, (_, j) => `f${j}`),
        })),
      },
    ]) {
      await expect(sandbox.functions.declare(wrong as Declared)).rejects.toMatchObject({
        problem: { status: 400 },
      });
    }
    expect(await sandbox.functions.get()).toEqual({});
  });
});

describe("reset", () => {
  const full = async () => {
    const sandbox = await newSandbox();
    await sandbox.send("PUT", classic.config("f"));
    await sandbox.faults.add({ match: { operation: "list" }, effect: { type: "broken" } });
    await sandbox.clock.freeze("2030-01-01T00:00:00Z");
    await sandbox.settings({ region: "eu-central-1" });
    await sandbox.functions.declare({ functions: [{ name: "f" }] });
    return sandbox;
  };
  const parts = async (sandbox: Awaited<ReturnType<typeof full>>) => {
    const { configs, faults, clock, settings, functions } = await sandbox.snapshot.export();
    return {
      configs: configs?.length !== 0,
      journal: (await sandbox.requests.count()) !== 0,
      faults: faults?.length !== 0,
      clock: clock?.mode !== "real",
      settings: settings?.region !== "cn-hangzhou",
      functions: functions?.functions !== undefined,
    };
  };

  test("all of it", async () => {
    const sandbox = await full();
    await sandbox.reset();
    expect(Object.values(await parts(sandbox))).toEqual(Array(6).fill(false));
    expect((await sandbox.send("GET", classic.config("f"))).status).toBe(404);
  });

  test.each(["configs", "journal", "faults", "clock", "settings", "functions"] as const)(
    "just the %s",
    async (part) => {
      const sandbox = await full();
      const before = await parts(sandbox);
      expect(Object.values(before)).toEqual(Array(6).fill(true));
      await sandbox.reset(part);
      expect(await parts(sandbox)).toEqual({ ...before, [part]: false });
    },
  );

  test("an unknown part is refused, and nothing is reset", async () => {
    const sandbox = await full();
    await expect(sandbox.reset("everything" as never)).rejects.toMatchObject({
      problem: { errors: [{ path: "parts[0]" }] },
    });
    expect((await parts(sandbox)).configs).toBe(true);
  });
});

describe("snapshot", () => {
  const handWritten: Snapshot = {
    settings: { signatures: "off", region: "eu-central-1", destinations: "merge" },
    clock: { mode: "frozen", time: "2030-01-01T00:00:00Z" },
    faults: [{ match: { operation: "delete" }, effect: { type: "error", code: "Throttling" }, times: 2 }],
    functions: { services: [{ name: "demo", functions: ["f"] }] },
    configs: [
      { service: "demo", function: "f", maxAsyncRetryAttempts: 1 },
      {
        service: "demo",
        function: "f",
        qualifier: "prod",
        destinationConfig: { onFailure: { destination: F } },
      },
      { service: "demo", function: "f", qualifier: "empty", destinationConfig: {} },
      { function: "g", createdTime: "2020-08-20T02:28:21Z", stateful: true, maxAsyncEventAgeInSeconds: 60 },
    ],
  };

  test("export, reset, import, export is the identity", async () => {
    const sandbox = await newSandbox({ snapshot: handWritten });
    await sandbox.send("PUT", classic.config("h", "7"), {
      maxAsyncRetryAttempts: 0,
      statefulInvocation: false,
    });
    await sandbox.send("DELETE", classic.config("f"));
    const exported = await sandbox.snapshot.export();
    await sandbox.reset();
    expect(await sandbox.snapshot.export()).not.toEqual(exported);
    await sandbox.snapshot.import(exported);
    expect(await sandbox.snapshot.export()).toEqual(exported);
    const other = await newSandbox({ snapshot: exported });
    expect(await other.snapshot.export()).toEqual(exported);
  });

  test("a sandbox made of one is as it says", async () => {
    const sandbox = await newSandbox({ snapshot: handWritten, settings: { accountId: "42" } });
    const g = await sandbox.send("GET", fc3.config("g"));
    expect(g.body).toMatchObject({
      functionArn: "acs:fc:eu-central-1:42:functions/g",
      createdTime: "2020-08-20T02:28:21Z",
      asyncTask: true,
      maxAsyncEventAgeInSeconds: 60,
    });
    const prod = await sandbox.send("PUT", classic.config("f", "prod"));
    expect(prod.body).toMatchObject({
      lastModifiedTime: "2030-01-01T00:00:00Z",
      destinationConfig: { onFailure: { destination: F } },
    });
    expect((await sandbox.send("DELETE", classic.config("f"))).status).toBe(429);
    expect((await sandbox.send("GET", "/2023-03-30/async-invoke-configs")).body.configs.length).toBe(1);
  });

  test("it keeps whether a destinationConfig was ever given", async () => {
    const sandbox = await newSandbox({
      snapshot: await (await newSandbox({ snapshot: handWritten })).snapshot.export(),
    });
    const shown = async (qualifier: string) =>
      (await sandbox.send("GET", classic.config("f", qualifier))).body.destinationConfig;
    expect(await shown("empty")).toEqual({ onSuccess: null, onFailure: null });
    expect(await shown("LATEST")).toBeNull();
  });

  test("the setting unset, which earlier commits had, is passed over", async () => {
    const sandbox = await newSandbox();
    const former = { settings: { region: "us-east-1", unset: "go" } };
    await sandbox.snapshot.import(former as Snapshot);
    const { settings } = await sandbox.snapshot.export();
    expect(settings).toMatchObject({ region: "us-east-1" });
    expect(settings).not.toHaveProperty("unset");
  });

  test.each<[object, string]>([
    [{ config: [] }, ""],
    [{ configs: [{ service: "demo" }] }, "configs[0].function"],
    [
      { configs: [{ function: "f" }, { function: "g", maxAsyncRetryAttempts: 9 }] },
      "configs[1].maxAsyncRetryAttempts",
    ],
    [
      { configs: [{ function: "f", destinationConfig: { onSuccess: { destination: "x" } } }] },
      "configs[0].destinationConfig.onSuccess.destination",
    ],
    [{ configs: [{ function: "f", createdTime: "now" }] }, "configs[0].createdTime"],
    [{ faults: [{}] }, "faults[0].effect"],
    [{ clock: { mode: "x" } }, "clock.mode"],
    [{ settings: { region: 5 } }, "settings.region"],
    [{ functions: { services: "x" } }, "functions.services"],
    [[], ""],
    [{}, ""],
    [{ format: "fc-sandbox/1" }, ""],
    [{ replace: "some" }, "replace"],
  ])("%j changes nothing, and says where it is wrong", async (document, path) => {
    const sandbox = await newSandbox({ snapshot: handWritten });
    const before = await sandbox.snapshot.export();
    await expect(sandbox.snapshot.import(document as Snapshot)).rejects.toMatchObject({
      problem: { status: 400, errors: [{ path, reason: expect.stringMatching(/^must /) }] },
    });
    expect(await sandbox.snapshot.export()).toEqual(before);
  });

  test("leaves the parts as they are that it does not have", async () => {
    const sandbox = await newSandbox({ snapshot: handWritten, settings: { signatures: "required" } });
    const before = await sandbox.snapshot.export();
    const parts: Snapshot[] = [
      { settings: { region: "cn-beijing" } },
      { clock: { mode: "frozen", time: "2031-01-01T00:00:00Z" } },
      { faults: [] },
      { functions: {} },
      { configs: [] },
    ];
    let expected = before;
    for (const part of parts) {
      await sandbox.snapshot.import(part);
      const clock = part.clock ? { ...part.clock, time: "2031-01-01T00:00:00.000Z" } : expected.clock;
      expected = { ...expected, ...part, clock, settings: { ...expected.settings, ...part.settings } };
      // What is declared no longer loses its configs.
      if (part.functions) expected = { ...expected, configs: (await sandbox.snapshot.export()).configs };
      expect(await sandbox.snapshot.export()).toEqual(expected);
    }
    expect((await sandbox.summary()).settings.signatures).toBe("required");
  });

  test("replaces all when it says so", async () => {
    const sandbox = await newSandbox({ snapshot: handWritten });
    const fresh = await (await newSandbox({ settings: { region: "cn-beijing" } })).snapshot.export();
    await sandbox.snapshot.import({ replace: "all", settings: { region: "cn-beijing" } });
    expect(await sandbox.snapshot.export()).toEqual(fresh);
  });

  test("an empty body is refused, and changes nothing", async () => {
    const sandbox = await newSandbox({ snapshot: handWritten });
    const before = await sandbox.snapshot.export();
    const authorization = { Authorization: `Bearer ${sandbox.access.controlToken}` };
    const answer = await sandbox.send("PUT", "/_sandbox/snapshot", undefined, authorization);
    expect([answer.status, answer.body.detail]).toEqual([
      400,
      'the document must be a snapshot with a part at least, or "replace": "all"',
    ]);
    expect(await sandbox.snapshot.export()).toEqual(before);
  });

  test.each([
    ["2030-01-31T20:00:00.123456+08:00", "2030-01-31T12:00:00Z"],
    ["2030-01-31t12:00:00.999999999z", "2030-01-31T12:00:00Z"],
    ["2030-01-31T07:30:00.1234567-04:30", "2030-01-31T12:00:00Z"],
  ])("takes the time %s", async (createdTime, shown) => {
    const sandbox = await newSandbox({ snapshot: { configs: [{ function: "f", createdTime }] } });
    expect((await sandbox.send("GET", fc3.config("f"))).body.createdTime).toBe(shown);
    await sandbox.clock.freeze(createdTime);
    expect((await sandbox.send("PUT", fc3.config("f"))).body.lastModifiedTime).toBe(shown);
  });

  test("limits hold for it, and nothing changes when it goes beyond them", async () => {
    const sandbox = await newSandbox();
    const configs = (functions: number, qualifiers: number) =>
      Array.from({ length: functions * qualifiers }, (_, i) => ({
        function: `f${i % functions}`,
        qualifier: `q${Math.floor(i / functions)}`,
      }));
    await expect(sandbox.snapshot.import({ configs: configs(501, 1) })).rejects.toThrow("501 functions");
    await expect(sandbox.snapshot.import({ configs: configs(1, 101) })).rejects.toThrow("101 of f0");
    await expect(sandbox.snapshot.import({ configs: [...configs(1, 1), ...configs(1, 1)] })).rejects.toThrow(
      "more than once",
    );
    const large = {
      configs: [],
      faults: [{ effect: { type: "error", code: "Throttling", message: "x".repeat(5_300_000) } }],
    };
    await expect(sandbox.snapshot.import(large as Snapshot)).rejects.toMatchObject({
      problem: { status: 413 },
    });
    expect((await sandbox.snapshot.export()).configs).toEqual([]);
    await sandbox.snapshot.import({ configs: configs(500, 1) });
    expect((await sandbox.snapshot.export()).configs?.length).toBe(500);
  });

  test("configs of a snapshot without times are of the snapshot's own clock", async () => {
    const sandbox = await newSandbox({
      snapshot: { clock: { mode: "frozen", time: "2030-01-01T00:00:00Z" }, configs: [{ function: "f" }] },
    });
    expect((await sandbox.send("GET", fc3.config("f"))).body.createdTime).toBe("2030-01-01T00:00:00Z");
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
});
