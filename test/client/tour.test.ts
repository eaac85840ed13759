import { beforeEach, expect, test } from "vitest";
import { createSandbox } from "../../src/client/index.ts";

// One sandbox for this file: nobody else can see it, and making it costs nothing.
const sandbox = await createSandbox(process.env["FC_SANDBOX_URL"] ?? "http://127.0.0.1:8787");
beforeEach(() => sandbox.reset());

/** What is under test: a console's form, which tries once more when the cloud stumbles. */
async function saveRetries(retries: number): Promise<Response> {
  const url = `${sandbox.endpoint}/2023-03-30/functions/report/async-invoke-config`;
  const headers = { "Content-Type": "application/json" };
  const send = () => fetch(url, { method: "PUT", body: `{"maxAsyncRetryAttempts": ${retries}}`, headers });
  const response = await send();
  return response.status >= 500 ? send() : response;
}

test("saves what was entered, now", async () => {
  await sandbox.clock.freeze("2030-01-01T00:00:00Z");
  const config = await (await saveRetries(5)).json();
  expect(config).toMatchObject({ maxAsyncRetryAttempts: 5, lastModifiedTime: "2030-01-01T00:00:00Z" });
});

test("tries again when the answer was lost", async () => {
  const lost = { type: "error", code: "ServiceUnavailable", after: "apply" } as const;
  await sandbox.faults.add({ effect: lost, times: 1 });
  expect((await saveRetries(2)).status).toBe(200);
  await sandbox.requests.verify({ operation: "put", body: { maxAsyncRetryAttempts: 2 } }, { exactly: 2 });
});
