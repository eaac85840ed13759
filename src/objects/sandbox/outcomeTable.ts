import { isMigrated, migrate } from "../../lib/migrations.ts";
import { countInvocation, type GivenScript, type Script } from "../../state/outcomes.ts";

const migrations = [
  "CREATE TABLE outcomes (number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, outcomes TEXT NOT NULL) STRICT",
];

const TABLE = "outcomes";

/**
 * What a sandbox's functions do, in the order in which it was added. The table is made for the first outcomes, so
 * that it costs a sandbox without outcomes nothing.
 */
export class OutcomeTable {
  readonly #storage: DurableObjectStorage;
  readonly #sql: SqlStorage;
  #isThere: boolean;

  constructor(storage: DurableObjectStorage) {
    this.#storage = storage;
    this.#sql = storage.sql;
    this.#isThere = isMigrated(storage, TABLE);
    if (this.#isThere) migrate(storage, TABLE, migrations);
  }

  all(): Script[] {
    if (!this.#isThere) return [];
    const rows = this.#sql.exec<{ outcomes: string }>("SELECT outcomes FROM outcomes ORDER BY number");
    return rows.toArray().map(({ outcomes }) => JSON.parse(outcomes));
  }

  /** Adds outcomes; those of a snapshot bring their id and counts along. */
  add(given: GivenScript & { [K in "id" | "matched" | "applied"]?: Script[K] | undefined }): Script {
    if (!this.#isThere) migrate(this.#storage, TABLE, migrations);
    this.#isThere = true;
    const id = given.id ?? crypto.randomUUID();
    const script = { ...given, id, matched: given.matched ?? 0, applied: given.applied ?? 0 };
    this.#sql.exec("INSERT INTO outcomes (id, outcomes) VALUES (?, ?)", id, JSON.stringify(script));
    return script;
  }

  /** Counts an invocation for outcomes, in this order, until some apply. Returns which of those asked do apply. */
  count(ids: readonly string[]): Record<string, boolean> {
    const decided: Record<string, boolean> = {};
    if (!this.#isThere) return decided;
    for (const id of ids) {
      const found = this.#find(id);
      if (found === undefined) continue;
      const { script, applies } = countInvocation(found);
      this.#sql.exec("UPDATE outcomes SET outcomes = ? WHERE id = ?", JSON.stringify(script), id);
      decided[id] = applies;
      if (applies) break;
    }
    return decided;
  }

  #find(id: string): Script | undefined {
    const [row] = this.#sql
      .exec<{ outcomes: string }>("SELECT outcomes FROM outcomes WHERE id = ?", id)
      .toArray();
    return row && JSON.parse(row.outcomes);
  }

  remove(id: string): void {
    this.#sql.exec("DELETE FROM outcomes WHERE id = ?", id);
  }

  clear(): void {
    if (!this.#isThere) return;
    this.#sql.exec("DELETE FROM outcomes");
  }
}
