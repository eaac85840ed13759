import { runDurableObjectAlarm } from "cloudflare:test";
import fc from "fast-check";
import { expect, test, vi } from "vitest";
import type { Declared, Snapshot } from "../../../src/client/index.ts";
import { intercept } from "../../calls.ts";
import { newSandbox, type TestSandbox } from "../../newSandbox.ts";
import { errorOf, versions } from "../../request.ts";
import { evictObjects, parentOf } from "../objects.ts";

const { config } = versions[2];
const NAMES = ["a", "b", "c", "d"];
const ALIAS = "blue";

/** What becomes of a push: it is delivered, it is not, or its answer is lost. */
type Fate = "delivered" | "undelivered" | "unanswered";

type Step =
  | { readonly kind: "settings"; readonly region: string; readonly functions: "open" | "declared" }
  | { readonly kind: "clock"; readonly time: string }
  | { readonly kind: "declare"; readonly declared: Declared }
  | { readonly kind: "fault"; readonly function: string | undefined }
  | { readonly kind: "removeFault"; readonly index: number }
  | { readonly kind: "put"; readonly function: string }
  | { readonly kind: "clearFaults" | "alarm" | "evict" };

const name = fc.constantFrom(...NAMES);
const functions = fc.uniqueArray(fc.record({ name, aliases: fc.constantFrom<string[]>([], [ALIAS]) }), {
  selector: (one) => one.name,
});
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    kind: fc.constant("settings" as const),
    region: fc.constantFrom("r1", "r2", "r3"),
    functions: fc.constantFrom("open" as const, "declared" as const),
  }),
  fc.record({
    kind: fc.constant("clock" as const),
    time: fc.nat({ max: 9 }).map((second) => `2030-01-01T00:00:0${second}Z`),
  }),
  fc.record({ kind: fc.constant("declare" as const), declared: fc.record({ functions }) }),
  fc.record({ kind: fc.constant("fault" as const), function: fc.option(name, { nil: undefined }) }),
  fc.record({ kind: fc.constant("removeFault" as const), index: fc.nat({ max: 3 }) }),
  fc.record({ kind: fc.constant("put" as const), function: name }),
  fc.record({ kind: fc.constantFrom("clearFaults" as const, "alarm" as const, "evict" as const) }),
);

async function perform(sandbox: TestSandbox, one: Step): Promise<unknown> {
  switch (one.kind) {
    case "settings":
      return sandbox.settings({ region: one.region, functions: one.functions });
    case "clock":
      return sandbox.clock.freeze(one.time);
    case "declare":
      return sandbox.functions.declare(one.declared);
    case "fault":
      return sandbox.faults.add({
        match: { operation: "get", ...(one.function === undefined ? {} : { function: one.function }) },
        effect: { type: "error", code: "Throttling", message: crypto.randomUUID() },
      });
    case "removeFault": {
      const { id } = (await sandbox.faults.list())[one.index] ?? {};
      return id && sandbox.faults.remove(id);
    }
    case "put":
      return sandbox.send("PUT", config(one.function));
    case "clearFaults":
      return sandbox.faults.clear();
    case "alarm":
      return runDurableObjectAlarm(parentOf(sandbox));
    case "evict":
      return evictObjects(sandbox);
  }
}

/** How a function answers: a GET by the first fault that matches, a PUT by existence, region and clock. */
async function answersOf(sandbox: TestSandbox, functionName: string) {
  const put = async (qualifier?: string) => {
    const answer = await sandbox.send("PUT", config(functionName, qualifier));
    return answer.status === 200
      ? { arn: answer.body.functionArn, time: answer.body.lastModifiedTime }
      : errorOf(answer).code;
  };
  const got = await sandbox.send("GET", config(functionName));
  return {
    fault: got.status === 429 ? errorOf(got).message : undefined,
    latest: await put(),
    alias: await put(ALIAS),
  };
}

/** How each function has to answer, by what its sandbox says. */
async function expectedOf(sandbox: TestSandbox): Promise<object[]> {
  const { settings, clock, faults = [], functions: declared } = await sandbox.snapshot.export();
  const time = clock?.mode === "frozen" ? clock.time?.replace(".000Z", "Z") : undefined;
  return NAMES.map((functionName) => {
    const fault = faults.find(({ match }) => (match?.function ?? functionName) === functionName);
    const existing = declared?.functions?.find((one) => one.name === functionName);
    const put = (qualifier?: string) => {
      if (settings?.functions === "declared") {
        if (existing === undefined) return "FunctionNotFound";
        const hasAlias = existing.aliases?.some((one) => typeof one === "object" && one.name === ALIAS);
        if (qualifier === ALIAS && !hasAlias) return "AliasNotFound";
      }
      const unqualified = `acs:fc:${settings?.region}:1234567890123456:functions/${functionName}`;
      return { arn: qualifier === undefined ? unqualified : `${unqualified}/${qualifier}`, time };
    };
    return { fault: messageOf(fault), latest: put(), alias: put(ALIAS) };
  });
}

function messageOf(fault: NonNullable<Snapshot["faults"]>[number] | undefined): string | undefined {
  return fault?.effect.type === "error" ? fault.effect.message : undefined;
}

test("whatever is changed while pushes fail, every function acts by its sandbox's state once they succeed", async () => {
  const reported = vi.spyOn(console, "error").mockImplementation(() => {});
  const fates = fc.array(fc.constantFrom<Fate[]>("delivered", "undelivered", "unanswered"), {
    minLength: 1,
    maxLength: 12,
  });
  // The steps of a group are taken at once.
  const script = fc.array(fc.array(step, { minLength: 1, maxLength: 3 }), { maxLength: 6 });
  const property = fc.asyncProperty(script, fates, async (groups, fateOf) => {
    const sandbox = await newSandbox({
      snapshot: { clock: { mode: "frozen", time: "2029-01-01T00:00:00Z" } },
    });
    await Promise.all(["a", "b"].map((one) => sandbox.send("PUT", config(one))));
    let pushes = 0;
    const failPushes = () =>
      intercept(parentOf(sandbox), "FUNCTION.accept", async (accept) => {
        const fate = fateOf[pushes++ % fateOf.length];
        if (fate === "undelivered") throw new Error("out of order");
        await accept();
        if (fate === "unanswered") throw new Error("out of order");
      });
    await failPushes();
    for (const group of groups) {
      // A change that can't be pushed is refused with a 503, and is made all the same.
      await Promise.allSettled(group.map((one) => perform(sandbox, one)));
      if (group.some(({ kind }) => kind === "evict")) await failPushes();
    }
    await evictObjects(sandbox);
    await runDurableObjectAlarm(parentOf(sandbox));
    const expected = await expectedOf(sandbox);
    const answers = () => Promise.all(NAMES.map((one) => answersOf(sandbox, one)));
    expect(await answers()).toEqual(expected);
    await evictObjects(sandbox);
    expect(await answers()).toEqual(expected);
  });
  await fc.assert(property, { numRuns: 20 });
  reported.mockRestore();
}, 60_000);
