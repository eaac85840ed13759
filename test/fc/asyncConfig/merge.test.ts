import fc from "fast-check";
import { expect, test } from "vitest";
import { destinationsRule, merge } from "../../../src/fc/asyncConfig/merge.ts";
import type { GivenItems } from "../../../src/fc/asyncConfig/schema.ts";

const F = "acs:fc:r:a:functions/f";
const G = "acs:fc:r:a:functions/g";

const full: GivenItems = {
  maxAsyncEventAgeInSeconds: 60,
  maxAsyncRetryAttempts: 0,
  stateful: false,
  destinationConfig: { onSuccess: F, onFailure: G },
};

test("a PUT creates the config when there is none, with what it gives and nothing else", () => {
  expect(merge("alias", undefined, { maxAsyncRetryAttempts: 0 }, "merge", 1000)).toEqual({
    qualifier: "alias",
    createdTime: 1000,
    lastModifiedTime: 1000,
    maxAsyncEventAgeInSeconds: null,
    maxAsyncRetryAttempts: 0,
    stateful: null,
    onSuccess: null,
    onFailure: null,
    hasDestinationConfig: false,
  });
});

test("a PUT that gives only onFailure leaves onSuccess where destinations are merged, and clears it where they are replaced", () => {
  const stored = merge("LATEST", undefined, full, "merge", 1000);
  const given = { destinationConfig: { onFailure: F } };
  const merged = { ...stored, onFailure: F, lastModifiedTime: 2000 };
  expect(merge("LATEST", stored, given, "merge", 2000)).toEqual(merged);
  expect(merge("LATEST", stored, given, "replace", 2000)).toEqual({ ...merged, onSuccess: null });
});

test("a PUT without a destinationConfig leaves both destinations, by either rule", () => {
  const stored = merge("LATEST", undefined, full, "replace", 1000);
  for (const rule of ["merge", "replace"] as const) {
    expect(merge("LATEST", stored, {}, rule, 2000)).toEqual({ ...stored, lastModifiedTime: 2000 });
  }
});

test("that a destinationConfig was given is kept, also when it had no destination", () => {
  const given = merge("LATEST", undefined, { destinationConfig: {} }, "merge", 1000);
  expect(given).toMatchObject({ onSuccess: null, onFailure: null, hasDestinationConfig: true });
  expect(merge("LATEST", given, { maxAsyncRetryAttempts: 1 }, "replace", 2000).hasDestinationConfig).toBe(
    true,
  );
  // Earlier commits did not store it.
  const { hasDestinationConfig: _, ...former } = merge("LATEST", undefined, full, "merge", 1000);
  expect(merge("LATEST", former, {}, "merge", 2000).hasDestinationConfig).toBe(true);
  const empty = { ...former, onSuccess: null, onFailure: null };
  expect(merge("LATEST", empty, {}, "merge", 2000).hasDestinationConfig).toBe(false);
});

test("the rule is the version's unless the sandbox has one", () => {
  expect(destinationsRule("by version", { destinations: "replace" })).toBe("replace");
  expect(destinationsRule("merge", { destinations: "replace" })).toBe("merge");
  expect(destinationsRule("replace", { destinations: "merge" })).toBe("replace");
});

test("zero and false are values, not absences", () => {
  const stored = merge("LATEST", undefined, { maxAsyncRetryAttempts: 5, stateful: true }, "merge", 1000);
  expect(merge("LATEST", stored, { maxAsyncRetryAttempts: 0, stateful: false }, "merge", 2000)).toMatchObject(
    {
      maxAsyncRetryAttempts: 0,
      stateful: false,
    },
  );
});

const destinations = fc.record(
  { onSuccess: fc.constantFrom(F, G), onFailure: fc.constantFrom(F, G) },
  { requiredKeys: [] },
);

const givenItems = fc.record(
  {
    maxAsyncEventAgeInSeconds: fc.integer({ min: 1, max: 2_592_000 }),
    maxAsyncRetryAttempts: fc.integer({ min: 0, max: 8 }),
    stateful: fc.boolean(),
    destinationConfig: destinations,
  },
  { requiredKeys: [] },
);

test("after any sequence of PUTs, each item is as the last PUT that gave it left it", () => {
  fc.assert(
    fc.property(
      fc.array(givenItems, { minLength: 1 }),
      fc.constantFrom("merge", "replace"),
      (puts: readonly GivenItems[], rule) => {
        const merged = puts.reduce(
          (stored, given, i) => merge("LATEST", stored, given, rule, i),
          undefined as ReturnType<typeof merge> | undefined,
        );
        const last = <K extends keyof GivenItems>(item: K) => puts.findLast((put) => item in put)?.[item];
        const ofDestination = puts.flatMap(({ destinationConfig }) => destinationConfig ?? []);
        const lastDestination = (slot: "onSuccess" | "onFailure") =>
          rule === "replace"
            ? ofDestination.at(-1)?.[slot]
            : ofDestination.findLast((given) => slot in given)?.[slot];
        expect(merged).toEqual({
          qualifier: "LATEST",
          createdTime: 0,
          lastModifiedTime: puts.length - 1,
          maxAsyncEventAgeInSeconds: last("maxAsyncEventAgeInSeconds") ?? null,
          maxAsyncRetryAttempts: last("maxAsyncRetryAttempts") ?? null,
          stateful: last("stateful") ?? null,
          onSuccess: lastDestination("onSuccess") ?? null,
          onFailure: lastDestination("onFailure") ?? null,
          hasDestinationConfig: ofDestination.length > 0,
        });
      },
    ),
  );
});
