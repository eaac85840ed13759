import { readdirSync } from "node:fs";
import { cp, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { SandboxClient } from "../../src/client/index.ts";
import { startSandbox } from "../../src/local/startSandbox.ts";
import { newDirectory } from "../program.ts";
import { JOURNAL_SIZE, PAGE, PROD, REPORT, readConfigs, readControl, send, type Told } from "./story.ts";

const STATES = fileURLToPath(new URL("states/", import.meta.url));
/** Releases whose list tokens did not say of which list they are: a client starts again. */
const OTHER_TOKENS = new Set(["bc83ec0"]);

/** A copy of a recorded state; `run` serves it by this code, each time on what is stored by then. */
async function copyOf(release: string) {
  const directory = await newDirectory();
  const told: Told = JSON.parse(await readFile(join(STATES, release, "told.json"), "utf8"));
  await cp(join(STATES, release, "state"), directory, { recursive: true });
  const run = async (use: (sandbox: SandboxClient) => Promise<void>) => {
    await using server = await startSandbox({ stateDirectory: directory });
    await use(new SandboxClient({ ...told.access, endpoint: `${server.url}/s/${told.access.id}` }));
  };
  return { told, run };
}

/** An answer as later commits show it: an item that was never set is null, and an FC 3.0 config of LATEST has the function's ARN. */
function shownSince(answer: unknown): object {
  const shown = { ...(answer as Record<string, unknown>) };
  // The story sets no item to one of these values.
  const formerly = {
    maxAsyncEventAgeInSeconds: 86_400,
    maxAsyncRetryAttempts: 3,
    statefulInvocation: false,
    asyncTask: false,
    destinationConfig: { onSuccess: null, onFailure: null },
  };
  for (const [item, value] of Object.entries(formerly)) {
    if (JSON.stringify(shown[item]) === JSON.stringify(value)) shown[item] = null;
  }
  if (shown["functionArn"]) shown["functionArn"] = String(shown["functionArn"]).replace(/\/LATEST$/, "");
  return shown;
}

function pageShownSince(page: unknown): object {
  const { configs } = page as { configs: readonly unknown[] };
  return { configs: configs.map(shownSince), nextToken: "" };
}

/** A snapshot as earlier commits exported it: with the names of what exists alone. */
function withNames(answer: unknown): unknown {
  if (!("format" in (answer as object))) return answer;
  const snapshot = answer as { readonly functions: Readonly<Record<string, readonly object[]>> };
  const name = (one: string | { readonly name?: string; readonly versionId?: string }) =>
    typeof one === "string" ? one : (one.name ?? one.versionId);
  const named = (one: object) =>
    Object.fromEntries(
      Object.entries(one).map(([item, value]) => [item, Array.isArray(value) ? value.map(name) : value]),
    );
  const functions = Object.entries(snapshot.functions).map(([item, all]) => [item, all.map(named)]);
  return { ...snapshot, functions: Object.fromEntries(functions) };
}

/** Without what an answer has of its own: the id of its request. */
const lasting = (configs: Readonly<Record<string, unknown>>) =>
  Object.entries(configs).map(([path, answer]) => [path, { ...(answer as object), RequestId: undefined }]);

describe.each(readdirSync(STATES))("a state that %s stored", (release) => {
  test("is read as it was: credentials, settings, clock, faults, functions, journal, configs, tokens", async () => {
    const { told, run } = await copyOf(release);
    await run(async ({ endpoint }) => {
      const { controlToken } = told.access;
      // The control plane first: requests to the API add to the journal.
      const control = await readControl(endpoint, controlToken);
      for (const [path, answer] of Object.entries(told.control)) {
        const { limits: _, ...state } = answer as { limits?: unknown };
        expect(withNames(control[path]), path).toMatchObject(state);
      }
      const page = await send(endpoint, "GET", `${PAGE}&nextToken=${told.nextToken}`);
      if (OTHER_TOKENS.has(release)) expect(page.status).toBe(400);
      else expect(page.body).toEqual(pageShownSince(told.nextPage));
      const since = Object.entries(told.configs).map(([path, answer]) => [path, shownSince(answer)]);
      expect(lasting(await readConfigs(endpoint))).toEqual(lasting(Object.fromEntries(since)));
    });
  });

  test("is written on: configs are merged, faults count on, the journal's ring goes round", async () => {
    const { told, run } = await copyOf(release);
    const merged = { ...shownSince(told.configs[REPORT]), maxAsyncRetryAttempts: 7 };
    let requests: unknown[] = [];
    await run(async (sandbox) => {
      const { endpoint } = sandbox.access;
      const put = (path: string) =>
        send(endpoint, "PUT", path, { body: { maxAsyncRetryAttempts: 7 } }).then(({ status }) => status);
      expect([await put(REPORT), await put(REPORT)]).toEqual([429, 200]);
      expect(await sandbox.faults.list()).toMatchObject([{ matched: 4, struck: 2 }]);
      await sandbox.clock.advance(60);
      expect(await put(PROD)).toBe(200);
      ({ requests } = await sandbox.requests.list({ function: "report" }));
      expect(requests).toHaveLength(JOURNAL_SIZE);
      expect(requests.slice(0, 2)).toMatchObject([{ status: 200 }, { status: 429 }]);
      const { requests: before } = told.control["/_sandbox/requests"] as { requests: { function: string }[] };
      const reports = before.filter((entry) => entry.function === "report");
      expect(requests.slice(2)).toEqual(reports.slice(0, JOURNAL_SIZE - 2));
    });
    await run(async (sandbox) => {
      expect((await sandbox.requests.list({ function: "report" })).requests).toEqual(requests);
      const { body: report } = await send(sandbox.endpoint, "GET", REPORT);
      expect(report).toEqual(merged);
      const { body: prod } = await send(sandbox.endpoint, "GET", PROD);
      expect(prod).toEqual({
        ...shownSince(told.configs[PROD]),
        maxAsyncRetryAttempts: 7,
        lastModifiedTime: "2030-01-01T00:02:00Z",
      });
    });
  });
});
