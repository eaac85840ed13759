import { migrate } from "../../lib/migrations.ts";
import {
  type Effect,
  type Fault,
  type GivenFault,
  HEADER_FAULT,
  responds,
  trigger,
} from "../../state/faults.ts";

const migrations = [
  `CREATE TABLE faults (number INTEGER PRIMARY KEY, id TEXT NOT NULL, fault TEXT NOT NULL) STRICT`,
];

/** The table of a sandbox's faults, in the order in which they were added; with counts of the requests that they match and apply to. */
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

  /**
   * Which of these faults, and of the request's own, apply to a request. Every matching delay applies. Only the first fault
   * that produces a response applies; later ones are skipped and not counted.
   */
  trigger(ids: readonly string[], own: Effect | null): string[] {
    const faults = ids.flatMap((id) => this.#find(id) ?? []);
    const candidates = faults.map((fault) => ({
      id: fault.id,
      effect: fault.effect,
      applies: () => this.#count(fault),
    }));
    if (own) candidates.push({ id: HEADER_FAULT, effect: own, applies: () => true });
    const applied: string[] = [];
    let hasResponse = false;
    for (const after of [undefined, "apply"] as const) {
      if (hasResponse) break;
      for (const { id, effect, applies } of candidates) {
        if (effect.after !== after || (hasResponse && responds(effect)) || !applies()) continue;
        applied.push(id);
        hasResponse ||= responds(effect);
      }
    }
    return applied;
  }

  #find(id: string): Fault | undefined {
    const [row] = this.#sql.exec<{ fault: string }>("SELECT fault FROM faults WHERE id = ?", id).toArray();
    return row && JSON.parse(row.fault);
  }

  /** Counts a request for a fault; whether the fault applies to it. */
  #count(counting: Fault): boolean {
    const { fault, applies } = trigger(counting, Math.random());
    this.#sql.exec("UPDATE faults SET fault = ? WHERE id = ?", JSON.stringify(fault), fault.id);
    return applies;
  }

  remove(id: string): void {
    this.#sql.exec("DELETE FROM faults WHERE id = ?", id);
  }

  clear(): void {
    this.#sql.exec("DELETE FROM faults");
  }
}
