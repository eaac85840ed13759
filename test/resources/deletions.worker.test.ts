import { runDurableObjectAlarm } from "cloudflare:test";
import { describe, expect, test, vi } from "vitest";
import { intercept } from "../calls.ts";
import { newSandbox } from "../newSandbox.ts";
import { evictObjects, parentOf } from "../objects/objects.ts";
import {
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
  const { functions, owner, config } = generation;

  test.each([
    ["open", "AsyncConfigNotExists"],
    ["declared", "FunctionNotFound"],
  ] as const)(
    "in the mode %s a deleted function has no config, nor has one of its name",
    async (mode, code) => {
      const sandbox = await newSandbox({ settings: { functions: mode } });
      await makeFunctions(sandbox, generation, "g");
      await must(sandbox, "PUT", config("LATEST", "g"), {});
      await must(sandbox, "DELETE", `${functions}/g`);
      expect(await outcomeOf(sandbox, "GET", config("LATEST", "g"))).toBe(code);
      await must(sandbox, "POST", functions, { functionName: "g", ...FUNCTION });
      expect(await outcomeOf(sandbox, "GET", config("LATEST", "g"))).toBe("AsyncConfigNotExists");
    },
  );

  test("a function that is not in memory loses its configs too", async () => {
    const sandbox = await newSandbox();
    await makeFunctions(sandbox, generation, "g");
    await must(sandbox, "PUT", config("LATEST", "g"), {});
    await evictObjects(sandbox);
    await must(sandbox, "DELETE", `${functions}/g`);
    expect(await outcomeOf(sandbox, "GET", config("LATEST", "g"))).toBe("AsyncConfigNotExists");
  });

  const [alias, version, latest] = [`${owner}/aliases/prod`, `${owner}/versions/1`, `${functions}/f`];
  test.each([
    ["an alias takes its config along, and no other", [alias], ["1", "LATEST"]],
    ["a version takes its config along, and no other", [version], ["LATEST", "prod"]],
    ["a function takes all its configs along", [alias, version, latest], []],
  ])("deleting %s", async (_, deletions, left) => {
    const sandbox = await newSandbox();
    await makeVersioned(sandbox, generation);
    const qualifiers = ["1", "LATEST", "prod"];
    for (const qualifier of qualifiers) await must(sandbox, "PUT", config(qualifier), {});
    for (const path of deletions) expect(await outcomeOf(sandbox, "DELETE", path)).toBe(204);
    const read = (qualifier: string) => outcomeOf(sandbox, "GET", config(qualifier));
    expect(await Promise.all(qualifiers.map(read))).toEqual(
      qualifiers.map((qualifier) => (left.includes(qualifier) ? 200 : "AsyncConfigNotExists")),
    );
    const { configs = [] } = await sandbox.snapshot.export();
    expect(configs.map(({ qualifier }) => qualifier).toSorted()).toEqual(left);
  });

  test("code that nothing has any more is deleted, and what a version has stays", async () => {
    const sandbox = await newSandbox();
    await makeVersioned(sandbox, generation);
    expect(await storedCodes(sandbox)).toBe(2);
    await must(sandbox, "PUT", latest, { code: { zipFile: zipFileOf("still other code") } });
    expect(await storedCodes(sandbox)).toBe(2);
    await must(sandbox, "DELETE", version);
    expect(await storedCodes(sandbox)).toBe(1);
    await must(sandbox, "DELETE", alias);
    await must(sandbox, "DELETE", latest);
    expect(await storedCodes(sandbox)).toBe(0);
  });
});

test("a service is not deleted before its functions, versions and aliases", async () => {
  const sandbox = await newSandbox();
  await makeVersioned(sandbox, fc2);
  for (const path of ["/functions/f", "/versions/1", "/aliases/prod"]) {
    expect(await outcomeOf(sandbox, "DELETE", fc2.owner)).toBe("ServiceNotEmpty");
    await must(sandbox, "DELETE", `${fc2.owner}${path}`);
  }
  expect(await outcomeOf(sandbox, "DELETE", fc2.owner)).toBe(204);
  expect(await sandbox.functions.get()).toEqual({});
});

test("a function of FC 3.0 is not deleted before its versions and aliases", async () => {
  const sandbox = await newSandbox();
  await makeVersioned(sandbox, fc3);
  for (const path of ["/versions/1", "/aliases/prod"]) {
    expect(await outcomeOf(sandbox, "DELETE", fc3.owner)).toBe("FunctionNotEmpty");
    await must(sandbox, "DELETE", `${fc3.owner}${path}`);
  }
  expect(await outcomeOf(sandbox, "DELETE", fc3.owner)).toBe(204);
  expect(await sandbox.functions.get()).toEqual({});
});

test("a deleted version of a service takes the configs of all its functions along", async () => {
  const sandbox = await newSandbox();
  await makeFunctions(sandbox, fc2, "f", "g");
  await must(sandbox, "POST", `${fc2.owner}/versions`, {});
  for (const name of ["f", "g"]) await must(sandbox, "PUT", fc2.config("1", name), {});
  await must(sandbox, "DELETE", `${fc2.owner}/versions/1`);
  for (const name of ["f", "g"]) {
    expect(await outcomeOf(sandbox, "GET", fc2.config("1", name))).toBe("AsyncConfigNotExists");
  }
});

test("a deletion is answered only when the function has learnt of it", async () => {
  vi.spyOn(console, "error").mockImplementation(() => {});
  const sandbox = await newSandbox();
  await makeFunctions(sandbox, fc3, "f");
  await must(sandbox, "PUT", fc3.config("LATEST"), {});
  let attempts = 0;
  await intercept(parentOf(sandbox), "FUNCTION.accept", async (accept) => {
    if (++attempts < 3) throw new Error("cut off");
    return accept();
  });
  await must(sandbox, "DELETE", fc3.owner);
  expect(attempts).toBe(3);
  expect(await outcomeOf(sandbox, "GET", fc3.config("LATEST"))).toBe("AsyncConfigNotExists");
});

test("a deletion of which a function can't be told is ServiceUnavailable, and happens with the next alarm", async () => {
  vi.spyOn(console, "error").mockImplementation(() => {});
  const sandbox = await newSandbox();
  await makeFunctions(sandbox, fc3, "f");
  await must(sandbox, "PUT", fc3.config("LATEST"), {});
  let isReachable = false;
  await intercept(parentOf(sandbox), "FUNCTION.accept", async (accept) => {
    if (!isReachable) throw new Error("cut off");
    return accept();
  });
  expect(await outcomeOf(sandbox, "DELETE", fc3.owner)).toBe("ServiceUnavailable");
  expect(await sandbox.functions.get()).toEqual({});
  isReachable = true;
  await runDurableObjectAlarm(parentOf(sandbox));
  expect(await outcomeOf(sandbox, "GET", fc3.config("LATEST"))).toBe("AsyncConfigNotExists");
});

test.each(generations)(
  "an alias that is deleted and created at once has no config of the earlier one: $id",
  async (generation) => {
    const { owner, config } = generation;
    const sandbox = await newSandbox();
    await makeVersioned(sandbox, generation);
    for (let i = 0; i < 10; i++) {
      await must(sandbox, "PUT", config("prod"), {});
      await Promise.all([
        sandbox.send("DELETE", `${owner}/aliases/prod`),
        sandbox.send("POST", `${owner}/aliases`, { aliasName: "prod", versionId: "1" }),
      ]);
      const { status } = await sandbox.send("POST", `${owner}/aliases`, {
        aliasName: "prod",
        versionId: "1",
      });
      expect([200, 409]).toContain(status);
      expect(await outcomeOf(sandbox, "GET", config("prod"))).toBe("AsyncConfigNotExists");
    }
  },
);

test("a function's configs are gone while a fault still holds back the answer to its deletion", async () => {
  const sandbox = await newSandbox();
  await makeFunctions(sandbox, fc3, "f");
  await must(sandbox, "PUT", fc3.config("LATEST"), {});
  await sandbox.faults.add({
    match: { operation: "DeleteFunction" },
    effect: { type: "delay", milliseconds: 2000, after: "apply" },
  });
  let isAnswered = false;
  const deleting = sandbox.send("DELETE", `${fc3.functions}/f`).then(() => {
    isAnswered = true;
  });
  while ((await sandbox.send("GET", fc3.config("LATEST"))).status === 200);
  expect(isAnswered).toBe(false);
  await deleting;
});
