import { countInvocation, type GivenScript, type Script } from "../../state/outcomes.ts";
import { RuleTable } from "./ruleTable.ts";

const migrations = [
  "CREATE TABLE outcomes (number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, outcomes TEXT NOT NULL) STRICT",
  "ALTER TABLE outcomes ADD COLUMN replaced INTEGER NOT NULL DEFAULT 0",
];

/** The table of what a sandbox's functions do, with counts of the invocations that the outcomes match and apply to. */
export class OutcomeTable extends RuleTable<GivenScript, Script> {
  constructor(storage: DurableObjectStorage) {
    super(storage, { table: "outcomes", column: "outcomes", migrations, counts: ["matched", "applied"] });
  }

  /**
   * Counts an invocation for outcomes, in this order, until some apply. Returns which of those asked do apply. `version`
   * is the version of the sandbox's state by which they were matched.
   */
  count(ids: readonly string[], version: number): Record<string, boolean> {
    const decided: Record<string, boolean> = {};
    for (const id of ids) {
      const found = this.counting(id, version);
      if (found === undefined) continue;
      const { script, applies } = countInvocation(found);
      this.write(script);
      decided[id] = applies;
      if (applies) break;
    }
    return decided;
  }
}
