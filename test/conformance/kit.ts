import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterAll } from "vitest";
import type { SandboxClient } from "../../src/client/index.ts";
import { newDirectory, ROOT } from "../program.ts";

const CLI = join(ROOT, "conformance/cli.ts");
/** Each run is a process of its own: together they compile the kit once. */
const NODE_COMPILE_CACHE = await newDirectory();
const running = new Set<ChildProcess>();
const servers = new Set<Server>();
afterAll(() => {
  for (const server of servers) server.close();
  for (const child of running) child.kill("SIGKILL");
});

/** The kit, running: its process, and what it said and how it ended once it has. */
export function startKit(args: readonly string[], environment: Record<string, string> = {}) {
  const child = spawn(process.execPath, [CLI, ...args], {
    env: { ...process.env, NODE_COMPILE_CACHE, ...environment },
  });
  running.add(child);
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (chunk) => {
    stdout += chunk;
  });
  child.stderr.on("data", (chunk) => {
    stderr += chunk;
  });
  const ended = once(child, "close").then(([code]) => {
    running.delete(child);
    return { code: code as number | null, stdout, stderr };
  });
  return { child, ended };
}

export function runKit(args: readonly string[], environment: Record<string, string> = {}) {
  return startKit(args, environment).ended;
}

/** The arguments that point the kit at a sandbox that a test controls, and the access key for its environment. */
export function pointedAt({ access }: SandboxClient) {
  const { endpoint, accountId = "", accessKeyId = "", accessKeySecret = "" } = access;
  return {
    args: [
      ...["--endpoint", endpoint, "--account", accountId],
      ...["--service", "shop", "--function", "report", "--fc3-function", "report"],
      ...["--version", "1", "--alias", "prod"],
    ],
    environment: {
      ALIBABA_CLOUD_ACCESS_KEY_ID: accessKeyId,
      ALIBABA_CLOUD_ACCESS_KEY_SECRET: accessKeySecret,
    },
  };
}

/** An endpoint without a config, which takes every PUT and keeps none; with the requests that came. */
export async function forgetfulEndpoint() {
  const requests: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    requests.push(request);
    const [status, body] =
      request.method === "PUT"
        ? [200, {}]
        : request.url?.includes("-configs")
          ? [200, { configs: [] }]
          : [404, { Code: "AsyncConfigNotExists", ErrorCode: "AsyncConfigNotExists" }];
    request.resume();
    response.writeHead(status, { "Content-Type": "application/json" }).end(JSON.stringify(body));
  }).listen(0, "127.0.0.1");
  servers.add(server);
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const close = () => new Promise((resolve) => server.close(resolve));
  return { url: `http://127.0.0.1:${port}`, requests, close };
}

/** A file for a recording, and what is in it. */
export async function newRecording(name: string) {
  const file = join(await newDirectory(), `${name}.json`);
  return { file, text: () => readFile(file, "utf8") };
}
