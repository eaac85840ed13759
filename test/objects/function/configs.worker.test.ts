import fc from "fast-check";
import { expect, test } from "vitest";
import { newSandbox } from "../../newSandbox.ts";
import { versions } from "../../request.ts";
import { evictObjects } from "../objects.ts";

const { config, list } = versions[1];
const fc3 = versions[2];

type Step =
  | { readonly kind: "put"; readonly qualifier: string; readonly age: number; readonly late: boolean }
  | { readonly kind: "delete"; readonly qualifier: string }
  | { readonly kind: "resize"; readonly journalSize: number }
  | { readonly kind: "clear" | "reset" | "evict" | "get" };

const qualifier = fc.constantFrom("LATEST", "blue", "green");
const put = fc.record({
  kind: fc.constant("put" as const),
  qualifier,
  age: fc.integer({ min: 1, max: 9999 }),
  late: fc.boolean(),
});
const steps: fc.Arbitrary<Step>[] = [
  put,
  put,
  fc.record({ kind: fc.constant("delete" as const), qualifier }),
  fc.record({ kind: fc.constant("resize" as const), journalSize: fc.integer({ min: 0, max: 4 }) }),
  fc.record({
    kind: fc.constantFrom("clear" as const, "reset" as const, "evict" as const, "get" as const),
  }),
];

test("whatever the journal does with its entries, no config is lost or comes back when the objects are evicted", async () => {
  const property = fc.asyncProperty(fc.array(fc.oneof(...steps), { maxLength: 25 }), async (commands) => {
    const sandbox = await newSandbox({ settings: { journalSize: 3 } });
    const ages: Record<string, number> = {};
    for (const step of commands) {
      if (step.kind === "put") {
        // The answer waits: the request is journalled after its change was made.
        const fault =
          step.late &&
          (await sandbox.faults.add({ effect: { type: "delay", milliseconds: 1, after: "apply" } }));
        await sandbox.send("PUT", config("f", step.qualifier), { maxAsyncEventAgeInSeconds: step.age });
        ages[step.qualifier] = step.age;
        if (fault) await sandbox.faults.remove(fault.id);
      }
      if (step.kind === "delete") {
        const { status } = await sandbox.send("DELETE", config("f", step.qualifier));
        expect(status).toBe(step.qualifier in ages ? 204 : 404);
        delete ages[step.qualifier];
      }
      if (step.kind === "resize") await sandbox.settings({ journalSize: step.journalSize });
      if (step.kind === "clear") await sandbox.requests.clear();
      if (step.kind === "reset") {
        await sandbox.reset("configs");
        for (const name of Object.keys(ages)) delete ages[name];
      }
      if (step.kind === "evict") await evictObjects(sandbox);
      if (step.kind === "get") await sandbox.send("GET", config("f"));
    }
    await evictObjects(sandbox);
    const { body } = await sandbox.send("GET", list("f"));
    const found = (body.configs as { qualifier: string; maxAsyncEventAgeInSeconds: number }[]).map(
      (shown) => [shown.qualifier, shown.maxAsyncEventAgeInSeconds],
    );
    expect(Object.fromEntries(found)).toEqual(ages);
  });
  const first = { kind: "put", qualifier: "LATEST", age: 1, late: false } as const;
  const second = { ...first, age: 2 };
  const examples: [Step[]][] = [
    // A row of its own is newer than an entry that keeps the config.
    [[first, { ...second, late: true }, { kind: "evict" }]],
    // The numbers of entries go on after all of them have gone.
    [[first, { kind: "clear" }, { kind: "evict" }, second, { kind: "evict" }]],
    // The entries stay, and what they hold is gone.
    [[first, { kind: "reset" }, { kind: "evict" }]],
    [[first, { kind: "delete", qualifier: "LATEST" }, { kind: "get" }, { kind: "get" }, { kind: "evict" }]],
  ];
  await fc.assert(property, { numRuns: 40, examples });
}, 60_000);

test("a config whose alias is no longer declared does not come back when the objects are evicted", async () => {
  const sandbox = await newSandbox();
  const declare = (...aliases: string[]) =>
    sandbox.functions.declare({ functions: [{ name: "f", aliases }] });
  await declare("blue", "green");
  for (const name of ["blue", "green"]) await sandbox.send("PUT", fc3.config("f", name));
  await declare("green");
  await evictObjects(sandbox);
  const { configs = [] } = await sandbox.snapshot.export();
  expect(configs.map((one) => one.qualifier)).toEqual(["green"]);
});
