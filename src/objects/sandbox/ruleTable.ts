import { isSameJson } from "../../lib/json.ts";
import { TablesOnDemand } from "../../lib/migrations.ts";
import { isEnabled, withoutDefaults } from "../../state/rules.ts";

/** What the owner gives of a rule. */
interface GivenRule {
  readonly enabled?: boolean | undefined;
}

/** How a table stores its rules. Stored names never change. */
interface RuleStorage {
  readonly table: string;
  /** The column of the rule's JSON. */
  readonly column: string;
  readonly migrations: readonly string[];
  /** The items that count requests. */
  readonly counts: readonly string[];
}

/**
 * A table of the rules of one kind that a sandbox's owner added, in the order in which they were added. The table is made for
 * the first rule, so that it costs a sandbox without rules nothing.
 */
export abstract class RuleTable<Given extends GivenRule, Rule extends Given & { readonly id: string }> {
  readonly #sql: SqlStorage;
  readonly #by: RuleStorage;
  readonly #tables: TablesOnDemand;

  constructor(storage: DurableObjectStorage, by: RuleStorage) {
    this.#sql = storage.sql;
    this.#by = by;
    this.#tables = new TablesOnDemand(storage, by.table, by.migrations);
  }

  all(): Rule[] {
    return this.#read("ORDER BY number");
  }

  /** A rule by its id, whether it is enabled or not. */
  get(id: string): Rule | undefined {
    return this.#read("WHERE id = ?", id)[0];
  }

  /**
   * A rule to count a request for; undefined when it is disabled, or was replaced in a later version of the sandbox's
   * state than this one, by which the request was matched.
   */
  protected counting(id: string, version: number): Rule | undefined {
    const [rule] = this.#read("WHERE id = ? AND replaced <= ?", id, version);
    return rule && isEnabled(rule) ? rule : undefined;
  }

  #read(which: string, ...values: SqlStorageValue[]): Rule[] {
    if (!this.#tables.areThere) return [];
    const { table, column } = this.#by;
    return this.#sql
      .exec<{ json: string }>(`SELECT ${column} AS json FROM ${table} ${which}`, ...values)
      .toArray()
      .map(({ json }) => JSON.parse(json));
  }

  /** Adds a rule; one of a snapshot brings its id and its counts along. */
  add(added: Given & { readonly id?: string | undefined }): Rule {
    this.#tables.make();
    const rule = this.#complete(added, added.id ?? crypto.randomUUID());
    const { table, column } = this.#by;
    this.#sql.exec(`INSERT INTO ${table} (id, ${column}) VALUES (?, ?)`, rule.id, JSON.stringify(rule));
    return rule;
  }

  /**
   * Replaces a rule, which keeps its id and its place. Its counts start again at 0, unless at most `enabled` differs.
   * `version` is the version of the sandbox's state that the change makes.
   */
  replace(replaced: Rule, given: Given, version: number): Rule {
    const { id } = replaced;
    const renewed = this.#complete(given, id);
    const continued: Rule = { ...renewed, ...this.#countsOf(replaced) };
    const isSame = isSameJson({ ...continued, enabled: undefined }, { ...replaced, enabled: undefined });
    if (isSame) {
      this.write(continued);
      return continued;
    }
    this.write(renewed);
    this.#sql.exec(`UPDATE ${this.#by.table} SET replaced = ? WHERE id = ?`, version, id);
    return renewed;
  }

  /** Writes a rule that is there, with its counts. */
  protected write(rule: Rule): void {
    const { table, column } = this.#by;
    this.#sql.exec(`UPDATE ${table} SET ${column} = ? WHERE id = ?`, JSON.stringify(rule), rule.id);
  }

  remove(id: string): void {
    if (this.#tables.areThere) this.#sql.exec(`DELETE FROM ${this.#by.table} WHERE id = ?`, id);
  }

  /** Has the rule with this id be what it was before: not there, or as it was when it was removed. */
  putBack({ id, before }: { readonly id: string; readonly before: Rule | null }): void {
    if (before === null) this.remove(id);
    else if (this.get(id) === undefined) this.add(before);
  }

  clear(): void {
    if (this.#tables.areThere) this.#sql.exec(`DELETE FROM ${this.#by.table}`);
  }

  #complete(given: Given, id: string): Rule {
    return { ...withoutDefaults(given), id, ...this.#countsOf(given) } as unknown as Rule;
  }

  #countsOf(rule: object): Readonly<Record<string, number>> {
    const counts = rule as Readonly<Record<string, number | undefined>>;
    return Object.fromEntries(this.#by.counts.map((item) => [item, counts[item] ?? 0]));
  }
}
