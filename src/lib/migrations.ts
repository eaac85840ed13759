/**
 * Migrates some tables of an object: runs the steps that have not run yet, in one transaction. A released
 * step never changes; a change is a new step. Tables that a later release migrated further stay as they are.
 */
export function migrate(storage: DurableObjectStorage, tables: string, steps: readonly string[]): void {
  const key = keyOf(tables);
  const done = storage.kv.get<number>(key) ?? 0;
  if (done >= steps.length) return;
  storage.transactionSync(() => {
    for (const step of steps.slice(done)) storage.sql.exec(step);
    storage.kv.put(key, steps.length);
  });
}

/** Some tables of an object that are made when they are first needed, so that an object that never needs them has none. */
export class TablesOnDemand {
  readonly #storage: DurableObjectStorage;
  readonly #tables: string;
  readonly #steps: readonly string[];
  #areThere: boolean;

  /** Migrates the tables where they are there already. */
  constructor(storage: DurableObjectStorage, tables: string, steps: readonly string[]) {
    this.#storage = storage;
    this.#tables = tables;
    this.#steps = steps;
    this.#areThere = isMigrated(storage, tables);
    if (this.#areThere) migrate(storage, tables, steps);
  }

  get areThere(): boolean {
    return this.#areThere;
  }

  /** Makes the tables, unless they are there. */
  make(): void {
    if (!this.#areThere) migrate(this.#storage, this.#tables, this.#steps);
    this.#areThere = true;
  }
}

/** Whether an object has these tables. */
export function isMigrated(storage: DurableObjectStorage, tables: string): boolean {
  return storage.kv.get(keyOf(tables)) !== undefined;
}

function keyOf(tables: string): string {
  return `schema ${tables}`;
}
