import { destinationKind } from "../../fc/destinations.ts";
import {
  type Condition,
  enqueued,
  type Invocation,
  isFinal,
  rulesOf,
} from "../../fc/invocations/invocation.ts";
import { type Circumstances, delivered, type Occurrence, transition } from "../../fc/invocations/machine.ts";
import type { InvocationChange } from "../../fc/invocations/operand.ts";
import {
  type AttemptResult,
  DEFAULT_OUTCOME,
  durationOf,
  type HandlerOutcome,
  handlerTimeoutOf,
  MAX_RESULT_BYTES,
  type Outcome,
  type Plan,
  resultOf,
  systemFailed,
} from "../../fc/invocations/outcome.ts";
import { messageOf, recordOf } from "../../fc/invocations/record.ts";
import { type FunctionName, functionKey } from "../../fc/names.ts";
import type { InboxDelivery } from "../../journal/delivery.ts";
import { countOne, type InvocationCounts, NO_INVOCATIONS } from "../../journal/invocationCounts.ts";
import { ok, type Result } from "../../lib/result.ts";
import { now } from "../../state/clock.ts";
import type { HeldInvocation } from "../../state/invocationSnapshot.ts";
import type { ShownRecord } from "../../state/invocations.ts";
import {
  type DeliveredInvocation,
  type Happened,
  type Progress,
  REPORTED_EVENTS,
  type Span,
} from "../invocationMessages.ts";
import { chooseOutcome, decidedOutcome } from "./attempts.ts";
import { DeliveryTable } from "./deliveryTable.ts";
import { runHandler } from "./handler.ts";
import type { InvocationHost } from "./invocationHost.ts";
import { InvocationTable, type StoredInvocation } from "./invocationTable.ts";
import { isInboxAlone, PUSH_TIMEOUT_MS, refusalOf, routeOf, send } from "./sending.ts";
import { shownRecord } from "./shownRecord.ts";

/** A request that the sandbox sent is lost when its answer is this much later than its timeout. */
const GRACE_MS = 2000;
/** How many steps an invocation makes at once when it is added. */
const STEPS_AT_ONCE = 100;
/** How soon a step is tried again that could not ask another object. */
const AGAIN_MS = 1000;
const NONE: ReadonlySet<number> = new Set();
const COUNTS = "invocationCounts";
const ADVANCED = "advanced";

/** How far an advance has come, and the version of the sandbox's state by which it ran. */
interface Advanced {
  readonly version: number;
  readonly at: number;
}

/** Runs a function's asynchronous invocations: does what is due, and carries out what the machine says. */
export class Invocations {
  readonly table: InvocationTable;
  readonly deliveries: DeliveryTable;
  readonly #host: InvocationHost;
  /** The invocations whose request to a handler, or whose delivery, is under way. */
  readonly #underWay = new Set<number>();
  /** The end of the latest run in the queue. */
  #idle: Promise<unknown> = Promise.resolve();
  #counts: InvocationCounts;
  #changed = new Map<number, Invocation>();
  /** The invocation whose steps follow each other in this turn: it is written once, after the last of them. */
  #current: StoredInvocation | undefined;
  /** How far an advance came, of which the function's state does not tell yet. */
  #reached = Number.NEGATIVE_INFINITY;

  constructor(host: InvocationHost) {
    const { storage } = host;
    this.#host = host;
    this.table = new InvocationTable(storage, host.limits, () => this.now);
    this.deliveries = new DeliveryTable(storage, functionKey(host.name), host.limits);
    this.#counts = storage.kv.get<InvocationCounts>(COUNTS) ?? NO_INVOCATIONS;
  }

  get counts(): InvocationCounts {
    return this.#counts;
  }

  /** The sandbox's time, in milliseconds since 1970. */
  get now(): number {
    return Math.max(now(this.#host.state().clock, Date.now()), this.#reached);
  }

  /** Notes that the function's state tells the sandbox's time again. */
  clockCame(): void {
    this.#reached = Number.NEGATIVE_INFINITY;
  }

  /** When something is due next, in milliseconds since 1970 of the sandbox's time; undefined when nothing is. */
  get nextDue(): number | undefined {
    return this.table.nextDue(this.#underWay);
  }

  /**
   * When the alarm has to ring. What is under way counts: if it is cut off, only the alarm goes on with it, at its
   * deadline.
   */
  get alarmAt(): number | undefined {
    const earliest = this.table.firstDue(Number.MAX_SAFE_INTEGER, NONE);
    const due = earliest?.invocation.dueAt;
    if (earliest === undefined || due == null || !this.#underWay.has(earliest.number))
      return due ?? undefined;
    return Math.min(Math.max(due, this.now + AGAIN_MS), this.nextDue ?? Number.MAX_SAFE_INTEGER);
  }

  /** The time of the latest step of an advance, if the sandbox has told of no change since then. */
  get advancedTo(): number | undefined {
    const { storage, state } = this.#host;
    const advanced = storage.kv.get<Advanced>(ADVANCED);
    return advanced?.version === state().version ? advanced?.at : undefined;
  }

  /** The record of an invocation; undefined when the function has none of this id. */
  record(id: string, wanted: Condition | undefined): ShownRecord | undefined {
    const invocation = this.table.get(id);
    return (
      invocation &&
      shownRecord(invocation, this.table.payloads(id), wanted, {
        host: this.#host,
        deliveries: this.deliveries,
        now: this.now,
      })
    );
  }

  /** Makes the change of a request. */
  apply(change: InvocationChange): void {
    if (change.kind === "enqueue") {
      this.#add(change.invocation, change.event, change.outcomes, this.now);
      return;
    }
    const stored = this.table.named(change.id);
    if (stored) this.#move(stored, { type: "stop" }, this.now);
    this.#flush();
  }

  /**
   * Adds an invocation. What it has to do by a time is done at once, as far as that needs no other object, unless the clock
   * is frozen or others are due before it: most invocations are written once, and need no alarm.
   */
  #add(
    invocation: Invocation,
    event: Uint8Array<ArrayBuffer>,
    outcomes: readonly Outcome[] | null,
    by: number,
  ): void {
    const mayRun = this.#host.state().clock.mode !== "frozen" && (this.nextDue ?? by + 1) > by;
    const placed = this.table.place(invocation, event, outcomes);
    this.#host.publish([invocation]);
    const { stored } = mayRun ? this.#stepAlone(placed, by, STEPS_AT_ONCE) : { stored: placed };
    this.table.insert(stored);
    if (stored === placed) this.#host.changed([invocation]);
    this.#flush();
  }

  /** Adds an invocation as it is; whether there was room for it. */
  put(held: HeldInvocation): boolean {
    if (!this.table.put(held)) return false;
    this.#host.publish([held.invocation]);
    this.#host.changed([held.invocation]);
    return true;
  }

  /** Removes an invocation, whatever its status. */
  remove(id: string): void {
    const number = this.table.remove(id);
    if (number !== undefined) this.#underWay.delete(number);
  }

  /** Ends the invocations that have not ended, of all qualifiers or of these: what was called was deleted. */
  invalidate(qualifiers: readonly string[] | undefined): void {
    for (const stored of this.table.pending()) {
      if (qualifiers && !qualifiers.includes(stored.invocation.qualifier)) continue;
      this.#move(stored, { type: "deleted" }, this.now);
    }
    this.#flush();
  }

  /** Enqueues an invocation that comes of a delivery, unless it was enqueued before. The error says why not. */
  enqueueDelivered(given: DeliveredInvocation): Result<undefined, string> {
    const { id, qualifier, version, depth, origin, event, at, epoch = 0 } = given;
    if (epoch < (this.#host.state().invocationsEpoch ?? 0)) {
      return { ok: false, error: "the invocation was deleted meanwhile" };
    }
    if (this.table.named(id)) return ok(undefined);
    if (!this.table.hasRoom(event.length)) return { ok: false, error: "the function has no room for it" };
    const isTask = this.#host.config(qualifier)?.stateful ?? false;
    const invocation = enqueued({ id, requestId: id, qualifier, version, isTask, depth, origin }, at);
    this.table.insert(this.table.place(invocation, event, null));
    this.#host.publish([invocation]);
    this.#host.changed([invocation]);
    return ok(undefined);
  }

  /** Does what is due in a span. Runs one after the other. */
  run(span: Span): Promise<Progress> {
    const done = this.#idle.then(() => this.#run(span));
    this.#idle = done.catch(() => {});
    return done;
  }

  async #run({ until, most, from }: Span): Promise<Progress> {
    const happened: Happened[] = [];
    let steps = 0;
    let at = from;
    let deliveredTo: FunctionName | undefined;
    // An advance has to ask the function that was delivered to before it goes on. Real time does not.
    while (steps < most && (deliveredTo === undefined || from === undefined)) {
      const stored = this.table.firstDue(until, this.#underWay);
      if (stored === undefined) break;
      const { invocation } = stored;
      at = at === undefined ? until : Math.max(invocation.dueAt ?? at, at);
      if (from !== undefined) this.#reached = at;
      const alone = this.#stepAlone(stored, at, most - steps);
      if (alone.steps > 0) {
        if (alone.stored !== stored) this.table.write(alone.stored);
        deliveredTo = undefined;
        steps += alone.steps;
      } else {
        const step = this.#step(stored, at, from !== undefined);
        deliveredTo = step instanceof Promise ? await this.#settled(step, stored.number, from) : undefined;
        steps += 1;
      }
      if (from !== undefined && happened.length < REPORTED_EVENTS) {
        const after = this.#changed.get(stored.number) ?? this.table.numbered(stored.number)?.invocation;
        for (const event of after?.events.slice(invocation.events.length) ?? []) {
          happened.push({ invocation: invocation.id, qualifier: invocation.qualifier, event });
        }
      }
    }
    this.#flush();
    if (from !== undefined && steps > 0 && at !== undefined) {
      this.#host.storage.kv.put(ADVANCED, { version: this.#host.state().version, at } satisfies Advanced);
    }
    return { steps, happened, at: steps > 0 ? at : undefined, nextDue: this.nextDue, deliveredTo };
  }

  /**
   * Makes the steps that an invocation has to make by a time, one after the other, as long as they need no other object.
   * Returns what became of the invocation, which is not written yet, and how many steps it made.
   */
  #stepAlone(
    stored: StoredInvocation,
    at: number,
    most: number,
  ): { readonly stored: StoredInvocation; readonly steps: number } {
    let steps = 0;
    try {
      this.#current = stored;
      for (let latest = stored; steps < most && this.#isAlone(latest, at); latest = this.#current) {
        this.#step(latest, at, false);
        steps += 1;
      }
      return { stored: this.#current, steps };
    } finally {
      this.#current = undefined;
    }
  }

  /** Whether an invocation has a step to make by a time, and needs no other object and no handler for it. */
  #isAlone({ invocation, plan }: StoredInvocation, at: number): boolean {
    const { status, qualifier, dueAt, attempts, delivery } = invocation;
    if (dueAt === null || dueAt > at) return false;
    if (delivery !== null) return isInboxAlone(routeOf(this.#host, invocation, delivery));
    if (status === "Running" || status === "Stopping") return true;
    const decided = decidedOutcome(this.#host, qualifier, attempts + 1, plan);
    return decided !== undefined && decided.outcome?.type !== "http";
  }

  /**
   * Waits for a step that asks other objects. When one could not be reached, an advance fails and is tried again as a
   * whole; in real time only this invocation waits, and the others go on.
   */
  async #settled(
    step: Promise<FunctionName | undefined>,
    number: number,
    from: number | undefined,
  ): Promise<FunctionName | undefined> {
    try {
      return await step;
    } catch (error) {
      if (from !== undefined) throw error;
      console.error(error);
      const latest = this.table.numbered(number);
      if (latest && latest.invocation.dueAt !== null) {
        this.#write({ ...latest, invocation: { ...latest.invocation, dueAt: this.now + AGAIN_MS } });
      }
      return undefined;
    }
  }

  /** Makes the next step of an invocation that is due. Returns the other function that was delivered to. */
  #step(stored: StoredInvocation, at: number, waits: boolean): Promise<FunctionName | undefined> | undefined {
    const { invocation, plan } = stored;
    if (isFinal(invocation.status)) return this.#deliver(stored, at, waits);
    if (invocation.status === "Running") {
      this.#end(
        stored,
        plan.outcome === null || plan.outcome.type === "http" ? LOST : resultOf(plan.outcome),
        at,
      );
      return undefined;
    }
    const taken = transition(invocation, { type: "due" }, this.#circumstances(invocation), at);
    if (taken === undefined) return undefined;
    if (!taken.begins) {
      this.#moved(stored, taken.invocation);
      return undefined;
    }
    const { qualifier, attempts } = taken.invocation;
    const chosen = chooseOutcome(this.#host, qualifier, attempts, plan);
    const begin = (plan: Plan) => this.#begin({ ...stored, invocation: taken.invocation, plan }, at, waits);
    if (!(chosen instanceof Promise)) return begin(chosen);
    return chosen.then((plan) => {
      // A stop, a deletion or a reset may have come meanwhile.
      const latest = this.table.numbered(stored.number);
      return latest?.invocation.status === invocation.status ? begin(plan) : undefined;
    });
  }

  #begin(stored: StoredInvocation, at: number, waits: boolean): Promise<undefined> | undefined {
    const outcome = stored.plan.outcome ?? DEFAULT_OUTCOME;
    if (outcome.type === "http") return this.#beginHandler(stored, outcome, at, waits);
    const duration = durationOf(outcome);
    if (duration > 0) this.#write({ ...stored, invocation: { ...stored.invocation, dueAt: at + duration } });
    else this.#end(stored, resultOf(outcome), at);
    return undefined;
  }

  /** Begins an attempt that a handler makes. In real time nobody waits for the handler. */
  #beginHandler(
    stored: StoredInvocation,
    outcome: HandlerOutcome,
    at: number,
    waits: boolean,
  ): Promise<undefined> | undefined {
    const { number, invocation } = stored;
    const deadline = at + handlerTimeoutOf(outcome) + GRACE_MS;
    this.#write({ ...stored, invocation: { ...invocation, dueAt: deadline } });
    const { name, outbound, limits } = this.#host;
    const { qualifier, requestId, attempts } = invocation;
    const event = this.table.event(number);
    const call = {
      ...name,
      qualifier,
      requestId,
      attempt: attempts,
      event,
      place: this.#host.state().settings,
    };
    return this.#under(number, waits, async () => {
      const bytes = Math.min(limits().answerBytes, MAX_RESULT_BYTES);
      const result = await runHandler(outcome, call, outbound(), bytes);
      const latest = this.table.numbered(number);
      // After an erasure, another invocation may have the number.
      if (latest?.invocation.requestId !== requestId) return;
      if (latest.invocation.status !== "Running" || latest.invocation.attempts !== attempts) return;
      this.#end(latest, result, waits ? at : this.now);
    });
  }

  /** Does work on an invocation that others must leave alone meanwhile. */
  #under(number: number, waits: boolean, work: () => Promise<void>): Promise<undefined> | undefined {
    this.#underWay.add(number);
    const done = work().finally(() => {
      this.#underWay.delete(number);
    });
    if (waits) return done.then(() => undefined);
    this.#flush();
    // Flushing also schedules what is due next. After an erasure there is nothing left to write to.
    this.#host.waitUntil(done.then(() => this.#flush()).catch((error) => console.error(error)));
    return undefined;
  }

  /** Ends the attempt that is under way. */
  #end(stored: StoredInvocation, result: AttemptResult, at: number): void {
    const { kind, statusCode, error, message, payload } = result;
    this.#counts = countOne(this.#counts, "attempts", result.error === "" ? "success" : result.error);
    this.#move(stored, { type: kind, statusCode, error, message }, at);
    const isOver = isFinal(this.#changed.get(stored.number)?.status ?? "Running");
    // A function that succeeds may return nothing, which is not what it was called with.
    const isStored = payload !== null && (payload.length > 0 || kind === "succeeded");
    if (isOver && isStored) this.table.writeResult(stored.number, payload);
  }

  #move(stored: StoredInvocation, occurrence: Occurrence, at: number): void {
    const moved = transition(stored.invocation, occurrence, this.#circumstances(stored.invocation), at);
    if (moved === undefined) return;
    if (occurrence.type === "stop" || occurrence.type === "deleted") this.#underWay.delete(stored.number);
    this.#moved(stored, moved.invocation);
  }

  /** Writes what a transition made of an invocation. No attempt is under way then. */
  #moved(stored: StoredInvocation, invocation: Invocation): void {
    const { status } = invocation;
    if (isFinal(status)) this.#counts = countOne(this.#counts, "ended", status);
    this.#write({ ...stored, invocation, plan: { ...stored.plan, outcome: null } });
  }

  #circumstances({ qualifier }: Invocation): Circumstances {
    return {
      rules: rulesOf(this.#host.config(qualifier)),
      retryDelaysSeconds: this.#host.state().settings.retryDelaysSeconds,
      get deliveryId() {
        return crypto.randomUUID();
      },
    };
  }

  #write(stored: StoredInvocation): void {
    if (this.#current?.number === stored.number) this.#current = stored;
    else this.table.write(stored);
    this.#changed.set(stored.number, stored.invocation);
  }

  /** An invocation as it is now. */
  #latest(number: number): StoredInvocation | undefined {
    return this.#current?.number === number ? this.#current : this.table.numbered(number);
  }

  /** Stores the counts, and tells the host what changed since the last time. */
  #flush(): void {
    if (this.#changed.size === 0) return;
    const changed = [...this.#changed.values()];
    this.#changed.clear();
    this.#host.storage.kv.put(COUNTS, this.#counts);
    this.#host.publish(changed);
    this.#host.changed(changed);
  }

  /** Delivers the record of an invocation that has ended. */
  #deliver(
    stored: StoredInvocation,
    at: number,
    waits: boolean,
  ): Promise<FunctionName | undefined> | undefined {
    const { number, invocation } = stored;
    const { delivery } = invocation;
    if (delivery === null) return undefined;
    const { name, state } = this.#host;
    const record = recordOf(invocation, name, state().settings, this.table.payloadsOf(stored));
    const message = messageOf(record, delivery.destination, delivery.id);
    const finish = (error: string | undefined) => {
      const latest = this.#latest(number);
      // After an erasure, another invocation may have the number.
      if (latest?.invocation.delivery?.id !== delivery.id) return;
      if (latest.invocation.delivery.status === "Pending") this.#delivered(latest, message, at, error);
    };
    const route = routeOf(this.#host, invocation, delivery);
    const event = new Uint8Array(new TextEncoder().encode(message));
    const refusal = refusalOf(delivery, event.length, route);
    if (refusal !== undefined || isInboxAlone(route)) {
      finish(refusal);
      return undefined;
    }
    const work = async () =>
      finish(await send(this.#host, route, { invocation, delivery, message, event, at }));
    const { target, push } = route;
    if (push && !waits) {
      const deadline = at + PUSH_TIMEOUT_MS + GRACE_MS;
      this.table.write({ ...stored, invocation: { ...invocation, dueAt: deadline } });
      return this.#under(number, false, work);
    }
    const isOther =
      target && (target.service !== name.service || target.function !== name.function) ? target : undefined;
    return this.#under(number, true, work)?.then(() => isOther);
  }

  /** Notes what became of a delivery, in the inbox and on the invocation. */
  #delivered(stored: StoredInvocation, message: string, at: number, error: string | undefined): void {
    const { invocation } = stored;
    const { delivery } = invocation;
    if (delivery === null) return;
    const status = error === undefined ? "Succeeded" : "DestinationDeliveryFailed";
    const { service, function: functionName } = this.#host.name;
    const entry: InboxDelivery = {
      id: delivery.id,
      time: new Date(at).toISOString(),
      service,
      function: functionName,
      qualifier: invocation.qualifier,
      invocationId: invocation.id,
      condition: delivery.condition,
      destination: delivery.destination,
      kind: destinationKind(delivery.destination),
      status,
      ...(error === undefined ? {} : { error }),
      message,
    };
    this.deliveries.add(entry);
    this.#counts = countOne(this.#counts, "deliveries", status);
    this.#write({ ...stored, invocation: delivered(invocation, status) });
  }
}

/** What became of an attempt whose answer never came: the server was cut off, for example. */
const LOST = systemFailed("systemError", "the answer of the handler was lost");
