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

/** Whether an object has these tables. */
export function isMigrated(storage: DurableObjectStorage, tables: string): boolean {
  return storage.kv.get(keyOf(tables)) !== undefined;
}

function keyOf(tables: string): string {
  return `schema ${tables}`;
}
