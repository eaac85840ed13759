import { describe, expect, test } from "vitest";
import { SandboxClient } from "../../src/client/index.ts";
import { servedSandbox } from "../program.ts";
import { type Driver, drivers } from "./adapters/drive.ts";

// What the official SDKs make of the answers to invocations and tasks. operations.test.ts has their errors.

const report = { service: "shop", function: "report" };
const ALL_BYTES = Uint8Array.from({ length: 256 }, (_, byte) => byte);

interface Subject extends Driver {
  readonly sandbox: SandboxClient;
}

async function subject(driver: (url: string) => Driver): Promise<Subject> {
  const url = await servedSandbox();
  const sandbox = new SandboxClient({ endpoint: url });
  return { ...driver(url), sandbox };
}

/** A header of a response, whatever its letter case. */
function header(headers: Readonly<Record<string, string>>, name: string): string | undefined {
  return Object.entries(headers).find(([key]) => key.toLowerCase() === name.toLowerCase())?.[1];
}

describe.each(await Promise.all(drivers.map(subject)))("$sdk", ({ drive, version, sandbox }) => {
  const { taskIdHeader, taskItems, taskListItem } = version;
  const invoke = (invocation: object, event: Uint8Array | string = "an order") =>
    drive("InvokeFunction", { ...report, event, invocation });

  test("invokes a function, and gets what it returns", async () => {
    const { body, headers } = await invoke({ logType: "Tail" });
    expect(String(body)).toBe("an order");
    expect(atob(header(headers, "X-Fc-Log-Result") ?? "")).toContain("FC Invoke End");
    expect(header(headers, "X-Fc-Error-Type")).toBeUndefined();
  });

  // The SDK of 2021-04-06 sends an event as text.
  const event = version.id === "2021-04-06" ? ALL_BYTES.subarray(0, 128) : ALL_BYTES;
  test("leaves the bytes of an event as they are, both ways", async () => {
    const { body } = await invoke({}, event);
    expect(new Uint8Array(body)).toEqual(event);
  });

  test("shows an error of the function as its answer", async () => {
    const { id } = await sandbox.outcomes.add({ outcomes: [{ type: "error", message: "no stock" }] });
    const { body, headers } = await invoke({});
    await sandbox.outcomes.remove(id);
    expect(header(headers, "X-Fc-Error-Type")).toBe("UnhandledInvocationError");
    const shown = body instanceof Uint8Array ? JSON.parse(String(body)) : body;
    expect(shown).toEqual({ errorMessage: "no stock" });
  });

  test("starts a task, reads it, lists it and stops it", async () => {
    await drive("PutAsyncInvokeConfig", { ...report, body: { [version.statefulItem]: true } });
    const { headers } = await invoke({ isAsync: true, taskId: "order-7", delaySeconds: 3600 });
    expect(header(headers, taskIdHeader)).toBe("order-7");
    const { body: task } = await drive("GetAsyncTask", { ...report, task: "order-7" });
    expect(task).toMatchObject({
      [taskItems.id]: "order-7",
      [taskItems.payload]: "an order",
      status: "Enqueued",
      endTime: 0,
    });
    const query = { limit: 10, [version.taskPrefixParameter]: "order", includePayload: "true" };
    const { body: list } = await drive("ListAsyncTasks", { ...report, query });
    expect(list[taskListItem]).toMatchObject([{ [taskItems.id]: "order-7" }]);
    await drive("StopAsyncTask", { ...report, task: "order-7" });
    await expect
      .poll(async () => (await drive("GetAsyncTask", { ...report, task: "order-7" })).body.status)
      .toBe("Stopped");
  });

  if (!version.hasServices) return;

  test("lists the functions that have tasks", async () => {
    const { body } = await drive("ListStatefulAsyncInvocationFunctions");
    expect(body.data).toEqual([{ serviceName: "shop", functionName: "report", qualifier: "LATEST" }]);
  });
});
