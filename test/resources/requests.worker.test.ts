import { describe, expect, test } from "vitest";
import { VerificationError } from "../../src/client/index.ts";
import { callsOf } from "../calls.ts";
import { newSandbox } from "../newSandbox.ts";
import { functionOf, parentOf, registered } from "../objects/objects.ts";
import {
  codePath,
  download,
  FUNCTION,
  generations,
  listAll,
  makeFunctions,
  makeVersioned,
  must,
  outcomeOf,
} from "./resources.ts";

const [fc2, fc3] = generations;

describe.each(generations)("in $id", (generation) => {
  const { functions, owner, config } = generation;

  test("what one sandbox has no other sees: neither functions, nor tokens, nor code", async () => {
    const [own, other] = [await newSandbox(), await newSandbox()];
    await makeFunctions(own, generation, "f", "g");
    await makeFunctions(other, generation, "h", "i");
    expect(await outcomeOf(other, "GET", `${functions}/f`)).toBe("FunctionNotFound");
    expect(await listAll(other, functions.replace(/\/functions$/, ""), "functions", "")).toEqual(["h", "i"]);
    const { nextToken } = (await must(own, "GET", `${functions}?limit=1`)).body;
    const next = `${functions}?nextToken=${nextToken}`;
    expect((await must(own, "GET", next)).body.functions).toMatchObject([{ functionName: "g" }]);
    expect(await outcomeOf(other, "GET", next)).toBe("InvalidArgument");
    const code = await codePath(own, `${functions}/f/code`);
    expect(await download(code)).toEqual({ status: 200, text: "the code" });
    const moved = code.replace(own.access.id ?? "", other.access.id ?? "");
    expect(moved).not.toBe(code);
    expect((await download(moved)).status).toBe(404);
  });

  test("a token is of one list: other lists refuse it", async () => {
    const sandbox = await newSandbox();
    await makeFunctions(sandbox, generation, "f", "g");
    const { nextToken } = (await must(sandbox, "GET", `${functions}?limit=1`)).body;
    for (const list of [`${owner}/versions`, `${owner}/aliases`, "/2021-04-06/services"]) {
      expect(await outcomeOf(sandbox, "GET", `${list}?nextToken=${nextToken}`)).toBe("InvalidArgument");
    }
  });

  test("a fault matches what a request creates, and may come after it took effect", async () => {
    const sandbox = await newSandbox();
    await makeFunctions(sandbox, generation);
    await sandbox.faults.add({
      match: { operation: "CreateFunction", function: "f" },
      effect: { type: "error", code: "ServiceUnavailable", after: "apply" },
      times: 1,
    });
    const create = (functionName: string) =>
      outcomeOf(sandbox, "POST", functions, { functionName, ...FUNCTION });
    expect(await create("g")).toBe(200);
    expect([await create("f"), await create("f")]).toEqual(["ServiceUnavailable", "FunctionAlreadyExists"]);
    const { requests } = await sandbox.requests.list({ operation: "CreateFunction" });
    expect(requests.map((entry) => [entry.function, entry.status])).toEqual([
      ["f", 409],
      ["f", 503],
      ["g", 200],
    ]);
  });

  test("creating a function is one object call, and one more when it has configs already", async () => {
    const sandbox = await newSandbox();
    await makeFunctions(sandbox, generation);
    const create = (functionName: string) => must(sandbox, "POST", functions, { functionName, ...FUNCTION });
    await create("first");
    await registered(sandbox);
    const calls = await callsOf(parentOf(sandbox));
    await create("f");
    expect(calls).toEqual([]);
    await must(sandbox, "DELETE", `${functions}/f`);
    for (const name of ["f", "g"]) await must(sandbox, "PUT", config("LATEST", name), {});
    calls.length = 0;
    await create("f");
    expect(calls).toEqual(["FUNCTION.accept"]);
    await must(sandbox, "PUT", `${functions}/f`, { timeout: 30 });
    expect(calls).toEqual(["FUNCTION.accept"]);
  });
});

test("a config's PUT is one object call, where a function was created as where none was", async () => {
  const sandbox = await newSandbox({ settings: { functions: "declared" } });
  await makeFunctions(sandbox, fc3, "f");
  await must(sandbox, "PUT", fc3.config("LATEST"), {});
  const calls = await callsOf(functionOf(sandbox, "f"));
  await must(sandbox, "PUT", fc3.config("LATEST"), { maxAsyncRetryAttempts: 1 });
  expect(calls).toEqual([]);
});

test("the journal has the names of what a request creates, reads and deletes", async () => {
  const sandbox = await newSandbox();
  await makeVersioned(sandbox, fc2);
  await must(sandbox, "GET", `${fc2.functions}/f?qualifier=prod`);
  await must(sandbox, "DELETE", `${fc2.owner}/versions/1`);
  const { requests } = await sandbox.requests.list();
  const named = requests.map((entry) => [entry.operation, entry.service, entry.function, entry.qualifier]);
  expect(named.toReversed()).toEqual([
    ["CreateService", "demo", null, null],
    ["CreateFunction", "demo", "f", null],
    ["PublishFunctionVersion", "demo", null, null],
    ["CreateAlias", "demo", null, "prod"],
    ["UpdateFunction", "demo", "f", null],
    ["GetFunction", "demo", "f", "prod"],
    ["DeleteFunctionVersion", "demo", null, "1"],
  ]);
});

test("a test verifies what was created, by any name of the operation, by names and by what the body has", async () => {
  const sandbox = await newSandbox();
  await makeVersioned(sandbox, fc2);
  await makeVersioned(sandbox, fc3);
  const verify: typeof sandbox.requests.verify = (filter, wanted) => sandbox.requests.verify(filter, wanted);
  await verify({ operation: "CreateFunction", function: "f" }, { exactly: 2 });
  await verify(
    { operation: "CreateFunction", service: "demo", body: { runtime: "nodejs20" } },
    { exactly: 1 },
  );
  // The name that the operation has in FC 2.0.
  await verify({ operation: "PublishServiceVersion" }, { exactly: 2 });
  await verify({ operation: "CreateAlias", qualifier: "prod", body: { versionId: "1" } }, { exactly: 2 });
  await verify({ operation: "DeleteFunction" }, { exactly: 0 });
});

test("a verification that fails shows what was created in its place, and how that differs", async () => {
  const sandbox = await newSandbox();
  await makeFunctions(sandbox, fc3, "g");
  const failure = await sandbox.requests
    .verify({ operation: "CreateFunction", function: "f", body: { timeout: 30 } }, { exactly: 1 })
    .catch((error) => error);
  expect(failure).toBeInstanceOf(VerificationError);
  expect(failure.nearMisses).toMatchObject([
    {
      entry: { operation: "CreateFunction", function: "g", status: 200 },
      differences: ['function is "g", not "f"', "body.timeout is not there"],
    },
  ]);
});

test("where signatures are required, nothing is created without one", async () => {
  const sandbox = await newSandbox({ settings: { signatures: "required" } });
  const outcome = await outcomeOf(sandbox, "POST", fc3.functions, { functionName: "f", ...FUNCTION });
  expect(outcome).toBe("MissingRequiredHeader");
  expect(await sandbox.functions.get()).toEqual({});
});

test.each([
  ["a service", fc2.owner],
  ["a function", `${fc2.functions}/f`],
  ["an alias", `${fc2.owner}/aliases/prod`],
])("of many that change the same state of %s, one does", async (_, path) => {
  const sandbox = await newSandbox();
  await makeVersioned(sandbox, fc2);
  const etag = (await must(sandbox, "GET", path)).headers.get("ETag") ?? "";
  expect(etag).toMatch(/^[0-9a-f]{32}$/);
  const outcomes = await Promise.all(
    Array.from({ length: 20 }, (_, i) =>
      outcomeOf(sandbox, "PUT", path, { description: `change ${i}` }, { "If-Match": etag }),
    ),
  );
  expect(outcomes.toSorted()).toEqual([200, ...Array(19).fill("PreconditionFailed")]);
  expect(await outcomeOf(sandbox, "DELETE", path, undefined, { "If-Match": etag })).toBe(
    "PreconditionFailed",
  );
});

test("lists are by name, from a prefix and a first name on, page by page", async () => {
  const sandbox = await newSandbox();
  const names = ["Zoo", "_a", "a-1", "a1", "ab", "abd", "b"];
  await makeFunctions(sandbox, fc3, ...names.toReversed());
  const list = (query: string) => listAll(sandbox, "/2023-03-30", "functions", query);
  expect(await list("limit=2")).toEqual(names);
  expect(await list("limit=1&prefix=a")).toEqual(["a-1", "a1", "ab", "abd"]);
  expect(await list("prefix=a&startKey=ab")).toEqual(["ab", "abd"]);
  expect(await list("startKey=ac")).toEqual(["b"]);
  expect(await list("prefix=nothing")).toEqual([]);
});

test("the same item in another letter case is the same item", async () => {
  const sandbox = await newSandbox();
  const body = { FunctionName: "f", ...FUNCTION, EnvironmentVariables: { KeyOfMine: "x" } };
  const answer = await must(sandbox, "POST", fc3.functions, body);
  expect(answer.body).toMatchObject({ functionName: "f", environmentVariables: { KeyOfMine: "x" } });
  expect(await outcomeOf(sandbox, "PUT", fc3.owner, { timeout: 1, Timeout: 2 })).toBe("InvalidArgument");
});

test("null leaves an item as it is, and an empty value clears it", async () => {
  const sandbox = await newSandbox();
  await makeFunctions(sandbox, fc3, "f");
  const update = async (body: object) => (await must(sandbox, "PUT", fc3.owner, body)).body;
  await update({ description: "one", logConfig: { project: "p", logstore: "l" }, timeout: 60 });
  expect(await update({ description: null, timeout: null, logConfig: null })).toMatchObject({
    description: "one",
    logConfig: { project: "p", logstore: "l" },
    timeout: 60,
  });
  const cleared = await update({ description: "", logConfig: { project: "q", logstore: null } });
  expect(cleared.description).toBe("");
  expect(cleared.logConfig).toEqual({ project: "q" });
});

test("a resource can be updated with what a response shows of it, and a port of 0 is none", async () => {
  const sandbox = await newSandbox();
  const given = {
    functionName: "f",
    runtime: "custom",
    handler: "index.handler",
    code: { zipFile: btoa("f") },
  };
  const services = "/2016-08-15/services";
  await sandbox.send("POST", services, { serviceName: "demo" });
  await sandbox.send("POST", `${services}/demo/functions`, { ...given, caPort: 0 });
  await sandbox.send("POST", "/2023-03-30/functions", given);
  for (const path of [`${services}/demo`, `${services}/demo/functions/f`, "/2023-03-30/functions/f"]) {
    const { body, status } = await sandbox.send("GET", path);
    expect([path, status]).toEqual([path, 200]);
    const updated = await sandbox.send("PUT", path, body);
    expect([path, updated.status, updated.body]).toEqual([
      path,
      200,
      { ...body, lastModifiedTime: updated.body.lastModifiedTime },
    ]);
  }
});

test("FC 3.0 has no If-Match, and names no service in the journal", async () => {
  const sandbox = await newSandbox();
  await makeFunctions(sandbox, fc3, "f");
  const answer = await sandbox.send("PUT", `${fc3.functions}/f`, { timeout: 7 }, { "If-Match": "other" });
  expect(answer.status).toBe(200);
  expect(await sandbox.requests.count({ operation: "CreateFunction", service: "", function: "f" })).toBe(1);
});
