import type { StoredConfig } from "../api/config.ts";
import { migrate } from "../migrations.ts";

const migrations = [
  "CREATE TABLE configs (qualifier TEXT PRIMARY KEY, config TEXT NOT NULL) STRICT, WITHOUT ROWID",
];

/**
 * The table of one function's configs, one row of JSON per qualifier, and a copy of it in memory: reading it is the
 * most frequent thing of all, and nobody but this object writes it.
 */
export class ConfigStore {
  readonly #sql: SqlStorage;
  readonly #configs: Map<string, StoredConfig>;

  constructor(storage: DurableObjectStorage) {
    migrate(storage, "configs", migrations);
    this.#sql = storage.sql;
    const rows = this.#sql.exec<{ qualifier: string; config: string }>("SELECT * FROM configs").toArray();
    this.#configs = new Map(rows.map(({ qualifier, config }) => [qualifier, JSON.parse(config)]));
  }

  get(qualifier: string): StoredConfig | undefined {
    return this.#configs.get(qualifier);
  }

  /** Up to `most` configs whose qualifier comes after this one, in the order of their bytes. */
  after(qualifier: string, most: number): StoredConfig[] {
    // Names are ASCII, so the order of their characters is that of their bytes.
    const later = [...this.#configs.keys()].filter((key) => key > qualifier).sort();
    return later.slice(0, most).flatMap((key) => this.#configs.get(key) ?? []);
  }

  get count(): number {
    return this.#configs.size;
  }

  /** Writes one row: the table has no index and no rowid to keep beside it. */
  save(config: StoredConfig): void {
    this.#sql.exec("INSERT OR REPLACE INTO configs VALUES (?, ?)", config.qualifier, JSON.stringify(config));
    this.#configs.set(config.qualifier, config);
  }

  /** Whether there was one to delete. */
  delete(qualifier: string): boolean {
    this.#sql.exec("DELETE FROM configs WHERE qualifier = ?", qualifier);
    return this.#configs.delete(qualifier);
  }

  /** Has these configs and no others. */
  replaceAll(configs: readonly StoredConfig[]): void {
    this.#sql.exec("DELETE FROM configs");
    this.#configs.clear();
    for (const config of configs) this.save(config);
  }
}
