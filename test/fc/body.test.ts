import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseJson } from "../../src/fc/body.ts";

function read(body: string | Uint8Array, headers: Record<string, string> = {}) {
  const bytes = typeof body === "string" ? new TextEncoder().encode(body) : body;
  return parseJson(headers["Content-Type"] ?? null, bytes);
}

test("an empty body is an object without items", async () => {
  expect(await read("")).toEqual({ ok: true, value: {} });
});

test.each([
  undefined,
  "application/json",
  "application/json; charset=utf-8",
  "Application/JSON;charset=UTF-8",
])("Content-Type %s is taken", async (type) => {
  expect(await read("{}", type ? { "Content-Type": type } : {})).toEqual({ ok: true, value: {} });
});

test.each(["text/plain", "application/x-www-form-urlencoded", "application/jsonp", "application/xml", ""])(
  "Content-Type %j is UnsupportedMediaType",
  async (type) => {
    expect(await read("{}", { "Content-Type": type })).toMatchObject({
      error: {
        status: 415,
        code: "UnsupportedMediaType",
        message: "the Content-Type must be 'application/json'",
      },
    });
  },
);

describe("what is not JSON is InvalidArgument", () => {
  test.each(["{", "{]", "nope", '{"a":1}x', "{'a':1}", '{"a":1,}', "NaN"])("%j", async (text) => {
    expect(await read(text)).toMatchObject({
      error: {
        code: "InvalidArgument",
        message: expect.stringMatching(
          /^the request body must be JSON in UTF-8, but it has an error at line 1, column \d+: "/,
        ),
      },
    });
  });

  test("bytes that are not UTF-8", async () => {
    const bytes = new Uint8Array([0x22, 0xff, 0x22]);
    expect(await read(bytes)).toMatchObject({
      error: { message: "the request body must be JSON in UTF-8, but it has bytes that are not" },
    });
  });
});

describe("an object that readers would disagree about is InvalidArgument", () => {
  test.each(['{"a":1,"a":2}', '{"x":[{"a":{},"b":1,"a":1}]}', String.raw`{"a":1,"\u0061":2}`])(
    "%s",
    async (text) => {
      expect(await read(text)).toMatchObject({
        error: { message: 'the request body must give each item once, but gives "a" more than once' },
      });
    },
  );

  test.each(['{"__proto__":{"x":1}}', String.raw`{"x":{"\u005f_proto__":1}}`])("%s", async (text) => {
    expect(await read(text)).toMatchObject({
      error: { message: 'the request body must not have an item named "__proto__"' },
    });
    expect(({} as { x?: number }).x).toBeUndefined();
  });
});

test("a string may be longer than a pattern's stack", () => {
  for (const part of ["a", "\\n", '\\"']) {
    const text = `{ "a": "${part.repeat(10_000_000)}", "b": 1 }`;
    expect(parseJson(null, new TextEncoder().encode(text))).toEqual({ ok: true, value: JSON.parse(text) });
    expect(parseJson(null, new TextEncoder().encode(text.replace('"b"', '"a"')))).toMatchObject({
      ok: false,
    });
  }
});

test("any other JSON is read as JSON.parse reads it", async () => {
  await fc.assert(
    fc.asyncProperty(fc.json(), async (text) => {
      fc.pre(!text.includes("__proto__"));
      expect(read(text)).toEqual({ ok: true, value: JSON.parse(text) });
    }),
  );
});

describe("a number that is no exact integer keeps its text", () => {
  const numberIn = (text: string) => {
    const body = read(`{"a": {"b": [${text}]}}`) as { value: { a: { b: [unknown] } } };
    return body.value.a.b[0];
  };

  test.each(["1.0", "1e0", "1E+2", "0.5", "9007199254740993", "-9007199254740993", "1e400"])("%s", (text) => {
    const number = numberIn(text);
    expect(typeof number === "symbol" && number.description).toBe(text);
  });

  test.each(["0", "-1", "9007199254740991", '"1.0"', String.raw`"\" 1.0"`])("but %s is as it was", (text) => {
    expect(numberIn(text)).toBe(JSON.parse(text));
  });

  test("unless the body is deeper than any that is taken", () => {
    const body = `${"[ ".repeat(101)}1.0${"]".repeat(101)}`;
    expect(read(body)).toEqual({ ok: true, value: JSON.parse(body) });
  });
});
