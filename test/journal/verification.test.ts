import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  addFindings,
  type Bounds,
  type Findings,
  inconclusive,
  isExact,
  verdictOn,
} from "../../src/journal/verification.ts";

const findings = (count: number, others: Partial<Findings> = {}): Findings => ({
  count,
  cut: 0,
  dropped: 0,
  hasGap: false,
  ...others,
});

test("what several journals know together has all that is missing in any of them", () => {
  const [whole, partial] = [findings(1), findings(2, { cut: 3, dropped: 4, hasGap: true })];
  const both = findings(3, { cut: 3, dropped: 4, hasGap: true });
  expect([addFindings(whole, partial), addFindings(partial, whole)]).toEqual([both, both]);
});

describe("a verification is conclusive", () => {
  test.each<[string, Findings, Bounds, boolean | "inconclusive"]>([
    ["when the journal has all", findings(2), { exactly: 2 }, true],
    [
      "when at least as many are there, whatever is missing",
      findings(2, { dropped: 9 }),
      { atLeast: 2 },
      true,
    ],
    ["when one is there and no number is given", findings(1, { hasGap: true }), {}, true],
    [
      "when there are too many, whatever is missing",
      findings(3, { dropped: 1, cut: 1 }),
      { exactly: 2 },
      false,
    ],
    ["when what is missing can't suffice", findings(0, { dropped: 2 }), { atLeast: 3 }, false],
    ["when what is missing can't be too many", findings(1, { dropped: 1 }), { atMost: 2 }, true],
    [
      "but not when what was dropped could change it",
      findings(2, { dropped: 1 }),
      { exactly: 2 },
      "inconclusive",
    ],
    ["nor when a cut body could", findings(0, { cut: 1 }), { exactly: 0 }, "inconclusive"],
    ["nor when requests were never kept", findings(0, { hasGap: true }), { exactly: 0 }, "inconclusive"],
    [
      "nor when requests that were never kept could suffice",
      findings(0, { hasGap: true }),
      {},
      "inconclusive",
    ],
  ])("%s", (_, found, bounds, verdict) => {
    expect(verdictOn(found, bounds)).toBe(verdict);
  });

  test("exactly when every number that is possible has the same answer", () => {
    const natural = fc.nat({ max: 6 });
    const bounds = fc.oneof(
      fc.record({ exactly: natural }),
      fc.record({ atLeast: natural }, { requiredKeys: [] }),
      fc.tuple(natural, natural).map(([a, b]) => ({ atLeast: Math.min(a, b), atMost: Math.max(a, b) })),
    );
    fc.assert(
      fc.property(natural, natural, natural, bounds, (count, cut, dropped, wanted: Bounds) => {
        const possible = Array.from({ length: cut + dropped + 1 }, (_, i) => count + i);
        const answers = new Set(possible.map((one) => verdictOn(findings(one), wanted)));
        const [only] = answers;
        const verdict = verdictOn(findings(count, { cut, dropped }), wanted);
        expect(verdict).toBe(answers.size === 1 ? only : "inconclusive");
        expect(isExact(findings(count, { cut, dropped }))).toBe(cut + dropped === 0);
      }),
    );
  });
});

test("what is inconclusive says what is missing, and what to change", () => {
  const limits = { journalSize: 200, bodyBytes: 8192 };
  expect(inconclusive(findings(1, { dropped: 10, cut: 2, hasGap: true }), limits)).toBe(
    "Inconclusive: 1 request in the journal matches, but the journal did not keep all requests, since `journalSize` was 0: make it larger; " +
      "the journal dropped 10 that may match: make `journalSize` larger (it is 200 for each function); " +
      "the bodies of 2 that may match were cut: make MAX_JOURNAL_BODY_BYTES larger (it is 8192). " +
      "Reset the journal before the test, so that it has only the test's requests.",
  );
});
