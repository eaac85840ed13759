import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { beforeAll, describe, expect, test } from "vitest";
import { config, get, put, servedSandbox } from "../program.ts";
import { RawConnection } from "../rawConnection.ts";

const server = await servedSandbox();

/** Sends bytes as they are and returns what comes back until the connection ends, or `enough` says it is. */
async function exchange(
  bytes: string | Buffer,
  enough: (answer: string) => boolean,
  end = false,
): Promise<string> {
  const connection = await RawConnection.open(server);
  connection.write(bytes);
  if (end) connection.socket.end();
  const answer = await connection.until(enough);
  connection.close();
  return answer;
}

const PATH = "/2016-08-15/services/demo/functions/kept/async-invoke-config";
const head = (headers: string) =>
  `PUT ${PATH} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n${headers}\r\n\r\n`;
const answered = (answer: string) => answer.includes("ErrorMessage");

async function unchanged() {
  expect(await get(server, "kept")).toMatchObject({ maxAsyncRetryAttempts: 1 });
}

describe("a body over 64 KiB", () => {
  beforeAll(() => put(server, "kept", { maxAsyncRetryAttempts: 1 }));

  test("is refused when declared", async () => {
    const answer = await exchange(head("Content-Length: 70000") + "x".repeat(70_000), answered);
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    expect(answer).toContain(
      '{"ErrorCode":"EntityTooLarge","ErrorMessage":"payload size exceeds maximum allowed size (65536 bytes)"}',
    );
    await unchanged();
  });

  test("is refused when chunked", async () => {
    const chunk = `1000\r\n${"x".repeat(4096)}\r\n`;
    const answer = await exchange(
      `${head("Transfer-Encoding: chunked")}${chunk.repeat(20)}0\r\n\r\n`,
      answered,
    );
    expect(answer).toContain("EntityTooLarge");
    await unchanged();
  });

  test("reaches its sender as an answer, not as a broken connection", async () => {
    const body = "x".repeat(10_000_000);
    const response = await fetch(config(server, "kept"), {
      method: "PUT",
      body,
      headers: { "Content-Type": "application/json" },
    });
    expect(await response.json()).toMatchObject({ ErrorCode: "EntityTooLarge" });
    const curl = `head -c 10000000 /dev/zero | curl -sS -X PUT -H 'Content-Type: application/json' -T - ${config(server, "kept")}`;
    expect((await promisify(execFile)("sh", ["-c", curl])).stdout).toContain("EntityTooLarge");
    await unchanged();
  });
});

describe("a Content-Length that lies", () => {
  test("being more than what is sent is no PUT", async () => {
    const answer = await exchange(
      `${head("Content-Length: 100")}{"maxAsyncRetryAttempts":2}`,
      () => false,
      true,
    );
    expect(answer).not.toMatch(/^HTTP\/1\.1 200 /);
    await unchanged();
  });

  test("being less than what is sent cuts the body there", async () => {
    const answer = await exchange(`${head("Content-Length: 5")}{"maxAsyncRetryAttempts":2}`, answered);
    expect(answer).toContain("the request body must be JSON");
    await unchanged();
  });
});

test("a connection goes on after an error", async () => {
  const get = `GET ${PATH} HTTP/1.1\r\nHost: x\r\n\r\n`;
  const twice = await exchange(
    `${head("Content-Length: 1")}{${get}`,
    (answer) => answer.split("HTTP/1.1").length === 3 && answer.includes("statefulInvocation"),
  );
  expect(twice.match(/HTTP\/1\.1 \d+/g)).toEqual(["HTTP/1.1 400", "HTTP/1.1 200"]);
});

test("HEAD has GET's headers and no body", async () => {
  const [get, head] = await Promise.all(
    ["GET", "HEAD"].map((method) => fetch(config(server, "kept"), { method })),
  );
  for (const name of ["Content-Type", "Content-Length", "Access-Control-Allow-Origin"]) {
    expect(head?.headers.get(name)).toBe(get?.headers.get(name));
  }
  expect(get?.headers.get("Content-Length")).toBe(String((await get?.text())?.length));
  expect([head?.status, await head?.text()]).toEqual([200, ""]);
});

test("a broken response begins as it would, and ends in the middle", async () => {
  const answer = await exchange(
    `GET ${PATH} HTTP/1.1\r\nHost: x\r\nX-Sandbox-Fault: broken\r\n\r\n`,
    () => false,
  );
  expect(answer).toMatch(/^HTTP\/1\.1 500 .*\r\n\r\n\{"ErrorCode":"InternalServerError",[^}]*$/s);
});

describe("odd requests get a 4xx, and the sandbox lives on", () => {
  test.each([
    ["a path of 100 KB", `GET /${"x".repeat(100_000)} HTTP/1.1\r\nHost: x\r\n\r\n`],
    [
      "bad percent-encoding",
      "GET /2016-08-15/services/%zz/functions/%/async-invoke-config HTTP/1.1\r\nHost: x\r\n\r\n",
    ],
    [
      "bytes that are no UTF-8",
      Buffer.from(
        "GET /2016-08-15/services/\xff\xfe/functions/f/async-invoke-config HTTP/1.1\r\nHost: x\r\n\r\n",
        "latin1",
      ),
    ],
    ["no HTTP at all", "hello\r\n\r\n"],
    ["an unknown method", `BREW ${PATH} HTTP/1.1\r\nHost: x\r\n\r\n`],
    ["two lengths", `${head("Content-Length: 2\r\nContent-Length: 3")}{}`],
    ["a length and chunks", `${head("Content-Length: 2\r\nTransfer-Encoding: chunked")}0\r\n\r\n`],
    ["a length that is none", `${head("Content-Length: -1")}{}`],
  ])("%s", async (_, bytes) => {
    const answer = await exchange(bytes, (text) => /\r\n\r\n./s.test(text), true);
    // 501 is what the server says of a method that HTTP does not know.
    expect(answer).not.toMatch(/HTTP\/1\.1 5(?!01)\d\d/);
    await unchanged();
  });
});
