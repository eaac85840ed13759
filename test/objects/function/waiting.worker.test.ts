import { afterEach, describe, expect, test, vi } from "vitest";
import { Barrier, delaysAtBarrier, intercept } from "../../calls.ts";
import { newSandbox } from "../../newSandbox.ts";
import { errorOf, versions } from "../../request.ts";
import { functionOf } from "../objects.ts";

const { config } = versions[2];
const FROZEN = "2030-01-01T00:00:00Z";

/** A sandbox with a function `f`; the next request for it waits for what the sandbox says of a fault. */
async function sandboxWithWaitingFault() {
  const sandbox = await newSandbox();
  await sandbox.send("PUT", config("f"), { maxAsyncRetryAttempts: 1 });
  await sandbox.faults.add({ effect: { type: "delay", milliseconds: 0 }, times: 1 });
  const waiting = new Barrier();
  await intercept(functionOf(sandbox, "f"), "SANDBOX.triggerFaults", async (trigger) => {
    const triggered = await trigger();
    await waiting.wait();
    return triggered;
  });
  return { sandbox, waiting };
}

describe("a request that waits in a fault is answered by", () => {
  test("the clock that was set meanwhile", async () => {
    const { sandbox, waiting } = await sandboxWithWaitingFault();
    const put = sandbox.send("PUT", config("f"));
    await waiting.reached();
    await sandbox.clock.freeze(FROZEN);
    waiting.open();
    expect((await put).body.lastModifiedTime).toBe(FROZEN);
  });

  test("the settings that were changed meanwhile", async () => {
    const { sandbox, waiting } = await sandboxWithWaitingFault();
    const put = sandbox.send("PUT", config("f"), { maxAsyncRetryAttempts: 2 });
    await waiting.reached();
    await sandbox.settings({ signatures: "required" });
    waiting.open();
    expect(errorOf(await put)).toMatchObject({ status: 400, code: "MissingRequiredHeader" });
    await sandbox.settings({ signatures: "off" });
    const { configs } = await sandbox.snapshot.export();
    expect(configs).toMatchObject([{ function: "f", maxAsyncRetryAttempts: 1 }]);
  });

  test("the configs of a snapshot that was imported meanwhile", async () => {
    const { sandbox, waiting } = await sandboxWithWaitingFault();
    const put = sandbox.send("PUT", config("f"), { maxAsyncEventAgeInSeconds: 60 });
    await waiting.reached();
    await sandbox.snapshot.import({ configs: [{ function: "f", maxAsyncRetryAttempts: 2 }] });
    waiting.open();
    expect((await put).body).toMatchObject({ maxAsyncRetryAttempts: 2, maxAsyncEventAgeInSeconds: 60 });
  });
});

describe("while the answer of a request that has taken effect waits in a fault", () => {
  const DELAY_MS = 54_321;

  afterEach(() => {
    vi.restoreAllMocks();
  });

  /** A sandbox that answers its first PUT of config `blue` late. */
  async function sandboxThatAnswersLate() {
    const sandbox = await newSandbox();
    await sandbox.faults.add({
      match: { operation: "put", qualifier: "blue" },
      effect: { type: "delay", milliseconds: DELAY_MS, after: "apply" },
      times: 1,
    });
    return sandbox;
  }

  test("other requests find what it changed", async () => {
    const sandbox = await sandboxThatAnswersLate();
    const delay = delaysAtBarrier(DELAY_MS);
    const put = sandbox.send("PUT", config("f", "blue"), { maxAsyncRetryAttempts: 1 });
    await delay.reached();
    expect((await sandbox.send("GET", config("f", "blue"))).body.maxAsyncRetryAttempts).toBe(1);
    const second = await sandbox.send("PUT", config("f", "blue"), { maxAsyncEventAgeInSeconds: 60 });
    expect(second.body).toMatchObject({ maxAsyncRetryAttempts: 1, maxAsyncEventAgeInSeconds: 60 });
    expect(await sandbox.requests.count()).toBe(2);
    delay.open();
    // The late answer shows the config as the first PUT made it; the second PUT holds.
    expect((await put).body.maxAsyncEventAgeInSeconds).not.toBe(60);
    expect((await sandbox.send("GET", config("f", "blue"))).body).toEqual(second.body);
    expect(await sandbox.requests.count({ operation: "put" })).toBe(2);
  });
});
