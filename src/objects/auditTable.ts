import { isMigrated, migrate } from "../lib/migrations.ts";
import type { AuditEntry } from "../state/audit.ts";

const migrations = ["CREATE TABLE audit (number INTEGER PRIMARY KEY, entry TEXT NOT NULL) STRICT"];

const TABLE = "audit";

/** How many entries an object keeps: a new one takes the place of the oldest. */
export const MAX_AUDIT_ENTRIES = 1000;

/** An entry with its place in the table. */
export interface PlacedAuditEntry {
  readonly number: number;
  readonly entry: AuditEntry;
}

/** The changes that the control plane made, the latest of many. The table is made for the first one. */
export class AuditTable {
  readonly #storage: DurableObjectStorage;
  #isThere: boolean;

  constructor(storage: DurableObjectStorage) {
    this.#storage = storage;
    this.#isThere = isMigrated(storage, TABLE);
  }

  /** Adds an entry, in the place of the latest one when both are of one request. */
  add(entry: AuditEntry): void {
    if (!this.#isThere) migrate(this.#storage, TABLE, migrations);
    this.#isThere = true;
    const { sql } = this.#storage;
    const [latest] = this.before(undefined, 1);
    if (latest?.entry.requestId === entry.requestId) {
      sql.exec("UPDATE audit SET entry = ? WHERE number = ?", JSON.stringify(entry), latest.number);
      return;
    }
    const { number } = sql
      .exec<{ number: number }>(
        "INSERT INTO audit (entry) VALUES (?) RETURNING number",
        JSON.stringify(entry),
      )
      .one();
    sql.exec("DELETE FROM audit WHERE number <= ?", number - MAX_AUDIT_ENTRIES);
  }

  /** Entries before this number, the latest first: up to `most`. */
  before(number: number | undefined, most: number): PlacedAuditEntry[] {
    if (!this.#isThere) return [];
    return this.#storage.sql
      .exec<{ number: number; entry: string }>(
        "SELECT number, entry FROM audit WHERE number < ? ORDER BY number DESC LIMIT ?",
        number ?? Number.MAX_SAFE_INTEGER,
        most,
      )
      .toArray()
      .map((row) => ({ number: row.number, entry: JSON.parse(row.entry) }));
  }
}
