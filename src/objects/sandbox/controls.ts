import type { Part } from "../../documents/parts.ts";
import { problem } from "../../documents/problem.ts";
import type { AdvancedClock, AdvanceReport, Problem } from "../../documents/responseBodies.ts";
import { wouldStore } from "../../fc/resources.ts";
import { definedItems, type Undefinable } from "../../lib/definedItems.ts";
import { ok, type Result } from "../../lib/result.ts";
import {
  advance,
  type Clock,
  clockAt,
  type GivenAdvance,
  type GivenClock,
  now,
  REAL_CLOCK,
  setClock,
  showClock,
  withWholeSeconds,
} from "../../state/clock.ts";
import { contradictionInDeclared, type Declared } from "../../state/declared.ts";
import { declaredChange } from "../../state/declaredChange.ts";
import { declaredNames } from "../../state/declaredDocument.ts";
import { concernsFunction, type Fault, type GivenFault } from "../../state/faults.ts";
import type { Limits } from "../../state/limits.ts";
import {
  areTooLarge,
  concernsCalls,
  type GivenScript,
  handlerUrls,
  type Script,
  TOO_LARGE,
} from "../../state/outcomes.ts";
import type { Settings } from "../../state/settings.ts";
import { isAllowedHost, notAllowed } from "../outbound.ts";
import type { Advance, Target } from "./advance.ts";
import type { Changes, Concern } from "./changes.ts";
import type { SandboxStore } from "./store.ts";

/** What the owner of a sandbox sets: settings, faults, clock and declared functions; and the reset of all that. */
export class Controls {
  readonly #store: SandboxStore;
  readonly #changes: Changes;
  readonly #advance: Advance;
  readonly #limits: () => Limits;
  readonly #outboundHosts: () => readonly string[];

  constructor(
    store: SandboxStore,
    changes: Changes,
    advance: Advance,
    limits: () => Limits,
    outboundHosts: () => readonly string[],
  ) {
    this.#store = store;
    this.#changes = changes;
    this.#advance = advance;
    this.#limits = limits;
    this.#outboundHosts = outboundHosts;
  }

  /** Changes settings; 400 when OUTBOUND_HOSTS does not allow a host that deliveries are to be posted to. */
  async changeSettings(changes: Undefinable<Settings>): Promise<Result<Settings, Problem>> {
    const store = this.#store;
    const refused = this.#refusedUrl((changes.pushDeliveries ?? []).map(({ url }) => url));
    if (refused !== undefined) return problem(400, refused);
    return this.#changes.make("settings", "all", () => {
      store.replaceSettings({ ...store.get("settings"), ...definedItems(changes) });
      return store.settings;
    });
  }

  reset(parts: readonly Part[]): Promise<Result<undefined, Problem>> {
    const store = this.#store;
    return this.#changes.make("reset", "all", () => {
      if (parts.includes("configs")) store.directory.deleteAllConfigs();
      if (parts.includes("journal")) this.#clearJournal();
      if (parts.includes("faults")) store.faults.clear();
      if (parts.includes("outcomes")) store.outcomes.clear();
      if (parts.includes("invocations")) this.#raise("invocationsEpoch");
      if (parts.includes("deliveries")) this.#raise("deliveriesEpoch");
      if (parts.includes("clock")) store.replaceClock(REAL_CLOCK);
      if (parts.includes("functions")) store.replaceDeclared({});
      if (parts.includes("settings")) store.replaceSettings({});
      return undefined;
    });
  }

  clearJournal(): Promise<Result<undefined, Problem>> {
    return this.#changes.make("requests", "all", () => {
      this.#clearJournal();
      return undefined;
    });
  }

  #clearJournal(): void {
    this.#store.journal.clear();
    this.#raise("journalEpoch");
  }

  #raise(epoch: "journalEpoch" | "invocationsEpoch" | "deliveriesEpoch"): void {
    this.#store.set(epoch, this.#store.get(epoch) + 1);
  }

  /** Deletes all invocations, those that have not ended too, or all deliveries. */
  clear(part: "invocations" | "deliveries"): Promise<Result<undefined, Problem>> {
    return this.#changes.make(part, "all", () => {
      this.#raise(`${part}Epoch`);
      return undefined;
    });
  }

  /** Adds outcomes; 409 when there are too many, 400 when OUTBOUND_HOSTS does not allow a handler's host. */
  async addOutcomes(given: GivenScript): Promise<Result<Script, Problem>> {
    const most = this.#limits().outcomes;
    if (this.#store.outcomes.all().length >= most) {
      return problem(409, `This sandbox has ${most} lists of outcomes, and may have no more.`);
    }
    if (areTooLarge([...this.#store.outcomes.all(), given])) return problem(409, TOO_LARGE);
    const refused = this.#refusedUrl(handlerUrls(given.outcomes));
    if (refused !== undefined) return problem(400, refused);
    return this.#changes.make("outcomes", concernOfOutcomes([given]), () => this.#store.outcomes.add(given));
  }

  /** Removes the outcomes with this id; 404 when there are none. */
  async removeOutcomes(id: string): Promise<Result<undefined, Problem>> {
    const found = this.#store.outcomes.all().filter((script) => script.id === id);
    if (found.length === 0) return problem(404, `This sandbox has no outcomes ${id}.`);
    return this.#changes.make("outcomes", concernOfOutcomes(found), () => {
      this.#store.outcomes.remove(id);
      return undefined;
    });
  }

  clearOutcomes(): Promise<Result<undefined, Problem>> {
    const { outcomes } = this.#store;
    return this.#changes.make("outcomes", concernOfOutcomes(outcomes.all()), () => {
      outcomes.clear();
      return undefined;
    });
  }

  /** Why the deployment does not allow one of these addresses; undefined when it allows all. */
  #refusedUrl(urls: readonly string[]): string | undefined {
    const refused = urls.find((url) => !isAllowedHost(url, this.#outboundHosts()));
    return refused === undefined ? undefined : `${notAllowed(refused)}.`;
  }

  /** Adds a fault; 409 when there are too many. */
  async addFault(given: GivenFault): Promise<Result<Fault, Problem>> {
    const most = this.#limits().faults;
    if (this.#store.faults.all().length >= most) {
      return problem(409, `This sandbox has ${most} faults, and may have no more.`);
    }
    return this.#changes.make("faults", concernOf([given]), () => this.#store.faults.add(given));
  }

  /** Removes the fault with this id; 404 when there is none. */
  async removeFault(id: string): Promise<Result<undefined, Problem>> {
    const found = this.#store.faults.all().filter((fault) => fault.id === id);
    if (found.length === 0) return problem(404, `This sandbox has no fault ${id}.`);
    return this.#changes.make("faults", concernOf(found), () => {
      this.#store.faults.remove(id);
      return undefined;
    });
  }

  clearFaults(): Promise<Result<undefined, Problem>> {
    const { faults } = this.#store;
    return this.#changes.make("faults", concernOf(faults.all()), () => {
      faults.clear();
      return undefined;
    });
  }

  /** Sets the clock. To a later time it goes through all that is due until then. */
  changeClock(given: GivenClock): Promise<Result<AdvancedClock, Problem>> {
    return this.#advance.inTurn(() => this.#changeClock(given));
  }

  async #changeClock(given: GivenClock): Promise<Result<AdvancedClock, Problem>> {
    const real = Date.now();
    const clock = setClock(given, real);
    if (clock === undefined) return NOT_SHOWABLE;
    const [before, after] = [now(this.#store.get("clock"), real), now(clock, real)];
    if (clock.mode === "real" || after <= before) return this.#setClock(clock, undefined);
    this.#store.set("clock", clockAt(clock, before, real));
    return this.#advanceTo(after, clock);
  }

  /** Advances a clock that is frozen or shifted; 409 for a real one. */
  advanceClock(given: GivenAdvance): Promise<Result<AdvancedClock, Problem>> {
    return this.#advance.inTurn(() => this.#advanceClock(given));
  }

  async #advanceClock(given: GivenAdvance): Promise<Result<AdvancedClock, Problem>> {
    const clock = this.#store.get("clock");
    if (clock.mode === "real") {
      return problem(409, "Real time can't be advanced: make the clock frozen or shifted first.");
    }
    if ("to" in given) return this.#advanceTo(given.to);
    const advanced = advance(clock, given.seconds, Date.now());
    if (advanced === undefined) return NOT_SHOWABLE;
    return given.seconds < 0
      ? this.#setClock(advanced, undefined)
      : this.#advanceTo(now(advanced, Date.now()), advanced);
  }

  /** Advances the clock. `reached` is the clock at the target, where that is a time. */
  async #advanceTo(target: Target, reached?: Clock): Promise<Result<AdvancedClock, Problem>> {
    try {
      const { report, isEnded } = await this.#advance.run(target);
      if (isEnded) return ok({ ...showClock(this.#store.get("clock"), Date.now()), advance: report });
      const clock = report.reached && reached ? reached : withWholeSeconds(this.#store.get("clock"));
      return await this.#setClock(clock, report);
    } catch (error) {
      // The alarm goes on with the advance.
      console.error(error);
      return problem(503, "Some functions could not be reached; the clock will go on when they can.");
    }
  }

  /** Goes on with an advance that was cut off. Rejects when a function could not be reached. */
  resumeAdvance(): Promise<void> {
    return this.#advance.inTurn(async () => {
      const advanced = await this.#advance.resume();
      if (advanced === undefined || advanced.isEnded) return;
      await this.#setClock(withWholeSeconds(this.#store.get("clock")), advanced.report);
    });
  }

  /** Sets the clock, of which every function is told. */
  #setClock(clock: Clock, report: AdvanceReport | undefined): Promise<Result<AdvancedClock, Problem>> {
    return this.#changes.make("clock", "all", () => {
      this.#store.replaceClock(clock);
      return { ...showClock(clock, Date.now()), ...(report ? { advance: report } : {}) };
    });
  }

  /** Has the sandbox have exactly what is declared; 400 when that contradicts itself. */
  async declare(declared: Declared): Promise<Result<Declared, Problem>> {
    const wrong = contradictionInDeclared(declared);
    if (wrong !== undefined) return problem(400, wrong);
    const { resources, now } = this.#store;
    const change = declaredChange(declared, resources, now);
    const most = this.#limits().sandboxBytes;
    if (!resources.hasRoomForVersions(change, most)) {
      return problem(409, `With these versions, ${wouldStore(most)}.`);
    }
    this.#changes.beginResources(change);
    const finished = await this.#changes.finish("functions");
    return finished.ok ? ok(declaredNames(this.#store.resources)) : finished;
  }
}

const NOT_SHOWABLE = problem(400, "The clock must show a time of the years 1970 to 9999.");

/** The functions to whose calls some of these outcomes may apply. */
function concernOfOutcomes(scripts: readonly GivenScript[]): Concern {
  return (name) => scripts.some((script) => concernsCalls(script, name));
}

/** The functions whose requests some of these faults may match. */
function concernOf(faults: readonly GivenFault[]): Concern {
  return (name) => faults.some((fault) => concernsFunction(fault, name));
}
