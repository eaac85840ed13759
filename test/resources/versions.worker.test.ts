import { describe, expect, test } from "vitest";
import { newSandbox } from "../newSandbox.ts";
import { errorOf } from "../request.ts";
import { FUNCTION, generations, makeFunction, makeVersioned } from "./resources.ts";

describe.each(generations)("in $id", (generation) => {
  const { functions, owner } = generation;

  test("a version is a picture: the function as it was, with its code, by number and by alias", async () => {
    const sandbox = await newSandbox();
    await makeVersioned(sandbox, generation);
    const get = async (qualifier: string, path = "") =>
      (await sandbox.send("GET", `${functions}/f${path}?qualifier=${qualifier}`)).body;
    expect(await get("LATEST")).toMatchObject({ timeout: 30, codeSize: 13 });
    for (const qualifier of ["1", "prod"]) {
      expect(await get(qualifier)).toMatchObject({ timeout: 3, codeSize: 8 });
      const { url } = await get(qualifier, "/code");
      const path = new URL(url).pathname.replace(/^\/s\/[^/]+/, "");
      // application/zip, which the test client reads as JSON where it is text.
      await expect(sandbox.send("GET", path)).rejects.toThrow("the code");
    }
  });

  test("publishing what did not change since the last version is refused, and any change allows it", async () => {
    const sandbox = await newSandbox();
    await makeFunction(sandbox, generation);
    const publish = async () => {
      const answer = await sandbox.send("POST", `${owner}/versions`, {});
      return answer.status === 200 ? answer.body.versionId : errorOf(answer).code;
    };
    expect([await publish(), await publish()]).toEqual(["1", "VersionPublishError"]);
    await sandbox.send("PUT", `${functions}/f`, {});
    expect([await publish(), await publish()]).toEqual(["2", "VersionPublishError"]);
    await sandbox.send("DELETE", `${owner}/versions/2`);
    expect(await publish()).toBe("3");
  });

  test("publishes at once get numbers of their own", async () => {
    const sandbox = await newSandbox();
    await makeFunction(sandbox, generation);
    const answers = await Promise.all(
      Array.from({ length: 20 }, async (_, i) => {
        await sandbox.send("PUT", `${functions}/f`, { timeout: i + 1 });
        return sandbox.send("POST", `${owner}/versions`, {});
      }),
    );
    const numbers = answers.flatMap(({ body }) => body.versionId ?? []);
    expect(new Set(numbers).size).toBe(numbers.length);
    expect(numbers.length).toBeGreaterThan(0);
  });

  test("an alias points to versions that are there, and may outlive them", async () => {
    const sandbox = await newSandbox();
    await makeVersioned(sandbox, generation);
    const alias = async (method: string, path: string, body: object) => {
      const answer = await sandbox.send(method, `${owner}/aliases${path}`, body);
      return answer.status === 200 ? 200 : errorOf(answer).code;
    };
    for (const versionId of ["2", "01", "LATEST", "prod"]) {
      expect(await alias("POST", "", { aliasName: "blue", versionId })).toBe("VersionNotFound");
      expect(await alias("PUT", "/prod", { versionId })).toBe("VersionNotFound");
    }
    const weighted = (weight: unknown, version = "1") =>
      alias("PUT", "/prod", { additionalVersionWeight: { [version]: weight } });
    expect(await weighted(0.5, "2")).toBe("VersionNotFound");
    expect(await weighted(1.5)).toBe("InvalidArgument");
    expect(await weighted("0.5")).toBe("InvalidArgument");
    expect(await weighted(0.25)).toBe(200);
    await sandbox.send("DELETE", `${owner}/versions/1`);
    expect((await sandbox.send("GET", `${owner}/aliases/prod`)).body.versionId).toBe("1");
    expect(errorOf(await sandbox.send("GET", `${functions}/f?qualifier=prod`)).code).toBe("VersionNotFound");
  });

  test("lists of versions go either way, from a number on, page by page", async () => {
    const sandbox = await newSandbox();
    await makeFunction(sandbox, generation);
    for (let i = 0; i < 12; i++) {
      await sandbox.send("PUT", `${functions}/f`, { timeout: i + 1 });
      await sandbox.send("POST", `${owner}/versions`, {});
    }
    const list = async (query: string) => {
      const found: number[] = [];
      for (let token = ""; ; ) {
        const { body } = await sandbox.send("GET", `${owner}/versions?${query}&nextToken=${token}`);
        found.push(...body.versions.map(({ versionId }: { versionId: string }) => Number(versionId)));
        if (!body.nextToken) return found;
        token = body.nextToken;
      }
    };
    const forward = Array.from({ length: 12 }, (_, i) => i + 1);
    expect(await list("limit=5")).toEqual(forward.toReversed());
    expect(await list("limit=5&direction=FORWARD")).toEqual(forward);
    expect(await list("limit=5&direction=FORWARD&startKey=10")).toEqual([10, 11, 12]);
    expect(await list("startKey=3")).toEqual([3, 2, 1]);
  });
});

test("a version of a service has the functions that the service had", async () => {
  const sandbox = await newSandbox();
  const services = "/2021-04-06/services";
  await sandbox.send("POST", services, { serviceName: "demo", description: "first" });
  const functions = `${services}/demo/functions`;
  for (const functionName of ["a", "b"]) await sandbox.send("POST", functions, { functionName, ...FUNCTION });
  await sandbox.send("POST", `${services}/demo/versions`, { description: "release 1" });
  await sandbox.send("DELETE", `${functions}/a`);
  await sandbox.send("POST", functions, { functionName: "c", ...FUNCTION });
  await sandbox.send("PUT", `${services}/demo`, { description: "second", role: "acs:ram::1:role/x" });
  const names = async (query: string) =>
    (await sandbox.send("GET", `${functions}${query}`)).body.functions.map(
      ({ functionName }: { functionName: string }) => functionName,
    );
  expect(await names("")).toEqual(["b", "c"]);
  expect(await names("?qualifier=1")).toEqual(["a", "b"]);
  expect((await sandbox.send("GET", `${functions}/a?qualifier=1`)).status).toBe(200);
  expect(errorOf(await sandbox.send("GET", `${functions}/c?qualifier=1`)).code).toBe("FunctionNotFound");
  const service = await sandbox.send("GET", `${services}/demo?qualifier=1`);
  expect(service.body).toMatchObject({ description: "release 1", role: "" });
});
