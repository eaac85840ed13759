import type { Part } from "../../documents/parts.ts";
import type { StoredAsyncConfig } from "../../fc/asyncConfig/schema.ts";
import type { FunctionName } from "../../fc/names.ts";
import type { ResourceWrite } from "../../fc/resources.ts";
import { TablesOnDemand } from "../../lib/migrations.ts";
import type { Clock } from "../../state/clock.ts";
import type { Fault } from "../../state/faults.ts";
import type { Script } from "../../state/outcomes.ts";
import type { Settings } from "../../state/settings.ts";

const TABLES = "pact";

const migrations = [
  `CREATE TABLE pact_states (
     compared TEXT PRIMARY KEY,
     name TEXT NOT NULL,
     snapshot TEXT NOT NULL
   ) STRICT, WITHOUT ROWID;
   CREATE TABLE pact_setups (number INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, replaced TEXT NOT NULL) STRICT;`,
];

/** What a setup replaced in one place of the sandbox's state: `before` is what was there, null for nothing. */
export type Replaced =
  | {
      readonly place: "setting";
      readonly item: keyof Settings;
      readonly before: Settings[keyof Settings] | null;
      readonly set: Settings[keyof Settings] | null;
    }
  | { readonly place: "clock"; readonly before: Clock; readonly set: Clock["mode"] }
  | { readonly place: "fault"; readonly id: string; readonly before: Fault | null }
  | { readonly place: "outcomes"; readonly id: string; readonly before: Script | null }
  /** A service, a function, a version or an alias: the write that puts back what was there. */
  | { readonly place: "resource"; readonly before: ResourceWrite }
  | { readonly place: "code"; readonly id: string; readonly before: string }
  | {
      readonly place: "config";
      readonly name: FunctionName;
      readonly qualifier: string;
      readonly before: StoredAsyncConfig | null;
    }
  | {
      readonly place: "invocation";
      readonly name: FunctionName;
      readonly id: string;
      readonly before: null;
    };

/** A state that was set up, and not torn down yet. */
export interface Setup {
  readonly number: number;
  readonly replaced: readonly Replaced[];
}

/** A state that a team defined. */
export interface PactState {
  readonly name: string;
  /** The JSON of a snapshot. */
  readonly snapshot: string;
}

/**
 * The tables of Pact's provider states: those that a team defined, and what those replaced that are set up. The tables are
 * made by the first of them.
 */
export class PactTables {
  readonly #sql: SqlStorage;
  readonly #tables: TablesOnDemand;

  constructor(storage: DurableObjectStorage) {
    this.#sql = storage.sql;
    this.#tables = new TablesOnDemand(storage, TABLES, migrations);
  }

  states(): PactState[] {
    if (!this.#tables.areThere) return [];
    return this.#sql
      .exec<{ name: string; snapshot: string }>("SELECT name, snapshot FROM pact_states ORDER BY compared")
      .toArray();
  }

  state(compared: string): PactState | undefined {
    if (!this.#tables.areThere) return undefined;
    return this.#sql
      .exec<{ name: string; snapshot: string }>(
        "SELECT name, snapshot FROM pact_states WHERE compared = ?",
        compared,
      )
      .toArray()[0];
  }

  putState(compared: string, { name, snapshot }: PactState): void {
    this.#tables.make();
    this.#sql.exec("INSERT OR REPLACE INTO pact_states VALUES (?, ?, ?)", compared, name, snapshot);
  }

  deleteState(compared: string): void {
    if (this.#tables.areThere) this.#sql.exec("DELETE FROM pact_states WHERE compared = ?", compared);
  }

  /** All setups, oldest first. */
  setups(): Setup[] {
    return this.#setups("");
  }

  setup(key: string): Setup | undefined {
    return this.#setups("WHERE key = ?", key)[0];
  }

  #setups(where: string, ...values: SqlStorageValue[]): Setup[] {
    if (!this.#tables.areThere) return [];
    return this.#sql
      .exec<{ number: number; replaced: string }>(
        `SELECT number, replaced FROM pact_setups ${where} ORDER BY number`,
        ...values,
      )
      .toArray()
      .map(({ number, replaced }) => ({ number, replaced: JSON.parse(replaced) }));
  }

  addSetup(key: string, replaced: readonly Replaced[]): void {
    this.#tables.make();
    this.#sql.exec("INSERT INTO pact_setups (key, replaced) VALUES (?, ?)", key, JSON.stringify(replaced));
  }

  writeSetup({ number, replaced }: Setup): void {
    this.#sql.exec("UPDATE pact_setups SET replaced = ? WHERE number = ?", JSON.stringify(replaced), number);
  }

  deleteSetup(number: number): void {
    this.#sql.exec("DELETE FROM pact_setups WHERE number = ?", number);
  }

  /** Forgets what setups replaced in these parts of the state, all of which was replaced since by a reset or an import. */
  forgetParts(parts: readonly Part[]): void {
    const forgotten = new Set(parts);
    for (const { number, replaced } of this.setups()) {
      const left = replaced.filter(({ place }) => !forgotten.has(partOf[place]));
      if (left.length === 0) this.deleteSetup(number);
      else if (left.length < replaced.length) this.writeSetup({ number, replaced: left });
    }
  }
}

/** The part of the state to which each place belongs. */
const partOf: Readonly<Record<Replaced["place"], Part>> = {
  setting: "settings",
  clock: "clock",
  fault: "faults",
  outcomes: "outcomes",
  resource: "functions",
  code: "functions",
  config: "configs",
  invocation: "invocations",
};

/** What distinguishes a place from all others. */
export function placeKey(replaced: Replaced): string {
  const { place } = replaced;
  switch (replaced.place) {
    case "setting":
      return JSON.stringify([place, replaced.item]);
    case "clock":
      return JSON.stringify([place]);
    case "fault":
    case "outcomes":
    case "code":
      return JSON.stringify([place, replaced.id]);
    case "resource": {
      const { before } = replaced;
      const owner = "owner" in before ? [before.owner.service, before.owner.function] : [];
      const name =
        typeof before.name === "string" ? before.name : [before.name.service, before.name.function];
      return JSON.stringify([place, before.kind, owner, name]);
    }
    case "config": {
      const { service, function: name } = replaced.name;
      return JSON.stringify([place, service, name, replaced.qualifier]);
    }
    case "invocation": {
      const { service, function: name } = replaced.name;
      return JSON.stringify([place, service, name, replaced.id]);
    }
  }
}
