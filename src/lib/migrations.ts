/**
 * Brings some tables of an object up to date: runs the steps it has not run yet, all of them or none. A step that
 * has been released is never changed; a change is a new step. Tables that a later release has brought further are
 * left as they are.
 */
export function migrate(storage: DurableObjectStorage, tables: string, steps: readonly string[]): void {
  const key = `schema ${tables}`;
  const done = storage.kv.get<number>(key) ?? 0;
  if (done >= steps.length) return;
  storage.transactionSync(() => {
    for (const step of steps.slice(done)) storage.sql.exec(step);
    storage.kv.put(key, steps.length);
  });
}
