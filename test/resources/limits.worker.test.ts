import { runInDurableObject } from "cloudflare:test";
import { describe, expect, test } from "vitest";
import { setVariables } from "../calls.ts";
import { newSandbox } from "../newSandbox.ts";
import { parentOf } from "../objects/objects.ts";
import { errorOf } from "../request.ts";
import {
  codePath,
  download,
  FUNCTION,
  generations,
  makeFunctions,
  makeVersioned,
  must,
  outcomeOf,
  storedCodes,
  zipFileOf,
} from "./resources.ts";

const [fc2, fc3] = generations;

describe.each(generations)("in $id", (generation) => {
  const { functions, owner, declared } = generation;

  test("a sandbox has as many functions, versions and aliases as its variables say", async () => {
    const sandbox = await newSandbox();
    await makeVersioned(sandbox, generation);
    await setVariables(parentOf(sandbox), {
      MAX_FUNCTIONS_PER_SANDBOX: "1",
      MAX_QUALIFIERS_PER_FUNCTION: "1",
    });
    const refused = async (path: string, body: object) => {
      const { status, code, message } = errorOf(await sandbox.send("POST", path, body));
      expect([status, code]).toEqual([400, "InvalidArgument"]);
      return message;
    };
    expect(await refused(functions, { functionName: "g", ...FUNCTION })).toMatch("1 functions");
    // Functions of both generations count.
    expect(await refused(fc3.functions, { functionName: "h", ...FUNCTION })).toMatch("1 functions");
    expect(await refused(`${owner}/versions`, {})).toMatch("1 versions");
    expect(await refused(`${owner}/aliases`, { aliasName: "blue", versionId: "1" })).toMatch("1 aliases");
    expect(await sandbox.functions.get()).toEqual(declared(["f"], { versions: ["1"], aliases: ["prod"] }));
    expect(await storedCodes(sandbox)).toBe(2);
  });

  test("of 50 that create one function at once, one does", async () => {
    const sandbox = await newSandbox();
    await makeFunctions(sandbox, generation);
    const creation = { functionName: "f", ...FUNCTION };
    const outcomes = await Promise.all(
      Array.from({ length: 50 }, () => outcomeOf(sandbox, "POST", functions, creation)),
    );
    expect(outcomes.toSorted()).toEqual([200, ...Array(49).fill("FunctionAlreadyExists")]);
    expect(await storedCodes(sandbox)).toBe(1);
  });

  test.each([
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
    await makeFunctions(sandbox, generation);
    const before = await sandbox.functions.get();
    const answer = await sandbox.send("POST", functions, { functionName: "f", ...FUNCTION, ...items });
    expect(errorOf(answer)).toMatchObject({ status: 400, code: "InvalidArgument" });
    expect(await sandbox.functions.get()).toEqual(before);
    expect(await storedCodes(sandbox)).toBe(0);
  });
});

test("a sandbox has as many services as its variables say", async () => {
  const sandbox = await newSandbox();
  await makeFunctions(sandbox, fc2);
  await setVariables(parentOf(sandbox), { MAX_SERVICES_PER_SANDBOX: "1" });
  const refused = errorOf(await sandbox.send("POST", "/2021-04-06/services", { serviceName: "another" }));
  expect(refused).toMatchObject({ status: 400, code: "InvalidArgument" });
  expect(refused.message).toMatch("1 services");
  expect(await sandbox.functions.get()).toEqual({ services: [{ name: "demo" }] });
});

test("names have at most 128 characters, and a function's name in FC 3.0 has 64", async () => {
  const sandbox = await newSandbox();
  const create = (path: string, body: object) => outcomeOf(sandbox, "POST", path, body);
  const longest = "n".repeat(128);
  expect(await create("/2016-08-15/services", { serviceName: longest })).toBe(200);
  expect(await create("/2016-08-15/services", { serviceName: `${longest}n` })).toBe("InvalidArgument");
  for (const [functions, most] of [
    [`/2016-08-15/services/${longest}/functions`, 128],
    [fc3.functions, 64],
  ] as const) {
    expect(await create(functions, { functionName: "n".repeat(most), ...FUNCTION })).toBe(200);
    const tooLong = { functionName: "n".repeat(most + 1), ...FUNCTION };
    expect(await create(functions, tooLong)).toBe("InvalidArgument");
  }
});

test("code of more than 1 MB is measured, and not stored", async () => {
  const sandbox = await newSandbox();
  const code = { zipFile: zipFileOf("x".repeat(1_048_577)) };
  const { body } = await must(sandbox, "POST", fc3.functions, { functionName: "f", ...FUNCTION, code });
  expect(body).toMatchObject({ codeSize: 1_048_577 });
  expect(await storedCodes(sandbox)).toBe(0);
  expect((await download(await codePath(sandbox, `${fc3.functions}/f/code`))).status).toBe(404);
});

test("a body that is too large is EntityTooLarge: with the code, and without it", async () => {
  const sandbox = await newSandbox();
  const create = (items: object) =>
    outcomeOf(sandbox, "POST", fc3.functions, { functionName: "f", ...FUNCTION, ...items });
  const layers = Array.from({ length: 100 }, () => "x".repeat(1000));
  expect(await create({ layers })).toBe("EntityTooLarge");
  expect(await create({ code: { zipFile: "x".repeat(8_400_000) } })).toBe("EntityTooLarge");
  expect(await sandbox.functions.get()).toEqual({});
});

test("where there is room for one code, another takes its place, and that of another function is measured only", async () => {
  const sandbox = await newSandbox();
  await sandbox.functions.get();
  await setVariables(parentOf(sandbox), { MAX_CODE_BYTES_PER_SANDBOX: "10" });
  await makeFunctions(sandbox, fc3, "f");
  await must(sandbox, "PUT", fc3.owner, { code: { zipFile: zipFileOf("87654321") } });
  expect((await download(await codePath(sandbox, `${fc3.owner}/code`))).text).toBe("87654321");
  const { body } = await must(sandbox, "POST", fc3.functions, { functionName: "g", ...FUNCTION });
  expect(body).toMatchObject({ codeSize: 8 });
  expect((await download(await codePath(sandbox, `${fc3.functions}/g/code`))).status).toBe(404);
  expect(await storedCodes(sandbox)).toBe(1);
});

test.each(generations)("updates add up to no more than one body may have: $id", async (generation) => {
  const sandbox = await newSandbox();
  await makeFunctions(sandbox, generation, "f");
  const update = (items: object) => outcomeOf(sandbox, "PUT", `${generation.functions}/f`, items);
  const texts = Array.from({ length: 100 }, () => "x".repeat(400));
  expect(await update({ layers: texts })).toBe(200);
  expect(await update({ customDNS: { searches: texts } })).toBe("EntityTooLarge");
  expect(await update({ timeout: 7 })).toBe(200);
});

test("environment variables are counted in bytes", async () => {
  const sandbox = await newSandbox();
  await makeFunctions(sandbox, fc3, "f");
  const update = (value: string) =>
    outcomeOf(sandbox, "PUT", `${fc3.functions}/f`, { environmentVariables: { A: value } });
  expect([await update("x".repeat(4095)), await update("é".repeat(2048))]).toEqual([200, "InvalidArgument"]);
});

describe.each(generations)("of what a sandbox stores, in $id", (generation) => {
  const { functions, owner, declared } = generation;
  const layers = Array(15).fill("x".repeat(4000));

  /** A sandbox with a function of 60 KB that may store 50 KB more. */
  async function almostFull() {
    const sandbox = await newSandbox();
    await makeFunctions(sandbox, generation, "f");
    await must(sandbox, "PUT", `${functions}/f`, { layers });
    const stored = await runInDurableObject(parentOf(sandbox), (_, { storage }) => storage.sql.databaseSize);
    await setVariables(parentOf(sandbox), { MAX_BYTES_PER_SANDBOX: String(stored + 50_000) });
    return sandbox;
  }

  test("a version that would be too much is not published, and a smaller one is", async () => {
    const sandbox = await almostFull();
    const { status, code, message } = errorOf(await sandbox.send("POST", `${owner}/versions`, {}));
    expect([status, code]).toEqual([400, "InvalidArgument"]);
    expect(message).toMatch("the sandbox would store more than");
    expect(await sandbox.functions.get()).toEqual(declared(["f"]));
    await must(sandbox, "PUT", `${functions}/f`, { layers: [] });
    expect((await must(sandbox, "POST", `${owner}/versions`, {})).body.versionId).toBe("1");
  });

  test("versions that would be too much are not declared, and not imported", async () => {
    const sandbox = await almostFull();
    const refusal = {
      problem: { status: 409, detail: expect.stringContaining("the sandbox would store more than") },
    };
    const document = declared(["f"], { versions: ["1"] });
    await expect(sandbox.functions.declare(document)).rejects.toMatchObject(refusal);
    await expect(sandbox.snapshot.import({ functions: document })).rejects.toMatchObject(refusal);
    expect(await sandbox.functions.get()).toEqual(declared(["f"]));
    await setVariables(parentOf(sandbox), { MAX_BYTES_PER_SANDBOX: "1" });
    await sandbox.functions.declare({});
    expect(await sandbox.functions.get()).toEqual({});
  });

  test("functions that are declared with their versions count as often as there are versions", async () => {
    const sandbox = await newSandbox();
    await sandbox.functions.get();
    await setVariables(parentOf(sandbox), { MAX_BYTES_PER_SANDBOX: "1000000" });
    const names = Array.from({ length: 20 }, (_, index) => String(index + 1));
    const f = { name: "f", layers };
    const document = (versions: string[]) =>
      generation === fc2
        ? { services: [{ name: "demo", functions: [f], versions }] }
        : { functions: [{ ...f, versions }] };
    await expect(sandbox.functions.declare(document(names))).rejects.toMatchObject({
      problem: { status: 409 },
    });
    await sandbox.functions.declare(document(names.slice(0, 5)));
  });
});
