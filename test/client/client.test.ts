import { readFile } from "node:fs/promises";
import { createServer, request as forward } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, test } from "vitest";
import { ControlError, createSandbox, SandboxClient, VerificationError } from "../../src/client/index.ts";
import { servedSandbox } from "../program.ts";

// Of its own: its `default` is reset.
const server = await servedSandbox();
const config = (endpoint: string) => `${endpoint}/2023-03-30/functions/f/async-invoke-config`;

test("a sandbox that is there is controlled with its endpoint and token", async () => {
  const { access } = await createSandbox(`${server}/`, { label: "shared" });
  const { endpoint, controlToken = "" } = access;
  const again = new SandboxClient({ endpoint, controlToken });
  await fetch(config(endpoint), { method: "PUT" });
  expect(await again.summary()).toMatchObject({ counts: { functions: 1, configs: 1, requests: 1 } });
});

test("a sandbox that is made through a proxy is reached through it, below its prefix and whatever Host it sends", async () => {
  const proxy = createServer((incoming, outgoing) => {
    const path = (incoming.url ?? "").replace(/^\/team\/fc/, "");
    const { port } = new URL(server);
    const headers = { ...incoming.headers, host: "inside.example" };
    const sent = forward({ port, path, method: incoming.method, headers }, (response) => {
      outgoing.writeHead(response.statusCode ?? 0, response.headers);
      response.pipe(outgoing);
    });
    incoming.pipe(sent);
  });
  await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
  const address = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}/team/fc`;
  try {
    const sandbox = await createSandbox(`${address}/`);
    expect(sandbox.endpoint).toBe(`${address}/s/${sandbox.access.id}`);
    expect((await fetch(config(sandbox.endpoint), { method: "PUT" })).status).toBe(200);
    expect(await sandbox.requests.count()).toBe(1);
    const another = await createSandbox(sandbox.endpoint);
    expect(another.endpoint).toBe(`${address}/s/${another.access.id}`);
  } finally {
    proxy.close();
  }
});

test("default is controlled without a token on one's own machine", async () => {
  const sandbox = new SandboxClient({ endpoint: server });
  await fetch(config(server), { method: "PUT" });
  expect((await sandbox.snapshot.export()).configs).toContainEqual(
    expect.objectContaining({ function: "f" }),
  );
  await sandbox.reset();
  expect((await sandbox.snapshot.export()).configs).toEqual([]);
});

test("a refusal is a ControlError that says what is wrong", async () => {
  const refused = await createSandbox(server, { label: "NO" }).catch((error) => error);
  expect(refused).toBeInstanceOf(ControlError);
  expect(refused.message).toBe(
    "Bad request: label must be 1 to 32 lower-case letters, digits or inner hyphens",
  );
  const { access } = await createSandbox(server);
  const stranger = new SandboxClient({ endpoint: access.endpoint, controlToken: "x" });
  await expect(stranger.reset()).rejects.toMatchObject({ problem: { status: 403 } });
});

test.each([
  [502, "<h1>hello</h1>"],
  [502, ""],
  [404, '{"message":"no such page"}'],
  [404, "null"],
  [200, "<h1>hello</h1>"],
])("a server that is no sandbox is an error that names it: %i %s", async (status, body) => {
  const fetch = async () => new Response(body, { status });
  await expect(createSandbox("http://elsewhere", {}, { fetch })).rejects.toThrow(
    `http://elsewhere/_sandbox/sandboxes answered ${status}, and not as a sandbox does: is it a sandbox?`,
  );
});

test("a failed verification reads like a test's failure", async () => {
  const sandbox = await createSandbox(server);
  await fetch(config(sandbox.endpoint), {
    method: "PUT",
    body: '{"maxAsyncRetryAttempts":1}',
    headers: { "Content-Type": "application/json" },
  });
  const failure = await sandbox.requests
    .verify({ body: { maxAsyncRetryAttempts: 2 } })
    .catch((error) => error);
  expect(failure).toBeInstanceOf(VerificationError);
  expect(failure.message).toBe(
    `wanted {"body":{"maxAsyncRetryAttempts":2}}, but there were 0; nearest:\n  PUT /s/${sandbox.access.id}/2023-03-30/functions/f/async-invoke-config (200): body.maxAsyncRetryAttempts is 1, not 2`,
  );
});

test.each(["tour", "invocationTour"])("the README's %s is the test that runs here", async (name) => {
  const read = (path: string) => readFile(new URL(path, import.meta.url), "utf8");
  const [readme, tour] = await Promise.all([read("../../README.md"), read(`./${name}.test.ts`)]);
  expect(readme).toContain(tour);
});

test("an endpoint with a slash at the end is the same endpoint", async () => {
  const { access } = await createSandbox(server);
  const again = new SandboxClient({ ...access, endpoint: `${access.endpoint}/` });
  expect((await again.summary()).id).toBe(access.id);
  expect(again.endpoint).toBe(access.endpoint);
});
