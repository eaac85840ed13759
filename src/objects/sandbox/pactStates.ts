import {
  builtInStates,
  comparedName,
  isBuiltIn,
  type PactStates as ListedStates,
  readState,
  type StateChange,
  type StateSetup,
  type StateValues,
} from "../../documents/pactStates.ts";
import { problem } from "../../documents/problem.ts";
import type { Problem } from "../../documents/responseBodies.ts";
import type { ConfigChange } from "../../fc/asyncConfig/operand.ts";
import { type FunctionName, functionKey } from "../../fc/names.ts";
import { isSameJson } from "../../lib/json.ts";
import { type Err, ok, type Result } from "../../lib/result.ts";
import type { Limits } from "../../state/limits.ts";
import type { Settings } from "../../state/settings.ts";
import type { Snapshot } from "../../state/snapshot.ts";
import type { Changes } from "./changes.ts";
import type { Functions } from "./functions.ts";
import { type FunctionConfigs, SetupPlans } from "./pactPlans.ts";
import { placeKey, type Replaced, type Setup } from "./pactTables.ts";
import { stateValues } from "./pactValues.ts";
import { effectiveWrites, withBelongings } from "./resourceUndo.ts";
import type { Snapshots } from "./snapshots.ts";
import type { SandboxStore } from "./store.ts";

/**
 * Pact's provider states. A setup stores what it replaces, place by place, and a teardown puts that back, in these places
 * alone. Where another state has been set up since in the same place, that state's teardown puts it back.
 */
export class PactStates {
  readonly #store: SandboxStore;
  readonly #functions: Functions;
  readonly #changes: Changes;
  readonly #snapshots: Snapshots;
  readonly #plans: SetupPlans;
  readonly #limits: () => Limits;
  /** The end of the latest task in the queue. */
  #idle: Promise<unknown> = Promise.resolve();

  constructor(
    store: SandboxStore,
    functions: Functions,
    changes: Changes,
    snapshots: Snapshots,
    limits: () => Limits,
  ) {
    this.#store = store;
    this.#functions = functions;
    this.#changes = changes;
    this.#snapshots = snapshots;
    this.#plans = new SetupPlans(store, functions, snapshots, limits);
    this.#limits = limits;
  }

  // The states that a team defined.

  list(): ListedStates {
    const states = this.#store.pact
      .states()
      .map(({ name, snapshot }) => ({ name, bytes: new TextEncoder().encode(snapshot).length }));
    return { states, builtIn: [...builtInStates] };
  }

  /** The snapshot of a state; 404 when the team defined no such state. */
  get(name: string): Result<Snapshot, Problem> {
    const found = this.#store.pact.state(comparedName(name));
    return found ? ok(JSON.parse(found.snapshot)) : noState(name);
  }

  /** Defines a state, or replaces it. 409 for a built-in name, or when there are too many. */
  put(name: string, snapshot: Snapshot): Result<undefined, Problem> {
    const { pact } = this.#store;
    const compared = comparedName(name);
    if (isBuiltIn(name)) return problem(409, `"${compared}" is a built-in state: choose another name.`);
    const refused = this.#snapshots.refusal(snapshot);
    if (refused) return refused;
    const most = this.#limits().pactStates;
    if (pact.state(compared) === undefined && pact.states().length >= most) {
      return problem(409, `This sandbox has ${most} states for Pact, and may have no more.`);
    }
    const shown = name.trim().replace(/\s+/g, " ");
    pact.putState(compared, { name: shown, snapshot: JSON.stringify(snapshot) });
    return ok(undefined);
  }

  /** Deletes a state; 404 when the team defined no such state. */
  remove(name: string): Result<undefined, Problem> {
    const compared = comparedName(name);
    if (this.#store.pact.state(compared) === undefined) return noState(name);
    this.#store.pact.deleteState(compared);
    return ok(undefined);
  }

  // Setting up and tearing down.

  /** Sets a state up, or tears it down, one after the other. Returns the values that the setup made. */
  change(change: StateChange): Promise<Result<StateValues, Problem>> {
    const done = this.#idle.then(() => this.#change(change));
    this.#idle = done.catch(() => {});
    return done;
  }

  async #change({ state, params, action }: StateChange): Promise<Result<StateValues, Problem>> {
    const own = this.#store.pact.state(comparedName(state));
    const setup = readState({ state, params }, own && JSON.parse(own.snapshot), this.#limits());
    if (setup === undefined) return this.#unknown(state);
    if (!setup.ok) return setup;
    const key = JSON.stringify([comparedName(state), sortedItems(params)]);
    // A setup that is repeated replaces the earlier one.
    const tornDown = await this.#tearDown(key);
    if (!tornDown.ok) return tornDown;
    return action === "teardown" ? ok({}) : this.#setUp(key, setup.value);
  }

  #unknown(state: string): Err<Problem> {
    const { states, builtIn } = this.list();
    const known = [...builtIn, ...states.map(({ name }) => name)].map((name) => `"${name}"`);
    return problem(400, `There is no state "${state}". There are ${known.join(", ")}.`);
  }

  async #setUp(key: string, setup: StateSetup): Promise<Result<StateValues, Problem>> {
    const plan = await this.#plans.plan(setup);
    if (!plan.ok) return plan;
    const { isWhole, settings, clock, resources, configs, invocation, replaced } = plan.value;
    const store = this.#store;
    if (replaced.length > 0) {
      const names = [...configs.map(({ name }) => name), ...(invocation ? [invocation.name] : [])];
      const registered = await this.#makeRoom(names);
      if (!registered.ok) return registered;
      const made = await this.#changes.make(undefined, "all", () => {
        store.replaceSettings(isWhole ? settings : { ...store.get("settings"), ...settings });
        if (clock !== undefined) store.replaceClock(clock);
        store.changeResources(resources);
        for (const { id } of plan.value.removedFaults) store.faults.remove(id);
        for (const fault of plan.value.faults) store.faults.add(fault);
        for (const { id } of plan.value.removedOutcomes) store.outcomes.remove(id);
        for (const outcomes of plan.value.outcomes) store.outcomes.add(outcomes);
        for (const name of names) this.#register(name);
        store.pact.addSetup(key, replaced);
      });
      if (!made.ok) return made;
      await this.#writeConfigs(configs);
      if (invocation) {
        const added = await this.#functions.objectOf(invocation.name).addInvocation(invocation.held);
        if (!added) {
          await this.#tearDown(key);
          const { invocationsPerFunction: most } = this.#limits();
          return problem(
            409,
            `The function has ${most} invocations that have not ended, or no room for the event.`,
          );
        }
      }
      this.#changes.announce("snapshot");
    }
    return ok(stateValues(setup, plan.value, this.#store));
  }

  /** Puts back what a setup replaced. Without such a setup there is nothing to do. */
  async #tearDown(key: string): Promise<Result<undefined, Problem>> {
    const store = this.#store;
    const setup = store.pact.setup(key);
    if (setup === undefined) return ok(undefined);
    const later = store.pact.setups().filter(({ number }) => number > setup.number);
    const { own, inherited } = divided(setup, later);
    const configs = configsOf(own);
    const names = configs
      .filter(({ changes }) => changes.some(({ config }) => config !== null))
      .map(({ name }) => name);
    const room = await this.#makeRoom(names);
    if (!room.ok) return room;
    const made = await this.#changes.make(undefined, "all", () => {
      for (const replaced of own.toReversed()) this.#putBack(replaced);
      this.#putBackResources(own);
      for (const name of names) this.#register(name);
      for (const heir of inherited) store.pact.writeSetup(heir);
      // What the functions have to put back stays until they have.
      const left = own.filter(({ place }) => place === "config" || place === "invocation");
      store.pact.writeSetup({ number: setup.number, replaced: left });
    });
    if (!made.ok) return made;
    await this.#writeConfigs(configs);
    for (const replaced of own) {
      if (replaced.place !== "invocation") continue;
      await this.#functions.objectOf(replaced.name).removeInvocation(replaced.id);
    }
    store.pact.deleteSetup(setup.number);
    this.#changes.announce("snapshot");
    return ok(undefined);
  }

  /** Puts back one place of the sandbox's own state. */
  #putBack(replaced: Replaced): void {
    const store = this.#store;
    const own: Partial<Settings> = store.get("settings");
    switch (replaced.place) {
      case "setting": {
        // Who has changed the setting since wants it so.
        if (!isSameJson(own[replaced.item] ?? null, replaced.set)) return;
        const { [replaced.item]: _, ...others } = own;
        const before = replaced.before === null ? {} : { [replaced.item]: replaced.before };
        store.replaceSettings({ ...others, ...before });
        return;
      }
      case "clock":
        if (store.get("clock").mode === replaced.set) store.replaceClock(replaced.before);
        return;
      case "fault":
        store.faults.putBack(replaced);
        return;
      case "outcomes":
        store.outcomes.putBack(replaced);
        return;
      default:
        return;
    }
  }

  #putBackResources(own: readonly Replaced[]): void {
    const { resources } = this.#store;
    const writes = own.flatMap((replaced) => (replaced.place === "resource" ? [replaced.before] : []));
    if (writes.length === 0) return;
    const change = effectiveWrites(writes.toReversed(), resources);
    this.#store.changeResources(withBelongings(change, resources));
    for (const replaced of own) {
      if (replaced.place !== "code" || resources.code.get(replaced.id) !== undefined) continue;
      resources.code.add(replaced.id, replaced.before, this.#limits().sandboxCodeBytes);
    }
  }

  async #writeConfigs(configs: readonly Pick<FunctionConfigs, "name" | "changes">[]): Promise<void> {
    for (const { name, changes } of configs) {
      if (changes.length > 0) await this.#functions.objectOf(name).writeConfigs(changes);
    }
  }

  /** Has room for functions that are to be registered; 409 when the sandbox has none. */
  async #makeRoom(names: readonly FunctionName[]): Promise<Result<undefined, Problem>> {
    const { directory } = this.#store;
    const most = this.#limits().functions;
    const isFull = () => {
      const keys = new Set(names.filter((name) => directory.get(name) === undefined).map(functionKey));
      return keys.size > 0 && directory.count() + keys.size > most;
    };
    if (isFull()) await this.#functions.deregisterEmpty();
    return isFull()
      ? problem(409, `This sandbox has ${most} functions, and may have no more.`)
      : ok(undefined);
  }

  #register(name: FunctionName): void {
    if (this.#store.directory.get(name) === undefined) this.#store.directory.add(name);
    this.#functions.registered(name);
  }
}

function noState(name: string): Err<Problem> {
  return problem(404, `This sandbox has no state "${name.trim()}" that was defined for it.`);
}

/** An object with its items sorted, at every level. */
function sortedItems(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortedItems);
  if (typeof value !== "object" || value === null) return value;
  const items = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(items.map(([name, item]) => [name, sortedItems(item)]));
}

/** What a teardown puts back itself, and the later setups that put back the rest, in the same places. */
function divided(
  { replaced }: Setup,
  later: readonly Setup[],
): { readonly own: Replaced[]; readonly inherited: Setup[] } {
  const own: Replaced[] = [];
  const heirs = new Map<number, Setup>();
  const current = (setup: Setup) => heirs.get(setup.number) ?? setup;
  for (const one of replaced) {
    const key = placeKey(one);
    const heir = later.map(current).find((setup) => setup.replaced.some((other) => placeKey(other) === key));
    if (heir === undefined) {
      own.push(one);
      continue;
    }
    const its = heir.replaced.map((other) =>
      placeKey(other) === key ? ({ ...other, before: one.before } as Replaced) : other,
    );
    heirs.set(heir.number, { ...heir, replaced: its });
  }
  return { own, inherited: [...heirs.values()] };
}

/** The configs that a teardown puts back, by function. */
function configsOf(
  own: readonly Replaced[],
): { readonly name: FunctionName; readonly changes: ConfigChange[] }[] {
  const found = new Map<string, { readonly name: FunctionName; readonly changes: ConfigChange[] }>();
  for (const replaced of own) {
    if (replaced.place !== "config") continue;
    const { name, qualifier, before } = replaced;
    const its = found.get(functionKey(name)) ?? { name, changes: [] };
    its.changes.push({ qualifier, config: before });
    found.set(functionKey(name), its);
  }
  return [...found.values()];
}
