import { env, runInDurableObject } from "cloudflare:test";
import { expect, test } from "vitest";
import { functionObject } from "../../src/objects.ts";
import { versions } from "../request.ts";
import { newSandbox } from "../sandbox/newSandbox.ts";

const { config } = versions[0];

interface Rows {
  readonly rowsRead: number;
  readonly rowsWritten: number;
}

/** Has a function's object note what its statements and its key-value calls cost; says what since the last time. */
async function metered(sandbox: string): Promise<() => Promise<Rows>> {
  const stub = functionObject(env, sandbox, { service: "demo", function: "f" });
  let noted: Rows[] = [];
  await runInDurableObject(stub, (_, { storage }) => {
    const { exec } = storage.sql;
    storage.sql.exec = ((...args: Parameters<typeof exec>) => {
      const cursor = exec.apply(storage.sql, args);
      noted.push(cursor);
      return cursor;
    }) as typeof exec;
    const { get, put } = storage.kv;
    storage.kv.get = ((key: string) => {
      noted.push({ rowsRead: 1, rowsWritten: 0 });
      return get.call(storage.kv, key);
    }) as typeof get;
    storage.kv.put = (key, value) => {
      noted.push({ rowsRead: 0, rowsWritten: 1 });
      put.call(storage.kv, key, value);
    };
  });
  return async () => {
    // Cursors can be read within their object only.
    const costs = await runInDurableObject(stub, () => ({
      rowsRead: noted.reduce((sum, cost) => sum + cost.rowsRead, 0),
      rowsWritten: noted.reduce((sum, cost) => sum + cost.rowsWritten, 0),
    }));
    noted = [];
    return costs;
  };
}

// What docs/hosting.md works the prices out from.
test("a PUT, GET or DELETE of a function in use reads one row and writes one", async () => {
  const sandbox = await newSandbox();
  await sandbox.send("PUT", config("f"));
  const costs = await metered(sandbox.access.id ?? "");
  for (const method of ["PUT", "GET", "DELETE", "GET"]) {
    await sandbox.send(method, config("f"), method === "PUT" ? { maxAsyncRetryAttempts: 1 } : undefined);
    expect([method, await costs()]).toEqual([method, { rowsRead: 1, rowsWritten: 1 }]);
  }
});

test("without a journal a GET reads and writes no row, and a PUT writes one", async () => {
  const sandbox = await newSandbox();
  await sandbox.settings({ journalSize: 0 });
  await sandbox.send("PUT", config("f"));
  const costs = await metered(sandbox.access.id ?? "");
  await sandbox.send("GET", config("f"));
  expect(await costs()).toEqual({ rowsRead: 0, rowsWritten: 0 });
  await sandbox.send("PUT", config("f"), { maxAsyncRetryAttempts: 1 });
  expect((await costs()).rowsWritten).toBe(1);
});

test("the first PUT of a function writes ten rows of its object's", async () => {
  const sandbox = await newSandbox();
  const costs = await metered(sandbox.access.id ?? "");
  await sandbox.send("PUT", config("f"));
  expect((await costs()).rowsWritten).toBe(10);
});
