import { expect, test } from "vitest";
import { app } from "../../../src/app.ts";
import { callsOf, noting } from "../../calls.ts";
import { newSandbox } from "../../newSandbox.ts";
import { request, versions } from "../../request.ts";
import { evictObjects, functionOf } from "../objects.ts";

const { config } = versions[0];
const F = "acs:fc:cn-hangzhou:123456:functions/f";

test("a PUT, GET or DELETE makes one object call", async () => {
  await request("PUT", config("calls"));
  for (const method of ["PUT", "PUT", "GET", "DELETE"]) {
    const calls: string[] = [];
    await app.request(config("calls"), { method }, noting(calls));
    expect(calls).toEqual(["FUNCTION.perform"]);
  }
});

test("a function calls its sandbox once, for its first PUT", async () => {
  const sandbox = await newSandbox();
  const calls = await callsOf(functionOf(sandbox, "f"));
  for (const method of ["PUT", "PUT", "GET"]) await sandbox.send(method, versions[2].config("f"));
  expect(calls).toEqual(["SANDBOX.register"]);
});

test("what was put is there after the objects were evicted", async () => {
  const sandbox = await newSandbox();
  const put = await sandbox.send("PUT", config("evicted", "prod"), {
    destinationConfig: { onFailure: { destination: F } },
    maxAsyncEventAgeInSeconds: 60,
    statefulInvocation: true,
  });
  await evictObjects(sandbox);
  expect((await sandbox.send("GET", config("evicted", "prod"))).body).toEqual(put.body);
});

test("1,000 concurrent PUTs of disjoint items to one config lose nothing, and the latest of each item is what it has", async () => {
  const sandbox = await newSandbox();
  const path = config("contended");
  const destination = (i: number) => `acs:fc:cn-hangzhou:123456:functions/f${i}`;
  const items = [
    (i: number) => ({ maxAsyncEventAgeInSeconds: i + 1 }),
    (i: number) => ({ destinationConfig: { onSuccess: { destination: destination(i) } } }),
    (i: number) => ({ destinationConfig: { onFailure: { destination: destination(i) } } }),
    () => ({ maxAsyncRetryAttempts: 7 }),
    () => ({ statefulInvocation: true }),
  ];
  const given = Array.from({ length: 1000 }, (_, i) => items[i % items.length]?.(i));
  const answers = await Promise.all(given.map((body) => sandbox.send("PUT", path, body)));
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
  // Each saw its own item in the config that it made.
  for (const [i, answer] of answers.entries()) expect(answer.body).toMatchObject(given[i] ?? {});

  const final = (await sandbox.send("GET", path)).body;
  expect(final).toMatchObject({ maxAsyncRetryAttempts: 7, statefulInvocation: true });
  const { requests } = await sandbox.requests.list({ operation: "put" }, { limit: 100 });
  const latestFirst = requests.map(({ body }) => JSON.parse(body));
  const latest = (has: (body: typeof final) => unknown) =>
    latestFirst.find((body) => has(body) !== undefined);
  for (const given of [
    latest((body) => body.maxAsyncEventAgeInSeconds),
    latest((body) => body.destinationConfig?.onSuccess),
    latest((body) => body.destinationConfig?.onFailure),
  ]) {
    expect(given).toBeDefined();
    expect(final).toMatchObject(given);
  }
}, 60_000);
