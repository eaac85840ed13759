import { env, runDurableObjectAlarm } from "cloudflare:test";
import { expect, test } from "vitest";
import type { Env } from "../../src/env.ts";
import { functionObject, sandboxObject } from "../../src/objects/stubs.ts";
import { setVariables } from "../calls.ts";
import { configure, functionNamed, idOf, invoke } from "../invocations/invocations.ts";
import { newSandbox } from "../newSandbox.ts";
import { age, functionOf, NOTHING, parentOf, stored } from "./objects.ts";

/** How objects are addressed with these variables: the jurisdiction, and what `getByName` is called with. */
function addressed(variables: Partial<Env>): unknown[] {
  const calls: unknown[] = [];
  const namespace = (jurisdiction?: string) => ({
    jurisdiction: namespace,
    getByName: (...parameters: unknown[]) => calls.push([jurisdiction, ...parameters]),
  });
  const placed = { ...env, SANDBOX: namespace(), FUNCTION: namespace(), ...variables } as unknown as Env;
  sandboxObject(placed, "s");
  functionObject(placed, "s", { service: "", function: "f" });
  return calls;
}

test.each<[string, Partial<Env>, string | undefined, object[]]>([
  ["anywhere", {}, undefined, []],
  ["near a place", { LOCATION_HINT: "apac-ne" }, undefined, [{ locationHint: "apac-ne" }]],
  ["in a jurisdiction", { JURISDICTION: "eu" }, "eu", []],
  [
    "near a place of a jurisdiction",
    { JURISDICTION: "us", LOCATION_HINT: "wnam" },
    "us",
    [{ locationHint: "wnam" }],
  ],
])("objects are %s", (_, variables, jurisdiction, options) => {
  expect(addressed(variables)).toEqual([
    [jurisdiction, "s", ...options],
    [jurisdiction, "s//f", ...options],
  ]);
});

test("the objects of an old sandbox find each other, and are erased, where they are, after JURISDICTION was set", async () => {
  const sandbox = await newSandbox();
  await configure(sandbox, "f", {
    destinationConfig: { onSuccess: { destination: functionNamed("g") } },
  });
  // workerd has no jurisdictions: a call to an object of one would fail.
  for (const object of [parentOf(sandbox), functionOf(sandbox, "f"), functionOf(sandbox, "g")]) {
    await setVariables(object as ReturnType<typeof parentOf>, { JURISDICTION: "eu" });
  }
  const id = idOf(await invoke(sandbox, "f"));
  await expect.poll(async () => (await sandbox.invocations.get(id)).status).toBe("Succeeded");
  await expect
    .poll(async () => (await sandbox.summary()).functions.map((one) => one.function))
    .toEqual(["f", "g"]);
  await sandbox.settings({ region: "mine" });
  await age(sandbox);
  await runDurableObjectAlarm(parentOf(sandbox));
  for (const object of [parentOf(sandbox), functionOf(sandbox, "f"), functionOf(sandbox, "g")]) {
    expect(await stored(object)).toEqual(NOTHING);
  }
});
