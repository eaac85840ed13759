import { createSandbox } from "fc-sandbox/client";
import { test } from "vitest";

const sandbox = await createSandbox(process.env["FC_SANDBOX_URL"] ?? "http://127.0.0.1:8787");

test("an order that fails twice ends in the queue of dead letters", async () => {
  const charge = `${sandbox.endpoint}/2023-03-30/functions/charge`;
  const queue = "acs:mns:cn-hangzhou:123456:/queues/dead-letters/messages";
  const config = { maxAsyncRetryAttempts: 1, destinationConfig: { onFailure: { destination: queue } } };
  const headers = { "X-Fc-Invocation-Type": "Async", "X-Sandbox-Outcome": "error, error, success" };
  await sandbox.clock.freeze("2030-01-01T00:00:00Z");
  const [body, json] = [JSON.stringify(config), { "Content-Type": "application/json" }];
  await fetch(`${charge}/async-invoke-config`, { method: "PUT", body, headers: json });
  await fetch(`${charge}/invocations`, { method: "POST", body: '{"order": 7}', headers });
  await sandbox.clock.toIdle();
  await sandbox.deliveries.verify({ destination: queue, requestPayload: { order: 7 } }, { exactly: 1 });
});
