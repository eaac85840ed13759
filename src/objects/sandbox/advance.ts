import type { AdvanceReport } from "../../documents/responseBodies.ts";
import { type FunctionName, functionKey } from "../../fc/names.ts";
import { clockAt, now } from "../../state/clock.ts";
import type { Limits } from "../../state/limits.ts";
import type { Progress } from "../invocationMessages.ts";
import type { Functions } from "./functions.ts";
import type { Advancing, SandboxStore } from "./store.ts";

/** How many events the answer to an advance has at most. The invocations have all of them. */
const REPORTED_EVENTS = 1000;

/** How far to advance: to a time, to what is due next, or until nothing is due. */
export type Target = number | "next" | "idle";

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
  readonly #limits: () => Limits;
  /** The end of the latest advance in the queue. */
  #idle: Promise<unknown> = Promise.resolve();
  #running = 0;

  constructor(store: SandboxStore, functions: Functions, limits: () => Limits) {
    this.#store = store;
    this.#functions = functions;
    this.#limits = limits;
  }

  /** Whether an advance was cut off. */
  get isCutOff(): boolean {
    return this.#running === 0 && this.#store.get("advancing") !== undefined;
  }

  /** Goes on with an advance that was cut off. */
  async resume(): Promise<void> {
    const advancing = this.#store.get("advancing");
    if (this.#running === 0 && advancing !== undefined) await this.run(advancing.until);
  }

  /** Runs one advance after the other. The clock shows the time that was reached; functions are not told of it yet. */
  run(target: Target): Promise<AdvanceReport> {
    this.#running += 1;
    const done = this.#idle
      .then(() => this.#run(target))
      .finally(() => {
        this.#running -= 1;
      });
    this.#idle = done.catch(() => {});
    return done;
  }

  async #run(target: Target): Promise<AdvanceReport> {
    const store = this.#store;
    const most = this.#limits().eventsPerAdvance;
    const events: AdvanceReport["events"] = [];
    let dues = await this.#ask();
    const goal: Advancing = {
      until: target === "next" ? Math.max(store.now, earliest(dues)?.at ?? store.now) : target,
    };
    store.set("advancing", goal);
    const end = goal.until === "idle" ? Number.MAX_SAFE_INTEGER : goal.until;
    let steps = 0;
    let asked = 0;
    for (;;) {
      const next = earliest(dues);
      if (next === undefined || next.at > end) {
        // What a handler or a client has invoked meanwhile is not among these.
        if (asked === steps) break;
        asked = steps;
        dues = await this.#ask();
        continue;
      }
      if (steps >= most) break;
      const other = earliest(dues, next.key);
      const last = other === undefined ? end : other.key > next.key ? other.at : other.at - 1;
      const span = { until: Math.min(end, Math.max(last, next.at)), most: most - steps, from: store.now };
      const progress = await this.#functions.objectOf(next.name).runInvocations(span);
      steps += progress.steps;
      report(events, next.name, progress);
      this.#moveTo(Math.max(next.at, progress.at ?? next.at));
      set(dues, next.name, progress.nextDue);
      const { deliveredTo } = progress;
      if (deliveredTo) set(dues, deliveredTo, await this.#functions.objectOf(deliveredTo).nextDue());
    }
    const next = earliest(dues);
    const reached = next === undefined || next.at > end;
    if (reached && goal.until !== "idle") this.#moveTo(goal.until);
    store.set("advancing", undefined);
    const nextDueAt = next === undefined ? null : new Date(next.at).toISOString();
    return { steps, reached, nextDueAt, events };
  }

  /** When each function has something to do next. */
  async #ask(): Promise<Map<string, Due>> {
    const dues = new Map<string, Due>();
    const all = await this.#functions.askAll(async (name, object) => ({ name, at: await object.nextDue() }));
    for (const { name, at } of all) set(dues, name, at);
    return dues;
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
