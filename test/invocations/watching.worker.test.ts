import { SELF } from "cloudflare:test";
import { expect, test } from "vitest";
import type { FeedEvent } from "../../src/documents/feed.ts";
import { newSandbox, type TestSandbox } from "../newSandbox.ts";
import { fromAnotherClient } from "../request.ts";
import { must } from "../resources/resources.ts";
import { configure, frozenSandbox, functionNamed, idOf, invoke, QUEUE } from "./invocations.ts";

/** What a sandbox's live feed tells of invocations from now on: the function and the status. */
async function watched({ endpoint, access }: TestSandbox): Promise<string[]> {
  const { webSocket } = await SELF.fetch(`${endpoint}/_sandbox/events`, {
    headers: {
      ...fromAnotherClient(),
      Upgrade: "websocket",
      "Sec-WebSocket-Protocol": `fc-sandbox, token.${access.controlToken}`,
    },
  });
  if (!webSocket) throw new Error("no WebSocket");
  webSocket.accept();
  const told: string[] = [];
  webSocket.addEventListener("message", ({ data }) => {
    const event: FeedEvent = JSON.parse(String(data));
    if (event.type !== "invocation") return;
    const { function: name, status, delivery } = event.invocation;
    told.push([name, status, ...(delivery ? [delivery.status] : [])].join(" "));
  });
  return told;
}

test("the live feed tells of each invocation how it is after every step, and nothing of other sandboxes", async () => {
  const [sandbox, other] = await Promise.all([frozenSandbox(), frozenSandbox()]);
  await configure(sandbox, "f", { destinationConfig: { onSuccess: { destination: functionNamed("g") } } });
  const [told, toldOther] = [await watched(sandbox), await watched(other)];
  const id = idOf(await invoke(sandbox, "f", { "X-Sandbox-Outcome": "error, success" }));
  await expect.poll(() => told).toEqual(["f Enqueued"]);
  await sandbox.clock.toNext();
  await expect.poll(() => told.at(-1)).toBe("f Retrying");
  await sandbox.clock.toIdle();
  await expect.poll(() => told.toSorted()).toContain("g Succeeded");
  expect(told).toContain("f Succeeded Succeeded");
  expect(told).toContain("g Enqueued");
  const stopped = idOf(await invoke(sandbox, "f"));
  await sandbox.invocations.stop(stopped);
  await expect.poll(() => told.at(-1)).toBe("f Stopping");
  expect(toldOther).toEqual([]);
  expect((await sandbox.invocations.get(id)).attempts).toBe(2);
});

test("the summary and the metrics count invocations, attempts and deliveries", async () => {
  const sandbox = await frozenSandbox();
  await configure(sandbox, "f", {
    maxAsyncRetryAttempts: 1,
    destinationConfig: { onSuccess: { destination: functionNamed("g") }, onFailure: { destination: QUEUE } },
  });
  await sandbox.faults.add({
    match: { destination: QUEUE },
    effect: { type: "error", code: "ServiceUnavailable" },
  });
  await invoke(sandbox, "f", { "X-Sandbox-Outcome": "throttled, error, success" });
  await invoke(sandbox, "f", { "X-Sandbox-Outcome": "handledError" });
  await sandbox.invocations.stop(idOf(await invoke(sandbox, "f")));
  await sandbox.clock.toIdle();
  await invoke(sandbox, "f");
  const counted = {
    ended: { Succeeded: 2, Failed: 1, Stopped: 1 },
    attempts: { ResourceThrottled: 1, UnhandledInvocationError: 1, HandledInvocationError: 2, success: 2 },
    deliveries: { Succeeded: 1, DestinationDeliveryFailed: 2 },
  };
  expect(await sandbox.summary()).toMatchObject({
    counts: { invocations: 5, deliveries: 3 },
    invocations: counted,
    functions: [
      { function: "f", invocations: 4, deliveries: 3 },
      { function: "g", invocations: 1, deliveries: 0 },
    ],
  });
  const metrics = String((await must(sandbox, "GET", "/_sandbox/metrics")).body)
    .replaceAll(/sandbox="\w+",?/g, "")
    .split("\n");
  expect(metrics).toEqual(
    expect.arrayContaining([
      'fc_sandbox_invocations_ended_total{status="Succeeded"} 2',
      'fc_sandbox_invocations_ended_total{status="Stopped"} 1',
      'fc_sandbox_attempts_total{result="HandledInvocationError"} 2',
      'fc_sandbox_deliveries_total{status="DestinationDeliveryFailed"} 2',
      "fc_sandbox_invocations{} 5",
    ]),
  );
  await sandbox.reset("invocations", "deliveries");
  expect(await sandbox.summary()).toMatchObject({
    counts: { invocations: 0, deliveries: 0 },
    invocations: counted,
  });
});

test("what nobody has invoked has no invocations, and nothing of it is counted", async () => {
  const sandbox = await newSandbox();
  await configure(sandbox, "f", { maxAsyncRetryAttempts: 1 });
  expect((await sandbox.invocations.list()).invocations).toEqual([]);
  expect(await sandbox.deliveries.count()).toBe(0);
  await expect(sandbox.invocations.get("none")).rejects.toMatchObject({ problem: { status: 404 } });
  await expect(sandbox.invocations.stop("none")).rejects.toMatchObject({ problem: { status: 404 } });
  expect((await sandbox.summary()).invocations).toEqual({ ended: {}, attempts: {}, deliveries: {} });
});
