import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { notJson, readJson } from "../../src/lib/jsonText.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
const errorOf = (given: Uint8Array) => {
  const read = readJson(given);
  return read.ok ? undefined : notJson(read.error);
};

describe("what is not JSON is told by its place", () => {
  test.each([
    ["{", 1, 2],
    ['{"a": nope}', 1, 7],
    ['{"a": 1,}', 1, 9],
    ['{"a" 1}', 1, 6],
    ["[1, 2,]", 1, 7],
    ["[1 2]", 1, 4],
    ['{\n  "a": 1\n  "b": 2\n}', 3, 3],
    ['"\n"', 1, 1],
    ["01", 1, 2],
    ["{} {}", 1, 4],
    ["]", 1, 1],
    ["[}", 1, 2],
    ["   ", 1, 4],
    ["'a'", 1, 1],
    ["// no", 1, 1],
  ])("%j: line %d, column %d", (text, line, column) => {
    expect(errorOf(bytes(text))).toBe(`has an error at line ${line}, column ${column}`);
  });

  test("wherever JSON is cut or broken, the place is at the break or after it", () => {
    fc.assert(
      fc.property(fc.json(), fc.nat(), (json, at) => {
        const cut = json.slice(0, at % json.length);
        const read = readJson(bytes(`${cut}\u0001`));
        expect(read.ok).toBe(false);
        if (!read.ok && "column" in read.error) expect(read.error.column).toBeLessThanOrEqual(cut.length + 1);
      }),
    );
  });

  test("a string may be longer than a pattern's stack", () => {
    for (const part of ["a", "\\n", '\\"']) {
      const string = `"${part.repeat(10_000_000)}"`;
      expect(errorOf(bytes(`[${string},]`))).toBe(`has an error at line 1, column ${string.length + 3}`);
      expect(errorOf(bytes(`[${string.slice(0, -1)}`))).toBe("has an error at line 1, column 2");
    }
  });

  test("no JSON is refused", () => {
    fc.assert(
      fc.property(fc.json(), (json) => {
        expect(readJson(bytes(json))).toEqual({ ok: true, value: { text: json, value: JSON.parse(json) } });
      }),
    );
  });
});

describe("what is another encoding is told by its name", () => {
  test.each([
    ["is gzip, without Content-Encoding: gzip", [0x1f, 0x8b, 8, 0]],
    ["is UTF-16", [0xff, 0xfe, 0x7b, 0, 0x7d, 0]],
    ["is UTF-16", [0xfe, 0xff, 0, 0x7b, 0, 0x7d]],
    ["is UTF-16, without a byte order mark", [0x7b, 0, 0x7d, 0]],
    ["is UTF-16, without a byte order mark", [0, 0x7b, 0, 0x7d]],
    ["has bytes that are not", [0x22, 0xff, 0x22]],
  ])("%s", (name, given) => {
    expect(errorOf(Uint8Array.from(given))).toBe(name);
  });
});

test("a byte order mark is accepted", () => {
  expect(readJson(bytes('\ufeff{"a":1}'))).toEqual({ ok: true, value: { text: '{"a":1}', value: { a: 1 } } });
});
