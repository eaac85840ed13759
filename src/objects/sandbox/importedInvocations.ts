import { type FunctionName, functionKey } from "../../fc/names.ts";
import { TablesOnDemand } from "../../lib/migrations.ts";
import type { HeldInvocations } from "../../state/invocationSnapshot.ts";

const migrations = [
  `CREATE TABLE imported_invocations (
     function TEXT NOT NULL,
     part INTEGER NOT NULL,
     bytes BLOB NOT NULL,
     PRIMARY KEY (function, part)
   ) STRICT, WITHOUT ROWID`,
];

const TABLE = "imported invocations";
/** A row holds 2 MB. */
const PART_BYTES = 1_500_000;

/**
 * The invocations and deliveries of an imported snapshot, until their functions have them. The table is made for the
 * first ones.
 */
export class ImportedInvocations {
  readonly #sql: SqlStorage;
  readonly #tables: TablesOnDemand;

  constructor(storage: DurableObjectStorage) {
    this.#sql = storage.sql;
    this.#tables = new TablesOnDemand(storage, TABLE, migrations);
  }

  get(name: FunctionName): HeldInvocations | undefined {
    const json = this.#json(name);
    return json === "" ? undefined : JSON.parse(json);
  }

  /** The JSON of what is there for a function; empty for nothing. */
  #json(name: FunctionName): string {
    if (!this.#tables.areThere) return "";
    const rows = this.#sql.exec<{ bytes: ArrayBuffer }>(
      "SELECT bytes FROM imported_invocations WHERE function = ? ORDER BY part",
      functionKey(name),
    );
    const decoder = new TextDecoder();
    const parts = rows.toArray().map(({ bytes }) => decoder.decode(bytes, { stream: true }));
    return parts.join("");
  }

  set(name: FunctionName, held: HeldInvocations): void {
    this.#tables.make();
    this.#delete(name);
    const bytes = new TextEncoder().encode(JSON.stringify(held));
    for (let part = 0; part * PART_BYTES < bytes.length; part++) {
      const some = bytes.slice(part * PART_BYTES, (part + 1) * PART_BYTES);
      this.#sql.exec("INSERT INTO imported_invocations VALUES (?, ?, ?)", functionKey(name), part, some);
    }
  }

  /** Notes that a function has what was imported for it, unless other things are by now. */
  delivered(name: FunctionName, held: HeldInvocations): void {
    if (this.#json(name) === JSON.stringify(held)) this.#delete(name);
  }

  #delete(name: FunctionName): void {
    this.#sql.exec("DELETE FROM imported_invocations WHERE function = ?", functionKey(name));
  }

  clear(): void {
    if (this.#tables.areThere) this.#sql.exec("DELETE FROM imported_invocations");
  }
}
