import { once } from "node:events";
import { connect } from "node:net";
import { expect, test } from "vitest";
import { createSandbox, type FeedEvent } from "../../src/client/index.ts";
import { servedSandbox } from "../program.ts";

const sandbox = await createSandbox(await servedSandbox());

const put = (name: string, padding = "") =>
  fetch(`${sandbox.endpoint}/2023-03-30/functions/${name}/async-invoke-config`, {
    method: "PUT",
    body: JSON.stringify({ padding }),
    headers: { "Content-Type": "application/json" },
  });

test("a browser's WebSocket watches with its token as a subprotocol", async () => {
  const url = `${sandbox.endpoint.replace("http:", "ws:")}/_sandbox/events`;
  const socket = new WebSocket(url, ["fc-sandbox", `token.${sandbox.access.controlToken}`]);
  await once(socket, "open");
  expect(socket.protocol).toBe("fc-sandbox");
  const message = once(socket, "message");
  await put("seen");
  const [{ data }] = await message;
  const event: FeedEvent = JSON.parse(data);
  expect(event).toMatchObject({ type: "request", entry: { function: "seen", status: 200 } });
  socket.close();
  await once(socket, "close");
});

test("a watcher that stopped reading, or is gone without a word, delays no request", async () => {
  const { hostname, port, pathname } = new URL(sandbox.endpoint);
  const watchers = await Promise.all(
    [1, 2].map(async () => {
      const socket = connect(Number(port), hostname);
      socket.on("error", () => {});
      socket.write(
        `GET ${pathname}/_sandbox/events HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
          `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n` +
          `Sec-WebSocket-Protocol: fc-sandbox, token.${sandbox.access.controlToken}\r\n\r\n`,
      );
      const [answer] = await once(socket, "data");
      expect(String(answer)).toMatch(/^HTTP\/1\.1 101 /);
      return socket.pause();
    }),
  );
  watchers[0]?.resetAndDestroy();
  // Far more than the buffers between here and there hold.
  const padding = "x".repeat(8000);
  for (let i = 0; i < 50; i++) {
    const answers = await Promise.all(Array.from({ length: 20 }, (_, j) => put(`f${j}`, padding)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
  }
  watchers[1]?.destroy();
  expect((await put("after")).status).toBe(200);
});
