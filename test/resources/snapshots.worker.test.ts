import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { newSandbox } from "../newSandbox.ts";
import { request } from "../request.ts";
import {
  codePath,
  FUNCTION,
  generations,
  makeFunctions,
  makeVersioned,
  must,
  outcomeOf,
  zipFileOf,
} from "./resources.ts";

describe.each(generations)("in $id", (generation) => {
  const { functions, owner, config, declared } = generation;

  test("a snapshot takes everything along, and is the same after it was imported", async () => {
    const [from, to] = [await newSandbox(), await newSandbox()];
    await from.clock.freeze("2030-01-01T00:00:00Z");
    await makeVersioned(from, generation);
    const paths = [
      `${functions}/f`,
      `${functions}/f?qualifier=1`,
      `${owner}/versions`,
      `${owner}/aliases/prod`,
    ];
    const shown = (sandbox: typeof from) =>
      Promise.all(paths.map(async (path) => (await must(sandbox, "GET", path)).body));
    const exported = await from.snapshot.export();
    await to.snapshot.import(exported);
    expect(await to.snapshot.export()).toEqual(exported);
    expect(await shown(to)).toEqual(await shown(from));
    expect((await must(to, "POST", `${owner}/versions`, {})).body.versionId).toBe("2");
  });

  test("an import keeps that nothing changed since the latest version", async () => {
    const [from, to] = [await newSandbox(), await newSandbox()];
    await makeFunctions(from, generation, "f");
    await must(from, "POST", `${owner}/versions`, {});
    await to.snapshot.import(await from.snapshot.export());
    expect(await outcomeOf(to, "POST", `${owner}/versions`, {})).toBe("VersionPublishError");
    await must(to, "PUT", `${functions}/f`, { description: "changed" });
    expect((await must(to, "POST", `${owner}/versions`, {})).body).toMatchObject({ versionId: "2" });
  });

  test("the code is not part of a snapshot, and its address says so", async () => {
    const [from, to] = [await newSandbox(), await newSandbox()];
    await makeFunctions(from, generation, "f");
    await to.snapshot.import(await from.snapshot.export());
    const checksumIn = async (sandbox: typeof from) =>
      (await must(sandbox, "GET", `${functions}/f/code`)).body.checksum;
    expect(await checksumIn(to)).toBe(await checksumIn(from));
    const answer = await request("GET", await codePath(to, `${functions}/f/code`));
    expect(answer).toMatchObject({
      status: 404,
      body: { title: "Not found", detail: expect.stringContaining("code") },
    });
  });

  test("a snapshot by hand may have names only, and configs of what they name", async () => {
    const sandbox = await newSandbox({
      snapshot: {
        settings: { functions: "declared" },
        functions: declared(["f"], { versions: ["2"], aliases: ["prod"] }),
        configs: [
          {
            ...(generation.id === "FC 2.0" ? { service: "demo" } : {}),
            function: "f",
            qualifier: "prod",
            maxAsyncRetryAttempts: 1,
          },
        ],
      },
    });
    expect(await sandbox.functions.get()).toEqual(declared(["f"], { versions: ["2"], aliases: ["prod"] }));
    expect((await must(sandbox, "GET", `${functions}/f`)).body).toMatchObject({ runtime: "custom.debian12" });
    expect((await must(sandbox, "GET", `${owner}/aliases/prod`)).body).toMatchObject({ versionId: "2" });
    expect((await must(sandbox, "GET", config("prod"))).body).toMatchObject({ maxAsyncRetryAttempts: 1 });
    expect(await outcomeOf(sandbox, "PUT", config("1"), {})).toBe("VersionNotFound");
  });
});

test("a snapshot by hand may have objects: with the items, versions as they were, and aliases", async () => {
  const sandbox = await newSandbox();
  const times = { createdTime: "2020-08-20T02:28:21Z", lastModifiedTime: "2021-01-01T00:00:00Z" };
  await sandbox.snapshot.import({
    functions: {
      services: [
        {
          name: "demo",
          description: "now",
          functions: [{ name: "f", ...items("nodejs20", 20) }],
          versions: [
            {
              versionId: "3",
              description: "release 3",
              of: { description: "then", role: "acs:ram::1:role/then" },
              functions: [{ name: "f", ...items("nodejs16", 10) }, "gone"],
            },
          ],
          aliases: [{ name: "prod", versionId: "3", description: "live" }],
          lastVersion: 5,
        },
      ],
      functions: [
        {
          name: "f",
          ...items("nodejs20", 20),
          ...times,
          versions: [
            { versionId: "3", description: "release 3", ...times, of: items("nodejs16", 10) },
            { versionId: "4" },
          ],
          aliases: [{ name: "prod", versionId: "3", additionalVersionWeight: { "4": 0.5 } }],
        },
      ],
    },
  });
  const [fc2, fc3] = generations;
  const get = async (path: string) => (await must(sandbox, "GET", path)).body;
  for (const { functions } of generations) {
    expect(await get(`${functions}/f`)).toMatchObject(items("nodejs20", 20));
    expect(await get(`${functions}/f?qualifier=prod`)).toMatchObject(items("nodejs16", 10));
  }
  expect(await get(fc2.owner)).toMatchObject({ description: "now", role: "" });
  const then = { description: "release 3", role: "acs:ram::1:role/then" };
  expect(await get(`${fc2.owner}?qualifier=prod`)).toMatchObject(then);
  expect((await get(`${fc2.functions}?qualifier=3`)).functions).toMatchObject([
    { functionName: "f" },
    { functionName: "gone" },
  ]);
  expect(await get(fc3.owner)).toMatchObject(times);
  expect(await get(`${fc3.owner}?qualifier=4`)).toMatchObject(items("nodejs20", 20));
  expect((await get(`${fc3.owner}/versions`)).versions).toMatchObject([
    { versionId: "4" },
    { versionId: "3", description: "release 3", ...times },
  ]);
  expect(await get(`${fc3.owner}/aliases/prod`)).toMatchObject({ additionalVersionWeight: { "4": 0.5 } });
  const numbers = [];
  for (const { owner } of generations) {
    await must(sandbox, "PUT", owner, { description: "later" });
    numbers.push((await must(sandbox, "POST", `${owner}/versions`, {})).body.versionId);
  }
  expect(numbers).toEqual(["6", "5"]);
});

/** Items of a function. */
function items(runtime: string, timeout: number) {
  return { runtime, handler: "index.handler", timeout };
}

const name = fc.constantFrom("a", "b");
const text = fc.string({ maxLength: 20 });
/** A request that may succeed or not, whatever there is. */
const step = fc.oneof(
  fc.record({ kind: fc.constant("create"), fc3: fc.boolean(), name, text }),
  fc.record({ kind: fc.constantFrom("update", "publish"), fc3: fc.boolean(), name, text }),
  fc.record({ kind: fc.constantFrom("alias", "unpublish", "delete"), fc3: fc.boolean(), name, text }),
);

test("whatever was created, an export that is imported elsewhere is exported from there unchanged", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 6, maxLength: 14 }), async (steps) => {
      const [from, into] = [await newSandbox(), await newSandbox()];
      await must(from, "POST", "/2021-04-06/services", { serviceName: "demo" });
      for (const { kind, fc3, name: functionName, text: description } of steps) {
        const functions = fc3 ? "/2023-03-30/functions" : "/2021-04-06/services/demo/functions";
        const one = `${functions}/${functionName}`;
        const owner = fc3 ? one : "/2021-04-06/services/demo";
        const code = { zipFile: zipFileOf(description || "x") };
        const requests: Record<string, readonly [string, string, object?]> = {
          create: ["POST", functions, { functionName, ...FUNCTION, code, description }],
          update: ["PUT", one, { environmentVariables: { TEXT: description } }],
          publish: ["POST", `${owner}/versions`, { description }],
          alias: ["POST", `${owner}/aliases`, { aliasName: functionName, versionId: "1", description }],
          unpublish: ["DELETE", `${owner}/versions/1`],
          delete: ["DELETE", one],
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

test("a snapshot may be larger than the 32 MiB that one object can pass to another as a value", async () => {
  const sandbox = await newSandbox();
  const [fc2] = generations;
  await makeFunctions(sandbox, fc2);
  const large = { ...FUNCTION, layers: Array(15).fill("x".repeat(4096)) };
  const names = Array.from({ length: 280 }, (_, index) => `f${index}`);
  await Promise.all(
    names.map((functionName) => must(sandbox, "POST", fc2.functions, { functionName, ...large })),
  );
  await must(sandbox, "POST", `${fc2.owner}/versions`, {});
  for (const path of ["/_sandbox/snapshot", "/_sandbox/functions?details=true"]) {
    const { status, body } = await sandbox.send("GET", path);
    expect(status).toBe(200);
    expect(JSON.stringify(body).length).toBeGreaterThan(32 * 1024 * 1024);
  }
});
