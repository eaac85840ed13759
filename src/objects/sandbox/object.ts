import { DurableObject } from "cloudflare:workers";
import type { Part } from "../../documents/parts.ts";
import { problem } from "../../documents/problem.ts";
import type { Problem, RequestsPage, ShownClock, Summary } from "../../documents/responseBodies.ts";
import { type Env, idleMs, limits } from "../../env.ts";
import type { UnsetForm } from "../../fc/asyncConfig/defaults.ts";
import { renderConfig, type StoredConfig } from "../../fc/asyncConfig/schema.ts";
import { type ApiError, failure } from "../../fc/errors.ts";
import { type ConfigName, type FunctionName, functionKey } from "../../fc/names.ts";
import { invalidToken, type PageRequest, pageOf, renderPage } from "../../fc/paging.ts";
import { versionById } from "../../fc/versions.ts";
import {
  comparePositions,
  type Filter,
  type JournalEntry,
  type NearMiss,
  nearest,
  type Placed,
  type Position,
} from "../../journal/entry.ts";
import { addTraffic } from "../../journal/traffic.ts";
import { GroupCommit } from "../../lib/groupCommit.ts";
import { PageTokens } from "../../lib/pageTokens.ts";
import { ok, type Result } from "../../lib/result.ts";
import { UnderWay } from "../../lib/underWay.ts";
import {
  advance,
  type GivenClock,
  givenClock,
  now,
  REAL_CLOCK,
  setClock,
  showClock,
} from "../../state/clock.ts";
import { type Declared, declaredNames } from "../../state/existence.ts";
import type { Effect, Fault, GivenFault } from "../../state/faults.ts";
import { DEFAULT_SANDBOX_ID } from "../../state/sandboxId.ts";
import type { Settings } from "../../state/settings.ts";
import { type ResolvedState, resolveState, type SharedState } from "../../state/sharedState.ts";
import {
  configsByFunction,
  contradictionIn,
  exportConfigs,
  importConfig,
  SNAPSHOT_FORMAT,
  type Snapshot,
} from "../../state/snapshot.ts";
import {
  type ApiRequest,
  functionOf,
  receiveRequest,
  type SentReply,
  type SentRequest,
  sendReply,
} from "../messages.ts";
import { type Answerer, admit, answer } from "../pipeline.ts";
import { functionObject } from "../stubs.ts";
import type { Member } from "./directory.ts";
import { acceptWatcher, dismissVisitors, tellWatchers, VISITOR_HEADER } from "./feed.ts";
import { Members } from "./functions.ts";
import { NO_RETRY, SandboxStore } from "./store.ts";

/** How many functions are read at once for a page of all of them: few more than a page may need. */
const LISTED_AT_ONCE = 32;
/** How soon the alarm tries again what failed: twice as late each time, since a damaged object may stay so. */
const RETRY_MS = 1000;
const MAX_RETRY_MS = 3_600_000;
const PUSH_ATTEMPTS = 3;
/** How often the sandbox notes that it is used by requests that it answers itself. */
const USE_REPORT_MS = 60_000;
const NEAR_MISSES = 5;

/** Where a journal entry is: in a function's journal, or in the sandbox's own. */
interface Located {
  readonly position: Position;
  readonly member: Member | undefined;
}

interface NamedConfig {
  readonly name: ConfigName;
  readonly config: StoredConfig;
}

/**
 * The parent of a sandbox's functions. It knows their names, owns what concerns all of them and pushes it to
 * them when it changes, and answers what is asked of the whole sandbox. After a method has returned, every
 * function of the sandbox acts as it says.
 */
export class SandboxObject extends DurableObject<Env> {
  #opened: { readonly store: SandboxStore; readonly members: Members } | undefined;
  /** While the sandbox is being erased: what wants to use it waits for the end. */
  #erasing: Promise<void> | undefined;
  /** The requests of the API that its tables must be there for. */
  readonly #answering = new UnderWay();
  readonly #commits = new GroupCommit();

  get #store(): SandboxStore {
    return this.#open().store;
  }

  get #members(): Members {
    return this.#open().members;
  }

  /** Opened on first use: an object that was erased has no storage. */
  #open() {
    if (this.#opened === undefined) {
      const store = new SandboxStore(this.ctx.storage, this.env, this.ctx.id.toString());
      this.#opened = {
        store,
        members: new Members(store, (name) => functionObject(this.env, this.#sandbox, name)),
      };
      // Even one that was just looked at has tables now, which are to go some day.
      if (store.get("usedAt") === 0) this.ctx.waitUntil(this.reportUse());
    }
    return this.#opened;
  }

  /** The sandbox's id, which is this object's name; kept, since an alarm does not bring it along. */
  get #sandbox(): string {
    return this.ctx.id.name ?? this.ctx.storage.kv.get<string>("sandbox") ?? DEFAULT_SANDBOX_ID;
  }

  // What functions ask of their sandbox.

  /**
   * Takes a function into the directory, for its first PUT; undefined when there is no room for it, or when the
   * request would be refused anyway: `perform` then says why.
   */
  async join(
    sent: SentRequest,
  ): Promise<{ state: SharedState; imported: readonly StoredConfig[] | undefined } | undefined> {
    await this.#erasing;
    const request = receiveRequest(sent);
    const name = functionOf(request);
    const { directory } = this.#store;
    if (directory.get(name) === undefined) {
      // A request that comes to nothing must not use up a function.
      if (!admit(request, this.#stateFor(name)).ok) return undefined;
      if (this.#isFull()) await this.#members.dismissEmpty();
      if (this.#isFull()) return undefined;
      if (directory.get(name) === undefined) directory.add(name);
    }
    this.#members.joined(name);
    await this.reportUse();
    return { state: this.#store.sharedState(name), imported: directory.get(name)?.imported };
  }

  /** What requests for a function, or for none, are answered by. */
  #stateFor(name: FunctionName | undefined): ResolvedState {
    return resolveState(this.env, this.#store.sharedState(name));
  }

  #isFull(): boolean {
    return this.#store.directory.count() >= limits(this.env).functions;
  }

  /** Counts a request for these faults; says which of them, and of the request's own, strike it. */
  async strike(ids: readonly string[], own: Effect | null): Promise<string[]> {
    return this.#store.faults.strike(ids, own);
  }

  /** Tells the watchers of the live feed of a request. */
  async publish(entry: JournalEntry): Promise<void> {
    // Those who watched when the object was cut off are gone without a word.
    if (this.ctx.getWebSockets().length === 0) await this.#watch(false);
    tellWatchers(this.ctx, { type: "request", entry });
  }

  /** Notes that the sandbox is in use, so that it is not erased as an idle one. */
  async reportUse(): Promise<void> {
    this.ctx.storage.kv.put("sandbox", this.#sandbox);
    this.#store.set("usedAt", Date.now());
    await this.#schedule();
  }

  // The API, where no single function answers.

  /** Answers a request of the API that is for no function, for all of them, or for one that never was. */
  async perform(sent: SentRequest): Promise<SentReply> {
    const request = receiveRequest(sent);
    const name = request.function === null ? undefined : functionOf(request);
    // First, since an erasure may begin meanwhile.
    await this.#commits.turn();
    await this.#erasing;
    this.#answering.begin();
    try {
      return await this.#answer(request, name);
    } finally {
      this.#answering.end();
    }
  }

  async #answer(request: ApiRequest, name: FunctionName | undefined): Promise<SentReply> {
    if (Date.now() > this.#store.get("usedAt") + USE_REPORT_MS) await this.reportUse();
    const by: Answerer = {
      state: () => this.#stateFor(name),
      record: (entry, counted) => this.#store.journal.add(entry, counted, this.#store.settings.journalSize),
      maxJournalBody: limits(this.env).journalBodyBytes,
      strike: (ids, own) => this.strike(ids, own),
      publish: (entry) => tellWatchers(this.ctx, { type: "request", entry }),
    };
    const reply = await answer(request, by, (call) => {
      if (call.operation === "put") return this.#refusedPut();
      if (call.operation === "list")
        return name
          ? listOfNone(call.page, this.#store.settings.unset)
          : this.#listConfigs(request, call.page);
      return failure("AsyncConfigNotExists", name?.function ?? "", request.qualifier ?? "");
    });
    return sendReply(reply);
  }

  /** What a PUT gets that could not make its function. */
  #refusedPut(): Result<object, ApiError> {
    const most = limits(this.env).functions;
    return this.#isFull()
      ? failure("InvalidArgument", `this sandbox has ${most} functions, and may have no more`)
      : failure("ServiceUnavailable"); // There is room by now.
  }

  /**
   * A page of all FC 3.0 functions' configs by function and qualifier; InvalidArgument when its token is none of
   * this list's. A page goes on after the last config of the one before, wherever configs have come and gone.
   */
  async #listConfigs(
    request: ApiRequest,
    { limit: size, nextToken }: PageRequest,
  ): Promise<Result<object, ApiError>> {
    const tokens = new PageTokens(this.ctx.storage.kv, "configs");
    const token = nextToken === undefined ? ok("/") : await tokens.open(nextToken);
    if (!token.ok) return token;
    const [afterFunction = "", afterQualifier = ""] = token.value.split("/");
    const found: NamedConfig[] = [];
    const functions = this.#store.directory.namesFrom(afterFunction);
    for (let i = 0; i < functions.length && found.length <= size; i += LISTED_AT_ONCE) {
      const configs = functions.slice(i, i + LISTED_AT_ONCE).map(async (functionName) => {
        const name = { service: "", function: functionName };
        const after = functionName === afterFunction ? afterQualifier : "";
        const configs = await this.#members.objectOf(name).configsAfter(after, size + 1);
        return configs.map((config) => ({ name: { ...name, qualifier: config.qualifier }, config }));
      });
      found.push(...(await Promise.all(configs)).flat());
    }
    const page = await pageOf(found, size, ({ name }) => tokens.issue(`${name.function}/${name.qualifier}`));
    const version = versionById(request.version);
    const { settings } = this.#store;
    const render = ({ name, config }: NamedConfig) => renderConfig(version, name, settings, config);
    return ok(renderPage(page, settings.unset, render));
  }

  // The control plane.

  async summary(): Promise<Omit<Summary, "id" | "limits">> {
    const all = await this.#members.askAll(async ({ service, function: name }, object) => {
      const { traffic, ...counts } = await object.counts();
      return { traffic, shown: { service, function: name, ...counts } };
    });
    // One that has nothing left is there only until its place is wanted.
    const functions = all.map(({ shown }) => shown).filter(({ configs, requests }) => configs + requests > 0);
    const own = addTraffic(this.#store.get("trafficOfLeft"), this.#store.journal.traffic);
    const sum = (item: "configs" | "requests") => functions.reduce((total, one) => total + one[item], 0);
    return {
      settings: this.#store.settings,
      clock: await this.clock(),
      faults: this.#store.faults.all().length,
      functions,
      counts: {
        functions: functions.length,
        configs: sum("configs"),
        requests: sum("requests") + this.#store.journal.count(),
      },
      traffic: all.map(({ traffic }) => traffic).reduce(addTraffic, own),
    };
  }

  async signatures(): Promise<Settings["signatures"]> {
    return this.#store.settings.signatures;
  }

  async changeSettings(
    changes: { readonly [K in keyof Settings]?: Settings[K] | undefined },
  ): Promise<Result<Settings, Problem>> {
    return this.#change("settings", () => {
      this.#store.set("settings", { ...this.#store.get("settings"), ...definedItems(changes) });
      this.#store.journal.resize(this.#store.settings.journalSize);
      return this.#store.settings;
    });
  }

  async reset(parts: readonly Part[]): Promise<Result<undefined, Problem>> {
    return this.#change("reset", () => {
      const store = this.#store;
      if (parts.includes("configs")) store.directory.forgetAll();
      if (parts.includes("journal")) this.#clearJournal();
      if (parts.includes("faults")) store.faults.clear();
      if (parts.includes("clock")) store.set("clock", REAL_CLOCK);
      if (parts.includes("functions")) this.#replaceDeclared({});
      if (parts.includes("settings")) {
        store.set("settings", {});
        store.journal.resize(store.settings.journalSize);
      }
      return undefined;
    });
  }

  async faults(): Promise<Fault[]> {
    return this.#store.faults.all();
  }

  async addFault(given: GivenFault): Promise<Result<Fault, Problem>> {
    const most = limits(this.env).faults;
    if (this.#store.faults.all().length >= most) {
      return problem(409, `This sandbox has ${most} faults, and may have no more.`);
    }
    return this.#change("faults", () => this.#store.faults.add(given));
  }

  async removeFault(id: string): Promise<Result<undefined, Problem>> {
    if (!this.#store.faults.all().some((fault) => fault.id === id)) {
      return problem(404, `This sandbox has no fault ${id}.`);
    }
    return this.#change("faults", () => {
      this.#store.faults.remove(id);
      return undefined;
    });
  }

  async clearFaults(): Promise<Result<undefined, Problem>> {
    return this.#change("faults", () => {
      this.#store.faults.clear();
      return undefined;
    });
  }

  async clock(): Promise<ShownClock> {
    return showClock(this.#store.get("clock"), Date.now());
  }

  async changeClock(given: GivenClock): Promise<Result<ShownClock, Problem>> {
    return this.#takeClock(setClock(given, Date.now()));
  }

  async advanceClock(seconds: number): Promise<Result<ShownClock, Problem>> {
    const clock = this.#store.get("clock");
    if (clock.mode === "real") {
      return problem(409, "Real time can't be advanced: make the clock frozen or shifted first.");
    }
    return this.#takeClock(advance(clock, seconds, Date.now()));
  }

  async declared(): Promise<Declared> {
    return this.#store.get("declared");
  }

  async declare(declared: Declared): Promise<Result<Declared, Problem>> {
    return this.#change("functions", () => {
      this.#replaceDeclared(declared);
      return declared;
    });
  }

  /**
   * Replaces the declarations. A function that was declared and no longer is loses its configs; of its versions and
   * aliases the function itself sees that.
   */
  #replaceDeclared(declared: Declared): void {
    const names = new Set(declaredNames(declared).map(functionKey));
    for (const name of declaredNames(this.#store.get("declared"))) {
      if (!names.has(functionKey(name)) && this.#store.directory.get(name))
        this.#store.directory.replace(name, []);
    }
    this.#store.set("declared", declared);
  }

  async exportSnapshot(): Promise<Snapshot> {
    const configs = await this.#members.askAll(async (member, object) => {
      return exportConfigs(member, await object.configsAfter("", limits(this.env).qualifiersPerFunction));
    });
    return {
      format: SNAPSHOT_FORMAT,
      settings: this.#store.settings,
      clock: givenClock(this.#store.get("clock")),
      faults: this.#store.faults.all(),
      functions: this.#store.get("declared"),
      configs: configs.flat(),
    };
  }

  /** Replaces the whole state but the journal by the snapshot's. */
  async importSnapshot(snapshot: Snapshot): Promise<Result<undefined, Problem>> {
    const configs = configsByFunction(snapshot);
    const most = limits(this.env).functions;
    const old = this.#store.directory.all().filter((member) => !configs.has(functionKey(member)));
    if (configs.size + old.length > most) {
      // Of the others only the journal stays.
      const others = await this.#members.askAll(async (member, object) => {
        return !configs.has(functionKey(member)) && (await object.counts()).requests > 0;
      });
      const remembered = others.filter(Boolean).length;
      const count = configs.size + remembered;
      if (count > most) {
        return problem(
          409,
          `With this snapshot the sandbox would have ${count} functions, ${remembered} of them for requests in the journal; it may have ${most}.`,
        );
      }
    }
    const wrong = contradictionIn(snapshot, limits(this.env).qualifiersPerFunction);
    if (wrong !== undefined) return problem(400, wrong);
    const clock = setClock(snapshot.clock ?? { mode: "real" }, Date.now());
    if (clock === undefined) return problem(400, "clock must show a time of the years 1970 to 9999.");
    const imported = await this.#change("snapshot", () => {
      const store = this.#store;
      store.set("settings", definedItems(snapshot.settings ?? {}));
      store.journal.resize(store.settings.journalSize);
      store.set("clock", clock);
      store.set("declared", snapshot.functions ?? {});
      store.faults.clear();
      for (const fault of snapshot.faults ?? []) store.faults.add(fault);
      store.directory.forgetAll();
      const at = now(clock, Date.now());
      for (const { name, configs: its } of configs.values()) {
        store.directory.replace(
          name,
          its.map((config) => importConfig(config, at)),
        );
      }
      return undefined;
    });
    if (imported.ok && this.#store.directory.count() > most) await this.#members.dismissEmpty();
    return imported;
  }

  /** Journal entries of all functions that a filter means, newest first. */
  async requests(
    filter: Filter,
    { limit: size, nextToken }: PageRequest,
  ): Promise<Result<RequestsPage, Problem>> {
    const tokens = new PageTokens(this.ctx.storage.kv, "requests");
    let after: Position | undefined;
    if (nextToken !== undefined) {
      const token = await tokens.open(nextToken);
      if (!token.ok) return problem(400, `${token.error.message}.`);
      after = JSON.parse(token.value);
    }
    // Where the entries are first, then just those of the page: all of a sandbox's are too many to hold at once.
    const found: Located[][] = await this.#members.askAll(async (member, object) => {
      const positions = await object.findJournalEntries(filter, after, size + 1);
      return positions.map((position) => ({ position, member }));
    });
    const own = this.#store.journal
      .find(filter, after, size + 1)
      .map((position) => ({ position, member: undefined }));
    const all = [...found.flat(), ...own].sort((a, b) => comparePositions(a.position, b.position));
    const page = await pageOf(all, size, ({ position }) => tokens.issue(JSON.stringify(position)));
    return ok({ requests: await this.#entriesAt(page.items), nextToken: page.nextToken });
  }

  /** The journal entries at these places, in their order. */
  async #entriesAt(page: readonly Located[]): Promise<JournalEntry[]> {
    const byMember = Map.groupBy(page, ({ member }) => member);
    const placed = await Promise.all(
      [...byMember].map(async ([member, its]): Promise<Placed[]> => {
        const numbers = its.map(({ position }) => position.number);
        if (member === undefined) return this.#store.journal.at(numbers);
        return this.#members.objectOf(member).journalEntries(numbers);
      }),
    );
    const inOrder = placed.flat().sort((a, b) => comparePositions(a.position, b.position));
    return inOrder.map(({ entry }) => entry);
  }

  async countRequests(filter: Filter): Promise<number> {
    const counts = await this.#members.askAll((_, object) => object.countJournalEntries(filter));
    return counts.reduce((total, count) => total + count, this.#store.journal.countOf(filter));
  }

  /** How many requests the filter means, and those that it almost means. */
  async verify(
    filter: Filter,
  ): Promise<{ readonly count: number; readonly nearMisses: readonly NearMiss[] }> {
    const misses: NearMiss[][] = await this.#members.askAll((_, object) =>
      object.nearMisses(filter, NEAR_MISSES),
    );
    const all = [...misses.flat(), ...this.#store.journal.nearMisses(filter, NEAR_MISSES)];
    return { count: await this.countRequests(filter), nearMisses: nearest(all, NEAR_MISSES) };
  }

  async clearRequests(): Promise<Result<undefined, Problem>> {
    return this.#change("requests", () => {
      this.#clearJournal();
      return undefined;
    });
  }

  /** The live feed: a WebSocket, already authorised; 401 when a visitor wants a token by now. */
  override async fetch(request: Request): Promise<Response> {
    await this.#erasing;
    const isVisitor = request.headers.get(VISITOR_HEADER) === "true";
    if (isVisitor && this.#store.settings.signatures === "required")
      return new Response(null, { status: 401 });
    const response = acceptWatcher(this.ctx, isVisitor);
    await this.#watch(true);
    return response;
  }

  override async webSocketMessage(socket: WebSocket): Promise<void> {
    // Nothing is asked over the feed, so nothing is answered.
    socket.close(1003, "this feed only tells");
  }

  override async webSocketClose(socket: WebSocket): Promise<void> {
    // Without an answer to its Close frame the watcher would wait for the connection to time out.
    socket.close(1000);
    const others = this.ctx.getWebSockets().filter((other) => other !== socket);
    if (others.length === 0) await this.#watch(false);
  }

  override async webSocketError(socket: WebSocket): Promise<void> {
    await this.webSocketClose(socket);
  }

  override async alarm(): Promise<void> {
    let failed = false;
    // The platform gives up on an alarm that keeps failing; this one is set again below.
    const report = (error: unknown) => {
      failed = true;
      console.error(error);
    };
    if (this.#store.get("settled") < this.#store.get("version")) await this.#push().catch(report);
    const idle = idleMs(this.env, this.#sandbox);
    if (idle !== undefined && Date.now() >= this.#store.get("usedAt") + idle) {
      const isErased = await this.#erase().then(() => true, report);
      if (isErased) return;
    }
    const { failures } = this.#store.get("retry");
    if (failed) {
      const wait = Math.min(RETRY_MS * 2 ** failures, MAX_RETRY_MS);
      this.#store.set("retry", { failures: failures + 1, at: Date.now() + wait });
    } else if (failures > 0) this.#store.set("retry", NO_RETRY);
    await this.#schedule();
  }

  async #takeClock(clock: ReturnType<typeof setClock>): Promise<Result<ShownClock, Problem>> {
    if (clock === undefined) return problem(400, "The clock must show a time of the years 1970 to 9999.");
    return this.#change("clock", () => {
      this.#store.set("clock", clock);
      return showClock(clock, Date.now());
    });
  }

  #clearJournal(): void {
    this.#store.journal.clear();
    this.#store.set("journalEpoch", this.#store.get("journalEpoch") + 1);
  }

  async #watch(watched: boolean): Promise<void> {
    if (this.#store.get("watched") === watched) return;
    await this.#change(undefined, () => this.#store.set("watched", watched));
  }

  /** Makes a change and has all functions know it before it returns. */
  async #change<T>(what: string | undefined, change: () => T): Promise<Result<T, Problem>> {
    await this.#erasing;
    const value = this.ctx.storage.transactionSync(() => {
      const changed = change();
      this.#store.set("version", this.#store.get("version") + 1);
      if (this.#store.get("retry").failures > 0) this.#store.set("retry", NO_RETRY);
      return changed;
    });
    await this.reportUse();
    if (this.#store.settings.signatures === "required") dismissVisitors(this.ctx);
    for (let attempt = 1; ; attempt++) {
      try {
        await this.#push();
        break;
      } catch (error) {
        console.error(error);
        if (attempt === PUSH_ATTEMPTS) {
          return problem(503, "Some functions could not be told of the change yet; they will be.");
        }
      }
    }
    if (what !== undefined) tellWatchers(this.ctx, { type: "change", what });
    return ok(value);
  }

  /** Gives all functions the present state. The alarm does it again when this is cut off. */
  async #push(): Promise<void> {
    const version = await this.#members.push();
    if (this.#store.get("settled") < version) this.#store.set("settled", version);
    await this.#schedule();
  }

  /** Sets the alarm for what is next: a push that has to be finished, or the end of an idle sandbox. */
  async #schedule(): Promise<void> {
    const idle = idleMs(this.env, this.#sandbox);
    const settled = this.#store.get("settled") === this.#store.get("version");
    const { at: retryAt } = this.#store.get("retry");
    if (!settled) await this.ctx.storage.setAlarm(retryAt || Date.now() + RETRY_MS);
    else if (idle === undefined) await this.ctx.storage.deleteAlarm();
    else await this.ctx.storage.setAlarm(Math.max(this.#store.get("usedAt") + idle, retryAt));
  }

  /** Erases the sandbox and all its functions, storage and all. */
  async #erase(): Promise<void> {
    const erased = async () => {
      await this.#answering.none();
      await this.#members.askAll((_, object) => object.erase());
      for (const socket of this.ctx.getWebSockets()) socket.close(1001, "this sandbox was erased");
      await this.ctx.storage.deleteAll();
    };
    this.#erasing = erased().finally(() => {
      this.#opened = undefined;
      this.#erasing = undefined;
    });
    await this.#erasing;
  }
}

/** The list of a function without configs, which never issued a token. */
function listOfNone({ nextToken }: PageRequest, unset: UnsetForm): Result<object, ApiError> {
  if (nextToken !== undefined) return invalidToken(nextToken);
  return ok(renderPage({ items: [], nextToken: undefined }, unset, () => ({})));
}

/** Items without those that are undefined, which would overwrite others when they are spread. */
function definedItems<T extends object>(items: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(items).filter(([, value]) => value !== undefined)) as never;
}
