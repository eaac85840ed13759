import type { FunctionName } from "../../fc/names.ts";
import { isMigrated, migrate } from "../../lib/migrations.ts";
import type { HeldInvocations } from "../../state/invocationSnapshot.ts";

const migrations = [
  `CREATE TABLE imported_invocations (
     service TEXT NOT NULL,
     function TEXT NOT NULL,
     held TEXT NOT NULL,
     PRIMARY KEY (service, function)
   ) STRICT, WITHOUT ROWID`,
];

const TABLE = "imported invocations";

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

  get({ service, function: name }: FunctionName): HeldInvocations | undefined {
    if (!this.#isThere) return undefined;
    const [row] = this.#sql
      .exec<{ held: string }>(
        "SELECT held FROM imported_invocations WHERE service = ? AND function = ?",
        service,
        name,
      )
      .toArray();
    return row && JSON.parse(row.held);
  }

  set({ service, function: name }: FunctionName, held: HeldInvocations): void {
    if (!this.#isThere) migrate(this.#storage, TABLE, migrations);
    this.#isThere = true;
    const json = JSON.stringify(held);
    this.#sql.exec("INSERT OR REPLACE INTO imported_invocations VALUES (?, ?, ?)", service, name, json);
  }

  /** Notes that a function has what was imported for it, unless other things are by now. */
  delivered({ service, function: name }: FunctionName, held: HeldInvocations): void {
    this.#sql.exec(
      "DELETE FROM imported_invocations WHERE service = ? AND function = ? AND held = ?",
      service,
      name,
      JSON.stringify(held),
    );
  }

  clear(): void {
    if (this.#isThere) this.#sql.exec("DELETE FROM imported_invocations");
  }
}
