import { execFile } from "node:child_process";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { createSandbox } from "../../src/client/index.ts";
import { builtInStates } from "../../src/documents/pactStates.ts";
import { verifyPacts } from "../../src/pact/index.ts";
import { newDirectory, ROOT } from "../program.ts";
import { SERVER } from "../server.ts";

process.env["PACT_DO_NOT_TRACK"] = "true";

interface State {
  readonly name: string;
  readonly params?: Readonly<Record<string, unknown>>;
}

const CONFIG = "/2023-03-30/functions/report/async-invoke-config";

/** An interaction of a pact: GET of a config, unless it says otherwise. */
function interaction(
  description: string,
  providerStates: readonly State[],
  response: { readonly status: number; readonly body?: unknown },
  request: {
    readonly method?: string;
    readonly path?: string;
    readonly headers?: object;
    readonly body?: unknown;
  } = {},
) {
  const json = (body: unknown) =>
    body === undefined ? {} : { body: { content: body, contentType: "application/json", encoded: false } };
  const { method = "GET", path = CONFIG, headers = {}, body } = request;
  return {
    type: "Synchronous/HTTP",
    description,
    pending: false,
    providerStates,
    request: { method, path, headers, ...json(body) },
    response: { status: response.status, ...json(response.body) },
  };
}

/** Writes a pact; its path. */
async function pactOf(...interactions: readonly object[]): Promise<string> {
  const directory = await newDirectory();
  const pact = {
    consumer: { name: "console" },
    provider: { name: "function-compute" },
    interactions,
    metadata: { pactSpecification: { version: "4.0" } },
  };
  await mkdir(directory, { recursive: true });
  await writeFile(join(directory, "pact.json"), JSON.stringify(pact));
  return join(directory, "pact.json");
}

const json = { "Content-Type": ["application/json"] };
const options = { provider: "function-compute", server: SERVER };

describe("verifyPacts", () => {
  test("holds each interaction against its states, one after the other", async () => {
    const pact = await pactOf(
      interaction(
        "with a config",
        [{ name: "A config exists", params: { function: "report", maxAsyncRetryAttempts: 3 } }],
        { status: 200, body: { maxAsyncRetryAttempts: 3 } },
      ),
      // The interaction before has left nothing behind.
      interaction("without states", [], { status: 404 }),
      interaction(
        "with two states in one place",
        [
          { name: "a config exists", params: { function: "report", maxAsyncRetryAttempts: 1 } },
          { name: "the shop is open" },
        ],
        { status: 200, body: { maxAsyncRetryAttempts: 8 } },
      ),
      interaction("after them", [], { status: 404 }),
    );
    const states = { "The shop is open": { configs: [{ function: "report", maxAsyncRetryAttempts: 8 }] } };
    await verifyPacts({ ...options, pactUrls: [pact], states });
  });

  test("signs requests where signatures are required, by a state or from the start", async () => {
    const signed = await pactOf(
      interaction(
        "signed",
        [{ name: "signatures are required" }],
        { status: 200, body: { maxAsyncRetryAttempts: 2 } },
        { method: "PUT", headers: json, body: { maxAsyncRetryAttempts: 2 } },
      ),
    );
    await verifyPacts({ ...options, pactUrls: [signed] });
    await verifyPacts({ ...options, pactUrls: [signed], sandbox: { settings: { signatures: "required" } } });
    await expect(verifyPacts({ ...options, pactUrls: [signed], signs: false })).rejects.toThrow();
  });

  test("without signing, a pact's own signature, or none, counts", async () => {
    const unsigned = await pactOf(
      interaction("unsigned", [{ name: "signatures are required" }], {
        status: 400,
        body: { Code: "MissingRequiredHeader" },
      }),
      interaction(
        "signed by somebody",
        [{ name: "signatures are required" }],
        { status: 403, body: { Code: "InvalidAccessKeyID" } },
        { headers: { Authorization: ["FC somebody:c2ln"] } },
      ),
    );
    await verifyPacts({ ...options, pactUrls: [unsigned], signs: false });
  });

  test("rejects when a response is not as the pact says, or a state does not exist", async () => {
    const broken = await pactOf(interaction("wrong", [], { status: 418 }));
    await expect(verifyPacts({ ...options, pactUrls: [broken] })).rejects.toThrow();
    const unknown = await pactOf(interaction("unknown", [{ name: "nonsense" }], { status: 404 }));
    await expect(verifyPacts({ ...options, pactUrls: [unknown] })).rejects.toThrow();
  });

  test("sends the headers of its caller, too, as an object or as lines", async () => {
    const pact = await pactOf(interaction("with a fault of its own", [], { status: 429 }));
    for (const customProviderHeaders of [
      { "X-Sandbox-Fault": "Throttling" },
      ["X-Sandbox-Fault: Throttling"],
    ]) {
      await verifyPacts({ ...options, pactUrls: [pact], customProviderHeaders });
    }
  });

  test("without a server starts one, and closes it", async () => {
    const pact = await pactOf(interaction("without states", [], { status: 404 }));
    await verifyPacts({ provider: "function-compute", pactUrls: [pact] });
    await expect(verifyPacts({ provider: "function-compute", pactUrls: ["nothing.json"] })).rejects.toThrow();
  });
});

test("a generator gets the values of a state", async () => {
  const sandbox = await createSandbox(SERVER);
  const { invocationId, basePath } = await sandbox.pact.setUp("an asynchronous invocation", {
    function: "charge",
    status: "Succeeded",
  });
  const path = `${basePath}/2023-03-30/functions/charge/async-tasks/${invocationId}`;
  expect((await (await fetch(new URL(path, SERVER))).json()).status).toBe("Succeeded");
});

test("the documentation's program signs with the request filter", async () => {
  const documentation = await readFile(join(ROOT, "docs/testing.md"), "utf8");
  const programs = [...documentation.matchAll(/^```ts\n(.*?)^```$/gms)].map(([, code = ""]) => code);
  const program = programs.find((code) => code.includes("requestFilter")) ?? "";
  // Inside the repository, so that the program finds the package itself.
  const file = join(ROOT, "test-results", "documented-filter.mjs");
  await mkdir(join(ROOT, "test-results"), { recursive: true });
  await writeFile(file, program);
  const env = { ...process.env, FC_SANDBOX_URL: SERVER };
  const { stdout } = await promisify(execFile)(process.execPath, [file], { env });
  expect(stdout).toBe("404\n");
});

test("the documentation's table has the built-in states, and no others", async () => {
  const documentation = await readFile(join(ROOT, "docs/testing.md"), "utf8");
  const [, table = ""] = /^\| state \| parameters \|.*\n\|[-|]+\|\n((?:\|.*\n)+)/m.exec(documentation) ?? [];
  const names = [...table.matchAll(/^\| `([^`]+)` \|/gm)].map(([, name]) => name);
  expect(names).toEqual(builtInStates);
});
