import { describe, expect, test } from "vitest";
import { parseName, parseQualifier } from "../../src/fc/names.ts";

const MAX = 128;

test.each(["a", "_", "_-", "Demo-1_x", "a".repeat(128)])("%s is a name", (name) => {
  expect(parseName("functionName", name, MAX)).toEqual({ ok: true, value: name });
});

test.each(["", "1a", "-a", "a.b", "a b", "a/b", "a%2Fb", "ä", "a\u0000", "a\n", "..", "a".repeat(129)])(
  "%j is no name",
  (name) => {
    expect(parseName("functionName", name, MAX)).toMatchObject({
      ok: false,
      error: {
        status: 400,
        code: "InvalidArgument",
        message: expect.stringMatching(
          /^functionName must be 1 to 128 letters, digits, "_" or "-", not starting with a digit or "-", but got "/,
        ),
      },
    });
  },
);

describe("a qualifier is LATEST, a version number or an alias", () => {
  test.each(["LATEST", "1", "42", "prod", "_x", "a".repeat(128)])("%s", (qualifier) => {
    expect(parseQualifier(qualifier, MAX)).toEqual({ ok: true, value: qualifier });
  });

  test.each(["", "0", "01", "1.5", "1a", "-1", "a.b", "a b", "1".repeat(129)])("not %j", (qualifier) => {
    expect(parseQualifier(qualifier, MAX)).toMatchObject({ ok: false, error: { code: "InvalidArgument" } });
  });
});

test("a message quotes only the beginning of an endless name", () => {
  const outcome = parseName("functionName", "-".repeat(10_000), MAX);
  expect(outcome.ok).toBe(false);
  if (!outcome.ok) expect(outcome.error.message.length).toBeLessThan(300);
});
