import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import { functionObject, sandboxObject } from "../../src/objects/stubs.ts";
import { callsOf, setVariables } from "../calls.ts";
import { newSandbox, type TestSandbox } from "../newSandbox.ts";
import { errorOf } from "../request.ts";
import { FUNCTION, generations, makeFunction, makeVersioned, zipFileOf } from "./resources.ts";

const [fc2, fc3] = generations;
const parentOf = ({ access }: TestSandbox) => sandboxObject(env, access.id ?? "");
const codeRows = (sandbox: TestSandbox) =>
  runInDurableObject(parentOf(sandbox), (_, { storage }) =>
    storage.sql.exec<{ count: number }>("SELECT count(*) AS count FROM code").one(),
  ).then(({ count }) => count);

test("a sandbox has as many services, functions, versions and aliases as its variables say", async () => {
  const sandbox = await newSandbox();
  await sandbox.functions.get();
  await setVariables(parentOf(sandbox), {
    MAX_SERVICES_PER_SANDBOX: "1",
    MAX_FUNCTIONS_PER_SANDBOX: "1",
    MAX_QUALIFIERS_PER_FUNCTION: "1",
  });
  await makeVersioned(sandbox, fc2);
  const refused = async (path: string, body: object) => {
    const { status, code, message } = errorOf(await sandbox.send("POST", path, body));
    expect([status, code]).toEqual([400, "InvalidArgument"]);
    return message;
  };
  expect(await refused("/2021-04-06/services", { serviceName: "other" })).toMatch("1 services");
  expect(await refused(fc2.functions, { functionName: "g", ...FUNCTION })).toMatch("1 functions");
  expect(await refused(fc3.functions, { functionName: "g", ...FUNCTION })).toMatch("1 functions");
  expect(await refused(`${fc2.owner}/versions`, {})).toMatch("1 versions");
  expect(await refused(`${fc2.owner}/aliases`, { aliasName: "blue", versionId: "1" })).toMatch("1 aliases");
  expect(await sandbox.functions.get()).toEqual(fc2.declared({ versions: ["1"], aliases: ["prod"] }));
});

test("code that is too large for the sandbox is measured, and not stored", async () => {
  const sandbox = await newSandbox();
  await sandbox.functions.get();
  await setVariables(parentOf(sandbox), { MAX_CODE_BYTES_PER_SANDBOX: "10" });
  await makeFunction(sandbox, fc3);
  const { body } = await sandbox.send("POST", fc3.functions, { functionName: "g", ...FUNCTION });
  expect(body).toMatchObject({ codeSize: 8 });
  expect(await codeRows(sandbox)).toBe(1);
});

test("a body that is too large is EntityTooLarge: with the code, and without it", async () => {
  const sandbox = await newSandbox();
  const send = async (body: object) => errorOf(await sandbox.send("POST", fc3.functions, body)).code;
  const body = { functionName: "f", ...FUNCTION };
  expect(await send({ ...body, layers: Array.from({ length: 100 }, () => "x".repeat(1000)) })).toBe(
    "EntityTooLarge",
  );
  expect(await send({ ...body, code: { zipFile: "x".repeat(8_400_000) } })).toBe("EntityTooLarge");
  expect(await sandbox.functions.get()).toEqual({});
});

test("code that nothing has any more is deleted, and what a version has stays", async () => {
  const sandbox = await newSandbox();
  for (const generation of generations) {
    await sandbox.reset();
    await makeVersioned(sandbox, generation);
    expect(await codeRows(sandbox)).toBe(2);
    const code = { zipFile: zipFileOf("still other code") };
    await sandbox.send("PUT", `${generation.functions}/f`, { code });
    expect(await codeRows(sandbox)).toBe(2);
    await sandbox.send("DELETE", `${generation.owner}/versions/1`);
    expect(await codeRows(sandbox)).toBe(1);
    await sandbox.send("DELETE", `${generation.owner}/aliases/prod`);
    await sandbox.send("DELETE", `${generation.functions}/f`);
    expect(await codeRows(sandbox)).toBe(0);
  }
});

test.each([
  ["a name of 129 characters", { functionName: "f".repeat(129) }],
  ["memory in odd steps", { memorySize: 200 }],
  ["too much memory", { memorySize: 65_536 }],
  ["a number with a fraction", { memorySize: 512.5 }],
  ["no time", { timeout: 0 }],
  ["more than a day", { timeout: 86_401 }],
  ["an unknown runtime", { runtime: "cobol" }],
  ["a handler that is empty", { handler: "" }],
  ["a concurrency of 201", { instanceConcurrency: 201 }],
  ["a description of 257 characters", { description: "x".repeat(257) }],
  ["environment variables of more than 4 KB", { environmentVariables: { A: "x".repeat(4096) } }],
  ["an environment variable that is no text", { environmentVariables: { A: 1 } }],
  ["a CPU in odd steps", { cpu: 0.33 }],
  ["more CPU than goes with the memory", { cpu: 16, memorySize: 512 }],
  ["a disk of another size", { diskSize: 1024 }],
  ["code that is not base64", { code: { zipFile: "%%%" } }],
  ["code in half a place", { code: { ossBucketName: "bucket" } }],
  ["a wrong bucket", { code: { ossBucketName: "No Bucket", ossObjectName: "x" } }],
  ["a wrong checksum", { code: { ...FUNCTION.code, checksum: "1" } }],
  ["no code", { code: null }],
  ["no runtime", { runtime: null }],
  ["no handler", { handler: null }],
  ["a container without an image's config", { runtime: "custom-container", code: FUNCTION.code }],
  ["a list in a list", { layers: [["x"]] }],
])("%s is InvalidArgument, and creates nothing", async (_, items) => {
  const sandbox = await newSandbox();
  const answer = await sandbox.send("POST", fc3.functions, { functionName: "f", ...FUNCTION, ...items });
  expect(errorOf(answer)).toMatchObject({ status: 400, code: "InvalidArgument" });
  expect(await sandbox.functions.get()).toEqual({});
});

test("names have the length that each version allows", async () => {
  const sandbox = await newSandbox();
  const long = "n".repeat(128);
  const send = async (path: string, body: object) => (await sandbox.send("POST", path, body)).status;
  expect(await send("/2016-08-15/services", { serviceName: long })).toBe(200);
  expect(await send(`/2016-08-15/services/${long}/functions`, { functionName: long, ...FUNCTION })).toBe(200);
  expect(await send(fc3.functions, { functionName: "n".repeat(64), ...FUNCTION })).toBe(200);
  expect(await send(fc3.functions, { functionName: "n".repeat(65), ...FUNCTION })).toBe(400);
});

test("of many that create one function at once, one does", async () => {
  const sandbox = await newSandbox();
  const answers = await Promise.all(Array.from({ length: 20 }, () => makeFunction(sandbox, fc3)));
  const codes = answers.map((answer) => (answer.status === 200 ? 200 : errorOf(answer).code));
  expect(codes.filter((code) => code === 200)).toHaveLength(1);
  expect(codes.filter((code) => code === "FunctionAlreadyExists")).toHaveLength(19);
});

test("of many that change one state of a function, one does", async () => {
  const sandbox = await newSandbox();
  const etag = (await makeFunction(sandbox, fc2)).headers.get("ETag") ?? "";
  expect(etag).toMatch(/^[0-9a-f]{32}$/);
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, i) =>
      sandbox.send("PUT", `${fc2.functions}/f`, { timeout: i + 1 }, { "If-Match": etag }),
    ),
  );
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
  expect(answers.filter(({ status }) => status === 412)).toHaveLength(19);
});

test("creating a function is one object call, and one more when it has configs already", async () => {
  const sandbox = await newSandbox();
  await sandbox.functions.get();
  const calls = await callsOf(parentOf(sandbox));
  await makeFunction(sandbox, fc3);
  expect(calls).toEqual([]);
  await sandbox.send("DELETE", `${fc3.functions}/f`);
  await sandbox.send("PUT", fc3.config("LATEST"), {});
  await sandbox.send("PUT", "/2023-03-30/functions/g/async-invoke-config", {});
  calls.length = 0;
  await makeFunction(sandbox, fc3);
  expect(calls).toEqual(["FUNCTION.accept"]);
  await sandbox.send("PUT", `${fc3.functions}/f`, { timeout: 30 });
  expect(calls).toEqual(["FUNCTION.accept"]);
});

test("a config's PUT makes one object call, in a function that was created as in any other", async () => {
  const sandbox = await newSandbox({ settings: { functions: "declared" } });
  await makeFunction(sandbox, fc3);
  await sandbox.send("PUT", fc3.config("LATEST"), {});
  const name = { service: "", function: "f" };
  const calls = await callsOf(functionObject(env, sandbox.access.id ?? "", name));
  await sandbox.send("PUT", fc3.config("LATEST"), { maxAsyncRetryAttempts: 1 });
  expect(calls).toEqual([]);
});
