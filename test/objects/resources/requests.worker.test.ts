import { evictAllDurableObjects, runDurableObjectAlarm, runInDurableObject, SELF } from "cloudflare:test";
import { describe, expect, test, vi } from "vitest";
import { callsOf, intercept, setVariables } from "../../calls.ts";
import { newSandbox, type TestSandbox } from "../../newSandbox.ts";
import { errorOf, fromAnotherClient, request } from "../../request.ts";
import { parentOf } from "../objects.ts";
import { create, functionBody, generations, must } from "./requests.ts";

const [fc2, fc3] = generations;

async function codeOf(sandbox: TestSandbox, method: string, path: string, body?: unknown): Promise<string> {
  return errorOf(await sandbox.send(method, path, body)).code;
}

/** The address of a function's code, without the scheme and the host. */
async function codePath(sandbox: TestSandbox, path: string): Promise<string> {
  return new URL((await must(sandbox, "GET", path)).body.url).pathname;
}

/** The status of a download of code. */
async function download(path: string): Promise<number> {
  const response = await SELF.fetch(`http://sandbox${path}`, { headers: fromAnotherClient() });
  await response.arrayBuffer();
  return response.status;
}

const codeRows = (sandbox: TestSandbox) =>
  runInDurableObject(
    parentOf(sandbox),
    (_, { storage }) => storage.sql.exec("SELECT key FROM code").toArray().length,
  );

describe.each(generations)("in $generation", (api) => {
  const { functions, owner, config, missing } = api;

  test.each([
    ["open", "AsyncConfigNotExists"],
    ["declared", "FunctionNotFound"],
  ] as const)("in %s mode a deleted function has no config", async (mode, code) => {
    const sandbox = await newSandbox({ settings: { functions: mode } });
    await create(sandbox, api, "g");
    await must(sandbox, "PUT", config("g"), {});
    await must(sandbox, "DELETE", `${functions}/g`);
    expect(await codeOf(sandbox, "GET", config("g"))).toBe(code);
    await must(sandbox, "POST", functions, functionBody("g"));
    expect(await codeOf(sandbox, "GET", config("g"))).toBe("AsyncConfigNotExists");
  });

  test("a function that is not loaded loses its configs too", async () => {
    const sandbox = await newSandbox();
    await create(sandbox, api, "g");
    await must(sandbox, "PUT", config("g"), {});
    await evictAllDurableObjects();
    await must(sandbox, "DELETE", `${functions}/g`);
    expect(await codeOf(sandbox, "GET", config("g"))).toBe("AsyncConfigNotExists");
  });

  test("a deleted version or alias takes the configs of its qualifier along, and no others", async () => {
    const sandbox = await newSandbox();
    await create(sandbox, api, "f");
    await must(sandbox, "POST", `${owner}/versions`, {});
    await must(sandbox, "POST", `${owner}/aliases`, { aliasName: "prod", versionId: "1" });
    for (const qualifier of ["LATEST", "1", "prod"]) await must(sandbox, "PUT", config("f", qualifier), {});
    await must(sandbox, "DELETE", `${owner}/aliases/prod`);
    expect(await codeOf(sandbox, "GET", config("f", "prod"))).toBe("AsyncConfigNotExists");
    await must(sandbox, "GET", config("f", "1"));
    await must(sandbox, "DELETE", `${owner}/versions/1`);
    expect(await codeOf(sandbox, "GET", config("f", "1"))).toBe("AsyncConfigNotExists");
    await must(sandbox, "GET", config("f"));
  });

  test("a version is a picture, and its number is never used again", async () => {
    const sandbox = await newSandbox();
    await create(sandbox, api, "f");
    await must(sandbox, "POST", `${owner}/versions`, {});
    const path = `${functions}/f`;
    const code = await codePath(sandbox, `${path}/code`);
    await must(sandbox, "PUT", path, { timeout: 60, code: { zipFile: btoa("other") } });
    await must(sandbox, "POST", `${owner}/aliases`, { aliasName: "prod", versionId: "1" });
    for (const qualifier of ["1", "prod"]) {
      expect((await must(sandbox, "GET", `${path}?qualifier=${qualifier}`)).body).toMatchObject({
        timeout: 3,
      });
    }
    expect((await must(sandbox, "GET", path)).body).toMatchObject({ timeout: 60 });
    expect(await download(code)).toBe(200);
    expect(await codeRows(sandbox)).toBe(2);
    await must(sandbox, "DELETE", `${owner}/versions/1`);
    expect(await download(code)).toBe(404);
    expect(await codeRows(sandbox)).toBe(1);
    expect((await must(sandbox, "POST", `${owner}/versions`, {})).body.versionId).toBe("2");
    expect(await codeOf(sandbox, "POST", `${owner}/versions`, {})).toBe("VersionPublishError");
  });

  test("aliases point to versions that are there", async () => {
    const sandbox = await newSandbox();
    expect(await codeOf(sandbox, "POST", `${owner}/aliases`, { aliasName: "a", versionId: "1" })).toBe(
      missing,
    );
    await create(sandbox, api, "f");
    await must(sandbox, "POST", `${owner}/versions`, {});
    const alias = { aliasName: "a", versionId: "1" };
    const weighted = { ...alias, additionalVersionWeight: { 2: 0.5 } };
    expect(await codeOf(sandbox, "POST", `${owner}/aliases`, weighted)).toBe("VersionNotFound");
    await must(sandbox, "POST", `${owner}/aliases`, alias);
    expect(await codeOf(sandbox, "POST", `${owner}/aliases`, alias)).toBe("AliasAlreadyExists");
    expect(await codeOf(sandbox, "PUT", `${owner}/aliases/a`, { versionId: "2" })).toBe("VersionNotFound");
    expect((await must(sandbox, "GET", `${owner}/aliases/a`)).body.versionId).toBe("1");
  });

  test("of 50 creations of one name at once exactly one succeeds", async () => {
    const sandbox = await newSandbox();
    await create(sandbox, api);
    const creations = Array.from({ length: 50 }, () => sandbox.send("POST", functions, functionBody("f")));
    const statuses = (await Promise.all(creations)).map(({ status }) => status).sort();
    expect(statuses).toEqual([200, ...Array(49).fill(409)]);
    expect(await codeRows(sandbox)).toBe(1);
  });

  test("a limit is refused with InvalidArgument, and nothing is written", async () => {
    const sandbox = await newSandbox();
    await create(sandbox, api, "f");
    await must(sandbox, "POST", `${owner}/versions`, {});
    await must(sandbox, "POST", `${owner}/aliases`, { aliasName: "a", versionId: "1" });
    await must(sandbox, "PUT", `${functions}/f`, { timeout: 9 });
    const before = await sandbox.functions.get();
    const limits = { MAX_FUNCTIONS_PER_SANDBOX: "1", MAX_QUALIFIERS_PER_FUNCTION: "1" };
    await setVariables(parentOf(sandbox), limits as never);
    expect(await codeOf(sandbox, "POST", functions, functionBody("g"))).toBe("InvalidArgument");
    expect(await codeOf(sandbox, "POST", `${owner}/versions`, {})).toBe("InvalidArgument");
    const alias = { aliasName: "b", versionId: "1" };
    expect(await codeOf(sandbox, "POST", `${owner}/aliases`, alias)).toBe("InvalidArgument");
    expect(await sandbox.functions.get()).toEqual(before);
    expect(await codeRows(sandbox)).toBe(1);
  });

  test("a sandbox sees nothing of another: no function, no code, no list token", async () => {
    const [own, other] = [await newSandbox(), await newSandbox()];
    await create(own, api, "f", "g");
    await create(other, api, "h", "i");
    expect(await codeOf(other, "GET", `${functions}/f`)).toBe("FunctionNotFound");
    const token = (await must(own, "GET", `${functions}?limit=1`)).body.nextToken;
    expect(await codeOf(other, "GET", `${functions}?nextToken=${token}`)).toBe("InvalidArgument");
    for (const list of ["versions", "aliases"]) {
      expect(await codeOf(own, "GET", `${owner}/${list}?nextToken=${token}`)).toBe("InvalidArgument");
    }
    const code = await codePath(own, `${functions}/f/code`);
    expect(await download(code)).toBe(200);
    const moved = code.replace(own.access.id ?? "", other.access.id ?? "");
    expect(await download(moved)).toBe(404);
  });

  test("the code of an imported function answers 404, and says why", async () => {
    const [from, into] = [await newSandbox(), await newSandbox()];
    await create(from, api, "f");
    await into.snapshot.import(await from.snapshot.export());
    const answer = await request("GET", await codePath(into, `${functions}/f/code`));
    expect(answer).toMatchObject({ status: 404, body: { detail: expect.stringContaining("code") } });
  });

  test("a fault by a created name strikes after the function was created", async () => {
    const sandbox = await newSandbox();
    await create(sandbox, api);
    await sandbox.faults.add({
      match: { operation: "CreateFunction", function: "f" },
      effect: { type: "error", code: "ServiceUnavailable", after: "apply" },
    });
    await must(sandbox, "POST", functions, functionBody("g"));
    expect((await sandbox.send("POST", functions, functionBody("f"))).status).toBe(503);
    await must(sandbox, "GET", `${functions}/f`);
    const { requests } = await sandbox.requests.list({ operation: "CreateFunction" });
    expect(requests).toMatchObject([{ function: "f", status: 503 }, { function: "g" }]);
  });

  test("the creation of a function calls no other object than its sandbox's", async () => {
    const sandbox = await newSandbox();
    await create(sandbox, api, "g");
    const calls = await callsOf(parentOf(sandbox));
    await must(sandbox, "POST", functions, functionBody("f"));
    expect(calls).toEqual([]);
  });
});

test("a service that has functions, versions or aliases is ServiceNotEmpty, and a function FunctionNotEmpty", async () => {
  const sandbox = await newSandbox();
  await create(sandbox, fc2, "f");
  await must(sandbox, "POST", `${fc2.owner}/versions`, {});
  expect(await codeOf(sandbox, "DELETE", fc2.owner)).toBe("ServiceNotEmpty");
  await must(sandbox, "DELETE", `${fc2.functions}/f`);
  expect(await codeOf(sandbox, "DELETE", fc2.owner)).toBe("ServiceNotEmpty");
  await must(sandbox, "DELETE", `${fc2.owner}/versions/1`);
  await must(sandbox, "DELETE", fc2.owner);
  await create(sandbox, fc3, "f");
  await must(sandbox, "POST", `${fc3.owner}/versions`, {});
  expect(await codeOf(sandbox, "DELETE", fc3.owner)).toBe("FunctionNotEmpty");
  await must(sandbox, "DELETE", `${fc3.owner}/versions/1`);
  await must(sandbox, "DELETE", fc3.owner);
});

test("a deleted version of a service takes the configs of all its functions along", async () => {
  const sandbox = await newSandbox();
  await create(sandbox, fc2, "f", "g");
  await must(sandbox, "POST", `${fc2.owner}/versions`, {});
  for (const name of ["f", "g"]) await must(sandbox, "PUT", fc2.config(name, "1"), {});
  await must(sandbox, "DELETE", `${fc2.owner}/versions/1`);
  for (const name of ["f", "g"]) {
    expect(await codeOf(sandbox, "GET", fc2.config(name, "1"))).toBe("AsyncConfigNotExists");
  }
});

test("of updates of one state at once one succeeds, and publications at once get different numbers", async () => {
  const sandbox = await newSandbox();
  await create(sandbox, fc2, "f");
  const etag = (await must(sandbox, "GET", fc2.owner)).headers.get("ETag") ?? "";
  const updates = ["a", "b", "c", "d"].map((description) =>
    sandbox.send("PUT", fc2.owner, { description }, { "If-Match": etag }),
  );
  const statuses = (await Promise.all(updates)).map(({ status }) => status).sort();
  expect(statuses).toEqual([200, 412, 412, 412]);
  const published = await Promise.all(
    [1, 2, 3].flatMap((timeout) => [
      sandbox.send("PUT", `${fc2.functions}/f`, { timeout }),
      sandbox.send("POST", `${fc2.owner}/versions`, {}),
    ]),
  );
  const numbers = published.map(({ body }) => body.versionId).filter(Boolean);
  expect(new Set(numbers).size).toBe(numbers.length);
  expect(numbers).toContain("1");
});

test("code takes the place of the code that it replaces, also where there is room for one only", async () => {
  const sandbox = await newSandbox();
  await create(sandbox, fc3);
  await setVariables(parentOf(sandbox), { MAX_CODE_BYTES_PER_SANDBOX: "10" } as never);
  await must(sandbox, "POST", fc3.functions, functionBody("f", "12345678"));
  await must(sandbox, "PUT", `${fc3.functions}/f`, { code: { zipFile: btoa("87654321") } });
  expect(await download(await codePath(sandbox, `${fc3.functions}/f/code`))).toBe(200);
  await must(sandbox, "POST", fc3.functions, functionBody("g", "12345678"));
  expect(await download(await codePath(sandbox, `${fc3.functions}/g/code`))).toBe(404);
});

test("an FC 3.0 function's name has 64 characters at most, an FC 2.0 function's 128", async () => {
  const sandbox = await newSandbox();
  await create(sandbox, fc2);
  for (const [{ functions }, most] of [
    [fc2, 128],
    [fc3, 64],
  ] as const) {
    await must(sandbox, "POST", functions, functionBody("n".repeat(most)));
    expect(await codeOf(sandbox, "POST", functions, functionBody("n".repeat(most + 1)))).toBe(
      "InvalidArgument",
    );
  }
});

test.each([
  ["a description that is too long", { description: "d".repeat(257) }],
  ["environment variables that are too large", { environmentVariables: { TEXT: "v".repeat(5000) } }],
  ["code that is not base64", { code: { zipFile: "%%%" } }],
  ["code with another checksum", { code: { zipFile: "QQ==", checksum: "1" } }],
])("%s is InvalidArgument, and no function is written", async (_, items) => {
  const sandbox = await newSandbox();
  await create(sandbox, fc2);
  for (const { functions } of generations) {
    expect(await codeOf(sandbox, "POST", functions, functionBody("f", "f", items))).toBe("InvalidArgument");
  }
  expect(await sandbox.functions.get()).toEqual({ services: [{ name: "demo" }] });
  expect(await codeRows(sandbox)).toBe(0);
});

test("a sandbox has at most so many services", async () => {
  const sandbox = await newSandbox();
  await create(sandbox, fc2);
  await setVariables(parentOf(sandbox), { MAX_SERVICES_PER_SANDBOX: "1" } as never);
  const another = { serviceName: "another" };
  expect(await codeOf(sandbox, "POST", "/2021-04-06/services", another)).toBe("InvalidArgument");
  expect(await sandbox.functions.get()).toEqual({ services: [{ name: "demo" }] });
});

test("code above MAX_CODE_BYTES is accepted and measured, but not stored; a larger body is EntityTooLarge", async () => {
  const sandbox = await newSandbox();
  const { body } = await must(sandbox, "POST", fc3.functions, functionBody("f", "x".repeat(1_048_577)));
  expect(body).toMatchObject({ codeSize: 1_048_577 });
  expect(await codeRows(sandbox)).toBe(0);
  expect(await download(await codePath(sandbox, `${fc3.functions}/f/code`))).toBe(404);
  const tooLarge = functionBody("g", "x".repeat(6_400_000));
  expect(await codeOf(sandbox, "POST", fc3.functions, tooLarge)).toBe("EntityTooLarge");
  expect(await sandbox.functions.get()).toEqual({ functions: [{ name: "f" }] });
});

test("a deletion is answered only when the function has learnt of it", async () => {
  vi.spyOn(console, "error").mockImplementation(() => {});
  const sandbox = await newSandbox();
  await create(sandbox, fc3, "f");
  await must(sandbox, "PUT", fc3.config("f"), {});
  let failures = 0;
  await intercept(parentOf(sandbox), "FUNCTION.accept", async (accept) => {
    if (failures++ < 2) throw new Error("cut off");
    return accept();
  });
  await must(sandbox, "DELETE", fc3.owner);
  expect(failures).toBe(3);
  expect(await codeOf(sandbox, "GET", fc3.config("f"))).toBe("AsyncConfigNotExists");
});

test("a deletion of which a function can't be told is ServiceUnavailable, and happens with the next alarm", async () => {
  vi.spyOn(console, "error").mockImplementation(() => {});
  const sandbox = await newSandbox();
  await create(sandbox, fc3, "f");
  await must(sandbox, "PUT", fc3.config("f"), {});
  let isReachable = false;
  await intercept(parentOf(sandbox), "FUNCTION.accept", async (accept) => {
    if (!isReachable) throw new Error("cut off");
    return accept();
  });
  expect(await codeOf(sandbox, "DELETE", fc3.owner)).toBe("ServiceUnavailable");
  expect(await sandbox.functions.get()).toEqual({});
  isReachable = true;
  await runDurableObjectAlarm(parentOf(sandbox));
  expect(await codeOf(sandbox, "GET", fc3.config("f"))).toBe("AsyncConfigNotExists");
});
