import { runInDurableObject } from "cloudflare:test";
import type { FunctionRpc, SandboxRpc } from "../../src/objects/rpc.ts";

type Stub = DurableObjectStub<FunctionRpc> | DurableObjectStub<SandboxRpc>;

/** All that an object stores. */
interface Contents {
  readonly definitions: readonly string[];
  readonly rows: readonly (readonly [table: string, rows: readonly SqlStorageValue[][]])[];
  readonly items: readonly (readonly [key: string, value: unknown])[];
}

/**
 * What Cloudflare keeps of objects' storage, which workerd does not: the contents that a test has it keep. An object has no
 * history until it is `observed`, and as long as it was not evicted since.
 */
export class History {
  readonly #kept = new Map<string, Contents>();

  /** Has the platform keep what an object stores now, as its only past. */
  async keep(...stubs: Stub[]): Promise<void> {
    for (const stub of stubs) {
      this.#kept.set(stub.id.toString(), await inObject(stub, contentsOf));
    }
  }

  /** Has the present session of objects have their history. Those that were not kept did not exist. */
  async observe(...stubs: Stub[]): Promise<void> {
    for (const stub of stubs) {
      await inObject(stub, (storage) => {
        Object.assign(storage, {
          getBookmarkForTime: async () => {
            const id = stub.id.toString();
            if (!this.#kept.has(id)) throw new Error("Requested time is before this database existed.");
            return id;
          },
          // Nobody reads the storage before the session ends.
          onNextSessionRestoreBookmark: async (bookmark: string) => {
            const kept = this.#kept.get(bookmark);
            if (kept) restore(storage, kept);
            return bookmark;
          },
        });
      });
    }
  }

  /** Has an object's history fail. */
  async fail(stub: Stub, message: string): Promise<void> {
    await inObject(stub, (storage) => {
      Object.assign(storage, {
        getBookmarkForTime: async () => {
          throw new Error(message);
        },
      });
    });
  }
}

function inObject<T>(stub: Stub, call: (storage: DurableObjectStorage) => T): Promise<T> {
  return runInDurableObject(stub as DurableObjectStub<undefined>, (_, { storage }) => call(storage));
}

function contentsOf(storage: DurableObjectStorage): Contents {
  const defined = storage.sql
    .exec<{ type: string; name: string; sql: string }>(
      "SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE '\\_cf%' ESCAPE '\\' ORDER BY type DESC",
    )
    .toArray();
  return {
    definitions: defined.map(({ sql }) => sql),
    rows: defined
      .filter(({ type }) => type === "table")
      .map(({ name }) => [name, [...storage.sql.exec(`SELECT * FROM ${name}`).raw()]] as const),
    items: [...storage.kv.list()],
  };
}

function restore(storage: DurableObjectStorage, { definitions, rows, items }: Contents): void {
  storage.transactionSync(() => {
    for (const [table] of contentsOf(storage).rows) storage.sql.exec(`DROP TABLE ${table}`);
    for (const definition of definitions) storage.sql.exec(definition);
    for (const [table, all] of rows) {
      for (const row of all) {
        storage.sql.exec(`INSERT INTO ${table} VALUES (${row.map(() => "?").join(", ")})`, ...row);
      }
    }
    for (const [key] of [...storage.kv.list()]) storage.kv.delete(key);
    for (const [key, value] of items) storage.kv.put(key, value);
  });
}
