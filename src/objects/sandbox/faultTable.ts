import { migrate } from "../../lib/migrations.ts";
import {
  answers,
  type Effect,
  type Fault,
  type GivenFault,
  HEADER_FAULT,
  strike,
} from "../../state/faults.ts";

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

  /**
   * Which of these faults, and of the one that the request asks for itself, strike it. All delays may, but of what
   * answers only the first; what has no turn is not counted.
   */
  strike(ids: readonly string[], own: Effect | null): string[] {
    const faults = ids.flatMap((id) => this.#find(id) ?? []);
    const candidates = faults.map((fault) => ({
      id: fault.id,
      effect: fault.effect,
      strikes: () => this.#count(fault),
    }));
    if (own) candidates.push({ id: HEADER_FAULT, effect: own, strikes: () => true });
    const struck: string[] = [];
    let answered = false;
    for (const after of [undefined, "apply"] as const) {
      if (answered) break;
      for (const { id, effect, strikes } of candidates) {
        if (effect.after !== after || (answered && answers(effect)) || !strikes()) continue;
        struck.push(id);
        answered ||= answers(effect);
      }
    }
    return struck;
  }

  #find(id: string): Fault | undefined {
    const [row] = this.#sql.exec<{ fault: string }>("SELECT fault FROM faults WHERE id = ?", id).toArray();
    return row && JSON.parse(row.fault);
  }

  /** Counts a request for a fault; whether it strikes it. */
  #count(counting: Fault): boolean {
    const { fault, strikes } = strike(counting, Math.random());
    this.#sql.exec("UPDATE faults SET fault = ? WHERE id = ?", JSON.stringify(fault), fault.id);
    return strikes;
  }

  remove(id: string): void {
    this.#sql.exec("DELETE FROM faults WHERE id = ?", id);
  }

  clear(): void {
    this.#sql.exec("DELETE FROM faults");
  }
}
