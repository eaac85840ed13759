import { TablesOnDemand } from "../lib/migrations.ts";
import type { AuditEntry } from "../state/audit.ts";

const migrations = ["CREATE TABLE audit (number INTEGER PRIMARY KEY, entry TEXT NOT NULL) STRICT"];

/** How many entries an object keeps: a new one takes the place of the oldest. */
export const MAX_AUDIT_ENTRIES = 1000;

/** An entry with its place in the table. */
export interface PlacedAuditEntry {
  readonly number: number;
  readonly entry: AuditEntry;
}

/** The changes that the control plane made, the latest of many. The table is made for the first one. */
export class AuditTable {
  readonly #sql: SqlStorage;
  readonly #tables: TablesOnDemand;

  constructor(storage: DurableObjectStorage) {
    this.#sql = storage.sql;
    this.#tables = new TablesOnDemand(storage, "audit", migrations);
  }

  /** Adds an entry, in the place of the latest one when both are of one request. */
  add(entry: AuditEntry): void {
    this.#tables.make();
    const sql = this.#sql;
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
    if (!this.#tables.areThere) return [];
    return this.#sql
      .exec<{ number: number; entry: string }>(
        "SELECT number, entry FROM audit WHERE number < ? ORDER BY number DESC LIMIT ?",
        number ?? Number.MAX_SAFE_INTEGER,
        most,
      )
      .toArray()
      .map((row) => ({ number: row.number, entry: JSON.parse(row.entry) }));
  }
}
