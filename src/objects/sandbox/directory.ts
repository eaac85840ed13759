import type { StoredAsyncConfig } from "../../fc/asyncConfig/schema.ts";
import type { FunctionName } from "../../fc/names.ts";
import { migrate } from "../../lib/migrations.ts";
import type { FunctionUsage } from "../../state/quota.ts";

const migrations = [
  `CREATE TABLE functions (
     service TEXT NOT NULL,
     function TEXT NOT NULL,
     configs_epoch INTEGER NOT NULL,
     imported TEXT,
     PRIMARY KEY (service, function)
   ) STRICT, WITHOUT ROWID`,
  "ALTER TABLE functions ADD COLUMN requests INTEGER NOT NULL DEFAULT 0",
  "ALTER TABLE functions ADD COLUMN posts INTEGER NOT NULL DEFAULT 0",
  "ALTER TABLE functions ADD COLUMN bytes INTEGER NOT NULL DEFAULT 0",
];

/** A function of a sandbox. */
export interface SandboxFunction extends FunctionName {
  /** Raised when the function has to delete its configs. */
  readonly configsEpoch: number;
  /** The configs of a snapshot that are to replace them, until they are delivered. */
  readonly imported: readonly StoredAsyncConfig[] | undefined;
}

type Row = { service: string; function: string; configs_epoch: number; imported: string | null };

/** The table of a sandbox's functions. */
export class Directory {
  readonly #sql: SqlStorage;

  constructor(storage: DurableObjectStorage) {
    migrate(storage, "functions", migrations);
    this.#sql = storage.sql;
  }

  get({ service, function: name }: FunctionName): SandboxFunction | undefined {
    const [row] = this.#sql
      .exec<Row>("SELECT * FROM functions WHERE service = ? AND function = ?", service, name)
      .toArray();
    return row && fromRow(row);
  }

  all(): SandboxFunction[] {
    return this.#sql.exec<Row>("SELECT * FROM functions ORDER BY service, function").toArray().map(fromRow);
  }

  add({ service, function: name }: FunctionName): void {
    this.#sql.exec(
      "INSERT INTO functions (service, function, configs_epoch) VALUES (?, ?, 0)",
      service,
      name,
    );
  }

  remove({ service, function: name }: FunctionName): void {
    this.#sql.exec("DELETE FROM functions WHERE service = ? AND function = ?", service, name);
  }

  count(): number {
    return this.#sql.exec<{ count: number }>("SELECT count(*) AS count FROM functions").one().count;
  }

  /** What a function has reported that it uses; undefined when it is not registered. */
  usageOf({ service, function: name }: FunctionName): FunctionUsage | undefined {
    const [usage] = this.#sql
      .exec<{ requests: number; posts: number; bytes: number }>(
        "SELECT requests, posts, bytes FROM functions WHERE service = ? AND function = ?",
        service,
        name,
      )
      .toArray();
    return usage;
  }

  setUsage({ service, function: name }: FunctionName, { requests, posts, bytes }: FunctionUsage): void {
    this.#sql.exec(
      "UPDATE functions SET requests = ?, posts = ?, bytes = ? WHERE service = ? AND function = ?",
      requests,
      posts,
      bytes,
      service,
      name,
    );
  }

  /** How many bytes all functions store, as they have reported. */
  bytes(): number {
    const { bytes } = this.#sql
      .exec<{ bytes: number | null }>("SELECT sum(bytes) AS bytes FROM functions")
      .one();
    return bytes ?? 0;
  }

  /** The names of the FC 3.0 functions from this one on, in the order of their bytes. */
  namesFrom(name: string): string[] {
    const rows = this.#sql.exec<{ function: string }>(
      "SELECT function FROM functions WHERE service = '' AND function >= ? ORDER BY function",
      name,
    );
    return rows.toArray().map((row) => row.function);
  }

  /** Has all functions delete their configs. */
  deleteAllConfigs(): void {
    this.#sql.exec("UPDATE functions SET configs_epoch = configs_epoch + 1, imported = NULL");
  }

  /** Has one function replace its configs by these. */
  replaceConfigs({ service, function: name }: FunctionName, imported: readonly StoredAsyncConfig[]): void {
    this.#sql.exec(
      `INSERT INTO functions (service, function, configs_epoch, imported) VALUES (?, ?, 0, ?)
       ON CONFLICT DO UPDATE SET configs_epoch = configs_epoch + 1, imported = excluded.imported`,
      service,
      name,
      imported.length > 0 ? JSON.stringify(imported) : null,
    );
  }

  /** Notes that the imported configs were delivered to a function, unless others are to be delivered by now. */
  delivered({ service, function: name, configsEpoch }: Omit<SandboxFunction, "imported">): void {
    this.#sql.exec(
      `UPDATE functions SET imported = NULL
       WHERE service = ? AND function = ? AND configs_epoch = ? AND imported IS NOT NULL`,
      service,
      name,
      configsEpoch,
    );
  }
}

function fromRow(row: Row): SandboxFunction {
  return {
    service: row.service,
    function: row.function,
    configsEpoch: row.configs_epoch,
    imported: row.imported === null ? undefined : JSON.parse(row.imported),
  };
}
