import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseJson, readBody } from "../../src/fc/body.ts";

const MAX_BYTES = 64;

async function readJson(request: Request, maxBytes: number) {
  const body = await readBody(request, maxBytes);
  return body.ok ? parseJson(request.headers.get("Content-Type"), body.value) : body;
}

function read(body: BodyInit | null, headers: Record<string, string> = {}) {
  const request = new Request("http://sandbox/", {
    method: "PUT",
    body,
    headers,
    duplex: "half",
  } as RequestInit);
  if (!("Content-Type" in headers)) request.headers.delete("Content-Type");
  return readJson(request, MAX_BYTES);
}

function chunked(...chunks: string[]): ReadableStream {
  return new ReadableStream({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(new TextEncoder().encode(chunk));
      controller.close();
    },
  });
}

test("an empty body is an object without items", async () => {
  expect(await read(null)).toEqual({ ok: true, value: {} });
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

test("a body in pieces is put together", async () => {
  expect(await read(chunked('{"a', '":', "1}"))).toEqual({ ok: true, value: { a: 1 } });
});

test("a body of just the most bytes is taken, and one byte more is EntityTooLarge", async () => {
  const most = JSON.stringify({ a: "x".repeat(MAX_BYTES - 8) });
  const tooLarge = {
    error: {
      status: 400,
      code: "EntityTooLarge",
      message: "payload size exceeds maximum allowed size (64 bytes)",
    },
  };
  expect(most.length).toBe(MAX_BYTES);
  expect(await read(most)).toMatchObject({ ok: true });
  expect(await read(chunked(...most))).toMatchObject({ ok: true });
  expect(await read(`${most} `)).toMatchObject(tooLarge);
  expect(await read(chunked(most, " "))).toMatchObject(tooLarge);
  expect(await read(chunked(most, " "), { "Content-Length": "2" })).toMatchObject(tooLarge);
});

test("a body without an end is not read to the end", async () => {
  let pulled = 0;
  const endless = new ReadableStream({
    pull(controller) {
      pulled++;
      controller.enqueue(new Uint8Array(1_000_000));
    },
  });
  expect(await read(endless)).toMatchObject({ error: { code: "EntityTooLarge" } });
  expect(pulled).toBeLessThan(25);
});

describe("what is not JSON is InvalidArgument", () => {
  test.each(["{", "{]", "nope", '{"a":1}x', "{'a':1}", '{"a":1,}', "\ufeff{}", "NaN"])("%j", async (text) => {
    expect(await read(text)).toMatchObject({
      error: {
        code: "InvalidArgument",
        message: `the request body must be JSON, but got ${JSON.stringify(text)}`,
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

test("any other JSON is read as JSON.parse reads it", async () => {
  await fc.assert(
    fc.asyncProperty(fc.json(), async (text) => {
      fc.pre(!text.includes("__proto__"));
      const request = new Request("http://sandbox/", { method: "PUT", body: new TextEncoder().encode(text) });
      expect(await readJson(request, 1_000_000)).toEqual({ ok: true, value: JSON.parse(text) });
    }),
  );
});
