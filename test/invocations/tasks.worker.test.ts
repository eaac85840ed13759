import { describe, expect, test } from "vitest";
import { setVariables } from "../calls.ts";
import { newSandbox, type TestSandbox } from "../newSandbox.ts";
import { functionOf } from "../objects/objects.ts";
import { errorOf } from "../request.ts";
import { FUNCTION, must } from "../resources/resources.ts";
import {
  type Api,
  ASYNC,
  apis,
  at,
  call,
  configure,
  frozenSandbox,
  historyOf,
  idOf,
  invoke,
  makeStateful,
  NOW,
  QUEUE,
  startTask,
} from "./invocations.ts";

/** Makes tasks of all invocations of the function `f`, and starts some. */
async function startTasks(sandbox: TestSandbox, api: Api, ...ids: string[]): Promise<void> {
  await sandbox.send("PUT", api.config("f"), { [api.statefulItem]: true });
  for (const id of ids) {
    const headers = { ...ASYNC, [api.taskHeader]: id };
    const { status } = await sandbox.send("POST", api.invocations("f"), { id }, headers);
    expect(status).toBe(202);
  }
}

async function listed(sandbox: TestSandbox, api: Api, query: string): Promise<string[]> {
  const { body } = await must(sandbox, "GET", `${api.tasks("f")}?${query}`);
  return (body[api.list] ?? []).map((task: Record<string, string>) => task[api.idItem]);
}

describe.each(apis)("tasks in $id", (api) => {
  test("have the items of the version, before the end and after it", async () => {
    const sandbox = await frozenSandbox();
    await startTasks(sandbox, api, "job");
    const path = api.tasks("f", "/job");
    const { body: pending } = await must(sandbox, "GET", path);
    expect(pending).toMatchObject({
      [api.idItem]: "job",
      qualifier: "LATEST",
      status: "Enqueued",
      startedTime: Date.parse(NOW),
      endTime: 0,
      destinationStatus: "",
      alreadyRetriedTimes: 0,
    });
    await sandbox.clock.toIdle();
    const { body } = await must(sandbox, "GET", path);
    expect(body).toMatchObject({ status: "Succeeded", endTime: Date.parse(NOW) });
    const payload = api.id === "2023-03-30" ? "taskPayload" : "invocationPayload";
    expect(body[payload]).toBe('{"id":"job"}');
    expect(body.returnPayload).toBe(api.hasDetails ? '{"id":"job"}' : undefined);
    expect(
      body.events?.map(({ eventId, status }: { eventId: number; status: string }) => [eventId, status]),
    ).toEqual(
      api.hasDetails
        ? [
            [1, "Enqueued"],
            [2, "Running"],
            [3, "Succeeded"],
          ]
        : undefined,
    );
  });

  test("are listed by every parameter, latest first", async () => {
    const sandbox = await frozenSandbox();
    await startTasks(sandbox, api, "a1", "b1");
    await sandbox.clock.toIdle();
    await sandbox.clock.advance(60);
    await startTasks(sandbox, api, "a2");
    const all = async (query: string) => listed(sandbox, api, query);
    expect(await all("")).toEqual(["a2", "b1", "a1"]);
    expect(await all("sortOrderByTime=asc")).toEqual(["a1", "b1", "a2"]);
    expect(await all(`${api.prefix}=a`)).toEqual(["a2", "a1"]);
    expect(await all("status=Succeeded")).toEqual(["b1", "a1"]);
    expect(await all("status=Enqueued")).toEqual(["a2"]);
    expect(await all(`startedTimeBegin=${Date.parse(at(1))}`)).toEqual(["a2"]);
    expect(await all(`startedTimeEnd=${Date.parse(NOW)}`)).toEqual(["b1", "a1"]);
    expect(
      await all(`startedTimeBegin=${Date.parse(NOW)}&startedTimeEnd=${Date.parse(at(60))}&limit=2`),
    ).toHaveLength(2);
    for (const wrong of [
      "limit=0",
      "limit=101",
      "status=Done",
      "sortOrderByTime=up",
      "startedTimeBegin=yesterday",
      "includePayload=perhaps",
      "nextToken=forged",
    ]) {
      const answer = await sandbox.send("GET", `${api.tasks("f")}?${wrong}`);
      expect([wrong, errorOf(answer).code]).toEqual([wrong, "InvalidArgument"]);
    }
  });

  test("have their payloads in a list only on demand", async () => {
    const sandbox = await frozenSandbox();
    await startTasks(sandbox, api, "job");
    const payload = api.id === "2023-03-30" ? "taskPayload" : "invocationPayload";
    const first = async (query: string) =>
      (await must(sandbox, "GET", `${api.tasks("f")}?${query}`)).body[api.list][0];
    expect(await first("")).not.toHaveProperty(payload);
    expect(await first("includePayload=true")).toMatchObject({ [payload]: '{"id":"job"}' });
    // As the SDKs for Python write it.
    expect(await first("includePayload=True")).toMatchObject({ [payload]: '{"id":"job"}' });
  });

  test("are listed page by page, and none twice, while others come", async () => {
    const sandbox = await frozenSandbox();
    await startTasks(sandbox, api, ...Array.from({ length: 7 }, (_, i) => `job-${i}`));
    const found: string[] = [];
    for (let token = ""; ; ) {
      const { body } = await must(
        sandbox,
        "GET",
        `${api.tasks("f")}?limit=3&nextToken=${encodeURIComponent(token)}`,
      );
      found.push(...body[api.list].map((task: Record<string, string>) => task[api.idItem]));
      if (found.length === 3) await startTasks(sandbox, api, "late");
      if (!body.nextToken) break;
      token = body.nextToken;
    }
    expect(found).toEqual(Array.from({ length: 7 }, (_, i) => `job-${6 - i}`));
    const { body: whole } = await must(sandbox, "GET", api.tasks("f"));
    // Source: the vendor's metadata of 2021-04-06 and 2023-03-30.
    expect(whole.nextToken).toBe(api.id === "2016-08-15" ? "" : undefined);
  });

  test("are stopped for good, wherever they are", async () => {
    const sandbox = await frozenSandbox();
    await startTasks(sandbox, api, "enqueued");
    const stop = async (id: string) => {
      const answer = await sandbox.send("PUT", api.stop("f", id));
      return answer.status < 300 ? answer.status : errorOf(answer).code;
    };
    expect(await stop("enqueued")).toBe(api.stopped);
    expect(await stop("enqueued")).toBe("AsyncInvocationStopped");
    await sandbox.outcomes.add({ outcomes: [{ type: "success", durationMilliseconds: 60_000 }] });
    await startTasks(sandbox, api, "running");
    await sandbox.clock.advance(1);
    expect(await stop("running")).toBe(api.stopped);
    await sandbox.outcomes.clear();
    await sandbox.outcomes.add({ outcomes: [{ type: "error" }] });
    await startTasks(sandbox, api, "retrying");
    await sandbox.clock.advance(0);
    expect(await stop("retrying")).toBe(api.stopped);
    await sandbox.clock.toIdle();
    expect(await historyOf(sandbox, "enqueued")).toEqual(["Enqueued +0", "Stopping +0", "Stopped +0"]);
    expect(await historyOf(sandbox, "running")).toEqual([
      "Enqueued +0",
      "Running +0",
      "Stopping +1",
      "Stopped +1",
    ]);
    expect(await historyOf(sandbox, "retrying")).toEqual([
      "Enqueued +1",
      "Running +1",
      "Retrying +1",
      "Stopping +1",
      "Stopped +1",
    ]);
    await sandbox.outcomes.clear();
    await startTasks(sandbox, api, "done");
    await sandbox.clock.toIdle();
    expect(await stop("done")).toBe("InvalidArgument");
    expect(await stop("nowhere")).toBe(api.notFound);
  });

  test("of another qualifier, and invocations that are no tasks, are not found", async () => {
    const sandbox = await frozenSandbox();
    const plain = idOf(await sandbox.send("POST", api.invocations("f"), {}, ASYNC));
    await startTasks(sandbox, api, "job");
    expect(errorOf(await sandbox.send("GET", api.tasks("f", `/${plain}`))).code).toBe(api.notFound);
    expect(await listed(sandbox, api, "")).toEqual(["job"]);
    const other =
      api.id === "2016-08-15"
        ? api.tasks("f").replace("demo", "demo.prod")
        : `${api.tasks("f")}?qualifier=prod`;
    expect((await must(sandbox, "GET", other)).body[api.list]).toEqual(api.empty);
  });
});

test("the functions that have tasks, or whose config makes some, are listed with their qualifiers", async () => {
  const sandbox = await newSandbox();
  const [classic, newer] = apis;
  await startTasks(sandbox, newer, "job");
  await sandbox.send("PUT", newer.config("g"), { statefulInvocation: true });
  await sandbox.send("PUT", newer.config("h"), { statefulInvocation: false });
  for (const { id } of [classic, newer]) {
    const { body } = await must(sandbox, "GET", `/${id}/stateful-async-invocation-functions?limit=1`);
    expect(body.data).toEqual([{ serviceName: "demo", functionName: "f", qualifier: "LATEST" }]);
    const next = `/${id}/stateful-async-invocation-functions?limit=1&nextToken=${encodeURIComponent(body.nextToken)}`;
    expect((await must(sandbox, "GET", next)).body).toEqual({
      data: [{ serviceName: "demo", functionName: "g", qualifier: "LATEST" }],
    });
    // Source: the vendor's metadata of 2021-04-06.
    const zero = await must(sandbox, "GET", `/${id}/stateful-async-invocation-functions?limit=0`);
    expect(zero.body.data).toHaveLength(2);
  }
});

test("a task is kept for seven days of the sandbox's time, and then its id is free again", async () => {
  const sandbox = await frozenSandbox();
  const [, , api] = apis;
  await startTasks(sandbox, api, "job");
  await sandbox.clock.toIdle();
  await sandbox.clock.advance(7 * 86_400);
  expect(await listed(sandbox, api, "")).toEqual(["job"]);
  expect((await sandbox.summary()).counts).toMatchObject({ invocations: 1 });
  await sandbox.clock.advance(1);
  expect(await listed(sandbox, api, "")).toEqual([]);
  expect((await sandbox.summary()).counts).toMatchObject({ invocations: 0 });
  expect(errorOf(await sandbox.send("GET", api.tasks("f", "/job"))).code).toBe(api.notFound);
  await startTasks(sandbox, api, "job");
  expect(await listed(sandbox, api, "")).toEqual(["job"]);
});

test("of too many invocations the oldest that has ended goes, and without one the next is throttled", async () => {
  const sandbox = await frozenSandbox();
  const [, , api] = apis;
  await startTasks(sandbox, api, "a");
  await setVariables(functionOf(sandbox, "f"), { MAX_INVOCATIONS: "2" });
  await sandbox.clock.toIdle();
  await startTasks(sandbox, api, "b", "c");
  expect(await listed(sandbox, api, "")).toEqual(["c", "b"]);
  expect(errorOf(await invoke(sandbox, "f"))).toMatchObject({ status: 429, code: "Throttling" });
});

test("of too many bytes the oldest go, and an event that does not fit beside those that wait is throttled", async () => {
  const sandbox = await frozenSandbox();
  const [, , api] = apis;
  await startTasks(sandbox, api, "a");
  await setVariables(functionOf(sandbox, "f"), { MAX_INVOCATION_BYTES: "1000" });
  await sandbox.clock.toIdle();
  expect((await invoke(sandbox, "f", {}, "x".repeat(991))).status).toBe(202);
  expect(await listed(sandbox, api, "")).toHaveLength(1);
  expect(errorOf(await invoke(sandbox, "f", {}, "x".repeat(10))).code).toBe("Throttling");
  expect((await invoke(sandbox, "f", {}, "x".repeat(9))).status).toBe(202);
});

test("of too many bytes of results the oldest go, too, and never what is still to be done", async () => {
  const sandbox = await frozenSandbox();
  const [, , api] = apis;
  await startTasks(sandbox, api, "a", "b");
  await setVariables(functionOf(sandbox, "f"), { MAX_INVOCATION_BYTES: "1000" });
  await sandbox.outcomes.add({ outcomes: [{ type: "success", payload: "x".repeat(450) }] });
  await sandbox.clock.toIdle();
  await startTasks(sandbox, api, "c");
  await sandbox.clock.advance(0);
  await startTasks(sandbox, api, "waits");
  expect(await listed(sandbox, api, "")).toEqual(["waits", "c", "b"]);
  await sandbox.outcomes.clear();
  await sandbox.outcomes.add({ outcomes: [{ type: "success", payload: "x".repeat(2000) }] });
  await startTasks(sandbox, api, "d");
  await sandbox.clock.advance(0);
  // What is larger than the room stays alone.
  expect(await listed(sandbox, api, "")).toEqual(["d"]);
});

describe("what is deleted", () => {
  const FC3 = "/2023-03-30/functions";

  test("takes a function's pending invocations along as Invalid, without a delivery", async () => {
    const sandbox = await frozenSandbox();
    await must(sandbox, "POST", FC3, { functionName: "f", ...FUNCTION });
    await configure(sandbox, "f", {
      destinationConfig: { onFailure: { destination: "acs:mns:a:b:/queues/q/messages" } },
    });
    const id = idOf(await invoke(sandbox, "f", { "X-Sandbox-Outcome": "error" }));
    await sandbox.clock.advance(0);
    await must(sandbox, "DELETE", `${FC3}/f`);
    await must(sandbox, "POST", FC3, { functionName: "f", ...FUNCTION });
    expect((await sandbox.clock.toIdle()).advance?.steps).toBe(0);
    expect(await historyOf(sandbox, id)).toEqual(["Enqueued +0", "Running +0", "Retrying +0", "Invalid +0"]);
    expect(await sandbox.deliveries.count()).toBe(0);
  });

  test("takes the pending invocations of an alias along, and no others", async () => {
    const sandbox = await frozenSandbox();
    await must(sandbox, "POST", FC3, { functionName: "f", ...FUNCTION });
    await must(sandbox, "POST", `${FC3}/f/versions`, {});
    await must(sandbox, "POST", `${FC3}/f/aliases`, { aliasName: "prod", versionId: "1" });
    const ofAlias = idOf(await sandbox.send("POST", `${FC3}/f/invocations?qualifier=prod`, {}, ASYNC));
    const ofLatest = idOf(await invoke(sandbox, "f"));
    await must(sandbox, "DELETE", `${FC3}/f/aliases/prod`);
    expect((await sandbox.invocations.get(ofAlias)).status).toBe("Invalid");
    expect((await sandbox.invocations.get(ofLatest)).status).toBe("Enqueued");
  });

  test("takes along those of a service's alias, of its version, and of a function that is no longer declared", async () => {
    const sandbox = await frozenSandbox();
    const [, api] = apis;
    await sandbox.functions.declare({
      services: [{ name: "demo", functions: ["f", "g"], versions: ["1", "2"], aliases: ["prod"] }],
    });
    const called = [
      ["f", "prod"],
      ["g", "prod"],
      ["f", "1"],
      ["g", "1"],
      ["f", "2"],
      ["g", "2"],
    ] as const;
    const ids: string[] = [];
    for (const [name, qualifier] of called) {
      ids.push(idOf(await sandbox.send("POST", api.invocations(name, qualifier), {}, ASYNC)));
    }
    const ended = async () => {
      const all = await Promise.all(ids.map((id) => sandbox.invocations.get(id)));
      return all
        .filter(({ status }) => status === "Invalid")
        .map((one) => `${one.function} ${one.qualifier}`);
    };
    await must(sandbox, "DELETE", "/2021-04-06/services/demo/aliases/prod");
    expect(await ended()).toEqual(["f prod", "g prod"]);
    await must(sandbox, "DELETE", "/2021-04-06/services/demo/versions/1");
    expect(await ended()).toEqual(["f prod", "g prod", "f 1", "g 1"]);
    await sandbox.functions.declare({ services: [{ name: "demo", functions: ["g"], versions: ["2"] }] });
    expect(await ended()).toEqual(["f prod", "g prod", "f 1", "g 1", "f 2"]);
    await sandbox.clock.toIdle();
    expect(await ended()).toHaveLength(5);
  });
});

test("payloads are shown as text, with a byte order mark, and with U+FFFD for what is not UTF-8", async () => {
  const sandbox = await frozenSandbox();
  const [, , api] = apis;
  const destinationConfig = { onSuccess: { destination: QUEUE } };
  await configure(sandbox, "f", { asyncTask: true, destinationConfig });
  const event = new Uint8Array([0xef, 0xbb, 0xbf, 0, 0x61, 0xff]);
  await call(sandbox, api.invocations("f"), event, { ...ASYNC, [api.taskHeader]: "job" });
  await sandbox.clock.toIdle();
  const text = "\uFEFF\0a\uFFFD";
  const { body } = await must(sandbox, "GET", api.tasks("f", "/job"));
  expect(body).toMatchObject({ taskPayload: text, returnPayload: text });
  const shown = { requestPayload: text, responsePayload: text };
  expect(await sandbox.invocations.get("job")).toMatchObject(shown);
  const { deliveries } = await sandbox.deliveries.list();
  expect(deliveries.map(({ message }) => JSON.parse(message))).toMatchObject([shown]);
});

test("an event says by which error an attempt failed", async () => {
  const sandbox = await frozenSandbox();
  const [, , api] = apis;
  await configure(sandbox, "f", { asyncTask: true, maxAsyncRetryAttempts: 0 });
  await startTask(sandbox, api, "f", "job", { "X-Sandbox-Outcome": "throttled, handledError" });
  await sandbox.clock.toIdle();
  const { body } = await must(sandbox, "GET", api.tasks("f", "/job"));
  expect(body.events.map(({ eventDetail }: { eventDetail: string }) => eventDetail)).toEqual([
    "",
    "",
    '{"Error":"ResourceThrottled"}',
    "",
    '{"Error":"HandledInvocationError"}',
  ]);
});

test("a list with payloads has fewer tasks than asked for where their payloads are large, and its pages have all tasks", async () => {
  const sandbox = await frozenSandbox();
  const [, , api] = apis;
  await makeStateful(sandbox, api, "f");
  // As JSON, each byte takes six characters, once in the event and once in what the function returns.
  const event = new Uint8Array(131_072);
  const ids = Array.from({ length: 12 }, (_, i) => `job-${i}`);
  for (const id of ids) {
    await call(sandbox, api.invocations("f"), event, { ...ASYNC, [api.taskHeader]: id });
  }
  await sandbox.clock.toIdle();
  const pages: string[][] = [];
  for (let token: string | undefined = ""; token !== undefined; ) {
    const query = `includePayload=true&limit=100&sortOrderByTime=asc&nextToken=${encodeURIComponent(token)}`;
    const { body } = await must(sandbox, "GET", `${api.tasks("f")}?${query}`);
    pages.push(body.tasks.map(({ taskId }: { taskId: string }) => taskId));
    token = body.nextToken || undefined;
  }
  expect(pages.map(({ length }) => length)).toEqual([5, 5, 2]);
  expect(pages.flat()).toEqual(ids);
});

test("a token of one function's tasks is of no use for another function, or for another list", async () => {
  const sandbox = await frozenSandbox();
  const [, , api] = apis;
  await startTasks(sandbox, api, "a", "b");
  await must(sandbox, "PUT", api.config("g"), { asyncTask: true });
  for (const id of ["c", "d"]) {
    await sandbox.send("POST", api.invocations("g"), {}, { ...ASYNC, [api.taskHeader]: id });
  }
  const { body } = await must(sandbox, "GET", `${api.tasks("f")}?limit=1`);
  const token = encodeURIComponent(body.nextToken);
  expect(await listed(sandbox, api, `nextToken=${token}`)).toEqual(["a"]);
  const foreign = [
    `${api.tasks("g")}?nextToken=${token}`,
    `/2023-03-30/functions/f/async-invoke-configs?nextToken=${token}`,
    `/2021-04-06/stateful-async-invocation-functions?nextToken=${token}`,
    `/_sandbox/invocations?nextToken=${token}`,
    `/_sandbox/deliveries?nextToken=${token}`,
  ];
  for (const path of foreign) {
    expect([path, (await sandbox.send("GET", path)).status]).toEqual([path, 400]);
  }
});

test("an id that two functions have names an invocation only together with its function", async () => {
  const sandbox = await frozenSandbox();
  const ids = { "X-Fc-Async-Task-Id": "job" };
  for (const name of ["f", "g"]) {
    await configure(sandbox, name, { asyncTask: true });
    await invoke(sandbox, name, ids);
  }
  const ambiguous = { problem: { status: 409 } };
  await expect(sandbox.invocations.get("job")).rejects.toMatchObject(ambiguous);
  await expect(sandbox.invocations.record("job")).rejects.toMatchObject(ambiguous);
  await expect(sandbox.invocations.stop("job")).rejects.toMatchObject(ambiguous);
  await sandbox.invocations.stop("job", { service: "", function: "g" });
  expect((await sandbox.invocations.get("job", { function: "g" })).status).toBe("Stopping");
  expect((await sandbox.invocations.get("job", { function: "f" })).status).toBe("Enqueued");
  const { record } = await sandbox.invocations.record("job", { service: "", function: "g" });
  expect(JSON.parse(record ?? "").requestContext.functionArn).toMatch(/functions\/g$/);
});
