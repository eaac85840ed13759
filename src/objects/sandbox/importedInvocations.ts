import { type FunctionName, functionKey } from "../../fc/names.ts";
import { isMigrated, migrate } from "../../lib/migrations.ts";
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
  readonly #storage: DurableObjectStorage;
  readonly #sql: SqlStorage;
  #isThere: boolean;

  constructor(storage: DurableObjectStorage) {
    this.#storage = storage;
    this.#sql = storage.sql;
    this.#isThere = isMigrated(storage, TABLE);
  }

  get(name: FunctionName): HeldInvocations | undefined {
    const json = this.#json(name);
    return json === "" ? undefined : JSON.parse(json);
  }

  /** The JSON of what is there for a function; empty for nothing. */
  #json(name: FunctionName): string {
    if (!this.#isThere) return "";
    const rows = this.#sql.exec<{ bytes: ArrayBuffer }>(
      "SELECT bytes FROM imported_invocations WHERE function = ? ORDER BY part",
      functionKey(name),
    );
    const decoder = new TextDecoder();
    const parts = rows.toArray().map(({ bytes }) => decoder.decode(bytes, { stream: true }));
    return parts.join("");
  }

  set(name: FunctionName, held: HeldInvocations): void {
    if (!this.#isThere) migrate(this.#storage, TABLE, migrations);
    this.#isThere = true;
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
    if (this.#isThere) this.#sql.exec("DELETE FROM imported_invocations");
  }
}
