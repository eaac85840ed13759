import { describe, expect, test } from "vitest";
import { newSandbox } from "../newSandbox.ts";
import { errorOf } from "../request.ts";
import { FUNCTION, generations, makeFunction, makeVersioned } from "./resources.ts";

describe.each(generations)("in $id", (generation) => {
  const { functions, owner, config, declared } = generation;

  test("what the API creates is what the control plane shows as declared", async () => {
    const sandbox = await newSandbox();
    await makeVersioned(sandbox, generation);
    expect(await sandbox.functions.get()).toEqual(declared({ versions: ["1"], aliases: ["prod"] }));
  });

  test("what the control plane declares is what the API shows", async () => {
    const sandbox = await newSandbox();
    await sandbox.functions.declare(declared({ versions: ["2", "7"], aliases: ["prod"] }));
    expect((await sandbox.send("GET", `${functions}/f`)).body).toMatchObject({
      functionName: "f",
      codeSize: 0,
    });
    expect((await sandbox.send("GET", functions)).body.functions).toHaveLength(1);
    const { versions } = (await sandbox.send("GET", `${owner}/versions`)).body;
    expect(versions.map(({ versionId }: { versionId: string }) => versionId)).toEqual(["7", "2"]);
    expect((await sandbox.send("GET", `${owner}/aliases/prod`)).body).toMatchObject({ versionId: "7" });
    expect((await sandbox.send("GET", `${functions}/f?qualifier=prod`)).status).toBe(200);
  });

  test("a number that was declared is not published again", async () => {
    const sandbox = await newSandbox();
    await sandbox.functions.declare(declared({ versions: ["7"] }));
    await sandbox.send("PUT", `${functions}/f`, { timeout: 30 });
    expect((await sandbox.send("POST", `${owner}/versions`, {})).body).toMatchObject({ versionId: "8" });
  });

  test("what is declared by its name stays as the API made it, and what is not is deleted", async () => {
    const sandbox = await newSandbox();
    await makeVersioned(sandbox, generation);
    const before = (await sandbox.send("GET", `${functions}/f`)).body;
    await sandbox.functions.declare(declared({ versions: ["1"] }));
    expect((await sandbox.send("GET", `${functions}/f`)).body).toEqual(before);
    expect(errorOf(await sandbox.send("GET", `${owner}/aliases/prod`)).code).toBe("AliasNotFound");
    await sandbox.functions.declare({});
    expect(errorOf(await sandbox.send("GET", `${functions}/f`)).status).toBe(404);
  });

  test("where only what exists can be configured, the API makes it exist, and no longer", async () => {
    const sandbox = await newSandbox({ settings: { functions: "declared" } });
    const put = async (qualifier: string) => {
      const answer = await sandbox.send("PUT", config(qualifier), {});
      return answer.status === 200 ? 200 : errorOf(answer).code;
    };
    expect(await put("LATEST")).toMatch(/^(Service|Function)NotFound$/);
    await makeFunction(sandbox, generation);
    expect([await put("LATEST"), await put("1"), await put("prod")]).toEqual([
      200,
      "VersionNotFound",
      "AliasNotFound",
    ]);
    await sandbox.send("POST", `${owner}/versions`, {});
    await sandbox.send("POST", `${owner}/aliases`, { aliasName: "prod", versionId: "1" });
    expect([await put("1"), await put("prod")]).toEqual([200, 200]);
    await sandbox.send("DELETE", `${owner}/aliases/prod`);
    await sandbox.send("DELETE", `${owner}/versions/1`);
    expect([await put("1"), await put("prod")]).toEqual(["VersionNotFound", "AliasNotFound"]);
    await sandbox.send("DELETE", `${functions}/f`);
    expect(await put("LATEST")).toBe("FunctionNotFound");
  });

  test("where everything can be configured, lists show only what was created", async () => {
    const sandbox = await newSandbox();
    expect((await sandbox.send("PUT", config("prod"), {})).status).toBe(200);
    expect(errorOf(await sandbox.send("GET", `${functions}/f`)).status).toBe(404);
    expect(errorOf(await sandbox.send("POST", `${owner}/versions`, {})).status).toBe(404);
    expect(await sandbox.functions.get()).toEqual({});
  });

  test.each([
    [
      "a function takes all its configs along",
      (owner: string) => [`${owner}/aliases/prod`, `${owner}/versions/1`, `${functions}/f`],
      [],
    ],
    ["a version takes its config along", (owner: string) => [`${owner}/versions/1`], ["LATEST", "prod"]],
    ["an alias takes its config along", (owner: string) => [`${owner}/aliases/prod`], ["1", "LATEST"]],
  ])("deleting %s", async (_, deletions, left) => {
    const sandbox = await newSandbox();
    await makeVersioned(sandbox, generation);
    for (const qualifier of ["LATEST", "1", "prod"]) await sandbox.send("PUT", config(qualifier), {});
    for (const path of deletions(owner)) expect((await sandbox.send("DELETE", path)).status).toBe(204);
    const { configs = [] } = await sandbox.snapshot.export();
    expect(configs.map(({ qualifier }) => qualifier).toSorted()).toEqual(left);
  });

  test("a snapshot takes everything along, and is the same after it was imported", async () => {
    const [from, to] = [await newSandbox(), await newSandbox()];
    await from.clock.freeze("2030-01-01T00:00:00Z");
    await makeVersioned(from, generation);
    const shown = async (sandbox: typeof from) =>
      Promise.all(
        [`${functions}/f`, `${functions}/f?qualifier=1`, `${owner}/versions`, `${owner}/aliases/prod`].map(
          async (path) => (await sandbox.send("GET", path)).body,
        ),
      );
    const exported = await from.snapshot.export();
    await to.snapshot.import(exported);
    expect(await to.snapshot.export()).toEqual(exported);
    expect(await shown(to)).toEqual(await shown(from));
    await to.send("PUT", `${functions}/f`, { timeout: 31 });
    expect((await to.send("POST", `${owner}/versions`, {})).body.versionId).toBe("2");
  });

  test("the code is not part of a snapshot, and its address says so", async () => {
    const [from, to] = [await newSandbox(), await newSandbox()];
    await makeFunction(from, generation);
    await to.snapshot.import(await from.snapshot.export());
    const { url, checksum } = (await to.send("GET", `${functions}/f/code`)).body;
    expect(checksum).toBe((await from.send("GET", `${functions}/f/code`)).body.checksum);
    const answer = await to.send("GET", new URL(url).pathname.replace(/^\/s\/[^/]+/, ""));
    expect(answer).toMatchObject({ status: 404, body: { title: "Not found" } });
  });
});

test("both versions of FC 2.0 see the same resources, and FC 3.0 its own", async () => {
  const sandbox = await newSandbox();
  await sandbox.send("POST", "/2016-08-15/services", { serviceName: "demo", description: "one" });
  await sandbox.send("POST", "/services/demo/functions", { functionName: "f", ...FUNCTION });
  const classic = (await sandbox.send("GET", "/2016-08-15/services/demo/functions/f")).body;
  expect((await sandbox.send("GET", "/2021-04-06/services/demo/functions/f")).body).toEqual(classic);
  expect((await sandbox.send("GET", "/2023-03-30/functions/f")).status).toBe(404);
  await sandbox.send("PUT", "/2021-04-06/services/demo", { description: "two" });
  expect((await sandbox.send("GET", "/services/demo")).body.description).toBe("two");
});

test("a reset of what exists deletes it, and a reset of all else leaves it", async () => {
  const sandbox = await newSandbox();
  const [fc2] = generations;
  await makeVersioned(sandbox, fc2);
  await sandbox.reset("configs", "journal", "faults", "clock", "settings");
  expect(await sandbox.functions.get()).toEqual(fc2.declared({ versions: ["1"], aliases: ["prod"] }));
  await sandbox.reset("functions");
  expect(await sandbox.functions.get()).toEqual({});
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
