import type { FunctionName } from "../api/names.ts";
import { migrate } from "../migrations.ts";

const migrations = [
  `CREATE TABLE functions (
     service TEXT NOT NULL,
     function TEXT NOT NULL,
     PRIMARY KEY (service, function)
   ) STRICT, WITHOUT ROWID`,
];

/** The table of a sandbox's functions. */
export class Directory {
  readonly #sql: SqlStorage;

  constructor(storage: DurableObjectStorage) {
    migrate(storage, migrations);
    this.#sql = storage.sql;
  }

  has({ service, function: name }: FunctionName): boolean {
    const rows = this.#sql.exec("SELECT 1 FROM functions WHERE service = ? AND function = ?", service, name);
    return rows.toArray().length > 0;
  }

  add({ service, function: name }: FunctionName): void {
    this.#sql.exec("INSERT INTO functions VALUES (?, ?)", service, name);
  }

  count(): number {
    return this.#sql.exec<{ count: number }>("SELECT count(*) AS count FROM functions").one().count;
  }

  /** The names of the FC 3.0 functions from this one on, in the order of their bytes. */
  namesFrom(name: string): string[] {
    const rows = this.#sql.exec<{ function: string }>(
      "SELECT function FROM functions WHERE service = '' AND function >= ? ORDER BY function",
      name,
    );
    return rows.toArray().map((row) => row.function);
  }
}
