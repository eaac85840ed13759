import type { Part } from "../../documents/parts.ts";
import { problem } from "../../documents/problem.ts";
import type { AdvancedClock, AdvanceReport, Problem } from "../../documents/responseBodies.ts";
import { wouldStore } from "../../fc/resources.ts";
import { definedItems, type Undefinable } from "../../lib/definedItems.ts";
import { type Err, ok, type Result } from "../../lib/result.ts";
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
import { REPORTED_EVENTS } from "../invocationMessages.ts";
import { isAllowedHost, notAllowed } from "../outbound.ts";
import type { Advance, Advanced, Target } from "./advance.ts";
import type { Changes } from "./changes.ts";
import { RuleList } from "./ruleList.ts";
import type { SandboxStore } from "./store.ts";

/** What the owner of a sandbox sets: settings, faults, clock and declared functions; and the reset of all that. */
export class Controls {
  readonly faults: RuleList<GivenFault, Fault>;
  readonly outcomes: RuleList<GivenScript, Script>;
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
    this.faults = new RuleList(store, store.faults, changes, {
      what: "faults",
      one: "fault",
      many: "faults",
      most: () => limits().faults,
      refusal: () => undefined,
      concerns: concernsFunction,
    });
    this.outcomes = new RuleList(store, store.outcomes, changes, {
      what: "outcomes",
      one: "outcomes",
      many: "lists of outcomes",
      most: () => limits().outcomes,
      refusal: (given, others) => this.#refusedOutcomes(given, others),
      concerns: concernsCalls,
    });
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
      store.pact.forgetParts(parts);
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

  /** 409 when all outcomes together are too large, 400 when OUTBOUND_HOSTS does not allow a handler's host. */
  #refusedOutcomes(given: GivenScript, others: readonly GivenScript[]): Err<Problem> | undefined {
    if (areTooLarge([...others, given])) return problem(409, TOO_LARGE);
    const refused = this.#refusedUrl(handlerUrls(given.outcomes));
    return refused === undefined ? undefined : problem(400, refused);
  }

  /** Why the deployment does not allow one of these addresses; undefined when it allows all. */
  #refusedUrl(urls: readonly string[]): string | undefined {
    const refused = urls.find((url) => !isAllowedHost(url, this.#outboundHosts()));
    return refused === undefined ? undefined : `${notAllowed(refused)}.`;
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
    if (after <= before) return this.#setClock(clock, undefined);
    // Until real time is reached, the clock stands where the advance is.
    this.#store.set(
      "clock",
      clock.mode === "real" ? { mode: "frozen", at: before } : clockAt(clock, before, real),
    );
    return orUnreachable(() => this.#advanceTo(after, clock));
  }

  /** Advances a clock that is frozen or shifted; 409 for a real one. */
  advanceClock(given: GivenAdvance): Promise<Result<AdvancedClock, Problem>> {
    const resumeAndAdvance = async () => {
      // What is left of an advance that was cut off comes first.
      const earlier = await this.#resume();
      const advanced = await this.#advanceClock(given);
      return advanced.ok ? ok(withEarlier(advanced.value, earlier)) : advanced;
    };
    return this.#advance.inTurn(() => orUnreachable(resumeAndAdvance));
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

  /** Advances the clock. `clock` is the clock at the target, where that is a time. */
  async #advanceTo(target: Target, clock?: Clock): Promise<Result<AdvancedClock, Problem>> {
    return this.#finish(await this.#advance.run(target, clock));
  }

  #finish({ isEnded, clock, report }: Advanced): Promise<Result<AdvancedClock, Problem>> {
    if (!isEnded) return this.#setClock(clock, report);
    return Promise.resolve(ok({ ...showClock(this.#store.get("clock"), Date.now()), advance: report }));
  }

  /** Goes on with an advance that was cut off. Rejects when a function could not be reached. */
  async resumeAdvance(): Promise<void> {
    await this.#advance.inTurn(() => this.#resume());
  }

  /** What the rest of an advance that was cut off did; undefined when there is none. It has to be this task's turn. */
  async #resume(): Promise<AdvanceReport | undefined> {
    const advanced = await this.#advance.resume();
    if (advanced !== undefined) await this.#finish(advanced);
    return advanced?.report;
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

/** What an advance returns; 503 when a function could not be reached: the alarm goes on with the advance. */
async function orUnreachable(
  advance: () => Promise<Result<AdvancedClock, Problem>>,
): Promise<Result<AdvancedClock, Problem>> {
  try {
    return await advance();
  } catch (error) {
    console.error(error);
    return problem(503, "Some functions could not be reached; the clock will go on when they can.");
  }
}

/** A clock that was advanced, with what the rest of an earlier advance did before. */
function withEarlier(clock: AdvancedClock, earlier: AdvanceReport | undefined): AdvancedClock {
  const { advance: own } = clock;
  if (earlier === undefined || own === undefined) return clock;
  const events = [...earlier.events, ...own.events].slice(0, REPORTED_EVENTS);
  return { ...clock, advance: { ...own, steps: earlier.steps + own.steps, events } };
}

const NOT_SHOWABLE = problem(400, "The clock must show a time of the years 1970 to 9999.");
