import type { AdvanceReport } from "../../documents/responseBodies.ts";
import { type FunctionName, functionKey } from "../../fc/names.ts";
import { type Clock, clockAt, LATEST_TIME, now, withWholeSeconds } from "../../state/clock.ts";
import type { Limits } from "../../state/limits.ts";
import { handlerUrls } from "../../state/outcomes.ts";
import { type Progress, REPORTED_EVENTS } from "../invocationMessages.ts";
import type { Changes } from "./changes.ts";
import type { FunctionStub, Functions } from "./functions.ts";
import type { SandboxStore } from "./store.ts";

/** How far to advance: to a time, to what is due next, or until nothing is due. */
export type Target = number | "next" | "idle";

/** What an advance did. */
export interface Advanced {
  readonly report: AdvanceReport;
  /**
   * The clock that the sandbox is to have: the one that was asked for where its time was reached, or else one that shows
   * where the advance stopped.
   */
  readonly clock: Clock;
  /** Whether something else set the clock before the advance was done. */
  readonly isEnded: boolean;
}

/** A function that has something to do. */
interface Due {
  readonly name: FunctionName;
  readonly key: string;
  readonly at: number;
}

/**
 * Advances the clock of a sandbox, which is not real, as a simulation of discrete events: what is due on the way
 * happens in the order of its time, and at one time in the order of the functions' names and the invocations'
 * numbers. So two runs of the same story end alike. The clock moves along, and is stored as it goes.
 */
export class Advance {
  readonly #store: SandboxStore;
  readonly #functions: Functions;
  readonly #changes: Changes;
  readonly #limits: () => Limits;
  /** Called in the turn in which an advance is stored: schedules the alarm, which goes on with one that is cut off. */
  readonly #begun: () => void;
  /** The end of the latest task in the queue. */
  #idle: Promise<unknown> = Promise.resolve();
  #running = 0;

  constructor(
    store: SandboxStore,
    functions: Functions,
    changes: Changes,
    limits: () => Limits,
    begun: () => void,
  ) {
    this.#store = store;
    this.#functions = functions;
    this.#changes = changes;
    this.#limits = limits;
    this.#begun = begun;
  }

  /** Whether an advance was cut off. */
  get isCutOff(): boolean {
    return this.#running === 0 && this.#store.get("advancing") !== undefined;
  }

  /** Runs one task that sets the clock after the other: each begins at the time at which the one before ended. */
  inTurn<T>(task: () => Promise<T>): Promise<T> {
    this.#running += 1;
    const done = this.#idle.then(task).finally(() => {
      this.#running -= 1;
    });
    this.#idle = done.catch(() => {});
    return done;
  }

  /** Goes on with an advance that was cut off. Returns undefined when there is none. It has to be this task's turn. */
  async resume(): Promise<Advanced | undefined> {
    const advancing = this.#store.get("advancing");
    if (advancing === undefined) return undefined;
    // A function stores its steps before the sandbox stores the time of the last one.
    const reached = await this.#askEach((_, object) => object.advancedTo());
    if (this.#isEnded) return undefined;
    this.#moveTo(Math.max(0, ...reached.map((at) => at ?? 0)));
    return this.run(advancing.until, advancing.clock);
  }

  /**
   * Advances the clock, which shows the time that was reached; functions are not told of it yet. `clock` is the clock to have
   * then, where the target is a time. The clock that something else sets meanwhile, a reset for example, ends the advance. It
   * has to be this task's turn.
   */
  async run(target: Target, clock?: Clock): Promise<Advanced> {
    const store = this.#store;
    const most = this.#limits().eventsPerAdvance;
    const events: AdvanceReport["events"] = [];
    store.set("advancing", { until: target === "next" ? store.now : target, ...(clock ? { clock } : {}) });
    this.#begun();
    let dues = await this.#ask();
    if (target === "next" && !this.#isEnded) {
      const next = Math.min(earliest(dues)?.at ?? store.now, LATEST_TIME);
      store.set("advancing", { until: Math.max(store.now, next) });
    }
    const { until = store.now } = store.get("advancing") ?? {};
    // What would be due later than a clock can show never happens.
    const end = until === "idle" ? LATEST_TIME : until;
    let steps = 0;
    let asked = 0;
    while (!this.#isEnded) {
      const next = earliest(dues);
      if (next === undefined || next.at > end) {
        // What a handler or a client has invoked meanwhile is not among these.
        if (asked === steps) break;
        asked = steps;
        dues = await this.#ask();
        continue;
      }
      if (steps >= most) break;
      const from = await this.#arriveAt(next.at);
      if (this.#isEnded) break;
      const other = earliest(dues, next.key);
      const last = other === undefined ? end : other.key > next.key ? other.at : other.at - 1;
      const until = this.#isObserved ? next.at : Math.min(end, Math.max(last, next.at));
      const object = this.#functions.objectOf(next.name);
      const progress = await object.runInvocations({ until, most: most - steps, from });
      steps += progress.steps;
      report(events, next.name, progress);
      if (this.#isEnded) break;
      this.#moveTo(progress.at ?? next.at);
      if (this.#isObserved) {
        // A handler may have invoked or stopped something that is due before all else.
        dues = await this.#ask();
        continue;
      }
      set(dues, next.name, progress.nextDue);
      const { deliveredTo } = progress;
      if (deliveredTo) set(dues, deliveredTo, await this.#functions.objectOf(deliveredTo).nextDue());
    }
    const isEnded = this.#isEnded;
    const next = earliest(dues);
    const reached = !isEnded && (next === undefined || next.at > end);
    if (reached && until !== "idle") this.#moveTo(until);
    if (!isEnded) store.set("advancing", undefined);
    const nextDueAt = next === undefined ? null : new Date(next.at).toISOString();
    return {
      isEnded,
      clock: reached && clock ? clock : withWholeSeconds(store.get("clock")),
      report: { steps, reached, nextDueAt, events },
    };
  }

  /** Whether something else has set the clock since the advance began. */
  get #isEnded(): boolean {
    return this.#store.get("advancing") === undefined;
  }

  /** Whether handlers, or addresses that deliveries are posted to, may call the sandbox during the advance. */
  get #isObserved(): boolean {
    const { settings, outcomes } = this.#store;
    return (
      settings.pushDeliveries.length > 0 || outcomes.all().some((its) => handlerUrls(its.outcomes).length > 0)
    );
  }

  /** Moves the clock to what is due. Functions are told where a handler may call them. Returns the time of the step. */
  async #arriveAt(time: number): Promise<number> {
    const store = this.#store;
    // A shifted clock goes on while functions are told.
    const reached = Math.max(store.now, time);
    if (this.#isObserved && store.now < time) {
      // A function that can't be told now is told later: one damaged object must not stop the time of all.
      await this.#changes.make(undefined, "all", () => this.#moveTo(time));
    } else this.#moveTo(time);
    return reached;
  }

  /** When each function has something to do next. */
  async #ask(): Promise<Map<string, Due>> {
    const dues = new Map<string, Due>();
    const all = await this.#askEach(async (name, object) => ({ name, at: await object.nextDue() }));
    for (const { name, at } of all) set(dues, name, at);
    return dues;
  }

  /**
   * The answers of the functions that can be reached. The others do later what is due, when they are told of the clock:
   * one damaged object must not stop the time of all.
   */
  async #askEach<T>(ask: (name: FunctionName, object: FunctionStub) => Promise<T>): Promise<T[]> {
    const all = await this.#functions.askAll(async (name, object) => {
      try {
        return [{ answer: await ask(name, object) }];
      } catch (error) {
        console.error(error);
        return [];
      }
    });
    return all.flat().map(({ answer }) => answer);
  }

  /** Moves the clock forward. */
  #moveTo(time: number): void {
    const store = this.#store;
    const clock = store.get("clock");
    const real = Date.now();
    if (clock.mode === "real" || now(clock, real) >= time) return;
    store.set("clock", clockAt(clock, time, real));
  }
}

function set(
  dues: Map<string, Due>,
  { service, function: functionName }: FunctionName,
  at: number | undefined,
): void {
  const name = { service, function: functionName };
  const key = functionKey(name);
  if (at === undefined) dues.delete(key);
  else dues.set(key, { name, key, at });
}

/** What is due first, by its time and then by the function's name; besides one function. */
function earliest(dues: ReadonlyMap<string, Due>, besides?: string): Due | undefined {
  let first: Due | undefined;
  for (const due of dues.values()) {
    if (due.key === besides) continue;
    if (first === undefined || due.at < first.at || (due.at === first.at && due.key < first.key)) first = due;
  }
  return first;
}

function report(events: AdvanceReport["events"], name: FunctionName, { happened }: Progress): void {
  const { service, function: functionName } = name;
  for (const { invocation, qualifier, event } of happened.slice(0, REPORTED_EVENTS - events.length)) {
    const { at, ...rest } = event;
    const time = new Date(at).toISOString();
    events.push({ time, service, function: functionName, qualifier, invocation, ...rest });
  }
}
