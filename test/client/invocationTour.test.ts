import { createSandbox } from "fc-sandbox/client";
import { beforeEach, expect, test } from "vitest";

const sandbox = await createSandbox(process.env["FC_SANDBOX_URL"] ?? "http://127.0.0.1:8787");
const charge = `${sandbox.endpoint}/2023-03-30/functions/charge`;
const queue = "acs:mns:cn-hangzhou:123456:/queues/dead-letters/messages";
beforeEach(() => sandbox.reset());

/** Configures the function, and invokes it for an order. Two attempts fail; a third attempt succeeds. */
async function order(maxAsyncRetryAttempts: number): Promise<void> {
  const config = { maxAsyncRetryAttempts, destinationConfig: { onFailure: { destination: queue } } };
  const [body, json] = [JSON.stringify(config), { "Content-Type": "application/json" }];
  await fetch(`${charge}/async-invoke-config`, { method: "PUT", body, headers: json });
  const headers = { "X-Fc-Invocation-Type": "Async", "X-Sandbox-Outcome": "error, error, success" };
  await fetch(`${charge}/invocations`, { method: "POST", body: '{"order": 7}', headers });
}

test("with one retry, the order ends in the queue of dead letters", async () => {
  await sandbox.clock.freeze("2030-01-01T00:00:00Z");
  await order(1);
  expect((await sandbox.clock.toIdle()).now).toBe("2030-01-01T00:00:01.000Z");
  await sandbox.deliveries.verify({ destination: queue, requestPayload: { order: 7 } }, { exactly: 1 });
});

test("with two retries, the order is charged 3 seconds later", async () => {
  await sandbox.clock.freeze("2030-01-01T00:00:00Z");
  await order(2);
  expect((await sandbox.clock.toIdle()).now).toBe("2030-01-01T00:00:03.000Z");
  await sandbox.deliveries.verify({}, { exactly: 0 });
});
