import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterAll } from "vitest";
import type { Step } from "../../conformance/scenario.ts";
import { scenarios } from "../../conformance/scenarios/index.ts";
import type { SandboxClient } from "../../src/client/index.ts";
import { type ApiVersion, apiVersions } from "../../src/fc/versions.ts";
import { newDirectory, programEnvironment, ROOT } from "../program.ts";

const CLI = join(ROOT, "conformance/cli.ts");
const running = new Set<ChildProcess>();
const servers = new Set<Server>();
afterAll(() => {
  for (const server of servers) server.close();
  for (const child of running) child.kill("SIGKILL");
});

/** How often the kit GETs before it begins, in one version: the configs of LATEST, the alias and the version. */
export const LOOKS = 3;

/** The steps taken in a version, in scenarios with these words in their names, or in all. */
export function stepsOf(version: ApiVersion["id"], words = ""): Step[] {
  const isTaken = ({ versions }: { versions?: readonly string[] | undefined }) =>
    versions?.includes(version) ?? true;
  return scenarios
    .filter((scenario) => scenario.name.includes(words) && isTaken(scenario))
    .flatMap(({ steps }) => steps.filter(isTaken));
}

/** How many steps there are in scenarios with these words in their names, or in all; each counted in every version. */
export function stepsInAllVersions(words = ""): number {
  return apiVersions.flatMap(({ id }) => stepsOf(id, words)).length;
}

export const STEPS = stepsInAllVersions();

/** How many requests of an operation the life cycle makes in FC 3.0 before it puts a config. */
export function beforeFirstPut(operation: string): number {
  const steps = stepsOf("2023-03-30", "life cycle").map(
    ({ request }) => "operation" in request && request.operation,
  );
  return steps.slice(0, steps.indexOf("put")).filter((one) => one === operation).length;
}

/** The kit, running: its process, and what it said and how it ended once it has. */
export function startKit(args: readonly string[], environment: Record<string, string> = {}) {
  const child = spawn(process.execPath, [CLI, ...args], {
    env: { ...programEnvironment, ...environment },
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
