import { createHash, randomBytes } from "node:crypto";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createSandbox, type SandboxClient } from "../../src/client/index.ts";
import { servedSandbox } from "../program.ts";
import { RawConnection } from "../rawConnection.ts";

const IDLE_CONNECTIONS = 1000;
const SLOW_BODIES = 100;
/** What a request may take while the server is kept busy by others. */
const PROMPT_MS = 10_000;
/** How many sequences of frames are made up: `npm run test:hostile` makes more. */
const SEQUENCES = Number(process.env["HOSTILE_CASES"] ?? 5000) / 5;
/** So many are sent at once, each on a connection of its own, and are one case of fast-check's. */
const AT_ONCE = 10;

const server = await servedSandbox();
let sandbox: SandboxClient;
let connections: RawConnection[] = [];
beforeEach(async () => {
  sandbox = await createSandbox(server);
});
afterEach(() => {
  for (const connection of connections) connection.close();
  connections = [];
});

async function open(): Promise<RawConnection> {
  const connection = await RawConnection.open(server);
  connections.push(connection);
  return connection;
}

const pathOf = (name: string) =>
  `${new URL(sandbox.endpoint).pathname}/2023-03-30/functions/${name}/async-invoke-config`;
const putOf = (name: string, headers: string, body: string) =>
  `PUT ${pathOf(name)} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n${headers}\r\n\r\n${body}`;
const whole = (name: string) => putOf(name, "Content-Length: 2", "{}");

/** The statuses of the responses in what a server sent, each read by its Content-Length. */
function statusesOf(received: string): number[] {
  const statuses: number[] = [];
  for (let rest = received; rest !== ""; ) {
    const end = rest.indexOf("\r\n\r\n");
    const [, status] = /^HTTP\/1\.1 (\d{3}) /.exec(rest) ?? [];
    expect(status, rest.slice(0, 200)).toBeDefined();
    const [, length] = /\r\ncontent-length: (\d+)\r\n/i.exec(rest.slice(0, end + 2)) ?? [];
    statuses.push(Number(status));
    rest = rest.slice(end + 4 + Number(length ?? 0));
  }
  return statuses;
}

/** The functions that requests of this test have put. */
async function putFunctions(): Promise<string[]> {
  return (await sandbox.snapshot.export()).configs?.map((config) => config.function) ?? [];
}

/** Fails unless a request is answered promptly, whatever else is going on. */
async function expectPrompt(): Promise<void> {
  const headers = { "Content-Type": "application/json" };
  const signal = AbortSignal.timeout(PROMPT_MS);
  const response = await fetch(server + pathOf("prompt"), { method: "PUT", body: "{}", headers, signal });
  expect(response.status).toBe(200);
}

describe("what one reader takes for a body is no request to another", () => {
  const chunked = "Transfer-Encoding: chunked";
  // Each holds a PUT of `smuggled` in what is the body, or nothing, to whoever reads by the standard (RFC 9112).
  const shapes: [string, (smuggled: string) => string][] = [
    ["a length and chunks", (s) => putOf("f", `Content-Length: 6\r\n${chunked}`, `0\r\n\r\n${s}`)],
    ["chunks and a length", (s) => putOf("f", `${chunked}\r\nContent-Length: 6`, `0\r\n\r\n${s}`)],
    ["two lengths", (s) => putOf("f", `Content-Length: ${s.length + 2}\r\nContent-Length: 2`, `{}${s}`)],
    ["two lengths in one", (s) => putOf("f", "Content-Length: 2, 3", `{}${s}`)],
    ["a length with a sign", (s) => putOf("f", "Content-Length: +2", `{}${s}`)],
    ["a length in hexadecimal", (s) => putOf("f", "Content-Length: 0x2", `{}${s}`)],
    ["a negative length", (s) => putOf("f", "Content-Length: -1", s)],
    [
      "a length that is too large a number",
      (s) => putOf("f", "Content-Length: 18446744073709551618", `{}${s}`),
    ],
    ["an unknown coding", (s) => putOf("f", "Transfer-Encoding: xchunked", `0\r\n\r\n${s}`)],
    ["chunks that are not last", (s) => putOf("f", "Transfer-Encoding: chunked, identity", `0\r\n\r\n${s}`)],
    ["two codings", (s) => putOf("f", `${chunked}\r\nTransfer-Encoding: x`, `0\r\n\r\n${s}`)],
    ["a chunk size that is none", (s) => putOf("f", chunked, `0x2\r\n{}\r\n0\r\n\r\n${s}`)],
    ["a negative chunk size", (s) => putOf("f", chunked, `-1\r\n{}\r\n0\r\n\r\n${s}`)],
    ["a chunk size that overflows", (s) => putOf("f", chunked, `10000000000000002\r\n{}\r\n0\r\n\r\n${s}`)],
    ["a chunk longer than it says", (s) => putOf("f", chunked, `1\r\n{}\r\n0\r\n\r\n${s}`)],
    [
      "a space before the colon",
      (s) => putOf("f", `Transfer-Encoding : chunked\r\nContent-Length: 6`, `0\r\n\r\n${s}`),
    ],
    [
      "a folded line",
      (s) => putOf("f", `X-Folded: a\r\n Content-Length: 2\r\nContent-Length: ${s.length}`, s),
    ],
    [
      "a folded coding",
      (s) => putOf("f", `Transfer-Encoding:\r\n chunked\r\nContent-Length: 6`, `0\r\n\r\n${s}`),
    ],
    [
      "a carriage return alone",
      (s) => putOf("f", `X: a\rContent-Length: 0\r\nContent-Length: ${s.length}`, s),
    ],
    ["a NUL in a header", (s) => putOf("f", `X: a\0b\r\nContent-Length: ${s.length}`, s)],
    ["a header without a colon", (s) => putOf("f", `Content-Length 0\r\nContent-Length: ${s.length}`, s)],
    ["a body that is a request", (s) => putOf("f", `Content-Length: ${s.length}`, s)],
    [
      "a GET's body that is a request",
      (s) => `GET ${pathOf("f")} HTTP/1.1\r\nHost: x\r\nContent-Length: ${s.length}\r\n\r\n${s}`,
    ],
    [
      "an unused WebSocket",
      (s) =>
        `GET ${pathOf("f")} HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nContent-Length: ${s.length}\r\n\r\n${s}`,
    ],
  ];

  test.each(shapes)("%s", async (_, shape) => {
    const connection = await open();
    connection.write(shape(whole("smuggled")));
    // Once the next connection is answered, and this one is closed or answered, nothing more comes of it.
    await connection.until((received) => received.includes("\r\n\r\n"));
    connection.socket.end();
    const received = await connection.until(() => false);
    for (const status of statusesOf(received)) expect([200, 400, 404, 415, 501]).toContain(status);
    await expectPrompt();
    expect(await putFunctions()).not.toContain("smuggled");
  });

  test("but what follows a body is one", async () => {
    const connection = await open();
    connection.write(putOf("f", "Content-Length: 2", `{}${whole("smuggled")}`));
    await connection.until((received) => received.match(/ 200 OK/g)?.length === 2);
    expect(await putFunctions()).toEqual(["f", "smuggled"]);
  });

  test("requests that follow each other at once are answered one by one, in order", async () => {
    const connection = await open();
    const bodies = Array.from({ length: 100 }, (_, i) =>
      JSON.stringify({ maxAsyncEventAgeInSeconds: i + 1 }),
    );
    connection.write(bodies.map((body) => putOf("f", `Content-Length: ${body.length}`, body)).join(""));
    const ages = (received: string) =>
      [...received.matchAll(/"maxAsyncEventAgeInSeconds":(\d+)/g)].map(([, age]) => Number(age));
    const received = await connection.until((text) => ages(text).length === bodies.length);
    expect(ages(received)).toEqual(bodies.map((_, i) => i + 1));
    expect(statusesOf(received)).toEqual(bodies.map(() => 200));
  });

  test.each(["x/s/y", "a b", "[::1", "%zz", "x?y", "x#y", "a@b", "x:99999"])(
    "the host %s is refused",
    async (host) => {
      const connection = await open();
      connection.write(`POST /_sandbox/sandboxes HTTP/1.1\r\nHost: ${host}\r\nContent-Length: 0\r\n\r\n`);
      const received = await connection.until((text) => text.includes("}"));
      expect(received).toMatch(/^HTTP\/1\.1 400 /);
      expect(received).toContain("Host header must be a host");
    },
  );

  test.each(["x/s/y", "x/", "x/y"])(
    "the host %s is refused in the shape of the request's version",
    async (host) => {
      for (const prefix of ["", "/s/y"]) {
        const connection = await open();
        connection.write(`GET ${prefix}/2023-03-30/async-invoke-configs HTTP/1.1\r\nHost: ${host}\r\n\r\n`);
        const received = await connection.until((text) => text.includes("}"));
        expect(received).toMatch(/^HTTP\/1\.1 400 /);
        expect(received).toMatch(/"Code":"InvalidArgument","Message":"the Host header must be a host/);
      }
    },
  );
});

describe("too much of anything is refused, and the others are served", () => {
  test.each<[string, () => string]>([
    ["a path of a megabyte", () => `GET /${"x".repeat(1 << 20)} HTTP/1.1\r\nHost: x\r\n\r\n`],
    ["a header of a megabyte", () => `GET / HTTP/1.1\r\nHost: x\r\nX: ${"x".repeat(1 << 20)}\r\n\r\n`],
    ["50,000 headers", () => `GET / HTTP/1.1\r\nHost: x\r\n${"X: x\r\n".repeat(50_000)}\r\n`],
    ["a method of a megabyte", () => `${"X".repeat(1 << 20)} / HTTP/1.1\r\nHost: x\r\n\r\n`],
    ["a line that never ends", () => "x".repeat(1 << 21)],
    [
      "a chunk extension of a megabyte",
      () => putOf("f", "Transfer-Encoding: chunked", `2;${"x".repeat(1 << 20)}\r\n{}\r\n0\r\n\r\n`),
    ],
    ["a body of 20 megabytes", () => putOf("f", `Content-Length: ${20 << 20}`, "x".repeat(20 << 20))],
    [
      "a body of a megabyte in small chunks",
      () =>
        putOf("f", "Transfer-Encoding: chunked", `${"10\r\n0123456789abcdef\r\n".repeat(1 << 16)}0\r\n\r\n`),
    ],
    [
      "two megabytes that are almost JSON",
      () => {
        const body = `"${'\\"'.repeat(1 << 20)}`;
        return `POST /_sandbox/sandboxes HTTP/1.1\r\nHost: x\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
      },
    ],
  ])("%s", async (_, request) => {
    const connection = await open();
    connection.write(request());
    connection.socket.end();
    const received = await connection.until((text) => text.includes("\r\n\r\n"));
    expect(received).not.toMatch(/^HTTP\/1\.1 (2|5(?!01))/);
    await expectPrompt();
    expect(await putFunctions()).toEqual(["prompt"]);
  });
});

describe("who holds a connection holds up nobody", () => {
  test(`${IDLE_CONNECTIONS} that say nothing, or half a request`, async () => {
    const idle = await Promise.all(Array.from({ length: IDLE_CONNECTIONS }, () => open()));
    for (const [i, connection] of idle.entries()) {
      if (i % 2 === 0) connection.write(putOf("never", "Content-Length: 2", "").slice(0, -2));
    }
    await expectPrompt();
    expect(await putFunctions()).toEqual(["prompt"]);
  });

  test(`${SLOW_BODIES} bodies that come byte by byte, each of which is answered in the end`, async () => {
    const body = '{"maxAsyncRetryAttempts":1}';
    const slow = await Promise.all(Array.from({ length: SLOW_BODIES }, () => open()));
    for (const [i, connection] of slow.entries()) {
      connection.write(putOf(`slow${i}`, `Content-Length: ${body.length}`, ""));
    }
    for (const byte of body.slice(0, -1)) {
      for (const connection of slow) connection.write(byte);
      await expectPrompt();
    }
    expect(await putFunctions()).toEqual(["prompt"]);
    for (const connection of slow) connection.write(body.slice(-1));
    for (const connection of slow) {
      expect(await connection.until((text) => text.includes("}"))).toMatch(/^HTTP\/1\.1 200 /);
    }
    expect((await putFunctions()).length).toBe(SLOW_BODIES + 1);
  });

  test("a body that is broken off is no PUT", async () => {
    const connection = await open();
    connection.write(putOf("broken", "Content-Length: 10", "{}"));
    connection.socket.end();
    await connection.until(() => false);
    await expectPrompt();
    expect(await putFunctions()).toEqual(["prompt"]);
  });
});

describe("the live feed", () => {
  /** A connection that watches the sandbox. */
  async function watch(): Promise<RawConnection> {
    const connection = await open();
    const key = randomBytes(16).toString("base64");
    const { pathname } = new URL(sandbox.endpoint);
    connection.write(
      `GET ${pathname}/_sandbox/events HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
        `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${key}\r\n` +
        `Sec-WebSocket-Protocol: fc-sandbox, token.${sandbox.access.controlToken}\r\n\r\n`,
    );
    const answer = await connection.until((text) => text.includes("\r\n\r\n"));
    const accept = createHash("sha1").update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest("base64");
    expect(answer).toContain(accept);
    return connection;
  }

  /** A frame: its first byte (flags and opcode), its length as it says it is, and its payload as it is. */
  function frame(first: number, payload: Buffer, { masked = true, says = payload.length } = {}): Buffer {
    const mask = randomBytes(4);
    const length = Buffer.alloc(says < 126 ? 1 : says < 65_536 ? 3 : 9);
    if (says < 126) length.writeUInt8(says);
    else if (says < 65_536) length.writeUInt8(126) && length.writeUInt16BE(says, 1);
    else length.writeUInt8(127) && length.writeBigUInt64BE(BigInt(says), 1);
    if (masked) length.writeUInt8(length.readUInt8() | 0x80);
    const bytes = masked ? payload.map((byte, i) => byte ^ (mask[i % 4] ?? 0)) : payload;
    return Buffer.concat([Buffer.from([first]), length, ...(masked ? [mask] : []), bytes]);
  }

  const text = 0x81;
  test.each<[string, () => Buffer]>([
    ["a text", () => frame(text, Buffer.from("hello"))],
    ["a frame without a mask", () => frame(text, Buffer.from("hello"), { masked: false })],
    ["reserved bits", () => frame(0xf1, Buffer.from("hello"))],
    ["a reserved opcode", () => frame(0x83, Buffer.from("hello"))],
    ["a text that is no UTF-8", () => frame(text, Buffer.from([0xff, 0xfe]))],
    ["a continuation of nothing", () => frame(0x80, Buffer.from("hello"))],
    ["a close with half a code", () => frame(0x88, Buffer.from([3]))],
    ["a close with a code that is none", () => frame(0x88, Buffer.from([0, 1]))],
    ["a close", () => frame(0x88, Buffer.from([3, 232]))],
    ["a length of 2 ** 52 bytes", () => frame(0x82, Buffer.alloc(10), { says: 2 ** 52 })],
    ["two megabytes", () => frame(0x82, Buffer.alloc(2 << 20))],
    ["HTTP", () => Buffer.from(whole("smuggled"), "latin1")],
  ])("is closed to who sends it %s", async (_, bytes) => {
    const connection = await watch();
    connection.write(bytes());
    // A Close frame, or the end of the connection.
    await connection.until((received) => received.slice(received.indexOf("\r\n\r\n") + 4).includes("\x88"));
    await expectPrompt();
    expect(await putFunctions()).not.toContain("smuggled");
  });

  const bytes = (maxLength: number) => fc.uint8Array({ maxLength }).map((array) => Buffer.from(array));
  /** A frame that is one, or almost: what it begins with, and what it claims to be long, may be anything. */
  const madeUpFrame = fc
    .record({
      first: fc.oneof(fc.constantFrom(0x00, 0x01, text, 0x82, 0x88, 0x89, 0x8a, 0xc1), fc.nat({ max: 255 })),
      payload: bytes(300),
      masked: fc.boolean(),
      claims: fc.option(
        fc.oneof(fc.nat({ max: 300 }), fc.constantFrom(125, 126, 65_535, 65_536, 2 ** 40, 2 ** 53 - 1)),
      ),
    })
    .map(({ first, payload, masked, claims }) =>
      frame(first, payload, { masked, says: claims ?? payload.length }),
    );

  test(
    `outlives ${SEQUENCES} sequences of frames of any kind`,
    async () => {
      const one = fc.oneof({ weight: 4, arbitrary: madeUpFrame }, { weight: 1, arbitrary: bytes(300) });
      const sequence = fc.array(one, { minLength: 1, maxLength: 3 }).map((frames) => Buffer.concat(frames));
      const sequences = fc.array(sequence, { minLength: AT_ONCE, maxLength: AT_ONCE });
      const property = fc.asyncProperty(sequences, async (sent) => {
        const witness = await watch();
        for (const one of sent) (await watch()).write(one);
        await expectPrompt();
        expect(await witness.until((received) => received.includes('"prompt"'))).toContain('"status":200');
        for (const connection of connections.splice(0)) connection.close();
      });
      await fc.assert(property, { numRuns: Math.ceil(SEQUENCES / AT_ONCE) });
    },
    60_000 + SEQUENCES * 10,
  );
});
