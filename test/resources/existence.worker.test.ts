import { runInDurableObject } from "cloudflare:test";
import { describe, expect, test } from "vitest";
import { newSandbox } from "../newSandbox.ts";
import { evictObjects, parentOf } from "../objects/objects.ts";
import {
  codePath,
  download,
  FUNCTION,
  generations,
  makeFunctions,
  makeVersioned,
  must,
  outcomeOf,
} from "./resources.ts";

describe.each(generations)("in $id", (generation) => {
  const { functions, owner, ownerMissing, config, declared } = generation;

  test("what the API creates is what the control plane shows", async () => {
    const sandbox = await newSandbox();
    await makeVersioned(sandbox, generation);
    expect(await sandbox.functions.get()).toEqual(declared(["f"], { versions: ["1"], aliases: ["prod"] }));
  });

  test("what the control plane declares is what the API gets and lists", async () => {
    const sandbox = await newSandbox();
    await sandbox.functions.declare(declared(["f", "g"], { versions: ["2", "7"], aliases: ["prod"] }));
    const get = async (path: string) => (await must(sandbox, "GET", path)).body;
    expect(await get(`${functions}/f`)).toMatchObject({ functionName: "f", codeSize: 0 });
    expect((await get(functions)).functions).toMatchObject([{ functionName: "f" }, { functionName: "g" }]);
    expect((await get(`${owner}/versions`)).versions).toMatchObject([{ versionId: "7" }, { versionId: "2" }]);
    expect(await get(`${owner}/aliases/prod`)).toMatchObject({ versionId: "7" });
    expect(await get(`${functions}/f?qualifier=prod`)).toMatchObject({ functionName: "f" });
  });

  test("a number that was declared is not published again", async () => {
    const sandbox = await newSandbox();
    await sandbox.functions.declare(declared(["f"], { versions: ["7"] }));
    await must(sandbox, "PUT", `${functions}/f`, { timeout: 30 });
    expect((await must(sandbox, "POST", `${owner}/versions`, {})).body).toMatchObject({ versionId: "8" });
  });

  test("what is declared by its name stays as the API made it, with its code, and all else is deleted", async () => {
    const sandbox = await newSandbox();
    await makeVersioned(sandbox, generation);
    await must(sandbox, "POST", functions, { functionName: "g", ...FUNCTION });
    const before = (await must(sandbox, "GET", `${functions}/f`)).body;
    await sandbox.functions.declare(declared(["f"], { versions: ["1"] }));
    expect((await must(sandbox, "GET", `${functions}/f`)).body).toEqual(before);
    const code = await codePath(sandbox, `${functions}/f/code`);
    expect(await download(code)).toEqual({ status: 200, text: "the next code" });
    expect(await outcomeOf(sandbox, "GET", `${functions}/g`)).toBe("FunctionNotFound");
    expect(await outcomeOf(sandbox, "GET", `${owner}/aliases/prod`)).toBe("AliasNotFound");
    await sandbox.functions.declare({});
    expect(await outcomeOf(sandbox, "GET", owner)).toBe(ownerMissing);
    expect(await sandbox.functions.get()).toEqual({});
  });

  test("versions and aliases that are declared as objects with their name alone stay as they are", async () => {
    const sandbox = await newSandbox();
    await makeVersioned(sandbox, generation);
    await must(sandbox, "POST", `${owner}/versions`, {});
    await must(sandbox, "PUT", `${owner}/aliases/prod`, { description: "live" });
    const before = (await sandbox.snapshot.export()).functions;
    const named = { versions: [{ versionId: "1" }, { versionId: "2" }], aliases: [{ name: "prod" }] };
    await sandbox.functions.declare(declared(["f"], named));
    expect((await sandbox.snapshot.export()).functions).toEqual(before);
  });

  test("where only what exists can be configured, the API makes it exist, and no longer", async () => {
    const sandbox = await newSandbox({ settings: { functions: "declared" } });
    const put = (qualifier: string, name?: string) => outcomeOf(sandbox, "PUT", config(qualifier, name), {});
    const putAll = () => Promise.all([put("LATEST"), put("1"), put("prod")]);
    expect(await put("LATEST")).toBe(ownerMissing);
    await makeFunctions(sandbox, generation, "f");
    expect(await putAll()).toEqual([200, "VersionNotFound", "AliasNotFound"]);
    await must(sandbox, "POST", `${owner}/versions`, {});
    await must(sandbox, "POST", `${owner}/aliases`, { aliasName: "prod", versionId: "1" });
    expect(await putAll()).toEqual([200, 200, 200]);
    expect([await put("LATEST", "g"), await put("2"), await put("blue")]).toEqual([
      "FunctionNotFound",
      "VersionNotFound",
      "AliasNotFound",
    ]);
    await must(sandbox, "DELETE", `${owner}/aliases/prod`);
    await must(sandbox, "DELETE", `${owner}/versions/1`);
    expect(await putAll()).toEqual([200, "VersionNotFound", "AliasNotFound"]);
    await must(sandbox, "DELETE", `${functions}/f`);
    expect(await put("LATEST")).toBe("FunctionNotFound");
  });

  test("where everything can be configured, only what was created is there and listed", async () => {
    const sandbox = await newSandbox();
    await must(sandbox, "PUT", config("prod", "never-created"), {});
    expect(await sandbox.functions.get()).toEqual({});
    expect(await outcomeOf(sandbox, "POST", `${owner}/versions`, {})).toBe(ownerMissing);
    await makeFunctions(sandbox, generation, "f");
    expect(await outcomeOf(sandbox, "GET", `${functions}/never-created`)).toBe("FunctionNotFound");
    expect((await must(sandbox, "GET", functions)).body.functions).toMatchObject([{ functionName: "f" }]);
  });

  test("a reset of what exists deletes it, and a reset of all else leaves it", async () => {
    const sandbox = await newSandbox();
    await makeVersioned(sandbox, generation);
    await sandbox.reset("configs", "journal", "faults", "clock", "settings");
    expect(await sandbox.functions.get()).toEqual(declared(["f"], { versions: ["1"], aliases: ["prod"] }));
    await sandbox.reset("functions");
    expect(await sandbox.functions.get()).toEqual({});
    await makeVersioned(sandbox, generation);
  });
});

test("both versions of FC 2.0 see the same resources, and FC 3.0 its own", async () => {
  const sandbox = await newSandbox();
  await must(sandbox, "POST", "/2016-08-15/services", { serviceName: "demo", description: "one" });
  await must(sandbox, "POST", "/services/demo/functions", { functionName: "f", ...FUNCTION });
  const classic = (await must(sandbox, "GET", "/2016-08-15/services/demo/functions/f")).body;
  expect((await must(sandbox, "GET", "/2021-04-06/services/demo/functions/f")).body).toEqual(classic);
  expect(await outcomeOf(sandbox, "GET", "/2023-03-30/functions/f")).toBe("FunctionNotFound");
  await must(sandbox, "PUT", "/2021-04-06/services/demo", { description: "two" });
  expect((await must(sandbox, "GET", "/services/demo")).body.description).toBe("two");
});

test("the API shows the items of a service, its functions, versions and aliases that were declared", async () => {
  const sandbox = await newSandbox();
  await sandbox.functions.declare({
    services: [
      {
        name: "demo",
        description: "all of it",
        internetAccess: false,
        role: "acs:ram::1:role/fc",
        logConfig: { project: "p", logstore: "l" },
        functions: [
          { name: "f", runtime: "python3.10", handler: "main.run", memorySize: 256, timeout: 20 },
          "g",
        ],
        versions: [{ versionId: "3", description: "release 3" }, "4"],
        aliases: [
          { name: "prod", versionId: "3", description: "live", additionalVersionWeight: { "4": 0.25 } },
          "next",
        ],
      },
    ],
  });
  const get = async (path: string) => (await must(sandbox, "GET", `/2021-04-06/services/demo${path}`)).body;
  expect(await get("")).toMatchObject({
    description: "all of it",
    internetAccess: false,
    role: "acs:ram::1:role/fc",
    logConfig: { project: "p", logstore: "l" },
  });
  const items = { runtime: "python3.10", handler: "main.run", memorySize: 256, timeout: 20 };
  expect(await get("/functions/f")).toMatchObject(items);
  expect(await get("/functions/f?qualifier=3")).toMatchObject(items);
  expect(await get("/functions/g")).toMatchObject({ runtime: "custom.debian12", timeout: 3 });
  expect((await get("/versions")).versions).toMatchObject([
    { versionId: "4", description: "" },
    { versionId: "3", description: "release 3" },
  ]);
  expect(await get("/aliases/prod")).toMatchObject({
    versionId: "3",
    description: "live",
    additionalVersionWeight: { "4": 0.25 },
  });
  expect(await get("/aliases/next")).toMatchObject({ versionId: "4", additionalVersionWeight: null });
});

test.each([
  [{ functions: [{ name: "f", aliases: [{ name: "prod", versionId: "3" }] }] }, "points to version 3"],
  [{ functions: [{ name: "f", aliases: ["LATEST"] }] }, "LATEST"],
  [{ functions: [{ name: "f", memorySize: 100 }] }, "memorySize"],
  [{ functions: [{ name: "f" }, { name: "f" }] }, "once"],
])("a declaration that contradicts itself or the API changes nothing: %j", async (declared, message) => {
  const sandbox = await newSandbox();
  await expect(sandbox.functions.declare(declared as never)).rejects.toThrow(message);
  await expect(sandbox.snapshot.import({ functions: declared as never })).rejects.toThrow();
  expect(await sandbox.functions.get()).toEqual({});
});

test("a version of an earlier release whose number is too long is gone, and all else is there", async () => {
  const sandbox = await newSandbox();
  await runInDurableObject(parentOf(sandbox), (_, { storage }) => {
    const versions = ["1", "99999999999999999999"];
    storage.kv.put("declared", { services: [{ name: "demo", functions: ["f"], versions }] });
  });
  await evictObjects(sandbox);
  expect(await sandbox.functions.get()).toEqual({
    services: [{ name: "demo", functions: ["f"], versions: ["1"] }],
  });
});
