import fc from "fast-check";
import { expect, test } from "vitest";
import { merge } from "../../../src/fc/asyncConfig/merge.ts";
import type { GivenItems } from "../../../src/fc/asyncConfig/schema.ts";

const F = "acs:fc:r:a:functions/f";
const G = "acs:fc:r:a:functions/g";

const full: GivenItems = {
  maxAsyncEventAgeInSeconds: 60,
  maxAsyncRetryAttempts: 0,
  stateful: false,
  onSuccess: F,
  onFailure: G,
};

test("a PUT creates the config when there is none, with what it gives and nothing else", () => {
  expect(merge("alias", undefined, { maxAsyncRetryAttempts: 0 }, 1000)).toEqual({
    qualifier: "alias",
    createdTime: 1000,
    lastModifiedTime: 1000,
    maxAsyncEventAgeInSeconds: null,
    maxAsyncRetryAttempts: 0,
    stateful: null,
    onSuccess: null,
    onFailure: null,
  });
});

test("a PUT that gives only onFailure leaves onSuccess as it was", () => {
  const stored = merge("LATEST", undefined, full, 1000);
  expect(merge("LATEST", stored, { onFailure: F }, 2000)).toEqual({
    ...stored,
    onFailure: F,
    lastModifiedTime: 2000,
  });
});

test("an empty destination clears the one that was there, and only that", () => {
  const stored = merge("LATEST", undefined, full, 1000);
  expect(merge("LATEST", stored, { onSuccess: "" }, 2000)).toMatchObject({ onSuccess: null, onFailure: G });
});

test("zero and false are values, not absences", () => {
  const stored = merge("LATEST", undefined, { maxAsyncRetryAttempts: 5, stateful: true }, 1000);
  expect(merge("LATEST", stored, { maxAsyncRetryAttempts: 0, stateful: false }, 2000)).toMatchObject({
    maxAsyncRetryAttempts: 0,
    stateful: false,
  });
});

const givenItems = fc.record(
  {
    maxAsyncEventAgeInSeconds: fc.integer({ min: 1, max: 2_592_000 }),
    maxAsyncRetryAttempts: fc.integer({ min: 0, max: 8 }),
    stateful: fc.boolean(),
    onSuccess: fc.constantFrom("", F, G),
    onFailure: fc.constantFrom("", F, G),
  },
  { requiredKeys: [] },
);

test("after any sequence of PUTs, each item is as the last PUT that gave it left it", () => {
  fc.assert(
    fc.property(fc.array(givenItems, { minLength: 1 }), (puts) => {
      const merged = puts.reduce(
        (stored, given, i) => merge("LATEST", stored, given, i),
        undefined as ReturnType<typeof merge> | undefined,
      );
      const last = <K extends keyof GivenItems>(item: K) => puts.findLast((put) => item in put)?.[item];
      expect(merged).toEqual({
        qualifier: "LATEST",
        createdTime: 0,
        lastModifiedTime: puts.length - 1,
        maxAsyncEventAgeInSeconds: last("maxAsyncEventAgeInSeconds") ?? null,
        maxAsyncRetryAttempts: last("maxAsyncRetryAttempts") ?? null,
        stateful: last("stateful") ?? null,
        onSuccess: last("onSuccess") || null,
        onFailure: last("onFailure") || null,
      });
    }),
  );
});
