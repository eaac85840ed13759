import { DurableObject } from "cloudflare:workers";
import type { Problem } from "../../documents/responseBodies.ts";
import type { Env } from "../../env.ts";
import { configChanges } from "../../fc/asyncConfig/changes.ts";
import type { ConfigChange } from "../../fc/asyncConfig/operand.ts";
import type { StoredAsyncConfig } from "../../fc/asyncConfig/schema.ts";
import type { CalledFunction } from "../../fc/destinations.ts";
import { failure } from "../../fc/errors.ts";
import { isConfigCall, isInvocationCall, performOnConfigs, performOnInvocations } from "../../fc/handlers.ts";
import type { Condition, Invocation } from "../../fc/invocations/invocation.ts";
import { NO_INVOCATIONS } from "../../fc/invocations/noInvocations.ts";
import type { InvocationChange, InvocationOperand } from "../../fc/invocations/operand.ts";
import { DEFAULT_QUALIFIER, type FunctionName, functionKey } from "../../fc/names.ts";
import { operations } from "../../fc/operations.ts";
import type { Performed } from "../../fc/request.ts";
import { versionById } from "../../fc/versions.ts";
import type { DeliveryExamination, DeliveryFilter, InboxDelivery } from "../../journal/delivery.ts";
import type { Filter } from "../../journal/filter.ts";
import { NO_INVOCATIONS as NO_INVOCATION_COUNTS } from "../../journal/invocationCounts.ts";
import { type Found, isAfter, type Placed, type Position } from "../../journal/order.ts";
import { NO_TRAFFIC } from "../../journal/traffic.ts";
import type { Examination } from "../../journal/verification.ts";
import { NOTHING_FOUND } from "../../journal/verification.ts";
import { NO_RETRY, ObjectAlarm, type Retry } from "../../lib/alarm.ts";
import { FlushTimer } from "../../lib/flushTimer.ts";
import { GroupCommit } from "../../lib/groupCommit.ts";
import { jsonStream } from "../../lib/json.ts";
import { Lifecycle } from "../../lib/lifecycle.ts";
import { PageTokens } from "../../lib/pageTokens.ts";
import { err, ok, type Result } from "../../lib/result.ts";
import { textOf } from "../../lib/text.ts";
import { now, realTimeOf } from "../../state/clock.ts";
import { withdrawnQualifiers } from "../../state/existence.ts";
import type { HeldInvocation, HeldInvocations } from "../../state/invocationSnapshot.ts";
import {
  type InvocationDetails,
  type InvocationFilter,
  matchesInvocation,
  type ShownRecord,
  showInvocation,
} from "../../state/invocations.ts";
import { type FunctionUsage, throttledAt } from "../../state/quota.ts";
import { type ResolvedState, resolveState, type SharedState } from "../../state/sharedState.ts";
import { idleMs, limits, metersUsage, variables } from "../../variables.ts";
import type { DeliveredInvocation, Progress, Span } from "../invocationMessages.ts";
import {
  type ApiReply,
  type ApiRequest,
  functionOf,
  receiveRequest,
  type SentReply,
  type SentRequest,
  sendReply,
} from "../messages.ts";
import { type Answerer, answer, existenceOf, mayWrite } from "../pipeline.ts";
import { type Past, pastOf, restoreStorage } from "../recovery.ts";
import type {
  Deregistration,
  FunctionCounts,
  FunctionRpc,
  Imported,
  PlacedInvocations,
  Registration,
} from "../rpc.ts";
import { functionObject, sandboxObject } from "../stubs.ts";
import { attemptOnce } from "./attempts.ts";
import type { ConfigStore } from "./configs.ts";
import type { InvocationHost } from "./invocationHost.ts";
import { FunctionStore } from "./store.ts";

/** How often a function in use reports that to its sandbox, as a part of the time after which an idle one is erased. */
const USES_PER_IDLE_TIME = 8;

/** How many steps of invocations an alarm makes before it lets other calls in. */
const STEPS_AT_ONCE = 1000;
/** How many invocations the live feed is told of at once, at most. */
const TOLD_AT_ONCE = 50;

const NOTHING_INVOKED = { invocations: 0, deliveries: 0, invocationCounts: NO_INVOCATION_COUNTS };
const NO_PROGRESS: Progress = {
  steps: 0,
  happened: [],
  at: undefined,
  nextDue: undefined,
  deliveredTo: undefined,
};

/** The change of a request. */
type Change = ConfigChange | InvocationChange;

/**
 * Holds the configs of one function of one sandbox, the journal of the requests for it, and its asynchronous invocations. A PUT reads, merges and writes
 * without waiting in between, so partial updates of one config are merged one after the other.
 */
export class FunctionObject extends DurableObject<Env> implements FunctionRpc {
  readonly #lifecycle = new Lifecycle(() => this.#open());
  readonly #commits = new GroupCommit();
  readonly #journalTimer = new FlushTimer(
    () => this.#lifecycle.runIfOpen(({ configs }) => configs.journal.flush()),
    (work) => this.ctx.waitUntil(work),
  );
  readonly #tokens: { readonly configs: PageTokens; readonly tasks: PageTokens };
  /** What the function knows of its sandbox; undefined while it is not registered there. */
  #state: ResolvedState | undefined;
  #usedAt: number;
  /** The alarm of what is due of invocations. While the clock is frozen, only the sandbox asks for that. */
  readonly #alarm = new ObjectAlarm(
    this.ctx.storage,
    [
      {
        dueAt: () => {
          const due = this.#state && this.#lifecycle.tables.invocations?.alarmAt;
          return due === undefined || !this.#state ? undefined : realTimeOf(this.#state.clock, due);
        },
        run: () => this.#runDue(),
      },
    ],
    {
      get: () => this.ctx.storage.kv.get<Retry>("retry") ?? NO_RETRY,
      set: (retry) => this.ctx.storage.kv.put("retry", retry),
    },
  );

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    this.#tokens = {
      configs: new PageTokens(ctx.storage.kv, "configs"),
      tasks: new PageTokens(ctx.storage.kv, "tasks"),
    };
    const state = ctx.storage.kv.get<SharedState>("state");
    this.#state = state && resolveState(variables(env), state);
    this.#usedAt = ctx.storage.kv.get<number>("usedAt") ?? 0;
  }

  #open(): FunctionStore {
    const source = this.ctx.id.toString();
    const journal = { source, flushSoon: () => this.#journalTimer.set() };
    const store = new FunctionStore(this.ctx.storage, journal, () => this.#invocationHost());
    // A deployment's variables may have changed the size since the object was loaded last.
    if (this.#state) store.configs.resizeJournal(this.#state.settings.journalSize);
    return store;
  }

  get #configs(): ConfigStore {
    return this.#lifecycle.tables.configs;
  }

  /** The sandbox's id and the function's name, which are this object's name. An alarm does not bring it along. */
  get #identity(): { readonly sandbox: string; readonly name: FunctionName } {
    const { kv } = this.ctx.storage;
    const [sandbox = "", service = "", functionName = ""] = (
      this.ctx.id.name ??
      kv.get<string>("name") ??
      ""
    ).split("/");
    return { sandbox, name: { service, function: functionName } };
  }

  #sandboxObject(sandbox: string) {
    return sandboxObject(this.env, sandbox, this.ctx.id);
  }

  #invocationHost(): InvocationHost {
    const { kv } = this.ctx.storage;
    if (this.ctx.id.name !== undefined && kv.get("name") === undefined) kv.put("name", this.ctx.id.name);
    const { sandbox, name } = this.#identity;
    return {
      ...this.#attemptHost(name, sandbox),
      storage: this.ctx.storage,
      config: (qualifier) => this.#configs.get(qualifier),
      triggerFaults: async (ids) =>
        ids.length > 0 ? this.#sandboxObject(sandbox).triggerFaults(ids, null, this.#resolved.version) : [],
      deliver: (to, invocation) => this.#deliver(to, invocation),
      waitUntil: (work) => this.ctx.waitUntil(work),
      changed: (invocations) => this.#invocationsChanged(invocations),
      publish: (invocations) => this.#publishInvocations(invocations),
    };
  }

  /** What an attempt to run the function needs, also where the function was never invoked asynchronously. */
  #attemptHost(name: FunctionName, sandbox: string) {
    return {
      name,
      state: () => this.#resolved,
      limits: () => {
        const most = limits(this.env);
        return {
          invocations: most.invocationsPerFunction,
          bytes: most.invocationBytesPerFunction,
          answerBytes: most.eventBytes,
        };
      },
      outbound: () => ({
        hosts: variables(this.env).outboundHosts,
        refused: throttledAt(this.#resolved.throttled, Date.now()),
        posted: () => {
          this.#lifecycle.tables.usage.posted();
          this.#reportGrowth();
        },
      }),
      countOutcomes: (ids: readonly string[]) =>
        this.#sandboxObject(sandbox).countOutcomes(ids, this.#resolved.version),
    };
  }

  /** The state of a function that is registered. */
  get #resolved(): ResolvedState {
    if (this.#state === undefined) throw new Error("the function is not registered");
    return this.#state;
  }

  /** Answers a request of the API for this function. A request for a function that is not registered goes to its sandbox. */
  async perform(sent: SentRequest): Promise<SentReply> {
    const request = receiveRequest(sent);
    if (mayWrite(request)) await this.#commits.turn();
    const name = functionOf(request);
    while (name !== undefined) {
      const reply = await this.#lifecycle.run(() => this.#state && this.#answer(request, name, this.#state));
      if (reply !== undefined) return sendReply(reply);
      // Only an operation that creates registers a function: reading one that never was leaves nothing behind.
      const registers = request.call.ok && operations[request.call.value.operation].creates;
      if (!registers || !(await this.#register(request.sandbox, sent))) break;
    }
    return this.#sandboxObject(request.sandbox).perform(sent);
  }

  #answer(request: ApiRequest, name: FunctionName, known: ResolvedState): Promise<ApiReply> {
    this.#reportUse(request);
    const sandbox = () => this.#sandboxObject(request.sandbox);
    const { configs } = this.#lifecycle.tables;
    // A push may replace the state while a fault makes the request wait.
    const state = () => this.#state ?? known;
    const by: Answerer<Change> = {
      state,
      record: (entry, counted, { change, isRead }) => {
        const { journalSize } = state().settings;
        if (change !== undefined && "config" in change) {
          configs.record(entry, counted, journalSize, { change, isRead });
        } else {
          if (change !== undefined) this.#changeInvocations(change);
          configs.record(entry, counted, journalSize, { isRead });
        }
        this.#reportUsage(request.sandbox, name);
      },
      changesOf: (change) =>
        "config" in change ? configChanges(configs.get(change.qualifier), change.config) : undefined,
      write: (change) => ("config" in change ? configs.write(change) : this.#changeInvocations(change)),
      maxJournalBody: limits(this.env).journalBodyBytes,
      triggerFaults: (ids, own) => sandbox().triggerFaults(ids, own, state().version),
      publish: (entry) => this.ctx.waitUntil(sandbox().publish({ type: "request", entry })),
      noteThrottled: () => configs.journal.noteGap(),
    };
    return answer(request, by, (call): Performed<Change> | Promise<Performed<never>> => {
      if (isInvocationCall(call)) {
        return performOnInvocations(call, this.#invocationOperand(request, name, state()));
      }
      // The Worker sends calls on resources to the sandbox's object.
      if (!isConfigCall(call)) return { outcome: failure("InternalServerError") };
      return performOnConfigs(call, {
        name,
        qualifier: request.qualifier ?? DEFAULT_QUALIFIER,
        version: versionById(request.version),
        configs,
        tokens: this.#tokens.configs,
        settings: state().settings,
        now: now(state().clock, Date.now()),
        maxConfigs: limits(this.env).qualifiersPerFunction,
      });
    });
  }

  #changeInvocations(change: InvocationChange): void {
    this.#lifecycle.tables.openInvocations().apply(change);
  }

  #invocationOperand(request: ApiRequest, name: FunctionName, state: ResolvedState): InvocationOperand {
    const { configs, invocations } = this.#lifecycle.tables;
    const { requestId, qualifier, outcomes, sandbox } = request;
    return {
      ...NO_INVOCATIONS,
      ...(invocations ? { invocations: invocations.table } : {}),
      name,
      qualifier,
      version: versionById(request.version),
      place: state.settings,
      requestId,
      now: invocations?.now ?? now(state.clock, Date.now()),
      tokens: this.#tokens.tasks,
      outcomes,
      config: (of) => configs.get(of),
      attempt: (of, event) =>
        attemptOnce(this.#attemptHost(name, sandbox), { qualifier: of, requestId, event, outcomes }),
    };
  }

  /** Registers the function with its sandbox, for a request; whether the sandbox allows that. */
  #register(sandbox: string, sent: SentRequest): Promise<boolean> {
    return this.#registerBy(() => this.#sandboxObject(sandbox).register(sent));
  }

  async #registerBy(register: () => Promise<Registration | undefined>): Promise<boolean> {
    const { erasures } = this.#lifecycle;
    const registration = await register();
    if (registration === undefined) return false;
    // An erasure since then has ended the registration too: the request asks for it again.
    if (erasures === this.#lifecycle.erasures) {
      this.#accept(registration.state, registration.imported);
      const { reportAfter } = registration;
      if (reportAfter !== undefined) this.#lifecycle.tables.usage.registered(reportAfter);
      // By the registration the sandbox learned that it is in use.
      this.#usedAt = Date.now();
    }
    return true;
  }

  /**
   * Takes the state that the sandbox pushes, unless the function has seen a later one. The configs of an imported snapshot
   * come with it and replace all configs.
   */
  async accept(state: SharedState, imported: Imported): Promise<void> {
    await this.#lifecycle.run(() => {
      this.#accept(state, imported);
      this.#reportGrowth();
    });
  }

  #accept(state: SharedState, imported: Imported): void {
    const seen = this.#state;
    if (seen && seen.version >= state.version) return;
    const resolved = resolveState(variables(this.env), state);
    try {
      this.#apply(state, resolved.settings.journalSize, imported);
    } catch (error) {
      // The tables were rolled back, and what is in memory was not.
      this.#lifecycle.reopen();
      throw error;
    }
    this.#state = resolved;
    this.#lifecycle.tables.invocations?.clockCame();
    // The clock may have changed, or what was due may be deleted.
    if (this.#lifecycle.tables.invocations) this.ctx.waitUntil(this.#alarm.schedule());
  }

  #apply(state: SharedState, journalSize: number, imported: Imported): void {
    const { configs, invocations } = this.#lifecycle.tables;
    const seen = this.#state;
    const isCleared = seen && state.journalEpoch > seen.journalEpoch;
    // Not part of what may be rolled back.
    configs.journal.flush();
    this.ctx.storage.transactionSync(() => {
      if (seen?.existence && state.existence) {
        const withdrawn = withdrawnQualifiers(seen.existence, state.existence);
        configs.deleteAll(withdrawn);
        if (withdrawn.length > 0) invocations?.invalidate(withdrawn);
        if (seen.existence.function && !state.existence.function) invocations?.invalidate(undefined);
      }
      if (state.configsEpoch > (seen?.configsEpoch ?? -1)) configs.replaceAll(imported.configs ?? []);
      if (isCleared) {
        configs.checkpoint();
        configs.journal.clear();
      }
      this.#applyInvocations(state, imported.invocations);
      configs.resizeJournal(journalSize);
      this.ctx.storage.kv.put("state", state);
    });
  }

  /** Deletes invocations and deliveries, and takes those of an imported snapshot, where the epochs are new. */
  #applyInvocations(state: SharedState, imported: HeldInvocations | undefined): void {
    const store = this.#lifecycle.tables;
    const isNew = (epoch: "invocationsEpoch" | "deliveriesEpoch") =>
      (state[epoch] ?? 0) > (this.#state?.[epoch] ?? 0);
    if (isNew("invocationsEpoch")) {
      const its = imported?.invocations ?? [];
      (its.length > 0 ? store.openInvocations() : store.invocations)?.table.replaceAll(its);
    }
    if (isNew("deliveriesEpoch")) {
      const its = imported?.deliveries ?? [];
      (its.length > 0 ? store.openInvocations() : store.invocations)?.deliveries.replaceAll(its);
    }
  }

  /** Writes configs for the control plane, each in the place of the one that is there; null deletes. */
  writeConfigs(changes: readonly ConfigChange[]): Promise<void> {
    return this.#read(undefined, ({ configs }) => {
      for (const change of changes) configs.write(change);
    });
  }

  /** Up to `most` configs whose qualifier comes after this one. */
  configsAfter(qualifier: string, most: number): Promise<StoredAsyncConfig[]> {
    return this.#read([], ({ configs }) => configs.after(qualifier, most));
  }

  /** The positions of the journal's entries that match a filter, newest first: up to `most` after a position. */
  findJournalEntries(filter: Filter, after: Position | undefined, most: number): Promise<Position[]> {
    return this.#read([], ({ configs }) => configs.journal.find(filter, after, most));
  }

  /** The journal's entries of these numbers. */
  journalEntries(numbers: readonly number[]): Promise<Placed[]> {
    return this.#read([], ({ configs }) => configs.journal.at(numbers));
  }

  /** What the journal knows of a filter, and up to `most` entries that almost match. */
  examineJournal(filter: Filter, most: number): Promise<Examination> {
    return this.#read({ findings: NOTHING_FOUND, nearMisses: [] }, ({ configs }) =>
      configs.journal.examine(filter, most),
    );
  }

  counts(): Promise<FunctionCounts> {
    const none = { configs: 0, requests: 0, dropped: 0, traffic: NO_TRAFFIC, ...NOTHING_INVOKED };
    return this.#read(none, ({ configs, invocations }) => {
      const { entries, dropped } = configs.journal.counts();
      return {
        configs: configs.count,
        requests: entries,
        dropped,
        traffic: configs.journal.traffic,
        ...(invocations
          ? {
              invocations: invocations.table.shown,
              deliveries: invocations.deliveries.count,
              invocationCounts: invocations.counts,
            }
          : NOTHING_INVOKED),
      };
    });
  }

  /** What the function has used; undefined when it is not registered. */
  usage(): Promise<FunctionUsage | undefined> {
    return this.#read(undefined, ({ usage }) => usage.usage);
  }

  /** Reads the tables. A function that is not registered has `none`, and being read makes no tables. */
  #read<T>(none: T, read: (store: FunctionStore) => T): Promise<T> {
    return this.#lifecycle.run(() => (this.#state ? read(this.#lifecycle.tables) : none));
  }

  // Invocations.

  /** All invocations and deliveries, for a snapshot. */
  async heldInvocations(): Promise<ReadableStream> {
    const none: HeldInvocations = { invocations: [], deliveries: [] };
    const held = await this.#read(none, ({ invocations }) => ({
      invocations: invocations?.table.held() ?? [],
      deliveries: invocations?.deliveries.held() ?? [],
    }));
    return jsonStream(held);
  }

  /** When something is due next, in milliseconds since 1970 of the sandbox's time; undefined when nothing is. */
  nextDue(): Promise<number | undefined> {
    return this.#read(undefined, ({ invocations }) => invocations?.nextDue);
  }

  /** Does what is due of the function's invocations while the sandbox advances its clock. */
  runInvocations(span: Span): Promise<Progress> {
    return this.#lifecycle.run(async () => {
      const invocations = this.#state && this.#lifecycle.tables.invocations;
      if (invocations === undefined) return NO_PROGRESS;
      return invocations.run(span);
    });
  }

  /**
   * The time of the latest step that the function made in an advance, since it last learned of a change of its sandbox;
   * undefined when it made none.
   */
  advancedTo(): Promise<number | undefined> {
    return this.#read(undefined, ({ invocations }) => invocations?.advancedTo);
  }

  override alarm(): Promise<void> {
    return this.#alarm.run();
  }

  async #runDue(): Promise<"done"> {
    await this.#lifecycle.run(async () => {
      const state = this.#state;
      if (state === undefined || state.clock.mode === "frozen") return;
      const until = now(state.clock, Date.now());
      await this.#lifecycle.tables.invocations?.run({ until, most: STEPS_AT_ONCE, from: undefined });
    });
    return "done";
  }

  /** Enqueues an invocation that another function of the sandbox delivers; the error says why that can't be. */
  async enqueueDelivered(invocation: DeliveredInvocation): Promise<Result<undefined, string>> {
    for (;;) {
      // The erasure may wait for a delivery to the function that delivers this, whose own erasure waits for this call.
      if (this.#lifecycle.awaitsCalls) return err("the sandbox is being erased");
      const done = await this.#lifecycle.run(() =>
        this.#state ? this.#enqueueDelivered(invocation) : undefined,
      );
      if (done !== undefined) return done;
      const { sandbox, name } = this.#identity;
      let refused = err("the sandbox was erased");
      const isRegistered = await this.#registerBy(async () => {
        const { qualifier } = invocation;
        const registration = await this.#sandboxObject(sandbox).registerDestination({
          ...name,
          qualifier,
        });
        if (registration.ok) return registration.value;
        refused = registration;
        return undefined;
      });
      if (!isRegistered) return refused;
    }
  }

  #enqueueDelivered(invocation: DeliveredInvocation): Result<undefined, string> {
    const exists = existenceOf(this.#resolved, this.#identity.name, invocation.qualifier);
    if (!exists.ok) return err(exists.error.message);
    return this.#lifecycle.tables.openInvocations().enqueueDelivered(invocation);
  }

  async #deliver(to: CalledFunction, invocation: DeliveredInvocation): Promise<Result<undefined, string>> {
    const { sandbox, name } = this.#identity;
    // An own call has passed the gate already: an erasure that waits for it would keep it waiting.
    if (to.service === name.service && to.function === name.function)
      return this.#enqueueDelivered(invocation);
    return functionObject(this.env, sandbox, to, this.ctx.id).enqueueDelivered(invocation);
  }

  /** Sets the alarm for what invocations have to do next. */
  #invocationsChanged(invocations: readonly Invocation[]): void {
    this.#reportGrowth();
    const { clock } = this.#resolved;
    this.#configs.journal.flush();
    const dues = invocations.flatMap(({ dueAt }) => (dueAt === null ? [] : (realTimeOf(clock, dueAt) ?? [])));
    if (dues.length > 0) this.ctx.waitUntil(this.#alarm.scheduleBy(Math.min(...dues)));
  }

  /** Tells the live feed of invocations. */
  #publishInvocations(invocations: readonly Invocation[]): void {
    if (!this.#resolved.watched) return;
    const { sandbox, name } = this.#identity;
    for (const invocation of invocations.slice(0, TOLD_AT_ONCE)) {
      const event = { type: "invocation", invocation: showInvocation(invocation, name) } as const;
      this.ctx.waitUntil(this.#sandboxObject(sandbox).publish(event));
    }
  }

  /** The invocations that match a filter, newest first: up to `most` after a position. */
  findInvocations(
    filter: InvocationFilter,
    after: Position | undefined,
    most: number,
  ): Promise<PlacedInvocations> {
    const { name } = this.#identity;
    return this.#read([], ({ invocations }) => {
      // By name, so that what happened at one time is listed alike in two runs of a story.
      const source = functionKey(name);
      const placed = (invocations?.table.all() ?? []).map(({ number, invocation }) => {
        const entry = showInvocation(invocation, name);
        return { position: { time: entry.enqueuedAt, source, number }, entry };
      });
      return placed
        .filter(
          ({ position, entry }) => matchesInvocation(entry, filter) && (!after || isAfter(position, after)),
        )
        .slice(0, most);
    });
  }

  /** An invocation with its payloads; undefined when the function has none of this id. */
  invocation(id: string): Promise<InvocationDetails | undefined> {
    return this.#read(undefined, ({ invocations }) => {
      const found = invocations?.table.get(id);
      if (invocations === undefined || found === undefined) return undefined;
      const { event, result } = invocations.table.payloads(id);
      return {
        ...showInvocation(found, this.#identity.name),
        requestPayload: textOf(event),
        responsePayload: textOf(result),
      };
    });
  }

  /** The record of an invocation, or of the end that is asked for; undefined when the function has none of this id. */
  invocationRecord(id: string, condition: Condition | undefined): Promise<ShownRecord | undefined> {
    return this.#read(undefined, ({ invocations }) => invocations?.record(id, condition));
  }

  /** Whether the function has an invocation of this id. */
  hasInvocation(id: string): Promise<boolean> {
    return this.#read(false, ({ invocations }) => invocations?.table.get(id) !== undefined);
  }

  /** Adds an invocation as it is; whether there was room for it. */
  addInvocation(held: HeldInvocation): Promise<boolean> {
    return this.#read(false, (store) => store.openInvocations().put(held));
  }

  /** Removes an invocation, whatever its status; nothing comes of it. */
  removeInvocation(id: string): Promise<void> {
    return this.#read(undefined, ({ invocations }) => invocations?.remove(id));
  }

  /** Stops an invocation; whether the function has one of this id. */
  stopInvocation(id: string): Promise<boolean> {
    return this.#read(false, ({ invocations }) => {
      if (invocations?.table.get(id) === undefined) return false;
      invocations.apply({ kind: "stop", id });
      return true;
    });
  }

  /** The qualifiers of the function that have tasks, or a config that makes tasks of invocations. */
  qualifiersWithTasks(): Promise<string[]> {
    return this.#read([], ({ configs, invocations }) => {
      const stateful = configs.after("", configs.count).filter((config) => config.stateful);
      const own = stateful.map(({ qualifier }) => qualifier);
      return [...new Set([...own, ...(invocations?.table.qualifiersOfTasks() ?? [])])];
    });
  }

  /** Where the deliveries are that match a filter, newest first: up to `most` after a position. */
  findDeliveries(filter: DeliveryFilter, after: Position | undefined, most: number): Promise<Found[]> {
    return this.#read([], ({ invocations }) => invocations?.deliveries.find(filter, after, most) ?? []);
  }

  /** The deliveries of these numbers, newest first. */
  deliveriesAt(numbers: readonly number[]): Promise<Placed<InboxDelivery>[]> {
    return this.#read([], ({ invocations }) => invocations?.deliveries.at(numbers) ?? []);
  }

  /** What the inbox knows of a filter, and up to `most` deliveries that almost match. */
  examineDeliveries(filter: DeliveryFilter, most: number): Promise<DeliveryExamination> {
    const none = { findings: NOTHING_FOUND, nearMisses: [] };
    return this.#read(none, ({ invocations }) => invocations?.deliveries.examine(filter, most) ?? none);
  }

  /**
   * Erases the function if it has nothing left and answers no request. Returns what is left of it;
   * undefined when it stays.
   */
  async deregister(): Promise<Deregistration | undefined> {
    if (this.#lifecycle.isBusy) return undefined;
    const { configs, invocations } = (this.#state && this.#lifecycle.tables) ?? {};
    if (configs && configs.count + configs.journal.counts().entries > 0) return undefined;
    if (invocations && invocations.table.count + invocations.deliveries.count > 0) return undefined;
    const { traffic = NO_TRAFFIC, hasGap = false } = configs?.journal ?? {};
    const invocationCounts = invocations?.counts ?? NO_INVOCATION_COUNTS;
    const usage = await this.erase();
    return { traffic, hasGap, invocationCounts, ...(usage ? { usage } : {}) };
  }

  /**
   * Erases everything, once the requests under way are answered: the function has no storage then. Returns what it had used;
   * undefined when it was not registered.
   */
  async erase(): Promise<FunctionUsage | undefined> {
    let used: FunctionUsage | undefined;
    await this.#lifecycle.erase(async () => {
      used = this.#state && this.#lifecycle.tables.usage.usage;
      this.#state = undefined;
      this.#usedAt = 0;
      await this.ctx.storage.deleteAll();
      this.#alarm.erased();
    });
    return used;
  }

  /** Reports to the sandbox what the function uses, when that is due and somebody asks for it. Nobody waits for the report. */
  #reportUsage(sandbox: string, name: FunctionName): void {
    if (metersUsage(this.env) && this.#lifecycle.tables.usage.isDue) this.#report(sandbox, name);
  }

  /** Like `#reportUsage`, for what the function sends and stores without a request. */
  #reportGrowth(): void {
    if (!metersUsage(this.env) || !this.#lifecycle.tables.usage.isDueOtherwise) return;
    const { sandbox, name } = this.#identity;
    this.#report(sandbox, name);
  }

  #report(sandbox: string, name: FunctionName): void {
    const { usage } = this.#lifecycle.tables;
    const { erasures } = this.#lifecycle;
    const reported = usage.begin();
    const report = async () => {
      try {
        const reportAfter = await this.#sandboxObject(sandbox).reportUsage(name, reported);
        await this.#lifecycle.run(() => {
          if (erasures !== this.#lifecycle.erasures) return;
          // What was reported counts what waits, too.
          this.#configs.journal.flush();
          usage.end(reported, reportAfter);
        });
      } catch (error) {
        // The next request tries again.
        usage.failed();
        console.error(error);
      }
    };
    this.ctx.waitUntil(report());
  }

  /** What the function was at a time; null for nothing. The problem says why it can't be restored to that time. */
  past(time: number): Promise<Result<Past, Problem>> {
    return pastOf(this.ctx.storage, time, this.#state !== undefined);
  }

  /** Restores the function to a time. The object ends soon after the reply, when it had something then. */
  async restore(time: number): Promise<Result<undefined, Problem>> {
    const past = await this.past(time);
    if (!past.ok) return past;
    const bookmark = past.value;
    if (bookmark === null) {
      await this.erase();
      return ok(undefined);
    }
    return this.#lifecycle.end(async () => {
      await restoreStorage(this.ctx, bookmark);
      return { result: ok(undefined), ends: true };
    });
  }

  /** Reports now and then to the sandbox that it is in use, so that it is not erased as an idle one. */
  #reportUse({ sandbox, receivedAt }: ApiRequest): void {
    const idle = idleMs(this.env, sandbox);
    if (idle === undefined || receivedAt < this.#usedAt + idle / USES_PER_IDLE_TIME) return;
    this.#usedAt = receivedAt;
    this.ctx.storage.kv.put("usedAt", receivedAt);
    this.ctx.waitUntil(this.#sandboxObject(sandbox).reportUse());
  }
}
