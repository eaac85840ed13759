import { expect, test } from "vitest";
import { newSandbox } from "../newSandbox.ts";
import { errorOf } from "../request.ts";
import { FUNCTION, generations, makeFunction, makeVersioned } from "./resources.ts";

const [fc2, fc3] = generations;

test("the journal has the names of what a request creates, reads and deletes", async () => {
  const sandbox = await newSandbox();
  await makeVersioned(sandbox, fc2);
  await sandbox.send("GET", `${fc2.functions}/f?qualifier=prod`);
  await sandbox.send("DELETE", `${fc2.owner}/versions/1`);
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
  await sandbox.requests.verify({ operation: "CreateFunction", function: "f" }, { exactly: 1 });
  // The name that the operation has in FC 2.0.
  await sandbox.requests.verify({ operation: "PublishServiceVersion" }, { exactly: 1 });
});

test("a fault matches what a request creates, and may come after it took effect", async () => {
  const sandbox = await newSandbox();
  await sandbox.faults.add({
    match: { operation: "CreateFunction", function: "f" },
    effect: { type: "error", code: "ServiceUnavailable", after: "apply" },
    times: 1,
  });
  const other = await sandbox.send("POST", fc3.functions, { functionName: "g", ...FUNCTION });
  expect(other.status).toBe(200);
  expect((await makeFunction(sandbox, fc3)).status).toBe(503);
  expect((await makeFunction(sandbox, fc3)).status).toBe(409);
  expect(await sandbox.functions.get()).toEqual({ functions: [{ name: "f" }, { name: "g" }] });
});

test("where signatures are required, nothing is created without one", async () => {
  const sandbox = await newSandbox({ settings: { signatures: "required" } });
  expect(errorOf(await makeFunction(sandbox, fc3)).code).toBe("MissingRequiredHeader");
  expect(await sandbox.functions.get()).toEqual({});
});

test("what one sandbox has no other sees: neither functions, nor tokens, nor code", async () => {
  const [a, b] = [await newSandbox(), await newSandbox()];
  for (const functionName of ["f", "g"]) await a.send("POST", fc3.functions, { functionName, ...FUNCTION });
  expect((await b.send("GET", fc3.functions)).body.functions).toEqual([]);
  const { nextToken } = (await a.send("GET", `${fc3.functions}?limit=1`)).body;
  expect((await a.send("GET", `${fc3.functions}?nextToken=${nextToken}`)).body.functions).toHaveLength(1);
  expect(errorOf(await b.send("GET", `${fc3.functions}?nextToken=${nextToken}`)).code).toBe(
    "InvalidArgument",
  );
  const { url } = (await a.send("GET", `${fc3.functions}/f/code`)).body;
  const path = new URL(url).pathname.replace(/^\/s\/[^/]+/, "");
  await expect(a.send("GET", path)).rejects.toThrow("the code");
  expect((await b.send("GET", path)).status).toBe(404);
});

test("a token is of one list: other lists refuse it", async () => {
  const sandbox = await newSandbox();
  await makeVersioned(sandbox, fc3);
  await sandbox.send("POST", fc3.functions, { functionName: "g", ...FUNCTION });
  const { nextToken } = (await sandbox.send("GET", `${fc3.functions}?limit=1`)).body;
  for (const list of [`${fc3.owner}/versions`, `${fc3.owner}/aliases`, "/2021-04-06/services"]) {
    const answer = await sandbox.send("GET", `${list}?nextToken=${nextToken}`);
    expect(errorOf(answer).code).toBe("InvalidArgument");
  }
});

test("lists are by name, from a prefix and a first name on, page by page", async () => {
  const sandbox = await newSandbox();
  const names = ["Zoo", "_a", "a-1", "a1", "ab", "abd", "b"];
  for (const functionName of names.toReversed()) {
    await sandbox.send("POST", fc3.functions, { functionName, ...FUNCTION });
  }
  const list = async (query: string) => {
    const found: string[] = [];
    for (let token = ""; ; ) {
      const { body } = await sandbox.send("GET", `${fc3.functions}?${query}&nextToken=${token}`);
      found.push(...body.functions.map(({ functionName }: { functionName: string }) => functionName));
      if (!body.nextToken) return found;
      token = body.nextToken;
    }
  };
  expect(await list("limit=2")).toEqual(names);
  expect(await list("limit=1&prefix=a")).toEqual(["a-1", "a1", "ab", "abd"]);
  expect(await list("prefix=a&startKey=ab")).toEqual(["ab", "abd"]);
  expect(await list("startKey=ac")).toEqual(["b"]);
  expect(await list("prefix=nothing")).toEqual([]);
});

test("the same item in another letter case is the same item", async () => {
  const sandbox = await newSandbox();
  const body = { FunctionName: "f", ...FUNCTION, EnvironmentVariables: { KeyOfMine: "x" } };
  const answer = await sandbox.send("POST", fc3.functions, body);
  expect(answer.body).toMatchObject({ functionName: "f", environmentVariables: { KeyOfMine: "x" } });
  const { code } = errorOf(await sandbox.send("PUT", `${fc3.functions}/f`, { timeout: 1, Timeout: 2 }));
  expect(code).toBe("InvalidArgument");
});

test("null leaves an item as it is, and an empty value clears it", async () => {
  const sandbox = await newSandbox();
  await makeFunction(sandbox, fc3);
  const update = async (body: object) => (await sandbox.send("PUT", `${fc3.functions}/f`, body)).body;
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
