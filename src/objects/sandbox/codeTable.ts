import { migrate } from "../../lib/migrations.ts";

const migrations = [`CREATE TABLE code (key TEXT PRIMARY KEY, bytes BLOB NOT NULL) STRICT`];

/** The table of functions' code. Functions and versions have its keys, and several may have the same one. */
export class CodeTable {
  readonly #sql: SqlStorage;

  constructor(storage: DurableObjectStorage) {
    migrate(storage, "code", migrations);
    this.#sql = storage.sql;
  }

  /** The bytes of code; undefined when they are not, or no longer, stored. */
  get(key: string): ArrayBuffer | undefined {
    const [row] = this.#sql
      .exec<{ bytes: ArrayBuffer }>("SELECT bytes FROM code WHERE key = ?", key)
      .toArray();
    return row?.bytes;
  }

  /** Stores code from base64, unless all code would then have more than `maxBytes` bytes. */
  add(key: string, zipFile: string, maxBytes: number): void {
    const bytes = Uint8Array.fromBase64(zipFile);
    const { stored } = this.#sql
      .exec<{ stored: number }>("SELECT coalesce(sum(length(bytes)), 0) AS stored FROM code")
      .one();
    if (stored + bytes.length <= maxBytes) this.#sql.exec("INSERT INTO code VALUES (?, ?)", key, bytes);
  }

  /** Deletes code that no function and no version has. */
  deleteUnused(key: string): void {
    this.#sql.exec(
      `DELETE FROM code WHERE key = ?1
       AND NOT EXISTS (SELECT 1 FROM function_resources WHERE code = ?1)
       AND NOT EXISTS (SELECT 1 FROM versions WHERE code = ?1)
       AND NOT EXISTS (SELECT 1 FROM version_functions WHERE code = ?1)`,
      key,
    );
  }
}
