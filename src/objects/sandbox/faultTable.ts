import {
  type Effect,
  type Fault,
  type GivenFault,
  HEADER_FAULT,
  responds,
  trigger,
} from "../../state/faults.ts";
import { RuleTable } from "./ruleTable.ts";

const migrations = [
  `CREATE TABLE faults (number INTEGER PRIMARY KEY, id TEXT NOT NULL, fault TEXT NOT NULL) STRICT`,
  "ALTER TABLE faults ADD COLUMN replaced INTEGER NOT NULL DEFAULT 0",
];

/** The table of a sandbox's faults, with counts of the requests that they match and apply to. */
export class FaultTable extends RuleTable<GivenFault, Fault> {
  constructor(storage: DurableObjectStorage) {
    super(storage, { table: "faults", column: "fault", migrations, counts: ["matched", "struck"] });
  }

  /**
   * Which of these faults, and of the request's own, apply to a request. Every matching delay applies. Only the first fault
   * that produces a response applies; later ones are skipped and not counted. `version` is the version of the
   * sandbox's state by which the faults were matched.
   */
  trigger(ids: readonly string[], own: Effect | null, version: number): string[] {
    const faults = ids.flatMap((id) => this.counting(id, version) ?? []);
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

  /** Counts a request for a fault; whether the fault applies to it. */
  #count(counting: Fault): boolean {
    const { fault, applies } = trigger(counting, Math.random());
    this.write(fault);
    return applies;
  }
}
