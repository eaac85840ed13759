import fc from "fast-check";
import { beforeEach, describe, expect, test } from "vitest";
import { newSandbox, type TestSandbox } from "../newSandbox.ts";
import { errorOf, versions } from "../request.ts";

const [classic, , fc3] = versions;
const LIST = "/2023-03-30/async-invoke-configs";

let sandbox: TestSandbox;
beforeEach(async () => {
  sandbox = await newSandbox();
});

/** Walks the list of all functions to its end, calling `between` after each page but the last. */
async function walk(
  limit: number,
  { send }: TestSandbox = sandbox,
  between: () => Promise<void> = async () => {},
): Promise<string[]> {
  const seen: string[] = [];
  let token = "";
  for (;;) {
    const { status, body } = await send("GET", `${LIST}?limit=${limit}&nextToken=${token}`);
    expect(status).toBe(200);
    expect(body.configs.length).toBeLessThanOrEqual(limit);
    seen.push(
      ...body.configs.map(({ functionArn }: { functionArn: string }) => {
        const [name, qualifier = "LATEST"] = functionArn.split(":functions/")[1]?.split("/") ?? [];
        return `${name}/${qualifier}`;
      }),
    );
    if (body.nextToken === "") return seen;
    token = body.nextToken;
    await between();
  }
}

const put = (name: string, qualifier: string) => sandbox.send("PUT", fc3.config(name, qualifier));

test("it has all FC 3.0 functions' configs, each as GET shows it, and none of FC 2.0", async () => {
  expect((await sandbox.send("GET", LIST)).body).toEqual({ configs: [], nextToken: "" });
  await sandbox.send("PUT", classic.config("classic"));
  const { body } = await sandbox.send("PUT", fc3.config("f", "prod"), {
    asyncTask: true,
    maxAsyncRetryAttempts: 0,
  });
  expect((await sandbox.send("GET", LIST)).body).toEqual({ configs: [body], nextToken: "" });
  expect((await sandbox.send("GET", `${LIST}?functionName=`)).body).toEqual({
    configs: [body],
    nextToken: "",
  });
});

test("its order is by function, then by qualifier, whatever the page size", async () => {
  const names = ["A", "B", "_", "a", "a-", "a1", "aa", "b"];
  for (const name of names.toReversed()) for (const qualifier of ["prod", "2"]) await put(name, qualifier);
  const all = names.flatMap((name) => [`${name}/2`, `${name}/prod`]);
  for (const limit of [1, 3, 15, 16, 100]) expect(await walk(limit)).toEqual(all);
});

test("it passes over functions whose configs are all deleted", async () => {
  const names = Array.from({ length: 40 }, (_, i) => `f${String(i).padStart(2, "0")}`);
  await Promise.all(names.map((name) => put(name, "LATEST")));
  await Promise.all(names.slice(1, 39).map((name) => sandbox.send("DELETE", fc3.config(name))));
  expect(await walk(1)).toEqual(["f00/LATEST", "f39/LATEST"]);
});

test("while configs come and go, a walk skips none that stayed and shows none twice", async () => {
  const configs = fc.constantFrom(
    ...["a", "b", "c", "d", "e", "f"].flatMap((name) =>
      ["1", "2", "LATEST"].map((qualifier) => `${name}/${qualifier}`),
    ),
  );
  const changes = fc.array(fc.record({ config: configs, method: fc.constantFrom("PUT", "DELETE") }), {
    maxLength: 4,
  });
  await fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(configs),
      fc.array(changes, { minLength: 1 }),
      fc.integer({ min: 1, max: 5 }),
      async (initial, script, limit) => {
        const sandbox = await newSandbox();
        const send = (method: string, config: string) => {
          const [name = "", qualifier = ""] = config.split("/");
          return sandbox.send(method, fc3.config(name, qualifier));
        };
        await Promise.all(initial.map((config) => send("PUT", config)));
        const stayed = new Set(initial);
        const everThere = new Set(initial);
        let turn = 0;
        const seen = await walk(limit, sandbox, async () => {
          for (const { method, config } of script[turn++ % script.length] ?? []) {
            await send(method, config);
            if (method === "DELETE") stayed.delete(config);
            else everThere.add(config);
          }
        });
        expect(seen).toEqual([...new Set(seen)].sort());
        for (const config of stayed) expect(seen).toContain(config);
        for (const config of seen) expect(everThere).toContain(config);
      },
    ),
    { numRuns: 40 },
  );
}, 60_000);

describe("a token is good for the list that gave it, and no other", () => {
  test("not for one function's list, nor the other way round", async () => {
    for (const qualifier of ["a", "b"]) await put("f", qualifier);
    const ofAll = (await sandbox.send("GET", `${LIST}?limit=1`)).body.nextToken;
    const ofOne = (await sandbox.send("GET", `${fc3.list("f")}limit=1`)).body.nextToken;
    expect((await sandbox.send("GET", `${LIST}?nextToken=${ofAll}`)).status).toBe(200);
    expect((await sandbox.send("GET", `${fc3.list("f")}nextToken=${ofOne}`)).status).toBe(200);
    for (const path of [`${LIST}?nextToken=${ofOne}`, `${fc3.list("f")}nextToken=${ofAll}`]) {
      expect(errorOf(await sandbox.send("GET", path))).toMatchObject({
        status: 400,
        code: "InvalidArgument",
      });
    }
  });

  test("not for the journal, nor the other way round", async () => {
    for (const name of ["f", "g"]) await sandbox.send("PUT", fc3.config(name));
    const list = await sandbox.send("GET", "/2023-03-30/async-invoke-configs?limit=1");
    const journal = await sandbox.requests.list({}, { limit: 1 });
    await expect(sandbox.requests.list({}, { nextToken: list.body.nextToken })).rejects.toMatchObject({
      problem: { status: 400 },
    });
    const crossed = await sandbox.send(
      "GET",
      `/2023-03-30/async-invoke-configs?nextToken=${journal.nextToken}`,
    );
    expect(errorOf(crossed)).toMatchObject({ status: 400, code: "InvalidArgument" });
  });
});

test("a limit that is no number from 1 to 100, and a name that is none, are InvalidArgument", async () => {
  for (const query of ["limit=0", "limit=101", "limit=x", "functionName=a.b", "nextToken=x"]) {
    expect(errorOf(await sandbox.send("GET", `${LIST}?${query}`))).toMatchObject({
      status: 400,
      code: "InvalidArgument",
    });
  }
});

test("a sandbox has at most 500 functions, and those it has go on working", async () => {
  const configs = Array.from({ length: 499 }, (_, i) => ({ function: `f${i}` }));
  const sandbox = await newSandbox({ snapshot: { configs } });
  expect((await sandbox.send("PUT", fc3.config("last"))).status).toBe(200);
  expect(errorOf(await sandbox.send("PUT", fc3.config("one-more")))).toEqual({
    status: 400,
    code: "InvalidArgument",
    message: "this sandbox has 500 functions, and may have no more",
  });
  expect((await sandbox.send("GET", fc3.config("one-more"))).status).toBe(404);
  expect((await sandbox.send("PUT", fc3.config("last", "prod"))).status).toBe(200);
}, 30_000);
