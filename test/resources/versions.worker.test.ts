import { describe, expect, test } from "vitest";
import { newSandbox } from "../newSandbox.ts";
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

describe.each(generations)("in $id", (generation) => {
  const { functions, owner, ownerMissing } = generation;

  test("a version is a picture: the function as it was, with its code, by number and by alias", async () => {
    const sandbox = await newSandbox();
    await makeVersioned(sandbox, generation);
    const get = async (qualifier: string) => ({
      ...(await must(sandbox, "GET", `${functions}/f?qualifier=${qualifier}`)).body,
      code: await download(await codePath(sandbox, `${functions}/f/code?qualifier=${qualifier}`)),
    });
    expect(await get("LATEST")).toMatchObject({ timeout: 30, codeSize: 13, code: { text: "the next code" } });
    for (const qualifier of ["1", "prod"]) {
      expect(await get(qualifier)).toMatchObject({ timeout: 3, codeSize: 8, code: { text: "the code" } });
    }
    for (const path of [`${functions}/f`, `${functions}/f/code`]) {
      expect(await outcomeOf(sandbox, "GET", `${path}?qualifier=2`)).toBe("VersionNotFound");
      expect(await outcomeOf(sandbox, "GET", `${path}?qualifier=blue`)).toBe("AliasNotFound");
    }
  });

  test("the code of a deleted version can't be downloaded any more", async () => {
    const sandbox = await newSandbox();
    await makeVersioned(sandbox, generation);
    const code = await codePath(sandbox, `${functions}/f/code?qualifier=1`);
    expect(await download(code)).toEqual({ status: 200, text: "the code" });
    await must(sandbox, "DELETE", `${owner}/versions/1`);
    expect((await download(code)).status).toBe(404);
  });

  test("what did not change since the last version is not published, and no number is used twice", async () => {
    const sandbox = await newSandbox();
    await makeFunctions(sandbox, generation, "f");
    const publish = async () => {
      const { body } = await sandbox.send("POST", `${owner}/versions`, {});
      return body.versionId ?? body.ErrorCode ?? body.Code;
    };
    expect([await publish(), await publish()]).toEqual(["1", "VersionPublishError"]);
    await must(sandbox, "PUT", `${functions}/f`, {});
    expect([await publish(), await publish()]).toEqual(["2", "VersionPublishError"]);
    await must(sandbox, "DELETE", `${owner}/versions/2`);
    expect(await publish()).toBe("3");
  });

  test("versions that are published at once get numbers of their own", async () => {
    const sandbox = await newSandbox();
    await makeFunctions(sandbox, generation, "f");
    const answers = await Promise.all(
      Array.from({ length: 20 }, async (_, i) => {
        await must(sandbox, "PUT", `${functions}/f`, { timeout: i + 1 });
        return sandbox.send("POST", `${owner}/versions`, {});
      }),
    );
    const numbers = answers.flatMap(({ body }) => body.versionId ?? []);
    expect(new Set(numbers).size).toBe(numbers.length);
    expect(numbers).toContain("1");
  });

  test("an alias points to versions that are there, and may outlive them", async () => {
    const sandbox = await newSandbox();
    const alias = (method: string, path: string, body: object) =>
      outcomeOf(sandbox, method, `${owner}/aliases${path}`, body);
    const blue = { aliasName: "blue", versionId: "1" };
    expect(await alias("POST", "", blue)).toBe(ownerMissing);
    await makeVersioned(sandbox, generation);
    for (const versionId of ["2", "01", "LATEST", "prod"]) {
      expect(await alias("POST", "", { ...blue, versionId })).toBe("VersionNotFound");
      expect(await alias("PUT", "/prod", { versionId })).toBe("VersionNotFound");
    }
    const weighted = { ...blue, additionalVersionWeight: { "2": 0.5 } };
    expect(await alias("POST", "", weighted)).toBe("VersionNotFound");
    expect(await alias("POST", "", blue)).toBe(200);
    expect(await alias("POST", "", blue)).toBe("AliasAlreadyExists");
    await must(sandbox, "DELETE", `${owner}/versions/1`);
    expect((await must(sandbox, "GET", `${owner}/aliases/prod`)).body.versionId).toBe("1");
    expect(await outcomeOf(sandbox, "GET", `${functions}/f?qualifier=prod`)).toBe("VersionNotFound");
  });

  test("an alias gives another version that is there a weight from 0 to 1", async () => {
    const sandbox = await newSandbox();
    await makeVersioned(sandbox, generation);
    const weigh = (weight: unknown, version = "1") =>
      outcomeOf(sandbox, "PUT", `${owner}/aliases/prod`, { additionalVersionWeight: { [version]: weight } });
    expect(await weigh(0.5, "2")).toBe("VersionNotFound");
    expect([await weigh(1.5), await weigh("0.5")]).toEqual(["InvalidArgument", "InvalidArgument"]);
    expect(await weigh(0.25)).toBe(200);
    const { body } = await must(sandbox, "GET", `${owner}/aliases/prod`);
    expect(body.additionalVersionWeight).toEqual({ "1": 0.25 });
    await must(sandbox, "DELETE", `${owner}/versions/1`);
    await must(sandbox, "PUT", `${owner}/aliases/prod`, { description: "outlived both its versions" });
  });

  test("lists of versions go either way, from a number on, page by page", async () => {
    const sandbox = await newSandbox();
    await makeFunctions(sandbox, generation, "f");
    for (let i = 0; i < 12; i++) {
      await must(sandbox, "PUT", `${functions}/f`, { timeout: i + 1 });
      await must(sandbox, "POST", `${owner}/versions`, {});
    }
    const list = (query: string) => listAll(sandbox, owner, "versions", query);
    const forward = Array.from({ length: 12 }, (_, i) => String(i + 1));
    expect(await list("limit=5")).toEqual(forward.toReversed());
    expect(await list("limit=5&direction=FORWARD")).toEqual(forward);
    expect(await list("limit=5&direction=FORWARD&startKey=10")).toEqual(["10", "11", "12"]);
    expect(await list("startKey=3")).toEqual(["3", "2", "1"]);
  });
});

/** How each version of FC 2.0 says which version of a service it means. */
const qualified = {
  "2016-08-15": (qualifier: string) => [`/2016-08-15/services/demo.${qualifier}`, ""],
  "2021-04-06": (qualifier: string) => ["/2021-04-06/services/demo", `?qualifier=${qualifier}`],
} as const;

describe.each(["2016-08-15", "2021-04-06"] as const)("in %s", (id) => {
  test("a version of a service is the service, its functions and their code as they were", async () => {
    const sandbox = await newSandbox();
    const service = `/${id}/services/demo`;
    const functions = `${service}/functions`;
    await must(sandbox, "POST", `/${id}/services`, { serviceName: "demo", description: "first" });
    for (const functionName of ["a", "b"])
      await must(sandbox, "POST", functions, { functionName, ...FUNCTION });
    await must(sandbox, "POST", `${service}/versions`, { description: "release 1" });
    await must(sandbox, "POST", `${service}/aliases`, { aliasName: "prod", versionId: "1" });
    await must(sandbox, "DELETE", `${functions}/a`);
    await must(sandbox, "POST", functions, { functionName: "c", ...FUNCTION });
    await must(sandbox, "PUT", service, { description: "second", role: "acs:ram::1:role/x" });
    const path = (qualifier: string, rest: string) => qualified[id](qualifier).join(rest);
    const get = async (qualifier: string, rest = "") =>
      (await must(sandbox, "GET", path(qualifier, rest))).body;
    expect(await get("LATEST")).toMatchObject({ description: "second", role: "acs:ram::1:role/x" });
    const latest = [{ functionName: "b" }, { functionName: "c" }];
    expect((await get("LATEST", "/functions")).functions).toMatchObject(latest);
    for (const qualifier of ["1", "prod"]) {
      // GetService shows the version's description.
      expect(await get(qualifier)).toMatchObject({ serviceName: "demo", description: "release 1", role: "" });
      const listed = [{ functionName: "a" }, { functionName: "b" }];
      expect((await get(qualifier, "/functions")).functions).toMatchObject(listed);
      expect(await get(qualifier, "/functions/a")).toMatchObject({ functionName: "a", codeSize: 8 });
      const code = await codePath(sandbox, path(qualifier, "/functions/a/code"));
      expect((await download(code)).text).toBe("the code");
      for (const missing of ["/functions/c", "/functions/c/code"]) {
        expect(await outcomeOf(sandbox, "GET", path(qualifier, missing))).toBe("FunctionNotFound");
      }
    }
    for (const rest of ["", "/functions", "/functions/b"]) {
      expect(await outcomeOf(sandbox, "GET", path("2", rest))).toBe("VersionNotFound");
      expect(await outcomeOf(sandbox, "GET", path("blue", rest))).toBe("AliasNotFound");
    }
  });
});
