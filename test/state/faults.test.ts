import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { errorCodes } from "../../src/fc/errors.ts";
import { ok } from "../../src/lib/result.ts";
import { drawDelay, type Effect, faultHeaderOf, parseFaultHeader } from "../../src/state/faults.ts";

const milliseconds = fc.nat({ max: 60_000 });
const statuses = fc.integer({ min: 200, max: 599 });

describe("the text of an effect", () => {
  test.each<[Effect, string]>([
    [{ type: "error", code: "Throttling", message: "slow down" }, "Throttling"],
    [{ type: "response", status: 503, headers: { a: "b" }, body: { c: 1 } }, "status=503"],
    [{ type: "delay", milliseconds: 1500 }, "delay=1500"],
    [{ type: "broken" }, "broken"],
    [{ type: "broken", after: "apply" }, "broken;after=apply"],
    [{ type: "delay", milliseconds: 0, after: "apply" }, "delay=0;after=apply"],
  ])("of %j is %s", (effect, text) => expect(faultHeaderOf(effect)).toBe(text));

  test("is read as the same effect, but for what the header has no place for", () => {
    const effects: fc.Arbitrary<Effect> = fc
      .tuple(
        fc.oneof(
          fc.record({ type: fc.constant("error" as const), code: fc.constantFrom(...errorCodes) }),
          fc.record({ type: fc.constant("response" as const), status: statuses }),
          fc.record({ type: fc.constant("delay" as const), milliseconds }),
          fc.record({ type: fc.constant("broken" as const) }),
        ),
        fc.boolean(),
      )
      .map(([effect, isAfter]) => (isAfter ? { ...effect, after: "apply" as const } : effect));
    fc.assert(
      fc.property(effects, (effect) => {
        expect(parseFaultHeader(faultHeaderOf(effect))).toEqual(ok(effect));
      }),
    );
  });
});

describe("a delay with jitter becomes", () => {
  const delay = { type: "delay", milliseconds: 1500, jitterMilliseconds: 200, after: "apply" } as const;

  test.each([
    [0, 1300],
    [0.5, 1500],
    [0.75, 1600],
  ])("by chance %d the delay %d", (chance, drawn) => {
    expect(drawDelay(delay, chance)).toEqual({ type: "delay", milliseconds: drawn, after: "apply" });
  });

  test("a whole number of milliseconds within the jitter, and not below 0", () => {
    const chances = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
    fc.assert(
      fc.property(milliseconds, milliseconds, chances, (usual, jitterMilliseconds, chance) => {
        const drawn = drawDelay({ type: "delay", milliseconds: usual, jitterMilliseconds }, chance);
        const applied = drawn.type === "delay" ? drawn.milliseconds : Number.NaN;
        expect(Number.isInteger(applied)).toBe(true);
        expect(applied).toBeGreaterThanOrEqual(Math.max(0, usual - jitterMilliseconds));
        expect(applied).toBeLessThanOrEqual(usual + jitterMilliseconds);
      }),
    );
  });
});

test("an effect without jitter stays as it is", () => {
  const effects: Effect[] = [{ type: "broken" }, { type: "delay", milliseconds: 7 }];
  for (const effect of effects) expect(drawDelay(effect, 0.9)).toBe(effect);
});
