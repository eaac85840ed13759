import { expect, test } from "vitest";
import { parseJson } from "../../src/fc/body.ts";
import { readBody } from "../../src/http/body.ts";

const MAX_BYTES = 64;

async function read(body: BodyInit | null, headers: Record<string, string> = {}) {
  const request = new Request("http://sandbox/", {
    method: "PUT",
    body,
    headers,
    duplex: "half",
  } as RequestInit);
  const bytes = await readBody(request, MAX_BYTES);
  return bytes.ok ? parseJson(null, bytes.value) : bytes;
}

function chunked(...chunks: string[]): ReadableStream {
  return new ReadableStream({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(new TextEncoder().encode(chunk));
      controller.close();
    },
  });
}

test.each([null, ""])("body %j has no bytes", async (body) => {
  expect(await read(body)).toEqual({ ok: true, value: {} });
});

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
