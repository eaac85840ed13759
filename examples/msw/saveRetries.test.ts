// MSW replaces the services around the app. Calls to Function Compute reach a sandbox, which stores configs and refuses
// what the cloud would refuse.
import { test } from "fc-sandbox/vitest";
import { HttpResponse, http, passthrough } from "msw";
import { type SetupServer, setupServer } from "msw/node";
import { afterAll, afterEach, expect } from "vitest";
import { saveRetries } from "./saveRetries.ts";

const AUDIT = "https://audit.example.com/entries";
const audited: unknown[] = [];
let mocks: SetupServer;

// The fixture starts its server before MSW listens, so the server's address is known here.
test.beforeAll(({ sandboxServer }) => {
  mocks = setupServer(
    http.all(`${sandboxServer.url}/*`, () => passthrough()),
    http.post(AUDIT, async ({ request }) => {
      audited.push(await request.json());
      return new HttpResponse(null, { status: 201 });
    }),
  );
  mocks.listen({ onUnhandledFrame: "error" });
});
afterEach(() => {
  mocks.resetHandlers();
  audited.length = 0;
});
afterAll(() => mocks.close());

const save = { functionName: "report", retries: 2, user: "mei" };

test("saves the config, and reports it to the audit service", async ({ sandbox }) => {
  expect(await saveRetries(sandbox.endpoint, save)).toEqual({ audited: true });
  expect(audited).toEqual([{ user: "mei", what: "report: 2 retries" }]);
  const { configs } = await sandbox.snapshot.export();
  expect(configs).toEqual([expect.objectContaining({ function: "report", maxAsyncRetryAttempts: 2 })]);
});

test("reports nothing to the audit service when the cloud refuses the config", async ({ sandbox }) => {
  await expect(saveRetries(sandbox.endpoint, { ...save, retries: 9 })).rejects.toThrow(
    "maxAsyncRetryAttempts must be an integer from 0 to 8, but got 9",
  );
  expect(audited).toEqual([]);
});

test("saves the config even when the audit service is down", async ({ sandbox }) => {
  mocks.use(http.post(AUDIT, () => new HttpResponse(null, { status: 503 })));
  expect(await saveRetries(sandbox.endpoint, save)).toEqual({ audited: false });
  await sandbox.requests.verify({ operation: "put", function: "report", status: 200 }, { exactly: 1 });
});

test("fails to save when the cloud throttles", async ({ sandbox }) => {
  await sandbox.faults.add({ effect: { type: "error", code: "Throttling" }, times: 1 });
  await expect(saveRetries(sandbox.endpoint, save)).rejects.toThrow("throttled");
  expect(audited).toEqual([]);
});
