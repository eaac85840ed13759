import { describe, expect, test } from "vitest";
import { type Operation, operations, routesOf, shownOperation } from "../../src/fc/operations.ts";
import { apiVersions } from "../../src/fc/versions.ts";
import { newSandbox } from "../newSandbox.ts";

const places = apiVersions.flatMap((version) =>
  version.prefixes.flatMap((prefix) =>
    routesOf(version).map((route) => ({
      ...route,
      version,
      target: (prefix + route.path)
        .replace(":service", "demo")
        .replace(":function", "f")
        .replace(":version", "1")
        .replace(":alias", "prod"),
    })),
  ),
);

const qualifiers: { readonly [N in Operation["names"]]?: string } = {
  "qualified function": "LATEST",
  "version of owner": "1",
  "alias of owner": "prod",
};

describe("every operation of the registry is where its version has it", () => {
  test.each(places)("$method $target is $name", async ({ method, target, version, operation }) => {
    const sandbox = await newSandbox();
    await sandbox.send(method, target);
    const allowed = await sandbox.send("OPTIONS", target);
    const [entry] = (await sandbox.requests.list()).requests;
    const hasFunction = /\/f(\/|$)/.test(target);
    const hasService = target.includes("/demo");
    expect(entry).toMatchObject({
      operation: shownOperation(operation),
      version: version.id,
      service: hasService ? "demo" : hasFunction ? "" : null,
      function: hasFunction ? "f" : null,
      qualifier: qualifiers[operations[operation].names] ?? null,
    });
    expect(allowed.headers.get("Allow")?.split(", ")).toContain(method);
  });

  test.each(places)("and registers a function only when it creates what it names: $name", async (place) => {
    const sandbox = await newSandbox();
    await sandbox.send(place.method, place.target);
    const { functions } = await sandbox.summary();
    expect(functions.length).toBe(operations[place.operation].creates ? 1 : 0);
  });
});
