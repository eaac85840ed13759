import { runInDurableObject } from "cloudflare:test";
import type { RegistryRpc } from "../../src/objects/registryMessages.ts";
import type { FunctionRpc, SandboxRpc } from "../../src/objects/rpc.ts";

/** Rows as the platform bills them. */
export interface Rows {
  readonly rowsRead: number;
  readonly rowsWritten: number;
}

/** Has an object note what its statements, its key-value calls and its alarms cost; says what since the last time. */
export async function metered<O extends FunctionRpc | SandboxRpc | RegistryRpc>(
  stub: DurableObjectStub<O>,
): Promise<() => Promise<Rows>> {
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
    const { setAlarm } = storage;
    storage.setAlarm = (...args) => {
      noted.push({ rowsRead: 0, rowsWritten: 1 });
      return setAlarm.apply(storage, args);
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
