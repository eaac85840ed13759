import { DurableObject } from "cloudflare:workers";
import type { FeedEvent } from "../../documents/feed.ts";
import { controlOperations, isChange } from "../../documents/operations.ts";
import { problem } from "../../documents/problem.ts";
import type { Problem } from "../../documents/responseBodies.ts";
import type { Env } from "../../env.ts";
import type { CalledFunction } from "../../fc/destinations.ts";
import { failure } from "../../fc/errors.ts";
import type { FunctionName } from "../../fc/names.ts";
import { ObjectAlarm } from "../../lib/alarm.ts";
import { FlushTimer } from "../../lib/flushTimer.ts";
import { GroupCommit } from "../../lib/groupCommit.ts";
import { Lifecycle } from "../../lib/lifecycle.ts";
import { PageTokens } from "../../lib/pageTokens.ts";
import { err, ok, type Result } from "../../lib/result.ts";
import type { Actor } from "../../state/actor.ts";
import { FIRST_GENERATIONS, type Generations } from "../../state/credentialKinds.ts";
import type { Effect } from "../../state/faults.ts";
import { type FunctionUsage, isSameRefusal, type Origin, REPORT_AFTER } from "../../state/quota.ts";
import { DEFAULT_SANDBOX_ID } from "../../state/sandboxId.ts";
import { hasOperator, idleMs, limits, variables } from "../../variables.ts";
import { asResult, type ControlRequest } from "../controlMessages.ts";
import { errorReply, receiveRequest, type SentReply, type SentRequest, sendReply } from "../messages.ts";
import { mayWrite } from "../pipeline.ts";
import { pastOf, restoreStorage, wrongTime } from "../recovery.ts";
import type { SandboxReport } from "../registryMessages.ts";
import type { Outlasting, Registration, SandboxRpc } from "../rpc.ts";
import { functionObject, registryShardOf } from "../stubs.ts";
import { Admission } from "./admission.ts";
import { Advance } from "./advance.ts";
import { ApiRequests } from "./apiRequests.ts";
import { Changes } from "./changes.ts";
import type { Concerns } from "./concerns.ts";
import { ConfigList } from "./configList.ts";
import { controlMethods, isControlMethod } from "./controlMethods.ts";
import { Controls } from "./controls.ts";
import { ACTOR_HEADER, Feed } from "./feed.ts";
import { Functions } from "./functions.ts";
import { InvocationLists } from "./invocationLists.ts";
import { PactStates } from "./pactStates.ts";
import { Registrations } from "./registrations.ts";
import { RequestJournal } from "./requestJournal.ts";
import { agreeWithFunctions, NOTHING_RESTORED, restoreFunctions } from "./restoration.ts";
import { Snapshots } from "./snapshots.ts";
import { SandboxStore } from "./store.ts";
import { Usage } from "./usage.ts";

/** How soon the alarm finishes a push that was cut off. */
const PUSH_AGAIN_MS = 1000;
/** How soon the alarm goes on with a deletion that was cut off. */
const ERASE_AGAIN_MS = 1000;
/** How soon the alarm goes on with an advance that was cut off. */
const ADVANCE_AGAIN_MS = 1000;
/** Under this key it is stored that the sandbox was deleted for good. */
const BLOCKED = "blocked";
/** What the live feed calls the change that a quota is used up, or no longer. */
const QUOTA = "quota";
/** What is noted of a change that failed with an exception. */
const FAILED = problem(500, "An internal error has occurred.");
/** What watchers are told of a sandbox that was deleted. */
const DELETED = "this sandbox was deleted";
/** The problem of a sandbox that was deleted for good. */
const NO_SANDBOX = problem(404, "This sandbox was deleted.");
/** How often the sandbox notes that it is used by requests that it answers itself. */
const USE_REPORT_MS = 60_000;

/**
 * The parent of a sandbox's functions. It knows their names, owns what concerns all of them, pushes that to them when it
 * changes, and answers what is asked of the whole sandbox. When a method has returned, every function acts by what it says.
 */
export class SandboxObject extends DurableObject<Env> implements SandboxRpc {
  readonly #lifecycle = new Lifecycle(
    () => this.#open(),
    ({ store }) => {
      // Reading makes tables, too: schedule their erasure, after what the call that made them has to say of the sandbox.
      if (store.get("usedAt") === 0) this.ctx.waitUntil(Promise.resolve().then(() => this.reportUse()));
    },
  );
  readonly #commits = new GroupCommit();
  readonly #journalTimer = new FlushTimer(
    () => this.#lifecycle.runIfOpen(({ store }) => store.journal.flush()),
    (work) => this.ctx.waitUntil(work),
  );
  readonly #feed = new Feed(this.ctx);
  /** Whether the registry is being told what the sandbox uses. */
  #isTelling = false;
  readonly #alarm = new ObjectAlarm(
    this.ctx.storage,
    [
      {
        dueAt: (now) => (this.#functions.hasPendingPushes ? now + PUSH_AGAIN_MS : undefined),
        run: () => this.#finishPushes(),
      },
      {
        dueAt: (now) => (this.#store.get("advancing") === undefined ? undefined : now + ADVANCE_AGAIN_MS),
        run: () => this.#finishAdvance(),
      },
      // A deletion for good that was cut off.
      {
        dueAt: (now) => (this.#isBlocked && this.#isStored ? now + ERASE_AGAIN_MS : undefined),
        run: () => this.#eraseBlocked(),
      },
      { dueAt: () => this.#usage.registryDueAt, run: () => this.#tellRegistry() },
      { dueAt: () => this.#idleAt(), run: (now) => this.#eraseIdle(now) },
    ],
    {
      get: () => this.#store.get("retry"),
      set: (retry) => this.#store.set("retry", retry),
    },
  );

  get #store(): SandboxStore {
    return this.#lifecycle.tables.store;
  }

  get #functions(): Functions {
    return this.#lifecycle.tables.functions;
  }

  get #usage(): Usage {
    return this.#lifecycle.tables.usage;
  }

  #open(): Concerns {
    const bounds = () => limits(this.env);
    const journal = { source: this.ctx.id.toString(), flushSoon: () => this.#journalTimer.set() };
    const store = new SandboxStore(this.ctx.storage, () => this.env, journal);
    const functions = new Functions(
      store,
      (name) => functionObject(this.env, this.#sandbox, name, this.ctx.id),
      (name, used) => this.#usage.report(name, used),
    );
    const tokens = (list: string) => new PageTokens(this.ctx.storage.kv, list);
    const configList = new ConfigList(store, functions, tokens("configs"));
    const changes = new Changes(store, functions, {
      transaction: (change) => {
        // Not part of what may be rolled back.
        store.journal.flush();
        return this.ctx.storage.transactionSync(change);
      },
      changed: (what) => this.#changed(what),
      pushed: () => this.#alarm.schedule(),
      announce: (what) => this.#feed.tell({ type: "change", what }),
    });
    const advance = new Advance(store, functions, changes, bounds, () =>
      this.ctx.waitUntil(this.#alarm.scheduleBy(Date.now() + ADVANCE_AGAIN_MS)),
    );
    const invocationLists = new InvocationLists(functions, {
      invocations: tokens("invocations"),
      deliveries: tokens("deliveries"),
    });
    const hosts = () => variables(this.env).outboundHosts;
    const snapshots = new Snapshots(store, functions, changes, bounds, hosts);
    const usage = new Usage(
      store,
      () => this.env,
      () => this.ctx.storage.sql.databaseSize,
    );
    const registrations = new Registrations(store, functions, usage, () => this.env);
    return {
      host: {
        expiresAt: () => this.#expiresAt(),
        reportUse: () => this.#reportUse(),
        dismiss: (role) => this.#feed.dismiss(role),
      },
      store,
      functions,
      changes,
      usage,
      admission: new Admission(store),
      advance,
      controls: new Controls(store, changes, advance, bounds, hosts),
      invocationLists,
      journal: new RequestJournal(store, functions, tokens("requests"), bounds),
      snapshots,
      pactStates: new PactStates(store, functions, changes, snapshots, bounds),
      registrations,
      apiRequests: new ApiRequests(
        store,
        registrations,
        configList,
        changes,
        { lists: tokens("resources"), tasks: tokens("functions with tasks"), code: tokens("code") },
        () => invocationLists.functionsWithTasks(),
        this.#feed,
        bounds,
      ),
    };
  }

  /** Whether the sandbox was deleted for good: then its id is refused. Looking makes no tables. */
  get #isBlocked(): boolean {
    return this.ctx.storage.kv.get<boolean>(BLOCKED) ?? false;
  }

  /** The sandbox's id, which is this object's name. It is stored, since an alarm does not bring the name along. */
  get #sandbox(): string {
    return this.ctx.id.name ?? this.ctx.storage.kv.get<string>("sandbox") ?? DEFAULT_SANDBOX_ID;
  }

  /** Runs a call behind the gate, which is the only way to the tables. */
  #run<T>(call: (concerns: Concerns) => T | Promise<T>): Promise<T> {
    return this.#lifecycle.run(() => call(this.#lifecycle.tables));
  }

  /** Runs a call behind the gate, unless the sandbox was deleted for good: a call may have waited for just that. */
  #runUnlessBlocked<T>(refusal: T, call: (concerns: Concerns) => T | Promise<T>): Promise<T> {
    return this.#lifecycle.run(() => (this.#isBlocked ? refusal : call(this.#lifecycle.tables)));
  }

  /** Runs a call that concerns only what is stored: after an erasure it must not make tables anew. */
  #runIfStored(call: () => Promise<void>): Promise<void> {
    return this.#lifecycle.run(() => (this.#isStored ? call() : undefined));
  }

  get #isStored(): boolean {
    return this.ctx.storage.kv.get("sandbox") !== undefined;
  }

  // Calls of functions.

  /** Registers a function for its first PUT; undefined when the sandbox refuses that: then `perform` says why. */
  register(sent: SentRequest): Promise<Registration | undefined> {
    return this.#runUnlessBlocked<Registration | undefined>(undefined, async ({ registrations }) => {
      const registration = await registrations.register(receiveRequest(sent));
      if (registration) await this.#reportUse();
      return registration;
    });
  }

  /**
   * Counts a function's request for these faults; says which of them, and of the request's own, apply to it. `version` is the
   * version of the state by which the function matched them. This call does not wait for an erasure: the erasure waits for
   * the function's request.
   */
  async triggerFaults(ids: readonly string[], own: Effect | null, version: number): Promise<string[]> {
    return this.#store.faults.trigger(ids, own, version);
  }

  /**
   * Registers a function that an invocation is delivered to; the error says why that can't be. This call does not wait
   * for an erasure: the erasure waits for the function that delivers.
   */
  async registerDestination(to: CalledFunction): Promise<Result<Registration, string>> {
    return this.#lifecycle.isErasing
      ? err("the sandbox is being erased")
      : this.#lifecycle.tables.registrations.registerDestination(to);
  }

  /** Counts an invocation for outcomes; says which of them apply. Like `triggerFaults`, it waits for no erasure. */
  async countOutcomes(ids: readonly string[], version: number): Promise<Record<string, boolean>> {
    return this.#store.outcomes.count(ids, version);
  }

  /** Tells the watchers of the live feed of a function's request, or of an invocation. */
  publish(event: FeedEvent): Promise<void> {
    return this.#runIfStored(async () => {
      // Watchers that were there when the object was cut off are gone without a word.
      if (!this.#feed.isWatched()) await this.#watch(false);
      this.#feed.tell(event);
    });
  }

  /** Notes that the sandbox is in use, so that it is not erased as an idle one. */
  reportUse(): Promise<void> {
    return this.#run(() => this.#reportUse());
  }

  async #reportUse(): Promise<void> {
    if (this.#isBlocked) return;
    const now = Date.now();
    this.ctx.storage.kv.put("sandbox", this.#sandbox);
    if (this.#store.get("createdAt") === undefined) this.#store.set("createdAt", now);
    this.#store.set("usedAt", now);
    this.#tellRegistrySoon();
    await this.#alarm.schedule();
  }

  /** Notes what a function has used. Returns after how many requests the function reports again. */
  reportUsage(name: FunctionName, used: FunctionUsage): Promise<number> {
    return this.#lifecycle.run(async () => {
      if (!this.#isStored) return REPORT_AFTER.most;
      const reportAfter = this.#usage.report(name, used);
      this.#tellRegistrySoon();
      if (Date.now() > this.#store.get("usedAt") + USE_REPORT_MS) await this.#reportUse();
      await this.#throttle();
      return reportAfter;
    });
  }

  /** Has all functions refuse requests, or answer them again, as the quotas say. */
  async #throttle(): Promise<void> {
    const { store, changes, usage } = this.#lifecycle.tables;
    const throttled = usage.throttled;
    if (isSameRefusal(store.get("throttled"), throttled)) return;
    await changes.make(QUOTA, "all", () => store.set("throttled", throttled));
  }

  /** Tells the registry when that is due, without waiting for it. When that fails, the alarm tries again. */
  #tellRegistrySoon(): void {
    if (this.#isTelling || !this.#usage.isRegistryDue) return;
    this.#isTelling = true;
    const told = this.#tellRegistry()
      .catch((error) => console.error(error))
      .finally(() => {
        this.#isTelling = false;
      });
    this.ctx.waitUntil(told);
  }

  /** Tells the registry what the sandbox uses, and does as the registry says. */
  async #tellRegistry(): Promise<"done"> {
    await this.#runIfStored(async () => {
      const { store, usage } = this.#lifecycle.tables;
      if (!usage.isRegistryDue) return;
      usage.addOwn();
      const [at, report] = [Date.now(), usage.reportOf(this.#sandbox)];
      const shard = registryShardOf(this.env, report.origin?.invitation ?? report.id, this.ctx.id);
      usage.told(at, report, await shard.report(report));
      if (store.get("throttled")?.until === null) await this.#refreshUsage();
      await this.#throttle();
    });
    return "done";
  }

  /** Asks all functions what they use: what is refused can't report it. */
  async #refreshUsage(): Promise<void> {
    const { functions, usage } = this.#lifecycle.tables;
    await functions.askAll(async (name, object) => {
      const used = await object.usage();
      if (used) usage.report(name, used);
    });
  }

  // The API, where no single function answers.

  /** Answers a request of the API that is for no function, for all functions, or for a function that is not registered. */
  async perform(sent: SentRequest): Promise<SentReply> {
    const request = receiveRequest(sent);
    const { error } = failure("AccessDenied", `there is no sandbox '${this.#sandbox}'`);
    const refusal = sendReply(errorReply(request.version, error, request.requestId));
    if (mayWrite(request)) await this.#commits.turn();
    return this.#runUnlessBlocked(refusal, async ({ store, apiRequests, usage }) => {
      if (Date.now() > store.get("usedAt") + USE_REPORT_MS) await this.#reportUse();
      const reply = await apiRequests.answer(request);
      if (usage.isMetered && usage.unaddedOwn >= usage.reportAfter()) {
        usage.addOwn();
        this.#tellRegistrySoon();
        await this.#throttle();
      }
      return sendReply(reply);
    });
  }

  // The control plane.

  /**
   * Calls a method for a request of the control plane, unless the request's token is no longer valid or its role may not do
   * that. Notes changes in the audit.
   */
  async control(
    request: ControlRequest,
    method: string,
    args: readonly unknown[],
  ): Promise<Result<never, Problem>> {
    if (!isControlMethod(method)) throw new Error(`the control plane has no method ${method}`);
    return this.#runUnlessBlocked<Result<never, Problem>>(NO_SANDBOX, async (concerns) => {
      const { store, admission } = concerns;
      const refused = admission.refused(request);
      if (refused) return refused;
      const call = controlMethods[method] as (concerns: Concerns, ...args: readonly unknown[]) => unknown;
      let result: Result<unknown, Problem> = FAILED;
      try {
        result = asResult(await call(concerns, ...args));
      } finally {
        // A change that fails half-way may have been made.
        if (isChange(controlOperations[request.operation])) admission.note(request, result);
      }
      if (isChange(controlOperations[request.operation])) {
        this.#feed.tell({ type: "change", what: "audit" });
        if (store.get("throttled")?.until === null) {
          await this.#refreshUsage();
          await this.#throttle();
        }
      }
      // The Worker knows the method's result by the method's name.
      return result as Result<never, Problem>;
    });
  }

  // The deployment.

  /**
   * Notes by which invitation the sandbox is created, for the request that creates it. It is in use from now on, so that it is
   * erased when it is idle.
   */
  adopt(origin: Origin, request: ControlRequest): Promise<void> {
    return this.#run(async ({ store, admission }) => {
      store.set("origin", origin);
      admission.note(request, ok(undefined));
      await this.#reportUse();
    });
  }

  /** What the registry is told of the sandbox, as of now; undefined when it is not in use. */
  async registered(): Promise<SandboxReport | undefined> {
    return this.#lifecycle.run(async () => {
      if (!this.#isStored) return undefined;
      await this.#refreshUsage();
      this.#usage.addOwn();
      return this.#usage.reportOf(this.#sandbox);
    });
  }

  /** The code of a function, for whoever has the token that GetFunctionCode issued; undefined when it is no longer there. */
  code(token: string): Promise<ArrayBuffer | undefined> {
    return this.#runUnlessBlocked<ArrayBuffer | undefined>(undefined, ({ apiRequests }) =>
      apiRequests.code(token),
    );
  }

  /**
   * Restores the sandbox and its functions to a time; the sandbox's object ends soon after the reply, which is for
   * `finishRestore`. With a problem, nothing was restored.
   */
  async restore(time: number): Promise<Result<Outlasting, Problem>> {
    const wrong = wrongTime(time, Date.now());
    if (wrong !== undefined) return wrong;
    const past = await pastOf(this.ctx.storage, time, this.#isStored);
    if (!past.ok) return past;
    const bookmark = past.value;
    if (bookmark === null) return problem(400, "The sandbox did not exist at that time.");
    // If nothing is restored after all, the tables are opened again.
    await this.#lifecycle.runIfOpen(({ store }) => store.journal.flush());
    return this.#lifecycle.end(async () => {
      const result = await this.#restore(time, bookmark);
      return { result, ends: result.ok };
    });
  }

  async #restore(time: number, bookmark: string): Promise<Result<Outlasting, Problem>> {
    // A sandbox that was erased knows no functions, and needs no tables to say so.
    const functions = this.#isStored ? await restoreFunctions(this.#lifecycle.tables, time) : ok([]);
    if (!functions.ok) return functions;
    const generations = this.ctx.storage.kv.get<Generations>("generations") ?? FIRST_GENERATIONS;
    await restoreStorage(this.ctx, bookmark);
    return ok({ functions: functions.value, generations });
  }

  /** Completes `restore` in the session that began with the restored storage. */
  finishRestore(time: number, outlasting: Outlasting): Promise<Result<undefined, Problem>> {
    return this.#lifecycle.run(() =>
      this.#isStored ? agreeWithFunctions(this.#lifecycle.tables, time, outlasting) : NOTHING_RESTORED,
    );
  }

  // The live feed.

  /** The live feed: a WebSocket, whose actor the Worker has verified; 401 or 403 when the actor has no access. */
  override async fetch(request: Request): Promise<Response> {
    return this.#runUnlessBlocked(asResponse(NO_SANDBOX.error), async ({ admission }) => {
      const actor: Actor = JSON.parse(request.headers.get(ACTOR_HEADER) ?? "{}");
      const refused = admission.ended(actor);
      if (refused) return asResponse(refused.error);
      const response = this.#feed.accept(actor.role);
      await this.#watch(true);
      return response;
    });
  }

  override async webSocketMessage(socket: WebSocket): Promise<void> {
    // Nothing is asked over the feed, so nothing is answered.
    socket.close(1003, "this feed only tells");
  }

  override async webSocketClose(socket: WebSocket): Promise<void> {
    // Without an answer to its Close frame the watcher would wait for the connection to time out.
    socket.close(1000);
    if (!this.#feed.isWatched(socket)) await this.#runIfStored(() => this.#watch(false));
  }

  override async webSocketError(socket: WebSocket): Promise<void> {
    await this.webSocketClose(socket);
  }

  /** Has functions publish their requests, or no longer. */
  async #watch(watched: boolean): Promise<void> {
    const { store, changes } = this.#lifecycle.tables;
    if (store.get("watched") === watched) return;
    await changes.make(undefined, "all", () => store.set("watched", watched));
  }

  // What becomes due.

  override alarm(): Promise<void> {
    return this.#alarm.run();
  }

  async #changed(what: string | undefined): Promise<void> {
    this.#alarm.forgetFailures();
    // That a quota is used up, or no longer, is no use of the sandbox.
    await (what === QUOTA ? this.#alarm.schedule() : this.#reportUse());
    if (this.#store.settings.signatures === "required") this.#feed.dismiss("visitor");
  }

  async #finishPushes(): Promise<"done"> {
    await this.#run(async ({ functions }) => {
      if (functions.hasPendingPushes) await functions.push();
    });
    return "done";
  }

  async #finishAdvance(): Promise<"done"> {
    await this.#run(async ({ advance, controls }) => {
      if (advance.isCutOff) await controls.resumeAdvance();
    });
    return "done";
  }

  #idleAt(): number | undefined {
    const idle = idleMs(this.env, this.#sandbox);
    return idle === undefined ? undefined : this.#store.get("usedAt") + idle;
  }

  /** When the sandbox is erased if nobody uses it until then, in RFC 3339; null for never. */
  #expiresAt(): string | null {
    const idleAt = this.#idleAt();
    return idleAt === undefined ? null : new Date(idleAt).toISOString();
  }

  /** Erases the sandbox when nobody has used it for long. */
  async #eraseIdle(now: number): Promise<"done" | "erased"> {
    const idleAt = this.#idleAt();
    if (idleAt === undefined || now < idleAt) return "done";
    await this.#erase("this sandbox was erased");
    return "erased";
  }

  async #eraseBlocked(): Promise<"done" | "erased"> {
    if (!(this.#isBlocked && this.#isStored)) return "done";
    await this.#erase(DELETED);
    return "erased";
  }

  /**
   * Erases the sandbox now, unless the request's token is no longer valid. With `isBlocked`, and where the sandbox was created by
   * an invitation, its id is refused from now on. When the erasure fails, the same call completes it, or the alarm.
   */
  async delete(request: ControlRequest, isBlocked: boolean): Promise<Result<undefined, Problem>> {
    const refused = await this.#lifecycle.run(() => {
      if (this.#isBlocked)
        return this.#isStored && request.actor.role === "operator" ? undefined : NO_SANDBOX;
      const its = this.#lifecycle.tables;
      return (
        its.admission.refused(request) ?? this.#block(isBlocked || its.store.get("origin") !== undefined)
      );
    });
    if (refused) return refused;
    const wasBlocked = this.#isBlocked;
    await this.#alarm.schedule();
    await this.#erase(DELETED);
    // An erasure that was under way may have deleted the mark.
    if (wasBlocked && !this.#isBlocked) this.#block(true);
    return ok(undefined);
  }

  #block(isBlocked: boolean): undefined {
    if (isBlocked) this.ctx.storage.kv.put(BLOCKED, true);
  }

  /**
   * Erases the sandbox and its functions, storage and all. What remains keeps former credentials from becoming valid again, and
   * a sandbox in its team.
   */
  async #erase(why: string): Promise<void> {
    const sandbox = this.#sandbox;
    let last: SandboxReport | undefined;
    await this.#lifecycle.erase(async () => {
      const { store, usage, functions } = this.#lifecycle.tables;
      const isBlocked = this.#isBlocked;
      await functions.eraseAll();
      usage.addOwn();
      last = usage.reportOf(sandbox);
      const kept = store.outlasting();
      this.#feed.end(why);
      await this.ctx.storage.deleteAll();
      this.#alarm.erased();
      kept();
      this.#block(isBlocked);
    });
    if (!hasOperator(this.env)) return;
    // What the registry is not told now, it finds out by itself.
    await registryShardOf(this.env, last?.origin?.invitation ?? sandbox, this.ctx.id)
      .remove(sandbox, last)
      .catch((error) => console.error(error));
  }
}

function asResponse(problem: Problem): Response {
  return Response.json(problem, { status: problem.status });
}
