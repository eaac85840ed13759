import { once } from "node:events";
import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import { expect, onTestFinished, test } from "vitest";
import { createSandbox, type SandboxClient } from "../../src/client/index.ts";
import { startSandbox } from "../../src/local/startSandbox.ts";

const FUNCTION = "/2021-04-06/services/orders/functions/charge";
const QUEUE = "acs:mns:cn-hangzhou:123456:/queues/dead-letters/messages";
const EVENT = Uint8Array.from({ length: 256 }, (_, byte) => byte);

interface Received {
  readonly path: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

interface Reply {
  readonly status: number;
  readonly headers?: Record<string, string>;
  readonly body?: string | Uint8Array;
}

/** A server that answers with these replies in turn, the last of which repeats. */
async function serve(...replies: readonly Reply[]) {
  const received: Received[] = [];
  const server = createServer(async (request, response) => {
    received.push({ path: request.url, headers: request.headers, body: await buffer(request) });
    const reply = replies[Math.min(received.length, replies.length) - 1];
    response.writeHead(reply?.status ?? 200, reply?.headers).end(reply?.body);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, received };
}

/** A sandbox of a server that may send requests to these hosts; its clock is frozen. */
async function sandboxWith(hosts: string): Promise<SandboxClient> {
  const server = await startSandbox({ variables: { OUTBOUND_HOSTS: hosts } });
  onTestFinished(() => server.close());
  const sandbox = await createSandbox(server.url);
  await sandbox.clock.freeze();
  return sandbox;
}

function invoke(sandbox: SandboxClient, type = "Async"): Promise<Response> {
  return fetch(`${sandbox.endpoint}${FUNCTION}/invocations`, {
    method: "POST",
    headers: { "X-Fc-Invocation-Type": type, Authorization: "secret", "X-Of-The-Caller": "1" },
    body: EVENT,
  });
}

test("a handler gets the event and the contract's headers, and its answer is what the function returns", async () => {
  const handler = await serve({ status: 200, body: EVENT.toReversed() });
  const sandbox = await sandboxWith("127.0.0.1");
  await sandbox.outcomes.add({ outcomes: [{ type: "http", url: handler.url }] });
  const answer = await invoke(sandbox, "Sync");
  expect(answer.status).toBe(200);
  expect(new Uint8Array(await answer.arrayBuffer())).toEqual(EVENT.toReversed());
  const [call] = handler.received;
  expect(call?.path).toBe("/invoke");
  expect(new Uint8Array(call?.body ?? [])).toEqual(EVENT);
  expect(call?.headers).toMatchObject({
    "x-fc-request-id": answer.headers.get("X-Fc-Request-Id"),
    "x-fc-service-name": "orders",
    "x-fc-function-name": "charge",
    "x-fc-qualifier": "LATEST",
    "x-fc-retry-count": "0",
  });
  expect(call?.headers).not.toHaveProperty("authorization");
  expect(call?.headers).not.toHaveProperty("x-of-the-caller");
});

test("a handler that fails is called again by the config's rules, and a fourth failure is final", async () => {
  const failed = { status: 404, body: '{"errorMessage": "no stock"}' };
  const handler = await serve(failed);
  const sandbox = await sandboxWith(new URL(handler.url).host);
  await sandbox.outcomes.add({ outcomes: [{ type: "http", url: `${handler.url}/base/` }] });
  await invoke(sandbox);
  expect((await sandbox.clock.toIdle()).advance?.steps).toBe(4);
  expect(handler.received.map(({ path, headers }) => [path, headers["x-fc-retry-count"]])).toEqual([
    ["/base/invoke", "0"],
    ["/base/invoke", "1"],
    ["/base/invoke", "2"],
    ["/base/invoke", "3"],
  ]);
  const { invocations } = await sandbox.invocations.list();
  expect(invocations).toMatchObject([{ status: "Failed", attempts: 4, failure: { message: "no stock" } }]);
});

test("in real time a handler is waited for, and its answer ends the invocation", async () => {
  const handler = await serve(
    { status: 500 },
    { status: 200, headers: { "X-Fc-Status": "404" } },
    { status: 200 },
  );
  const sandbox = await sandboxWith("*.0.0.1");
  await sandbox.settings({ retryDelaysSeconds: [0.01] });
  await sandbox.clock.set({ mode: "real" });
  await sandbox.outcomes.add({ outcomes: [{ type: "http", url: handler.url }] });
  await invoke(sandbox);
  await expect
    .poll(async () => (await sandbox.invocations.list()).invocations[0])
    .toMatchObject({ status: "Succeeded", attempts: 3 });
});

/** A server whose answers never end: it writes so many bytes at once, again and again, until the client is gone. */
async function serveForEver(bytes: number): Promise<{ url: string; closed: Promise<unknown> }> {
  const closed = Promise.withResolvers<void>();
  const server = createServer((_, response) => {
    const write = () => {
      while (!response.destroyed && response.write(Buffer.alloc(bytes, "x")) && bytes > 1);
    };
    const timer = setInterval(write, 50);
    response.on("drain", write).on("close", () => {
      clearInterval(timer);
      closed.resolve();
    });
    write();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    closed: closed.promise,
  };
}

test("an answer that never ends is bounded in time, and in size", async () => {
  const [slow, large] = [await serveForEver(1), await serveForEver(65_536)];
  const sandbox = await sandboxWith("127.0.0.1");
  for (const [{ url, closed }, message] of [
    [slow, "Function timed out after 1 second"],
    [large, `${large.url}/invoke answered with more than 8388608 bytes`],
  ] as const) {
    await sandbox.outcomes.clear();
    const timeoutSeconds = url === slow.url ? 1 : 60;
    await sandbox.outcomes.add({ outcomes: [{ type: "http", url, timeoutSeconds }] });
    const answer = await invoke(sandbox, "Sync");
    expect([answer.status, answer.headers.get("X-Fc-Error-Type")]).toEqual([200, "UnhandledInvocationError"]);
    expect(await answer.json()).toEqual({ errorMessage: message });
    await closed;
  }
});

test("a redirect is not followed, and a handler that is gone is an error of the function", async () => {
  const elsewhere = await serve({ status: 200 });
  const redirecting = await serve({ status: 302, headers: { Location: elsewhere.url } });
  const sandbox = await sandboxWith("127.0.0.1");
  for (const [url, message] of [
    [redirecting.url, "the handler answered 302"],
    ["http://127.0.0.1:1", "http://127.0.0.1:1/invoke could not be reached"],
  ] as const) {
    await sandbox.outcomes.clear();
    await sandbox.outcomes.add({ outcomes: [{ type: "http", url }] });
    const answer = await invoke(sandbox, "Sync");
    expect([answer.status, answer.headers.get("X-Fc-Error-Type")]).toEqual([200, "UnhandledInvocationError"]);
    expect(await answer.json()).toEqual({ errorMessage: message });
  }
  expect(elsewhere.received).toEqual([]);
});

test("deliveries are posted to the address that a setting has for their destination", async () => {
  const team = await serve({ status: 204 }, { status: 500 });
  const sandbox = await sandboxWith("127.0.0.1");
  const config = { destinationConfig: { onSuccess: { destination: QUEUE } } };
  await fetch(`${sandbox.endpoint}${FUNCTION}/async-invoke-config`, {
    method: "PUT",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(config),
  });
  await sandbox.settings({ pushDeliveries: [{ destination: "acs:mns:*", url: team.url }] });
  await invoke(sandbox);
  await sandbox.clock.toIdle();
  await invoke(sandbox);
  await sandbox.clock.toIdle();
  const { deliveries } = await sandbox.deliveries.list();
  expect(deliveries).toMatchObject([
    { status: "DestinationDeliveryFailed", error: `${team.url} answered 500` },
    { status: "Succeeded" },
  ]);
  expect(team.received.map(({ body }) => body.toString())).toEqual(
    deliveries.map(({ message }) => message).toReversed(),
  );
});

test("nothing leaves a sandbox but to the hosts that OUTBOUND_HOSTS allows", async () => {
  const handler = await serve({ status: 200 });
  for (const hosts of ["", "example.com,*.example.org", `127.0.0.1:1`]) {
    const sandbox = await sandboxWith(hosts);
    const refused = { problem: { status: 400, detail: expect.stringContaining("OUTBOUND_HOSTS") } };
    const outcomes = [{ type: "http", url: handler.url } as const];
    await expect(sandbox.outcomes.add({ outcomes })).rejects.toMatchObject(refused);
    const pushDeliveries = [{ destination: "*", url: handler.url }];
    await expect(sandbox.settings({ pushDeliveries })).rejects.toMatchObject(refused);
    await expect(sandbox.snapshot.import({ settings: { pushDeliveries } })).rejects.toMatchObject(refused);
  }
  expect(handler.received).toEqual([]);
});
