import { describe, expect, test } from "vitest";
import { VerificationError } from "../../src/client/index.ts";
import { newSandbox, type TestSandbox } from "../newSandbox.ts";
import { versions } from "../request.ts";

const [classic, openApi, fc3] = versions;

async function filled(): Promise<TestSandbox> {
  const sandbox = await newSandbox();
  const destinationConfig = {
    onFailure: { destination: "acs:fc:cn-hangzhou:1234567890123456:functions/done" },
  };
  await sandbox.send(
    "PUT",
    classic.config("report", "prod"),
    { destinationConfig },
    { "X-Team": "Payments" },
  );
  await sandbox.send("PUT", fc3.config("sum"), { maxAsyncRetryAttempts: 9 });
  await sandbox.send("GET", openApi.config("sum"), undefined, { "X-Sandbox-Fault": "Throttling" });
  await sandbox.send("DELETE", fc3.config("sum"));
  await sandbox.send("GET", "/nowhere?id=1404");
  return sandbox;
}

test("requests are listed, counted and verified by words and by the code of their error", async () => {
  const sandbox = await filled();
  const { requests } = sandbox;
  const questions: [object, number][] = [
    [{ search: "" }, 5],
    [{ search: "payments" }, 1],
    [{ search: "PUT hangzhou report" }, 1],
    [{ search: "onfailure" }, 1],
    [{ search: "1234567890123456" }, 1],
    [{ search: "123456" }, 0],
    [{ search: "throttling 429" }, 1],
    [{ search: "4xx" }, 4],
    [{ search: "4xx sum" }, 3],
    [{ search: "404" }, 1],
    [{ search: "PutFunctionAsyncInvokeConfig" }, 1],
    [{ search: "PutAsyncInvokeConfig" }, 2],
    [{ search: "AsyncConfigNotExists", operation: "delete" }, 1],
    [{ search: "gone" }, 0],
    [{ errorCode: "Throttling" }, 1],
    [{ errorCode: "PathNotSupported" }, 1],
    [{ errorCode: "InvalidArgument", search: "sum" }, 1],
    [{ errorCode: "InternalServerError" }, 0],
  ];
  for (const [filter, wanted] of questions) {
    const page = await requests.list(filter);
    expect([filter, page.requests.length]).toEqual([filter, wanted]);
    expect([filter, await requests.count(filter)]).toEqual([filter, wanted]);
    await requests.verify(filter, { exactly: wanted });
  }
});

test("every request is found by its id, and by no part of it", async () => {
  const sandbox = await filled();
  for (const { requestId, time } of (await sandbox.requests.list()).requests) {
    const found = (await sandbox.requests.list({ search: requestId })).requests;
    expect(found.map((entry) => entry.requestId)).toEqual([requestId]);
    expect(await sandbox.requests.count({ search: requestId.slice(0, 8) })).toBe(0);
    expect(await sandbox.requests.count({ search: requestId.slice(-12) })).toBe(0);
    expect(await sandbox.requests.count({ search: time })).toBeGreaterThan(0);
  }
});

test("a verification that fails names the words that are missing", async () => {
  const sandbox = await filled();
  const failure = await sandbox.requests
    .verify({ search: "report prod gone", errorCode: "Throttling" })
    .catch((error) => error);
  expect(failure).toBeInstanceOf(VerificationError);
  expect(failure.nearMisses[0].differences).toEqual([
    'errorCode is null, not "Throttling"',
    'search: "gone" is not there',
  ]);
});

test("words are in the query of the list, as a browser writes them", async () => {
  const sandbox = await filled();
  const listed = async (query: string) => {
    const { status, body } = await sandbox.send("GET", `/_sandbox/requests?${query}`);
    return status === 200 ? body.requests.length : body.detail;
  };
  expect(await listed("search=put+REPORT")).toBe(1);
  expect(await listed("search=put%20gone")).toBe(0);
  expect(await listed("search=404&operation=delete")).toBe(1);
  expect(await listed("errorCode=Throttling&search=sum")).toBe(1);
  expect(await listed("search=")).toBe(5);
});

describe("a search that is too much, or none, is refused:", () => {
  const reason = "search must be a text of at most 200 characters and 10 words";

  test.each([["x".repeat(201)], ["a ".repeat(11)], [404]])("%j", async (search) => {
    const sandbox = await newSandbox();
    const url = `/_sandbox/requests?search=${encodeURIComponent(search)}`;
    if (typeof search === "string") expect((await sandbox.send("GET", url)).body.detail).toBe(reason);
    const filter = { search } as object;
    await expect(sandbox.requests.count(filter)).rejects.toThrow(reason);
    await expect(sandbox.requests.verify(filter)).rejects.toThrow(`filter.${reason}`);
  });

  test("and so is a code that the API does not have", async () => {
    const sandbox = await newSandbox();
    const { status, body } = await sandbox.send("GET", "/_sandbox/requests?errorCode=throttling");
    expect(status).toBe(400);
    expect(body.detail).toContain("errorCode must be an error code of the API: InvalidArgument, ");
  });
});
