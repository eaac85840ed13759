import { migrate } from "../../lib/migrations.ts";
import type { DeploymentError, UsageOfDay } from "../../state/registry.ts";

const migrations = [
  `CREATE TABLE days (day TEXT PRIMARY KEY, requests INTEGER NOT NULL, posts INTEGER NOT NULL)
   STRICT, WITHOUT ROWID`,
  "CREATE TABLE totals (one INTEGER PRIMARY KEY, sandboxes INTEGER NOT NULL, bytes INTEGER NOT NULL) STRICT",
  "INSERT INTO totals VALUES (0, 0, 0)",
  "CREATE TABLE shards (shard TEXT PRIMARY KEY, bytes INTEGER NOT NULL) STRICT, WITHOUT ROWID",
  "CREATE TABLE errors (number INTEGER PRIMARY KEY, entry TEXT NOT NULL) STRICT",
];

const DAYS_KEPT = 90;
const ERRORS_KEPT = 100;

/** What one shard of the registry counts, and in the first shard what the deployment remembers as a whole. */
export class DeploymentTables {
  readonly #sql: SqlStorage;

  constructor(storage: DurableObjectStorage) {
    migrate(storage, "deployment", migrations);
    this.#sql = storage.sql;
  }

  get totals(): { readonly sandboxes: number; readonly bytes: number } {
    return this.#sql.exec<{ sandboxes: number; bytes: number }>("SELECT sandboxes, bytes FROM totals").one();
  }

  addToTotals(sandboxes: number, bytes: number): void {
    if (sandboxes === 0 && bytes === 0) return;
    this.#sql.exec("UPDATE totals SET sandboxes = sandboxes + ?, bytes = bytes + ?", sandboxes, bytes);
  }

  addToDay({ day, requests, posts }: UsageOfDay): void {
    if (requests + posts === 0) return;
    this.#sql.exec(
      `INSERT INTO days VALUES (?, ?, ?)
       ON CONFLICT DO UPDATE SET requests = requests + excluded.requests, posts = posts + excluded.posts`,
      day,
      requests,
      posts,
    );
    this.#sql.exec(
      "DELETE FROM days WHERE day <= (SELECT day FROM days ORDER BY day DESC LIMIT 1 OFFSET ?)",
      DAYS_KEPT,
    );
  }

  /** The latest days first. */
  days(): UsageOfDay[] {
    return this.#sql
      .exec<UsageOfDay & Record<string, SqlStorageValue>>("SELECT * FROM days ORDER BY day DESC")
      .toArray();
  }

  /** Notes what another shard stores. Returns what all of them store. */
  setBytesOf(shard: string, bytes: number): number {
    this.#sql.exec("INSERT OR REPLACE INTO shards VALUES (?, ?)", shard, bytes);
    return this.#sql.exec<{ bytes: number }>("SELECT sum(bytes) AS bytes FROM shards").one().bytes;
  }

  noteError(error: DeploymentError): void {
    const { number } = this.#sql
      .exec<{ number: number }>(
        "INSERT INTO errors (entry) VALUES (?) RETURNING number",
        JSON.stringify(error),
      )
      .one();
    this.#sql.exec("DELETE FROM errors WHERE number <= ?", number - ERRORS_KEPT);
  }

  /** The latest first. */
  errors(): DeploymentError[] {
    return this.#sql
      .exec<{ entry: string }>("SELECT entry FROM errors ORDER BY number DESC")
      .toArray()
      .map(({ entry }) => JSON.parse(entry));
  }
}
