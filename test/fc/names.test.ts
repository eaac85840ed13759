import { describe, expect, test } from "vitest";
import { parseName, parseQualifier } from "../../src/fc/names.ts";

const MAX = 128;

test.each(["a", "_", "_-", "Demo-1_x", "a".repeat(128)])("%s is a name", (name) => {
  expect(parseName("FunctionName", name, MAX)).toEqual({ ok: true, value: name });
});

test.each(["", "1a", "-a", "a.b", "a b", "a/b", "a%2Fb", "ä", "a\u0000", "a\n", ".."])(
  "%j is no name",
  (name) => {
    expect(parseName("FunctionName", name, MAX)).toEqual({
      ok: false,
      error: {
        status: 400,
        code: "InvalidArgument",
        message: `FunctionName doesn't match expected format (allowed: ^[_a-zA-Z][-_a-zA-Z0-9]*$, actual: '${name}')`,
      },
    });
  },
);

test("a name that is too long is told how long it may be", () => {
  expect(parseName("ServiceName", "a".repeat(65), 64)).toEqual({
    ok: false,
    error: {
      status: 400,
      code: "InvalidArgument",
      message: `ServiceName exceeds the maximum allowed length (max: 64, actual: '${"a".repeat(65)}')`,
    },
  });
});

describe("a qualifier is LATEST, a version number or an alias", () => {
  test.each(["LATEST", "1", "42", "prod", "_x", "a".repeat(128)])("%s", (qualifier) => {
    expect(parseQualifier(qualifier, MAX)).toEqual({ ok: true, value: qualifier });
  });

  test.each(["", "0", "01", "1.5", "1a", "-1", "a.b", "a b", "1".repeat(129)])("not %j", (qualifier) => {
    expect(parseQualifier(qualifier, MAX)).toMatchObject({ ok: false, error: { code: "InvalidArgument" } });
  });
});

test("a message quotes only the beginning of an endless name", () => {
  const outcome = parseName("FunctionName", "-".repeat(10_000), MAX);
  expect(outcome.ok).toBe(false);
  if (!outcome.ok) expect(outcome.error.message.length).toBeLessThan(300);
});
