import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { newSandbox } from "../../newSandbox.ts";
import { errorOf } from "../../request.ts";
import { create, functionBody, generations, must } from "./requests.ts";

describe.each(generations)("in $generation", (api) => {
  const { functions, owner, config, shown } = api;

  test("what the API creates is what the control plane shows and what can be configured", async () => {
    const sandbox = await newSandbox({ settings: { functions: "declared" } });
    await create(sandbox, api, "f");
    await must(sandbox, "POST", `${owner}/versions`, {});
    await must(sandbox, "POST", `${owner}/aliases`, { aliasName: "prod", versionId: "1" });
    expect(await sandbox.functions.get()).toEqual(shown(["f"], { versions: ["1"], aliases: ["prod"] }));
    for (const qualifier of ["LATEST", "1", "prod"]) await must(sandbox, "PUT", config("f", qualifier), {});
    const refused = [];
    for (const [name, qualifier] of [
      ["g", "LATEST"],
      ["f", "2"],
      ["f", "blue"],
    ] as const) {
      refused.push(errorOf(await sandbox.send("PUT", config(name, qualifier), {})).code);
    }
    expect(refused).toEqual(["FunctionNotFound", "VersionNotFound", "AliasNotFound"]);
  });

  test("what the control plane declares is what the API gets and lists", async () => {
    const sandbox = await newSandbox();
    await sandbox.functions.declare(shown(["f", "g"], { versions: ["3"], aliases: ["prod"] }));
    const listed = await must(sandbox, "GET", functions);
    expect(listed.body.functions).toMatchObject([{ functionName: "f" }, { functionName: "g" }]);
    expect((await must(sandbox, "GET", `${functions}/f?qualifier=prod`)).body).toMatchObject({
      functionName: "f",
    });
    expect((await must(sandbox, "GET", `${owner}/aliases/prod`)).body).toMatchObject({ versionId: "3" });
    expect((await must(sandbox, "GET", `${owner}/versions`)).body.versions).toMatchObject([
      { versionId: "3" },
    ]);
    await must(sandbox, "PUT", `${functions}/f`, { description: "changed" });
    expect((await must(sandbox, "POST", `${owner}/versions`, {})).body).toMatchObject({ versionId: "4" });
  });

  test("in open mode everything may be configured, but only what was created is listed", async () => {
    const sandbox = await newSandbox();
    await must(sandbox, "PUT", config("never-created"), {});
    expect((await sandbox.send("GET", `${functions}/never-created`)).status).toBe(404);
    await create(sandbox, api, "f");
    expect((await must(sandbox, "GET", functions)).body.functions).toMatchObject([{ functionName: "f" }]);
  });

  test("a declaration by name alone leaves the function as it is, with its code", async () => {
    const sandbox = await newSandbox();
    await create(sandbox, api, "f", "g");
    const before = (await must(sandbox, "GET", `${functions}/f`)).body;
    await sandbox.functions.declare(shown(["f"]));
    expect((await must(sandbox, "GET", `${functions}/f`)).body).toEqual(before);
    expect((await sandbox.send("GET", `${functions}/g`)).status).toBe(404);
    const { url } = (await must(sandbox, "GET", `${functions}/f/code`)).body;
    const { pathname } = new URL(url);
    expect(pathname).toContain("/_sandbox/code/");
  });

  test("a version and an alias that are declared by name alone stay as they are", async () => {
    const sandbox = await newSandbox();
    await create(sandbox, api, "f");
    await must(sandbox, "POST", `${owner}/versions`, { description: "first" });
    await must(sandbox, "PUT", `${functions}/f`, { description: "changed" });
    await must(sandbox, "POST", `${owner}/versions`, {});
    await must(sandbox, "POST", `${owner}/aliases`, { aliasName: "prod", versionId: "1", description: "d" });
    const before = (await sandbox.snapshot.export()).functions;
    const named = { versions: [{ versionId: "1" }, { versionId: "2" }], aliases: [{ name: "prod" }] };
    await sandbox.functions.declare(shown(["f"], named));
    expect((await sandbox.snapshot.export()).functions).toEqual(before);
  });

  test("a reset of the functions deletes what the API created", async () => {
    const sandbox = await newSandbox();
    await create(sandbox, api, "f");
    await sandbox.reset("functions");
    expect(await sandbox.functions.get()).toEqual({});
    await create(sandbox, api, "f");
  });

  test("an import keeps whether something changed since the latest version", async () => {
    const [from, into] = [await newSandbox(), await newSandbox()];
    await create(from, api, "f");
    await must(from, "POST", `${owner}/versions`, {});
    await into.snapshot.import(await from.snapshot.export());
    expect(errorOf(await into.send("POST", `${owner}/versions`, {})).code).toBe("VersionPublishError");
    await must(into, "PUT", `${functions}/f`, { description: "changed" });
    expect((await must(into, "POST", `${owner}/versions`, {})).body).toMatchObject({ versionId: "2" });
  });

  test("an alias whose version was deleted is exported and imported as it is", async () => {
    const [from, into] = [await newSandbox(), await newSandbox()];
    await create(from, api, "f");
    await must(from, "POST", `${owner}/versions`, {});
    await must(from, "POST", `${owner}/aliases`, { aliasName: "prod", versionId: "1" });
    await must(from, "DELETE", `${owner}/versions/1`);
    const { functions: exported } = await from.snapshot.export();
    await into.snapshot.import({ functions: exported ?? {} });
    expect((await into.snapshot.export()).functions).toEqual(exported);
  });
});

const name = fc.constantFrom("a", "b");
const text = fc.string({ maxLength: 20 });
/** A request that may succeed or not, whatever there is. */
const step = fc.oneof(
  fc.record({ kind: fc.constant("create"), fc3: fc.boolean(), name, text }),
  fc.record({ kind: fc.constantFrom("update", "publish"), fc3: fc.boolean(), name, text }),
  fc.record({ kind: fc.constantFrom("alias", "unpublish", "delete"), fc3: fc.boolean(), name, text }),
);

test("an export that is imported into another sandbox is exported from there unchanged", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 6, maxLength: 14 }), async (steps) => {
      const [from, into] = [await newSandbox(), await newSandbox()];
      await must(from, "POST", "/2021-04-06/services", { serviceName: "demo" });
      for (const { kind, fc3, name: one, text: description } of steps) {
        const functions = fc3 ? "/2023-03-30/functions" : "/2021-04-06/services/demo/functions";
        const owner = fc3 ? `${functions}/${one}` : "/2021-04-06/services/demo";
        const requests: Record<string, readonly [string, string, object?]> = {
          create: ["POST", functions, functionBody(one, description || "x", { description })],
          update: ["PUT", `${functions}/${one}`, { environmentVariables: { TEXT: description } }],
          publish: ["POST", `${owner}/versions`, { description }],
          alias: ["POST", `${owner}/aliases`, { aliasName: one, versionId: "1", description }],
          unpublish: ["DELETE", `${owner}/versions/1`],
          delete: ["DELETE", `${functions}/${one}`],
        };
        const answer = await from.send(...(requests[kind] as readonly [string, string, object?]));
        expect(answer.status).toBeLessThan(500);
      }
      const exported = await from.snapshot.export();
      await into.snapshot.import({ replace: "all", ...exported });
      expect(await into.snapshot.export()).toEqual(exported);
    }),
    { numRuns: 6 },
  );
}, 60_000);
