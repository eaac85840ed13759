import { type Fault, type GivenFault, strike } from "../function/faults.ts";
import { migrate } from "../migrations.ts";

const migrations = [
  `CREATE TABLE faults (number INTEGER PRIMARY KEY, id TEXT NOT NULL, fault TEXT NOT NULL) STRICT`,
];

/** The table of a sandbox's faults, in the order in which they were added; counts what they match and strike. */
export class FaultTable {
  readonly #sql: SqlStorage;

  constructor(storage: DurableObjectStorage) {
    migrate(storage, "faults", migrations);
    this.#sql = storage.sql;
  }

  all(): Fault[] {
    const rows = this.#sql.exec<{ fault: string }>("SELECT fault FROM faults ORDER BY number");
    return rows.toArray().map(({ fault }) => JSON.parse(fault));
  }

  /** Adds a fault; one of a snapshot brings its id and counts along. */
  add(given: GivenFault & { [K in "id" | "matched" | "struck"]?: Fault[K] | undefined }): Fault {
    const id = given.id ?? crypto.randomUUID();
    const fault = { ...given, id, matched: given.matched ?? 0, struck: given.struck ?? 0 };
    this.#sql.exec("INSERT INTO faults (id, fault) VALUES (?, ?)", id, JSON.stringify(fault));
    return fault;
  }

  /** Counts a request for each of these faults; says which of them strike it. */
  strike(ids: readonly string[]): string[] {
    return ids.filter((id) => {
      const [row] = this.#sql.exec<{ fault: string }>("SELECT fault FROM faults WHERE id = ?", id).toArray();
      if (row === undefined) return false;
      const { fault, strikes } = strike(JSON.parse(row.fault), Math.random());
      this.#sql.exec("UPDATE faults SET fault = ? WHERE id = ?", JSON.stringify(fault), id);
      return strikes;
    });
  }

  remove(id: string): void {
    this.#sql.exec("DELETE FROM faults WHERE id = ?", id);
  }

  clear(): void {
    this.#sql.exec("DELETE FROM faults");
  }
}
