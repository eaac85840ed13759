import type { InvocationSetup, StateSetup } from "../../documents/pactStates.ts";
import { problem } from "../../documents/problem.ts";
import type { Problem } from "../../documents/responseBodies.ts";
import type { ConfigChange } from "../../fc/asyncConfig/operand.ts";
import type { StoredAsyncConfig } from "../../fc/asyncConfig/schema.ts";
import { invocationInStatus } from "../../fc/invocations/inStatus.ts";
import { DEFAULT_QUALIFIER, type FunctionName, functionKey, VERSION } from "../../fc/names.ts";
import { ownerOf, type ResourceChange, type ResourceWrite, wouldStore } from "../../fc/resources.ts";
import { definedItems } from "../../lib/definedItems.ts";
import { isSameJson } from "../../lib/json.ts";
import { ok, type Result } from "../../lib/result.ts";
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
import type { Functions } from "./functions.ts";
import type { Replaced } from "./pactTables.ts";
import { codeKeys, effectiveWrites, presentWrite } from "./resourceUndo.ts";
import type { Snapshots } from "./snapshots.ts";
import type { SandboxStore } from "./store.ts";

/** How many states may be set up at once. */
const MAX_SETUPS = 100;
/** How large the JSON of what a setup replaces may be. A row holds 2 MB. */
const MAX_REPLACED_CHARACTERS = 600_000;

/** The configs of one function that are written, and that stay as they are. */
export interface FunctionConfigs {
  readonly name: FunctionName;
  readonly present: ReadonlyMap<string, StoredAsyncConfig>;
  readonly changes: readonly ConfigChange[];
}

/** What a setup changes. */
export interface SetupPlan {
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

/** Plans what the setups of provider states change, and notes what they replace. Changes nothing itself. */
export class SetupPlans {
  readonly #store: SandboxStore;
  readonly #functions: Functions;
  readonly #snapshots: Snapshots;
  readonly #limits: () => Limits;

  constructor(store: SandboxStore, functions: Functions, snapshots: Snapshots, limits: () => Limits) {
    this.#store = store;
    this.#functions = functions;
    this.#snapshots = snapshots;
    this.#limits = limits;
  }

  /** What a setup changes; 409 when that can't be. */
  async plan({ snapshot, adds, invocation }: StateSetup): Promise<Result<SetupPlan, Problem>> {
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
