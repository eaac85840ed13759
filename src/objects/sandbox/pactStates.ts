import {
  builtInStates,
  comparedName,
  type InvocationSetup,
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
import type { StoredAsyncConfig } from "../../fc/asyncConfig/schema.ts";
import { invocationInStatus } from "../../fc/invocations/inStatus.ts";
import { DEFAULT_QUALIFIER, type FunctionName, functionKey, VERSION } from "../../fc/names.ts";
import { ownerOf, type ResourceChange, type ResourceWrite, wouldStore } from "../../fc/resources.ts";
import { definedItems } from "../../lib/definedItems.ts";
import { isSameJson } from "../../lib/json.ts";
import { type Err, ok, type Result } from "../../lib/result.ts";
import { rfc3339 } from "../../lib/time.ts";
import { type Clock, now, setClock } from "../../state/clock.ts";
import { contradictionInDeclared, type Document } from "../../state/declared.ts";
import { declarationOf, withDeclared } from "../../state/declaredAddition.ts";
import { declaredChange } from "../../state/declaredChange.ts";
import { declaredNames } from "../../state/declaredDocument.ts";
import type { Fault } from "../../state/faults.ts";
import type { HeldInvocation } from "../../state/invocationSnapshot.ts";
import type { Limits } from "../../state/limits.ts";
import { areTooLarge, type Script, TOO_LARGE } from "../../state/outcomes.ts";
import type { Settings } from "../../state/settings.ts";
import { configsByFunction, importConfig, type Snapshot } from "../../state/snapshot.ts";
import type { Changes } from "./changes.ts";
import type { Functions } from "./functions.ts";
import { placeKey, type Replaced, type Setup } from "./pactTables.ts";
import { codeKeys, effectiveWrites, presentWrite, withBelongings } from "./resourceUndo.ts";
import type { Snapshots } from "./snapshots.ts";
import type { SandboxStore } from "./store.ts";

/** How many states may be set up at once. */
const MAX_SETUPS = 100;
/** How large the JSON of what a setup replaces may be. A row holds 2 MB. */
const MAX_REPLACED_CHARACTERS = 600_000;

/** The configs of one function that are written, and that stay as they are. */
interface FunctionConfigs {
  readonly name: FunctionName;
  readonly present: ReadonlyMap<string, StoredAsyncConfig>;
  readonly changes: readonly ConfigChange[];
}

/** What a setup changes. */
interface SetupPlan {
  /** Whether the settings are all that the owner sets; if not, the others stay. */
  readonly isWhole: boolean;
  readonly settings: Partial<Settings>;
  readonly clock: Clock | undefined;
  readonly resources: readonly ResourceWrite[];
  readonly removedFaults: readonly Fault[];
  readonly faults: readonly (Snapshot["faults"] & object)[number][];
  readonly removedOutcomes: readonly Script[];
  readonly outcomes: readonly (Snapshot["outcomes"] & object)[number][];
  readonly configs: readonly FunctionConfigs[];
  readonly invocation: { readonly name: FunctionName; readonly held: HeldInvocation } | undefined;
  readonly replaced: readonly Replaced[];
}

/**
 * Pact's provider states. A setup stores what it replaces, place by place, and a teardown puts that back, in these places
 * alone. Where another state has been set up since in the same place, that state's teardown puts it back.
 */
export class PactStates {
  readonly #store: SandboxStore;
  readonly #functions: Functions;
  readonly #changes: Changes;
  readonly #snapshots: Snapshots;
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
    const plan = await this.#plan(setup);
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
    return ok(this.#values(setup, plan.value));
  }

  /** What a setup changes; 409 when that can't be. */
  async #plan({ snapshot, adds, invocation }: StateSetup): Promise<Result<SetupPlan, Problem>> {
    const store = this.#store;
    const isWhole = snapshot.replace === "all";
    const refused = this.#snapshots.refusal(snapshot);
    if (refused) return refused;
    const given = snapshot.clock ?? (isWhole ? { mode: "real" as const } : undefined);
    const clock = given && setClock(given, Date.now());
    const at = now(clock ?? store.get("clock"), Date.now());
    const settings = definedItems(snapshot.settings ?? {}) as Partial<Settings>;
    const existence = settings.functions ?? store.settings.functions;
    const resources = this.#resourceChange(snapshot, adds, at, invocation, existence === "declared");
    if (!resources.ok) return resources;
    const configs = await this.#configChanges(snapshot, adds, at, resources.value);
    if (!configs.ok) return configs;
    const replacesFaults = !adds && (isWhole || snapshot.faults !== undefined);
    const replacesOutcomes = !adds && (isWhole || snapshot.outcomes !== undefined);
    const removedFaults = replacesFaults ? store.faults.all() : [];
    const removedOutcomes = replacesOutcomes ? store.outcomes.all() : [];
    const faults = (snapshot.faults ?? []).map((fault) => ({ ...fault, id: crypto.randomUUID() }));
    const outcomes = (snapshot.outcomes ?? []).map((script) => ({ ...script, id: crypto.randomUUID() }));
    const { faults: mostFaults } = this.#limits();
    if (store.faults.all().length - removedFaults.length + faults.length > mostFaults) {
      return problem(409, `This sandbox has ${mostFaults} faults, and may have no more.`);
    }
    if (areTooLarge(outcomes)) return problem(409, TOO_LARGE);
    const plan = {
      isWhole,
      settings,
      clock,
      resources: resources.value,
      removedFaults,
      faults,
      removedOutcomes,
      outcomes,
    };
    const made = invocation && this.#invocation(invocation, at);
    if (made && (await this.#functions.objectOf(made.name).hasInvocation(made.held.invocation.id))) {
      return problem(409, `The function has an invocation ${made.held.invocation.id} already.`);
    }
    const replaced = this.#replaced({ ...plan, configs: configs.value, invocation: made });
    if (JSON.stringify(replaced).length > MAX_REPLACED_CHARACTERS) {
      return problem(
        409,
        `This state would replace more than ${MAX_REPLACED_CHARACTERS} characters of JSON, which are too many to be put back: use a sandbox that has less.`,
      );
    }
    if (store.pact.setups().length >= MAX_SETUPS) {
      return problem(
        409,
        `${MAX_SETUPS} states are set up, and none was torn down: tear them down, or reset all.`,
      );
    }
    return ok({ ...plan, configs: configs.value, invocation: made, replaced });
  }

  /** The writes that make what exists what a state says. */
  #resourceChange(
    snapshot: Snapshot,
    adds: boolean,
    at: number,
    invocation: InvocationSetup | undefined,
    declares: boolean,
  ): Result<readonly ResourceWrite[], Problem> {
    const { resources } = this.#store;
    const isWhole = snapshot.replace === "all";
    const replacing = adds ? undefined : (snapshot.functions ?? (isWhole ? {} : undefined));
    let document: Document | undefined = replacing;
    const add = (more: Document) => {
      document = withDeclared(document ?? declaredNames(resources), more);
    };
    if (adds && snapshot.functions) add(snapshot.functions);
    // Where only what is declared can be configured, a config that exists means that its function does.
    if (adds && declares) {
      for (const { service = "", function: name, qualifier } of snapshot.configs ?? []) {
        add(declarationOf({ service, function: name }, kindOf(qualifier)));
      }
      if (invocation) add(declarationOf(invocation, kindOf(invocation.qualifier)));
    }
    if (document === undefined) return ok([]);
    const wrong = contradictionInDeclared(document);
    if (wrong !== undefined) return problem(400, wrong);
    const tooMany = tooManyDeclared(document, this.#limits());
    if (tooMany !== undefined) return problem(409, tooMany);
    const change = effectiveWrites(declaredChange(document, resources, at), resources);
    const mostBytes = this.#limits().sandboxBytes;
    return resources.hasRoomForVersions(change, mostBytes)
      ? ok(change)
      : problem(409, `With the state's versions, ${wouldStore(mostBytes)}.`);
  }

  /** The configs that a state writes, and those that go with what exists and have to be put back. */
  async #configChanges(
    snapshot: Snapshot,
    adds: boolean,
    at: number,
    resources: ResourceChange,
  ): Promise<Result<readonly FunctionConfigs[], Problem>> {
    const given = configsByFunction(snapshot);
    const replacesAll = !adds && (snapshot.replace === "all" || snapshot.configs !== undefined);
    const owners = new Set(resources.map(ownerKey));
    const concerned = this.#store.directory
      .all()
      .filter(
        (name) => replacesAll || given.has(functionKey(name)) || owners.has(functionKey(ownerOf(name))),
      );
    const names = new Map<string, FunctionName>();
    for (const { service, function: name } of concerned)
      names.set(functionKey({ service, function: name }), { service, function: name });
    for (const [key, { name }] of given) names.set(key, name);
    const most = this.#limits().qualifiersPerFunction;
    const configs: FunctionConfigs[] = [];
    for (const [key, name] of names) {
      const stored = await this.#functions.objectOf(name).configsAfter("", most);
      const present = new Map(stored.map((config) => [config.qualifier, config]));
      const set = (given.get(key)?.configs ?? []).map((config) => {
        const made = importConfig(config, at);
        return { qualifier: made.qualifier, config: made };
      });
      const kept = new Set(set.map(({ qualifier }) => qualifier));
      const removed = replacesAll ? [...present.keys()].filter((qualifier) => !kept.has(qualifier)) : [];
      const after = new Set([...present.keys(), ...kept]).size - removed.length;
      if (after > most) return problem(409, `${key} has ${most} configs, and may have no more.`);
      const changes: ConfigChange[] = [...removed.map((qualifier) => ({ qualifier, config: null })), ...set];
      const goesWithOwner = owners.has(functionKey(ownerOf(name)));
      if (changes.length > 0 || (goesWithOwner && present.size > 0)) {
        configs.push({ name, present: goesWithOwner ? present : pick(present, changes), changes });
      }
    }
    return ok(configs);
  }

  #invocation(
    { service, function: name, qualifier, status, id = crypto.randomUUID(), event }: InvocationSetup,
    at: number,
  ): NonNullable<SetupPlan["invocation"]> {
    const version = service === "" ? ("2023-03-30" as const) : ("2021-04-06" as const);
    const called = { id, requestId: crypto.randomUUID(), qualifier, version, isTask: true };
    const { invocation, result, outcome } = invocationInStatus(status, called, at);
    return {
      name: { service, function: name },
      held: {
        invocation,
        event: new TextEncoder().encode(event).toBase64(),
        result: result?.toBase64() ?? null,
        plan: { outcomes: null, counted: {}, outcome },
      },
    };
  }

  /** What a setup replaces, in the order in which it replaces it. */
  #replaced(plan: Omit<SetupPlan, "replaced">): Replaced[] {
    const store = this.#store;
    const own: Partial<Settings> = store.get("settings");
    const writes = plan.resources.map((write) => presentWrite(write, store.resources));
    const keys = new Set(writes.flatMap(codeKeys));
    const items = (
      Object.keys(plan.isWhole ? { ...own, ...plan.settings } : plan.settings) as (keyof Settings)[]
    ).filter((item) => !isSameJson(own[item], plan.settings[item]));
    return [
      ...items.map(
        (item): Replaced => ({
          place: "setting",
          item,
          before: own[item] ?? null,
          set: plan.settings[item] ?? null,
        }),
      ),
      ...(plan.clock ? [{ place: "clock" as const, before: store.get("clock"), set: plan.clock.mode }] : []),
      ...[...keys].flatMap((id): Replaced[] => {
        const bytes = store.resources.code.get(id);
        return bytes ? [{ place: "code", id, before: new Uint8Array(bytes).toBase64() }] : [];
      }),
      ...writes.map((before): Replaced => ({ place: "resource", before })),
      ...plan.removedFaults.map((before): Replaced => ({ place: "fault", id: before.id, before })),
      ...plan.faults.map(({ id = "" }): Replaced => ({ place: "fault", id, before: null })),
      ...plan.removedOutcomes.map((before): Replaced => ({ place: "outcomes", id: before.id, before })),
      ...plan.outcomes.map(({ id = "" }): Replaced => ({ place: "outcomes", id, before: null })),
      ...plan.configs.flatMap(({ name, present, changes }) => {
        const qualifiers = new Set([...present.keys(), ...changes.map(({ qualifier }) => qualifier)]);
        return [...qualifiers].map(
          (qualifier): Replaced => ({
            place: "config",
            name,
            qualifier,
            before: present.get(qualifier) ?? null,
          }),
        );
      }),
      ...(plan.invocation
        ? [
            {
              place: "invocation" as const,
              name: plan.invocation.name,
              id: plan.invocation.held.invocation.id,
              before: null,
            },
          ]
        : []),
    ];
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

  /** The values of a state, for the generators of a contract. */
  #values({ snapshot, adds, invocation }: StateSetup, plan: SetupPlan): StateValues {
    const { settings, now: at } = this.#store;
    const [config] = adds
      ? plan.configs.flatMap(({ changes }) => changes).flatMap(({ config: its }) => its ?? [])
      : [];
    const [given] = adds ? (snapshot.configs ?? []) : [];
    const values: Record<string, string | number | boolean> = {
      now: rfc3339(at),
      region: settings.region,
      accountId: settings.accountId,
    };
    if (given && config) {
      if (given.service !== undefined) values["service"] = given.service;
      values["function"] = given.function;
      values["qualifier"] = config.qualifier;
      values["createdTime"] = rfc3339(config.createdTime);
      values["lastModifiedTime"] = rfc3339(config.lastModifiedTime);
    }
    if (adds) Object.assign(values, this.#declaredValues(snapshot.functions));
    const [fault] = adds ? plan.faults : [];
    if (fault?.id !== undefined) values["faultId"] = fault.id;
    if (invocation && plan.invocation) {
      const { id, requestId, qualifier, enqueuedAt } = plan.invocation.held.invocation;
      if (invocation.service !== "") values["service"] = invocation.service;
      Object.assign(values, {
        function: invocation.function,
        qualifier,
        invocationId: id,
        requestId,
        enqueuedTime: rfc3339(enqueuedAt),
        enqueuedMilliseconds: enqueuedAt,
      });
    }
    return values;
  }

  #declaredValues(declared: Document | undefined): StateValues {
    const [service] = declared?.services ?? [];
    const { resources } = this.#store;
    const values: Record<string, string> = {};
    const [named] = service ? (service.functions ?? []) : (declared?.functions ?? []);
    const functionName = named === undefined ? undefined : typeof named === "string" ? named : named.name;
    if (service) {
      values["service"] = service.name;
      values["serviceId"] = resources.service(service.name)?.id ?? "";
    }
    if (functionName !== undefined) {
      values["function"] = functionName;
      const name = { service: service?.name ?? "", function: functionName };
      values["functionId"] = resources.function(name)?.id ?? "";
    }
    const [owner] = service ? [service] : (declared?.functions ?? []);
    const [version] = owner?.versions ?? [];
    const [alias] = owner?.aliases ?? [];
    if (version !== undefined) values["version"] = typeof version === "string" ? version : version.versionId;
    if (alias !== undefined) values["alias"] = typeof alias === "string" ? alias : alias.name;
    return values;
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

/** A qualifier as a version or an alias; nothing for LATEST. */
function kindOf(qualifier: string | undefined): { readonly version?: string; readonly alias?: string } {
  if (qualifier === undefined || qualifier === DEFAULT_QUALIFIER) return {};
  return VERSION.test(qualifier) ? { version: qualifier } : { alias: qualifier };
}

/** Why declarations are too many for a sandbox, as a sentence; undefined when they are not. */
function tooManyDeclared({ services = [], functions = [] }: Document, limits: Limits): string | undefined {
  const count = functions.length + services.reduce((sum, { functions: its = [] }) => sum + its.length, 0);
  if (services.length > limits.services) return `This sandbox may have ${limits.services} services.`;
  if (count > limits.functions) return `This sandbox may have ${limits.functions} functions.`;
  const most = limits.qualifiersPerFunction;
  const full = [...services, ...functions].find(
    ({ versions = [], aliases = [] }) => Math.max(versions.length, aliases.length) > most,
  );
  return full && `${full.name} may have ${most} versions and ${most} aliases.`;
}

/** The key of the service, or the function, to which a write belongs: what has versions and aliases. */
function ownerKey(write: ResourceWrite): string {
  if (write.kind === "service") return functionKey({ service: write.name, function: "" });
  return functionKey(ownerOf(write.kind === "function" ? write.name : write.owner));
}

function pick(
  present: ReadonlyMap<string, StoredAsyncConfig>,
  changes: readonly ConfigChange[],
): ReadonlyMap<string, StoredAsyncConfig> {
  const changed = new Set(changes.map(({ qualifier }) => qualifier));
  return new Map([...present].filter(([qualifier]) => changed.has(qualifier)));
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
