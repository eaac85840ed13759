import { problem } from "../../documents/problem.ts";
import type { Problem } from "../../documents/responseBodies.ts";
import type { FunctionName } from "../../fc/names.ts";
import type { Err, Result } from "../../lib/result.ts";
import { isEnabled } from "../../state/rules.ts";
import type { Changes, Concern } from "./changes.ts";
import type { RuleTable } from "./ruleTable.ts";
import type { SandboxStore } from "./store.ts";

/** What distinguishes the rules of one kind, faults or outcomes, from those of the other. */
interface RuleKind<Given> {
  /** What the live feed calls them. */
  readonly what: "faults" | "outcomes";
  /** What the sandbox's owner calls one of them, and some of them. */
  readonly one: string;
  readonly many: string;
  /** How many of them a sandbox may have. */
  most(): number;
  /** Why a rule can't be beside these others; undefined when it can. */
  refusal(given: Given, others: readonly Given[]): Err<Problem> | undefined;
  /** Whether a rule may match what is for a function. */
  concerns(rule: Given, name: FunctionName): boolean;
}

/** The rules of one kind that a sandbox's owner sets: added, replaced, removed and cleared. */
export class RuleList<
  Given extends { readonly enabled?: boolean | undefined },
  Rule extends Given & { readonly id: string },
> {
  readonly #store: SandboxStore;
  readonly #table: RuleTable<Given, Rule>;
  readonly #changes: Changes;
  readonly #kind: RuleKind<Given>;

  constructor(store: SandboxStore, table: RuleTable<Given, Rule>, changes: Changes, kind: RuleKind<Given>) {
    this.#store = store;
    this.#table = table;
    this.#changes = changes;
    this.#kind = kind;
  }

  /** Adds a rule; 409 when there are too many, or what the kind of rule refuses. */
  async add(given: Given): Promise<Result<Rule, Problem>> {
    const [others, most] = [this.#table.all(), this.#kind.most()];
    if (others.length >= most) {
      return problem(409, `This sandbox has ${most} ${this.#kind.many}, and may have no more.`);
    }
    const refused = this.#kind.refusal(given, others);
    if (refused !== undefined) return refused;
    return this.#change([given], () => this.#table.add(given));
  }

  /** Replaces the rule with this id; 404 when there is none, or what the kind of rule refuses. */
  async replace(id: string, given: Given): Promise<Result<Rule, Problem>> {
    const replaced = this.#table.get(id);
    if (replaced === undefined) return this.#notFound(id);
    const others = this.#table.all().filter((rule) => rule.id !== id);
    const refused = this.#kind.refusal(given, others);
    if (refused !== undefined) return refused;
    // The change raises the version by one.
    const version = this.#store.get("version") + 1;
    return this.#change([replaced, given], () => this.#table.replace(replaced, given, version));
  }

  /** Removes the rule with this id; 404 when there is none. */
  async remove(id: string): Promise<Result<undefined, Problem>> {
    const found = this.#table.get(id);
    if (found === undefined) return this.#notFound(id);
    return this.#change([found], () => {
      this.#table.remove(id);
      return undefined;
    });
  }

  clear(): Promise<Result<undefined, Problem>> {
    return this.#change(this.#table.all(), () => {
      this.#table.clear();
      return undefined;
    });
  }

  #notFound(id: string): Err<Problem> {
    return problem(404, `This sandbox has no ${this.#kind.one} ${id}.`);
  }

  /** Makes a change by which these rules begin or cease to apply. */
  #change<T>(rules: readonly Given[], change: () => T): Promise<Result<T, Problem>> {
    const enabled = rules.filter(isEnabled);
    const concern: Concern = (name) => enabled.some((rule) => this.#kind.concerns(rule, name));
    return this.#changes.make(this.#kind.what, concern, change);
  }
}
