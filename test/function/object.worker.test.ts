import { env, evictAllDurableObjects, runInDurableObject } from "cloudflare:test";
import { expect, test } from "vitest";
import { app } from "../../src/app.ts";
import type { Env } from "../../src/env.ts";
import { functionObject } from "../../src/objects.ts";
import { request, versions } from "../request.ts";

const { config } = versions[0];
const F = "acs:fc:cn-hangzhou:123456:functions/f";

/** An env that notes the object methods called through it. */
function watched(calls: string[]): Env {
  const watch = (binding: "FUNCTION" | "SANDBOX") => ({
    getByName: (name: string) =>
      new Proxy(env[binding].getByName(name), {
        get(stub, method) {
          calls.push(`${binding}.${String(method)}`);
          return Reflect.get(stub, method, stub);
        },
      }),
  });
  return { ...env, FUNCTION: watch("FUNCTION"), SANDBOX: watch("SANDBOX") } as unknown as Env;
}

test("a PUT, GET or DELETE makes one object call", async () => {
  await request("PUT", config("calls"));
  for (const method of ["PUT", "PUT", "GET", "DELETE"]) {
    const calls: string[] = [];
    await app.request(config("calls"), { method }, watched(calls));
    expect(calls).toEqual(["FUNCTION.perform"]);
  }
});

test("a PUT to a config that exists writes one row: the entry in the journal, which keeps the config too", async () => {
  await request("PUT", config("rows"), { maxAsyncRetryAttempts: 1 });
  const cursors: SqlStorageCursor<Record<string, SqlStorageValue>>[] = [];
  const stub = functionObject(env, "default", { service: "demo", function: "rows" });
  await runInDurableObject(stub, (_, { storage }) => {
    const exec = storage.sql.exec;
    storage.sql.exec = ((...args: Parameters<typeof exec>) => {
      const cursor = exec.apply(storage.sql, args);
      cursors.push(cursor);
      return cursor;
    }) as typeof exec;
  });
  const { body } = await request("PUT", config("rows"), {
    maxAsyncRetryAttempts: 2,
    destinationConfig: { onFailure: { destination: F } },
  });
  expect(body.maxAsyncRetryAttempts).toBe(2);
  const written = await runInDurableObject(stub, () => cursors.map((cursor) => cursor.rowsWritten));
  expect(written.filter((rows) => rows > 0)).toEqual([1]);
});

test("what was put is there after the objects were evicted", async () => {
  const put = await request("PUT", config("evicted", "prod"), {
    destinationConfig: { onFailure: { destination: F } },
    maxAsyncEventAgeInSeconds: 60,
    statefulInvocation: true,
  });
  await evictAllDurableObjects();
  expect((await request("GET", config("evicted", "prod"))).body).toEqual(put.body);
});

test("1,000 concurrent PUTs of disjoint items to one config lose nothing", async () => {
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
  const answers = await Promise.all(given.map((body) => request("PUT", path, body)));
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
  // Each saw its own item in the config that it made.
  for (const [i, answer] of answers.entries()) expect(answer.body).toMatchObject(given[i] ?? {});

  const final = (await request("GET", path)).body;
  expect(final).toMatchObject({ maxAsyncRetryAttempts: 7, statefulInvocation: true });
  const lastGiven = [
    { maxAsyncEventAgeInSeconds: final.maxAsyncEventAgeInSeconds },
    { destinationConfig: { onSuccess: final.destinationConfig.onSuccess } },
    { destinationConfig: { onFailure: final.destinationConfig.onFailure } },
  ];
  for (const item of lastGiven) expect(given).toContainEqual(item);
});
