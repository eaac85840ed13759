import { describe, expect, test } from "vitest";
import {
  operationNamed,
  operationNames,
  operations,
  routeOf,
  routesOf,
  shownOperation,
  shownWord,
} from "../../src/fc/operations.ts";
import { apiVersions } from "../../src/fc/versions.ts";

describe.each(operationNames)("%s", (name) => {
  const ownNames = apiVersions.flatMap((version) => routeOf(version, name)?.name ?? []);

  test("is meant by its name, its short name and every version's name for it, and shown by one word", () => {
    const words = [name, shownOperation(name), ...ownNames];
    expect(words.map(operationNamed)).toEqual(words.map(() => name));
    expect(new Set(words.map(shownWord))).toEqual(new Set([shownOperation(name)]));
  });

  test("is in a version, and called by its name where it is in FC 3.0", () => {
    expect(ownNames.length).toBeGreaterThan(0);
    const fc3 = apiVersions.filter(({ hasServices }) => !hasServices);
    expect(fc3.flatMap((version) => routeOf(version, name)?.name ?? [name])).toEqual(fc3.map(() => name));
  });

  test("answers without a body just where it says 204", () => {
    const { status, schema } = operations[name].answer;
    expect(status === 204).toBe(schema === undefined);
  });
});

test("the config's operations keep their short names", () => {
  expect(
    ["PutAsyncInvokeConfig", "GetAsyncInvokeConfig", "DeleteAsyncInvokeConfig", "ListAsyncInvokeConfigs"].map(
      shownWord,
    ),
  ).toEqual(["put", "get", "delete", "list"]);
});

test.each(["", "post", "PUT", "putasyncinvokeconfig", "PutAsyncInvokeConfigs", "constructor", "__proto__"])(
  "%j is no operation, and stays as it is",
  (word) => {
    expect(operationNamed(word)).toBeUndefined();
    expect(shownWord(word)).toBe(word);
  },
);

describe.each(apiVersions)("in $id", (version) => {
  const routes = routesOf(version);

  test("no two operations share a method and a path, or a name", () => {
    // Whatever its parameters are called, it is the same path.
    const places = routes.map(({ method, path }) => `${method} ${path.replace(/:\w+/g, ":")}`);
    expect(places).toEqual([...new Set(places)]);
    const names = routes.map(({ name }) => name);
    expect(names).toEqual([...new Set(names)]);
  });
});

test("no word stands for two operations", () => {
  const words = operationNames.flatMap((name) => [
    ...new Set([
      name,
      shownOperation(name),
      ...apiVersions.flatMap((version) => routeOf(version, name)?.name ?? []),
    ]),
  ]);
  expect(words).toEqual([...new Set(words)]);
});
