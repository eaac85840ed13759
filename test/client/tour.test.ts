import { createSandbox } from "fc-sandbox/client";
import { beforeEach, expect, test } from "vitest";

// This file has a sandbox of its own, which no other test can see. Creating a sandbox stores nothing.
const sandbox = await createSandbox(process.env["FC_SANDBOX_URL"] ?? "http://127.0.0.1:8787");
beforeEach(() => sandbox.reset());

/** The code under test: a console's form, which sends the request again after a server error. */
async function saveRetries(retries: number): Promise<Response> {
  const url = `${sandbox.endpoint}/2023-03-30/functions/report/async-invoke-config`;
  const headers = { "Content-Type": "application/json" };
  const send = () => fetch(url, { method: "PUT", body: `{"maxAsyncRetryAttempts": ${retries}}`, headers });
  const response = await send();
  return response.status >= 500 ? send() : response;
}

test("saves the value with the time of the change", async () => {
  await sandbox.clock.freeze("2030-01-01T00:00:00Z");
  const config = await (await saveRetries(5)).json();
  expect(config).toMatchObject({ maxAsyncRetryAttempts: 5, lastModifiedTime: "2030-01-01T00:00:00Z" });
});

test("sends the request again when the response was lost", async () => {
  // The first PUT takes effect, but its response is an error.
  const lost = { type: "error", code: "ServiceUnavailable", after: "apply" } as const;
  await sandbox.faults.add({ effect: lost, times: 1 });
  expect((await saveRetries(2)).status).toBe(200);
  await sandbox.requests.verify({ operation: "put", body: { maxAsyncRetryAttempts: 2 } }, { exactly: 2 });
});
