import { env, runInDurableObject } from "cloudflare:test";
import fc from "fast-check";
import { expect, test } from "vitest";
import { ResourceTables } from "../../src/objects/sandbox/resourceTables.ts";
import { sandboxObject } from "../../src/objects/stubs.ts";
import type { Declared } from "../../src/state/declared.ts";
import { declaredChange } from "../../src/state/declaredChange.ts";
import { declaredNames } from "../../src/state/declaredDocument.ts";

const names = fc.uniqueArray(fc.constantFrom("a", "b", "c"), { maxLength: 3 }).map((list) => list.sort());
const qualifiers = {
  versions: fc.uniqueArray(fc.integer({ min: 1, max: 20 }), { maxLength: 3 }).map((numbers) => {
    return numbers.sort((one, other) => one - other).map(String);
  }),
  aliases: names,
};
const owners = <T extends object>(owner: fc.Arbitrary<T>) =>
  fc
    .tuple(names, fc.array(owner, { minLength: 3, maxLength: 3 }))
    .map(([its, all]) => its.map((name, at) => withoutEmpty({ name, ...(all[at] as T) })));
const declarations = fc
  .record({
    services: owners(fc.record({ functions: names, ...qualifiers })),
    functions: owners(fc.record(qualifiers)),
  })
  .map(withoutEmpty) as fc.Arbitrary<Declared>;

function withoutEmpty<T extends object>(given: T): Partial<T> {
  const lists = Object.entries(given).filter(([, value]) => !Array.isArray(value) || value.length > 0);
  return Object.fromEntries(lists) as Partial<T>;
}

test("a sandbox has exactly what is declared, whatever it had before", async () => {
  await runInDurableObject(sandboxObject(env, "declarations"), (_, { storage }) => {
    const tables = new ResourceTables(storage);
    fc.assert(
      fc.property(declarations, (declared) => {
        tables.apply(declaredChange(declared, tables, 0), 0);
        expect(declaredNames(tables)).toEqual(declared);
        // A second time nothing begins or ceases to exist.
        expect(tables.appearances(declaredChange(declared, tables, 1))).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });
});
