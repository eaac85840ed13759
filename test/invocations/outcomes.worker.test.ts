import { expect, test } from "vitest";
import { Barrier, intercept, setVariables } from "../calls.ts";
import { functionOf, parentOf } from "../objects/objects.ts";
import { configure, frozenSandbox, idOf, invoke } from "./invocations.ts";

test("a list of outcomes is used attempt by attempt, and its last one repeats", async () => {
  const sandbox = await frozenSandbox();
  await configure(sandbox, "f", { maxAsyncRetryAttempts: 8 });
  await sandbox.outcomes.add({
    outcomes: [
      { type: "error", message: "first" },
      { type: "throttled" },
      { type: "error", message: "last" },
    ],
  });
  const id = idOf(await invoke(sandbox, "f"));
  await sandbox.clock.toIdle();
  const { events, status } = await sandbox.invocations.get(id);
  expect(status).toBe("Failed");
  expect(events.flatMap(({ message }) => message ?? [])).toEqual([
    "first",
    "request throttled",
    ...Array.from({ length: 8 }, () => "last"),
  ]);
});

test("the first list that matches and applies counts, and the header comes before all", async () => {
  const sandbox = await frozenSandbox();
  const payloadOf = async (name: string, headers = {}) => {
    const id = idOf(await invoke(sandbox, name, headers));
    await sandbox.clock.toIdle();
    return (await sandbox.invocations.get(id)).responsePayload;
  };
  const success = (payload: string) => [{ type: "success", payload } as const];
  await sandbox.outcomes.add({
    match: { function: "f" },
    outcomes: success("second and third"),
    skip: 1,
    times: 2,
  });
  await sandbox.outcomes.add({ match: { service: "", function: "f" }, outcomes: success("of f") });
  await sandbox.outcomes.add({ match: { service: "demo" }, outcomes: success("of demo") });
  await sandbox.outcomes.add({ outcomes: success("of all") });
  expect([await payloadOf("f"), await payloadOf("f"), await payloadOf("f"), await payloadOf("f")]).toEqual([
    "of f",
    "second and third",
    "second and third",
    "of f",
  ]);
  expect(await payloadOf("g")).toBe("of all");
  expect(await payloadOf("f", { "X-Sandbox-Outcome": "success" })).toBe('{"order":7}');
  expect((await sandbox.outcomes.list()).map(({ matched, applied }) => [matched, applied])).toEqual([
    [4, 2],
    [0, 0],
    [0, 0],
    [0, 0],
  ]);
});

test("outcomes that are counted apply to an invocation as a whole, and to so many invocations", async () => {
  const sandbox = await frozenSandbox();
  await sandbox.outcomes.add({ outcomes: [{ type: "error" }], times: 1 });
  const [one, other] = [idOf(await invoke(sandbox, "f")), idOf(await invoke(sandbox, "f"))];
  await sandbox.clock.toIdle();
  expect([
    (await sandbox.invocations.get(one)).attempts,
    (await sandbox.invocations.get(other)).attempts,
  ]).toEqual([4, 1]);
});

test("outcomes that change between attempts count from the next attempt on", async () => {
  const sandbox = await frozenSandbox();
  const { id: failing } = await sandbox.outcomes.add({ outcomes: [{ type: "error" }] });
  const id = idOf(await invoke(sandbox, "f"));
  await sandbox.clock.toNext();
  await sandbox.outcomes.remove(failing);
  await sandbox.clock.toIdle();
  expect(await sandbox.invocations.get(id)).toMatchObject({ status: "Succeeded", attempts: 2 });
});

test("outcomes behind others that applied are counted when the others are removed between attempts", async () => {
  const sandbox = await frozenSandbox();
  const first = await sandbox.outcomes.add({ outcomes: [{ type: "error" }], times: 1 });
  const second = await sandbox.outcomes.add({
    outcomes: [{ type: "throttled" }, { type: "error" }],
    times: 1,
  });
  const id = idOf(await invoke(sandbox, "f"));
  await sandbox.clock.toNext();
  await sandbox.outcomes.remove(first.id);
  await sandbox.clock.toNext();
  expect(await sandbox.invocations.get(id)).toMatchObject({ status: "Retrying", attempts: 2 });
  expect(await sandbox.outcomes.list()).toMatchObject([{ id: second.id, matched: 1, applied: 1 }]);
});

test.each([
  {},
  { outcomes: [] },
  { outcomes: "error" },
  { outcomes: [{ type: "crash" }] },
  { outcomes: [{ type: "error", durationMilliseconds: -1 }] },
  { outcomes: [{ type: "success", payload: "x".repeat(20_000) }] },
  { outcomes: [{ type: "http", url: "ftp://example.com" }] },
  { outcomes: [{ type: "http", url: "http://user@example.com" }] },
  { outcomes: [{ type: "http", url: "http://example.com" }] },
  { outcomes: [{ type: "success" }], times: 0 },
  { outcomes: [{ type: "success" }], match: { version: "2016-08-15" } },
])("%j are no outcomes", async (wrong) => {
  const sandbox = await frozenSandbox();
  await expect(sandbox.outcomes.add(wrong as never)).rejects.toMatchObject({ problem: { status: 400 } });
  expect(await sandbox.outcomes.list()).toEqual([]);
});

test("a sandbox has only so many lists of outcomes, and only so large", async () => {
  const sandbox = await frozenSandbox();
  const payload = "x".repeat(15_000);
  const large = { outcomes: Array.from({ length: 4 }, () => ({ type: "success", payload }) as const) };
  for (let i = 0; i < 8; i++) await sandbox.outcomes.add(large);
  await expect(sandbox.outcomes.add(large)).rejects.toMatchObject({ problem: { status: 409 } });
  await setVariables(parentOf(sandbox), { MAX_OUTCOMES: "8" });
  await expect(sandbox.outcomes.add({ outcomes: [{ type: "error" }] })).rejects.toMatchObject({
    problem: { status: 409, detail: "This sandbox has 8 lists of outcomes, and may have no more." },
  });
  expect((await invoke(sandbox, "f")).status).toBe(202);
  await expect(sandbox.outcomes.remove("none")).rejects.toMatchObject({ problem: { status: 404 } });
});

test("an invocation with outcomes of its own is not counted for those of the sandbox, and its retries count once", async () => {
  const sandbox = await frozenSandbox();
  await configure(sandbox, "f", { maxAsyncRetryAttempts: 2 });
  await sandbox.outcomes.add({ outcomes: [{ type: "error" }], skip: 1, times: 1 });
  await invoke(sandbox, "f", { "X-Sandbox-Outcome": "error" });
  await sandbox.clock.toIdle();
  const counts = async () =>
    (await sandbox.outcomes.list()).map(({ matched, applied }) => [matched, applied]);
  expect(await counts()).toEqual([[0, 0]]);
  const ids: string[] = [];
  for (let i = 0; i < 3; i++) ids.push(idOf(await invoke(sandbox, "f")));
  await sandbox.clock.toIdle();
  const attempts = await Promise.all(ids.map(async (id) => (await sandbox.invocations.get(id)).attempts));
  expect(attempts).toEqual([1, 3, 1]);
  expect(await counts()).toEqual([[3, 1]]);
});

test("a list of outcomes that is replaced keeps its id and its place, and counts anew unless only enabled differs", async () => {
  const sandbox = await frozenSandbox();
  await configure(sandbox, "f", { maxAsyncRetryAttempts: 0 });
  const failing = { outcomes: [{ type: "error" as const }], times: 2 };
  const { id } = await sandbox.outcomes.add(failing);
  const throttled = { outcomes: [{ type: "throttled" as const }] };
  const { id: second } = await sandbox.outcomes.add(throttled);
  const invoked = async () => {
    const invocation = idOf(await invoke(sandbox, "f"));
    await sandbox.clock.toNext();
    return (await sandbox.invocations.get(invocation)).failure?.error;
  };
  expect(await invoked()).toBe("UnhandledInvocationError");
  const disabled = await sandbox.outcomes.replace(id, { ...failing, enabled: false });
  expect(disabled).toEqual({ ...failing, enabled: false, id, matched: 1, applied: 1 });
  expect(await invoked()).toBe("ResourceThrottled");
  expect((await sandbox.outcomes.list())[0]).toEqual(disabled);
  expect((await sandbox.snapshot.export()).outcomes?.[0]).toEqual(disabled);
  await sandbox.outcomes.replace(id, { ...failing, enabled: true });
  expect(await invoked()).toBe("UnhandledInvocationError");
  const handled = { outcomes: [{ type: "error" as const, handled: true }], times: 1 };
  expect(await sandbox.outcomes.replace(id, handled)).toEqual({ ...handled, id, matched: 0, applied: 0 });
  expect(await invoked()).toBe("HandledInvocationError");
  expect(await invoked()).toBe("ResourceThrottled");
  await sandbox.outcomes.replace(second, { ...throttled, enabled: false });
  expect(await invoked()).toBeUndefined();
  expect((await sandbox.outcomes.list())[0]).toMatchObject({ id, matched: 3, applied: 1 });
});

test("outcomes that are refused when they are added are refused as a replacement, too", async () => {
  const sandbox = await frozenSandbox();
  const payload = "x".repeat(15_000);
  const large = { outcomes: Array.from({ length: 4 }, () => ({ type: "success", payload }) as const) };
  for (let i = 0; i < 8; i++) await sandbox.outcomes.add(large);
  const small = { outcomes: [{ type: "error" as const }] };
  const { id } = await sandbox.outcomes.add(small);
  await expect(sandbox.outcomes.replace(id, large)).rejects.toMatchObject({ problem: { status: 409 } });
  const handler = { outcomes: [{ type: "http" as const, url: "http://example.com" }] };
  await expect(sandbox.outcomes.replace(id, handler)).rejects.toMatchObject({ problem: { status: 400 } });
  await expect(sandbox.outcomes.replace("none", small)).rejects.toMatchObject({
    problem: { status: 404, detail: "This sandbox has no outcomes none." },
  });
  // A list is not beside itself.
  const [{ id: first = "" } = {}] = await sandbox.outcomes.list();
  expect(await sandbox.outcomes.replace(first, large)).toMatchObject({ id: first });
});

test("an invocation that was matched before outcomes were replaced is not counted for them", async () => {
  const sandbox = await frozenSandbox();
  await configure(sandbox, "f", { maxAsyncRetryAttempts: 0 });
  const { id } = await sandbox.outcomes.add({ outcomes: [{ type: "error" }], times: 1 });
  const matched = new Barrier();
  await intercept(functionOf(sandbox, "f"), "SANDBOX.countOutcomes", async (count) => {
    await matched.wait();
    return count();
  });
  const call = sandbox.send("POST", "/2023-03-30/functions/f/invocations", {});
  await matched.reached();
  const others = { match: { qualifier: "prod" }, outcomes: [{ type: "error" as const }], times: 1 };
  await sandbox.outcomes.replace(id, others);
  matched.open();
  expect((await call).headers.get("X-Fc-Error-Type")).toBeNull();
  expect(await sandbox.outcomes.list()).toMatchObject([{ matched: 0, applied: 0 }]);
});
