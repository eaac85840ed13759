/** Other mock servers, each configured to handle the same PUT as well as it can. */
import { spawn } from "node:child_process";
import { readdir, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { removeDirectory, temporaryDirectory } from "../ending.ts";
import { configPath } from "../load.ts";
import { type Served, served } from "./served.ts";

const HERE = fileURLToPath(new URL(".", import.meta.url));
const bin = (name: string) => join(HERE, "node_modules/.bin", name);
const DOCUMENT = fileURLToPath(new URL("../../dist/assets/openapi-2016-08-15.json", import.meta.url));
const PATH = configPath(":function");
/** Another mock server; `does` says which parts of the API's PUT the server does, or does not do. */
export interface Peer {
  readonly name: string;
  readonly keepsState: boolean;
  /** What the server still has of a PUT that it answered, and where. */
  readonly keeps: string;
  /** Whether the server validates requests. */
  readonly validates: boolean;
  readonly does: string;
  /** Starts the server, ready for the configs of so many functions; undefined where the server can't run. */
  start(functions: number): Promise<Served | undefined>;
}

const RESPONSE = JSON.stringify({ qualifier: "LATEST", maxAsyncRetryAttempts: 2 });

export const peers: readonly Peer[] = [
  {
    name: "Prism",
    keepsState: false,
    keeps: "nothing",
    validates: true,
    does: "answers with an example; validates the request against our OpenAPI document",
    start: () =>
      served((port) => [bin("prism"), ["mock", "--port", String(port), "--host", "127.0.0.1", DOCUMENT]]),
  },
  {
    name: "Mockoon",
    keepsState: false,
    keeps: "nothing",
    validates: false,
    does: "validates nothing; answers with a fixed body",
    start: async () => {
      const directory = await temporaryDirectory(tmpdir());
      return served(
        async (port) => {
          const file = join(directory, "environment.json");
          await writeFile(file, JSON.stringify(mockoonEnvironment(port)));
          return [bin("mockoon-cli"), ["start", "--data", file, "--disable-log-to-file"]];
        },
        () => removeDirectory(directory),
      );
    },
  },
  {
    name: "json-server",
    keepsState: true,
    keeps: "configs in memory, and later in a file",
    validates: false,
    does: "replaces the whole resource, validates nothing; writes all of its file at once",
    start: async (functions) => {
      const directory = await temporaryDirectory(tmpdir());
      return served(
        async (port) => {
          const configs = Array.from({ length: functions }, (_, i) => ({ id: `f${i}` }));
          await writeFile(join(directory, "db.json"), JSON.stringify({ configs }));
          await writeFile(join(directory, "routes.json"), JSON.stringify({ [PATH]: "/configs/:function" }));
          const files = [join(directory, "db.json"), "--routes", join(directory, "routes.json")];
          return [bin("json-server"), [...files, "--quiet", "--port", String(port), "--host", "127.0.0.1"]];
        },
        () => removeDirectory(directory),
      );
    },
  },
  {
    name: "WireMock",
    keepsState: false,
    keeps: "requests in memory",
    validates: false,
    does: "validates nothing; answers with a fixed body. What it keeps is unbounded",
    start: () => startWireMock([]),
  },
  {
    name: "WireMock, no journal",
    keepsState: false,
    keeps: "nothing",
    validates: false,
    does: "the same",
    start: () => startWireMock(["--no-request-journal"]),
  },
];

async function startWireMock(more: readonly string[]): Promise<Served | undefined> {
  const build = join(HERE, "node_modules/wiremock/build");
  const [jar] = (await readdir(build)).filter((file) => file.endsWith(".jar"));
  const hasJava = await new Promise<boolean>((resolve) => {
    spawn("java", ["-version"], { stdio: "ignore" })
      .once("error", () => resolve(false))
      .once("exit", (code) => resolve(code === 0));
  });
  if (!hasJava || jar === undefined) return undefined;
  const directory = await temporaryDirectory(tmpdir());
  const server = await served(
    (port) => [
      "java",
      [
        "-jar",
        join(build, jar),
        "--port",
        String(port),
        "--bind-address",
        "127.0.0.1",
        "--root-dir",
        directory,
        "--disable-banner",
        ...more,
      ],
    ],
    () => removeDirectory(directory),
  );
  const mapping = {
    request: { method: "PUT", urlPathPattern: PATH.replace(":function", "[^/]+") },
    response: { status: 200, headers: { "Content-Type": "application/json" }, body: RESPONSE },
  };
  try {
    const made = await fetch(`${server.url}/__admin/mappings`, {
      method: "POST",
      body: JSON.stringify(mapping),
    });
    if (!made.ok) throw new Error(`WireMock refused its mapping: ${await made.text()}`);
    return server;
  } catch (error) {
    await server.close();
    throw error;
  }
}

function mockoonEnvironment(port: number): object {
  const response = {
    uuid: "b7a2d9c0-0000-4000-8000-000000000002",
    body: RESPONSE,
    latency: 0,
    statusCode: 200,
    label: "",
    headers: [{ key: "Content-Type", value: "application/json" }],
    bodyType: "INLINE",
    filePath: "",
    databucketID: "",
    sendFileAsBody: false,
    rules: [],
    rulesOperator: "OR",
    disableTemplating: true,
    fallbackTo404: false,
    default: true,
    crudKey: "id",
    callbacks: [],
  };
  const route = {
    uuid: "b7a2d9c0-0000-4000-8000-000000000001",
    type: "http",
    documentation: "",
    method: "put",
    endpoint: PATH.slice(1),
    responses: [response],
    responseMode: null,
    streamingMode: null,
    streamingInterval: 0,
  };
  return {
    uuid: "b7a2d9c0-0000-4000-8000-000000000000",
    lastMigration: 33,
    name: "peer",
    port,
    hostname: "127.0.0.1",
    endpointPrefix: "",
    latency: 0,
    folders: [],
    routes: [route],
    rootChildren: [{ type: "route", uuid: route.uuid }],
    proxyMode: false,
    proxyHost: "",
    proxyRemovePrefix: false,
    tlsOptions: {
      enabled: false,
      type: "CERT",
      pfxPath: "",
      certPath: "",
      keyPath: "",
      caPath: "",
      passphrase: "",
    },
    cors: true,
    headers: [],
    proxyReqHeaders: [],
    proxyResHeaders: [],
    data: [],
    callbacks: [],
  };
}
