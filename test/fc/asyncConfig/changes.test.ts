import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { configChanges, configChangesSchema } from "../../../src/fc/asyncConfig/changes.ts";
import type { StoredAsyncConfig } from "../../../src/fc/asyncConfig/schema.ts";

const config: StoredAsyncConfig = {
  qualifier: "prod",
  createdTime: 1,
  lastModifiedTime: 1,
  maxAsyncEventAgeInSeconds: null,
  maxAsyncRetryAttempts: 0,
  stateful: false,
  onSuccess: null,
  onFailure: "acs:fc:a:1:b",
};

describe("what changed of a config", () => {
  test("that is created: the items that were set, also to 0 and false", () => {
    expect(configChanges(undefined, config)).toEqual({
      kind: "created",
      items: [
        { item: "maxAsyncRetryAttempts", before: null, after: 0 },
        { item: "stateful", before: null, after: false },
        { item: "onFailure", before: null, after: "acs:fc:a:1:b" },
      ],
    });
  });

  test("that is deleted: the items that were lost", () => {
    expect(configChanges(config, null)).toEqual({
      kind: "deleted",
      items: [
        { item: "maxAsyncRetryAttempts", before: 0, after: null },
        { item: "stateful", before: false, after: null },
        { item: "onFailure", before: "acs:fc:a:1:b", after: null },
      ],
    });
  });

  test("of which only the time is another: no item", () => {
    expect(configChanges(config, { ...config, lastModifiedTime: 2 })).toEqual({ kind: "changed", items: [] });
  });
});

test("the items say how to get from one config to the other, and back, and no item is without a change", () => {
  const nullable = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: null });
  const configs: fc.Arbitrary<StoredAsyncConfig> = fc.record({
    ...{ qualifier: fc.constant("prod"), createdTime: fc.constant(1), lastModifiedTime: fc.nat() },
    maxAsyncEventAgeInSeconds: nullable(fc.integer({ min: 1, max: 3 })),
    maxAsyncRetryAttempts: nullable(fc.nat({ max: 8 })),
    stateful: nullable(fc.boolean()),
    onSuccess: nullable(fc.constantFrom("a", "b")),
    onFailure: nullable(fc.constantFrom("a", "b")),
  });
  fc.assert(
    fc.property(configs, configs, (before, after) => {
      const { kind, items } = configChangesSchema.parse(configChanges(before, after));
      expect(kind).toBe("changed");
      const changed = Object.fromEntries(items.map((one) => [one.item, one.after]));
      const former = Object.fromEntries(items.map((one) => [one.item, one.before]));
      expect({ ...before, ...changed, lastModifiedTime: after.lastModifiedTime }).toEqual(after);
      expect({ ...after, ...former, lastModifiedTime: before.lastModifiedTime }).toEqual(before);
      expect(items.filter((one) => one.before === one.after)).toEqual([]);
    }),
  );
});
