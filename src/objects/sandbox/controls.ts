import type { Part } from "../../documents/parts.ts";
import { problem } from "../../documents/problem.ts";
import type { Problem } from "../../documents/responseBodies.ts";
import { wouldStore } from "../../fc/resources.ts";
import { definedItems, type Undefinable } from "../../lib/definedItems.ts";
import { ok, type Result } from "../../lib/result.ts";
import {
  advance,
  type Clock,
  type GivenClock,
  REAL_CLOCK,
  type ShownClock,
  setClock,
  showClock,
} from "../../state/clock.ts";
import { contradictionInDeclared, type Declared } from "../../state/declared.ts";
import { declaredChange } from "../../state/declaredChange.ts";
import { declaredNames } from "../../state/declaredDocument.ts";
import { concernsFunction, type Fault, type GivenFault } from "../../state/faults.ts";
import type { Limits } from "../../state/limits.ts";
import type { Settings } from "../../state/settings.ts";
import type { Changes, Concern } from "./changes.ts";
import type { SandboxStore } from "./store.ts";

/** What the owner of a sandbox sets: settings, faults, clock and declared functions; and the reset of all that. */
export class Controls {
  readonly #store: SandboxStore;
  readonly #changes: Changes;
  readonly #limits: () => Limits;

  constructor(store: SandboxStore, changes: Changes, limits: () => Limits) {
    this.#store = store;
    this.#changes = changes;
    this.#limits = limits;
  }

  changeSettings(changes: Undefinable<Settings>): Promise<Result<Settings, Problem>> {
    const store = this.#store;
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
      if (parts.includes("clock")) store.set("clock", REAL_CLOCK);
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
    this.#store.set("journalEpoch", this.#store.get("journalEpoch") + 1);
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

  changeClock(given: GivenClock): Promise<Result<ShownClock, Problem>> {
    return this.#setClock(setClock(given, Date.now()));
  }

  /** Advances a clock that is frozen or shifted; 409 for a real one. */
  async advanceClock(seconds: number): Promise<Result<ShownClock, Problem>> {
    const clock = this.#store.get("clock");
    if (clock.mode === "real") {
      return problem(409, "Real time can't be advanced: make the clock frozen or shifted first.");
    }
    return this.#setClock(advance(clock, seconds, Date.now()));
  }

  async #setClock(clock: Clock | undefined): Promise<Result<ShownClock, Problem>> {
    if (clock === undefined) return problem(400, "The clock must show a time of the years 1970 to 9999.");
    return this.#changes.make("clock", "all", () => {
      this.#store.set("clock", clock);
      return showClock(clock, Date.now());
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

/** The functions whose requests some of these faults may match. */
function concernOf(faults: readonly GivenFault[]): Concern {
  return (name) => faults.some((fault) => concernsFunction(fault, name));
}
