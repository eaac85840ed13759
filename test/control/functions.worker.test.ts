import { env } from "cloudflare:test";
import { expect, test } from "vitest";
import { app } from "../../src/app.ts";
import { newSandbox, type TestSandbox } from "../newSandbox.ts";

const CODE = { zipFile: "UEsFBgAAAAAAAAAAAAAAAAAAAAAAAA==" };
const hello = { functionName: "hello", runtime: "nodejs20", handler: "index.handler", code: CODE };

/** A sandbox with a service, a function in it, and a function of FC 3.0, with a version and an alias each. */
async function sandboxWithFunctions(): Promise<TestSandbox> {
  const sandbox = await newSandbox();
  const create = async (path: string, body: object) => {
    expect((await sandbox.send("POST", path, body)).status).toBe(200);
  };
  await create("/2016-08-15/services", { serviceName: "demo" });
  await create("/2016-08-15/services/demo/functions", hello);
  await create("/2023-03-30/functions", { ...hello, functionName: "report", memorySize: 1024 });
  for (const owner of ["/2016-08-15/services/demo", "/2023-03-30/functions/report"]) {
    await create(`${owner}/versions`, { description: "first" });
    await create(`${owner}/aliases`, { aliasName: "prod", versionId: "1" });
  }
  return sandbox;
}

test("what exists is read by names alone, or as a snapshot has it", async () => {
  const sandbox = await sandboxWithFunctions();
  expect(await sandbox.functions.get()).toEqual({
    services: [{ name: "demo", functions: ["hello"], versions: ["1"], aliases: ["prod"] }],
    functions: [{ name: "report", versions: ["1"], aliases: ["prod"] }],
  });
  const details = await sandbox.functions.get({ details: true });
  expect(details.functions).toMatchObject([
    { name: "report", runtime: "nodejs20", memorySize: 1024, versions: [{ versionId: "1" }] },
  ]);
  expect(details).toEqual((await sandbox.snapshot.export()).functions);
  const read = (query: string) => {
    const path = `${new URL(sandbox.endpoint).pathname}/_sandbox/functions${query}`;
    return app.request(path, {}, env);
  };
  expect(await (await read("?details=true")).json()).toEqual(details);
  expect(await (await read("?details=false")).json()).toEqual(await sandbox.functions.get());
  expect((await read("?details=some")).status).toBe(400);
  expect((await read("?detail=true")).status).toBe(400);
});

test("the summary and the metrics count what exists", async () => {
  const sandbox = await sandboxWithFunctions();
  expect(await sandbox.summary()).toMatchObject({
    resources: { services: 1, functions: 2, versions: 2, aliases: 2 },
    // None of them has a config or a request of its own.
    counts: { functions: 0, configs: 0 },
  });
  const metrics = await app.request(`${new URL(sandbox.endpoint).pathname}/_sandbox/metrics`, {}, env);
  const label = `sandbox="${sandbox.access.id}"`;
  expect(await metrics.text()).toContain(
    `fc_sandbox_resources{${label},kind="services"} 1
fc_sandbox_resources{${label},kind="functions"} 2
fc_sandbox_resources{${label},kind="versions"} 2
fc_sandbox_resources{${label},kind="aliases"} 2
`,
  );
});

test("a snapshot has the aliases of one version, in and out", async () => {
  const sandbox = await sandboxWithFunctions();
  const another = { aliasName: "staging", versionId: "1" };
  expect((await sandbox.send("POST", "/2023-03-30/functions/report/aliases", another)).status).toBe(200);
  const exported = await sandbox.snapshot.export();
  const again = await newSandbox({ snapshot: exported });
  expect(await again.snapshot.export()).toEqual(exported);
  expect((await again.functions.get()).functions).toMatchObject([{ aliases: ["prod", "staging"] }]);
});

test("a snapshot has an alias whose version was deleted, in and out", async () => {
  const sandbox = await sandboxWithFunctions();
  for (const owner of ["/2016-08-15/services/demo", "/2023-03-30/functions/report"]) {
    expect((await sandbox.send("DELETE", `${owner}/versions/1`)).status).toBe(204);
  }
  const exported = await sandbox.snapshot.export();
  const again = await newSandbox({ snapshot: exported });
  expect(await again.snapshot.export()).toEqual(exported);
});

test("an import that gives versions other code deletes the code that they had", async () => {
  const sandbox = await sandboxWithFunctions();
  const owners = ["/2016-08-15/services/demo/functions/hello", "/2023-03-30/functions/report"];
  const other = { code: { zipFile: btoa("other code") } };
  const codeOf = async (path: string) => {
    const { body } = await sandbox.send("GET", path);
    return new URL(String(body.url)).pathname;
  };
  const codes = [
    await codeOf("/2016-08-15/services/demo.1/functions/hello/code"),
    await codeOf("/2023-03-30/functions/report/code?qualifier=1"),
  ];
  const statuses = () => Promise.all(codes.map(async (path) => (await app.request(path, {}, env)).status));
  for (const path of owners) expect((await sandbox.send("PUT", path, other)).status).toBe(200);
  expect(await statuses()).toEqual([200, 200]);
  await sandbox.functions.declare(await sandbox.functions.get({ details: true }));
  expect(await statuses()).toEqual([404, 404]);
});

test.each([
  { versions: ["99999999999"] },
  { lastVersion: 10_000_000_000 },
  { aliases: [{ name: "prod", versionId: "first" }] },
  { aliases: [{ name: "prod", versionId: "" }] },
])("%j declares no version that the API can name, so it is refused", async (declared) => {
  const sandbox = await newSandbox();
  const declaring = sandbox.functions.declare({ functions: [{ name: "report", ...declared }] });
  await expect(declaring).rejects.toMatchObject({ problem: { status: 400 } });
});

test("an object's name may have any character, in the address of a function's code", async () => {
  const sandbox = await newSandbox();
  const code = { ossBucketName: "bucket", ossObjectName: "a/b c?d#e\ud800" };
  await sandbox.send("POST", "/2023-03-30/functions", { ...hello, code });
  const { body } = await sandbox.send("GET", "/2023-03-30/functions/hello/code");
  expect(body.url).toBe("https://bucket.oss-cn-hangzhou.aliyuncs.com/a/b%20c%3Fd%23e%EF%BF%BD");
});
