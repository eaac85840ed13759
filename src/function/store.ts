import type { StoredConfig } from "../api/config.ts";
import { migrate } from "../migrations.ts";

const migrations = [
  `CREATE TABLE configs (
     qualifier TEXT PRIMARY KEY,
     created_time INTEGER NOT NULL,
     last_modified_time INTEGER NOT NULL,
     max_async_event_age_in_seconds INTEGER,
     max_async_retry_attempts INTEGER,
     stateful INTEGER,
     on_success TEXT,
     on_failure TEXT
   ) STRICT, WITHOUT ROWID`,
];

type Row = {
  qualifier: string;
  created_time: number;
  last_modified_time: number;
  max_async_event_age_in_seconds: number | null;
  max_async_retry_attempts: number | null;
  stateful: number | null;
  on_success: string | null;
  on_failure: string | null;
};

/** The table of one function's configs, one row per qualifier. */
export class ConfigStore {
  readonly #sql: SqlStorage;

  constructor(storage: DurableObjectStorage) {
    migrate(storage, "configs", migrations);
    this.#sql = storage.sql;
  }

  get(qualifier: string): StoredConfig | undefined {
    const [row] = this.#sql.exec<Row>("SELECT * FROM configs WHERE qualifier = ?", qualifier);
    return row && fromRow(row);
  }

  /** Up to `limit` configs whose qualifier comes after this one, in the order of their bytes. */
  after(qualifier: string, limit: number): StoredConfig[] {
    const rows = this.#sql.exec<Row>(
      "SELECT * FROM configs WHERE qualifier > ? ORDER BY qualifier LIMIT ?",
      qualifier,
      limit,
    );
    return rows.toArray().map(fromRow);
  }

  count(): number {
    return this.#sql.exec<{ count: number }>("SELECT count(*) AS count FROM configs").one().count;
  }

  /** Writes one row: the table has no index and no rowid to keep beside it. */
  save(config: StoredConfig): void {
    this.#sql.exec(
      `INSERT OR REPLACE INTO configs VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
      config.qualifier,
      config.createdTime,
      config.lastModifiedTime,
      config.maxAsyncEventAgeInSeconds,
      config.maxAsyncRetryAttempts,
      config.stateful === null ? null : Number(config.stateful),
      config.onSuccess,
      config.onFailure,
    );
  }

  clear(): void {
    this.#sql.exec("DELETE FROM configs");
  }

  /** Whether there was one to delete. */
  delete(qualifier: string): boolean {
    return this.#sql.exec("DELETE FROM configs WHERE qualifier = ?", qualifier).rowsWritten > 0;
  }
}

function fromRow(row: Row): StoredConfig {
  return {
    qualifier: row.qualifier,
    createdTime: row.created_time,
    lastModifiedTime: row.last_modified_time,
    maxAsyncEventAgeInSeconds: row.max_async_event_age_in_seconds,
    maxAsyncRetryAttempts: row.max_async_retry_attempts,
    stateful: row.stateful === null ? null : row.stateful === 1,
    onSuccess: row.on_success,
    onFailure: row.on_failure,
  };
}
