import { DurableObject } from "cloudflare:workers";
import type { Env } from "../../env.ts";
import type { ConfigChange } from "../../fc/asyncConfig/operand.ts";
import type { StoredAsyncConfig } from "../../fc/asyncConfig/schema.ts";
import { failure } from "../../fc/errors.ts";
import { isConfigCall, performOnConfigs } from "../../fc/handlers.ts";
import { DEFAULT_QUALIFIER, type FunctionName } from "../../fc/names.ts";
import { operations } from "../../fc/operations.ts";
import { versionById } from "../../fc/versions.ts";
import type { Filter } from "../../journal/filter.ts";
import type { Examination } from "../../journal/journal.ts";
import type { Placed, Position } from "../../journal/order.ts";
import { NO_TRAFFIC } from "../../journal/traffic.ts";
import { NOTHING_FOUND } from "../../journal/verification.ts";
import { GroupCommit } from "../../lib/groupCommit.ts";
import { Lifecycle } from "../../lib/lifecycle.ts";
import { PageTokens } from "../../lib/pageTokens.ts";
import { now } from "../../state/clock.ts";
import { withdrawnQualifiers } from "../../state/existence.ts";
import { type ResolvedState, resolveState, type SharedState } from "../../state/sharedState.ts";
import { idleMs, limits, variables } from "../../variables.ts";
import {
  type ApiReply,
  type ApiRequest,
  functionOf,
  receiveRequest,
  type SentReply,
  type SentRequest,
  sendReply,
} from "../messages.ts";
import { type Answerer, answer } from "../pipeline.ts";
import type { Deregistration, FunctionCounts, FunctionRpc } from "../rpc.ts";
import { sandboxObject } from "../stubs.ts";
import { ConfigStore } from "./configs.ts";

/** How often a function in use reports that to its sandbox, as a part of the time after which an idle one is erased. */
const USES_PER_IDLE_TIME = 8;

/**
 * Holds the configs of one function of one sandbox, and the journal of the requests for it. A PUT reads, merges and writes
 * without waiting in between, so partial updates of one config are merged one after the other.
 */
export class FunctionObject extends DurableObject<Env> implements FunctionRpc {
  readonly #lifecycle = new Lifecycle(() => this.#openConfigs());
  readonly #commits = new GroupCommit();
  readonly #tokens: PageTokens;
  /** What the function knows of its sandbox; undefined while it is not registered there. */
  #state: ResolvedState | undefined;
  #usedAt: number;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    this.#tokens = new PageTokens(ctx.storage.kv, "configs");
    const state = ctx.storage.kv.get<SharedState>("state");
    this.#state = state && resolveState(variables(env), state);
    this.#usedAt = ctx.storage.kv.get<number>("usedAt") ?? 0;
  }

  #openConfigs(): ConfigStore {
    const configs = new ConfigStore(this.ctx.storage, this.ctx.id.toString());
    // A deployment's variables may have changed the size since the object was loaded last.
    if (this.#state) configs.resizeJournal(this.#state.settings.journalSize);
    return configs;
  }

  /** Answers a request of the API for this function. A request for a function that is not registered goes to its sandbox. */
  async perform(sent: SentRequest): Promise<SentReply> {
    await this.#commits.turn();
    const request = receiveRequest(sent);
    const name = functionOf(request);
    while (name !== undefined) {
      const reply = await this.#lifecycle.run(() => this.#state && this.#answer(request, name, this.#state));
      if (reply !== undefined) return sendReply(reply);
      // Only an operation that creates registers a function: reading one that never was leaves nothing behind.
      const registers = request.call.ok && operations[request.call.value.operation].creates;
      if (!registers || !(await this.#register(request.sandbox, sent))) break;
    }
    return sandboxObject(this.env, request.sandbox).perform(sent);
  }

  #answer(request: ApiRequest, name: FunctionName, known: ResolvedState): Promise<ApiReply> {
    this.#reportUse(request);
    const sandbox = () => sandboxObject(this.env, request.sandbox);
    const configs = this.#lifecycle.tables;
    // A push may replace the state while a fault makes the request wait.
    const state = () => this.#state ?? known;
    const by: Answerer<ConfigChange> = {
      state,
      record: (entry, counted, change) =>
        configs.record(entry, counted, state().settings.journalSize, change),
      write: (change) => configs.write(change),
      maxJournalBody: limits(this.env).journalBodyBytes,
      triggerFaults: (ids, own) => sandbox().triggerFaults(ids, own),
      publish: (entry) => this.ctx.waitUntil(sandbox().publish(entry)),
    };
    return answer(request, by, (call) => {
      // The Worker sends calls on resources to the sandbox's object.
      if (!isConfigCall(call)) return { outcome: failure("InternalServerError") };
      return performOnConfigs(call, {
        name,
        qualifier: request.qualifier ?? DEFAULT_QUALIFIER,
        version: versionById(request.version),
        configs,
        tokens: this.#tokens,
        settings: state().settings,
        now: now(state().clock, Date.now()),
        maxConfigs: limits(this.env).qualifiersPerFunction,
      });
    });
  }

  /** Registers the function with its sandbox, for a request; whether the sandbox allows that. */
  async #register(sandbox: string, sent: SentRequest): Promise<boolean> {
    const { erasures } = this.#lifecycle;
    const registration = await sandboxObject(this.env, sandbox).register(sent);
    if (registration === undefined) return false;
    // An erasure since then has ended the registration too: the request asks for it again.
    if (erasures === this.#lifecycle.erasures) {
      this.#accept(registration.state, registration.imported);
      // By the registration the sandbox learned that it is in use.
      this.#usedAt = Date.now();
    }
    return true;
  }

  /**
   * Takes the state that the sandbox pushes, unless the function has seen a later one. The configs of an imported snapshot
   * come with it and replace all configs.
   */
  async accept(state: SharedState, imported: readonly StoredAsyncConfig[] | undefined): Promise<void> {
    await this.#lifecycle.run(() => this.#accept(state, imported));
  }

  #accept(state: SharedState, imported: readonly StoredAsyncConfig[] | undefined): void {
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
  }

  #apply(state: SharedState, journalSize: number, imported: readonly StoredAsyncConfig[] | undefined): void {
    const configs = this.#lifecycle.tables;
    const seen = this.#state;
    const isCleared = seen && state.journalEpoch > seen.journalEpoch;
    this.ctx.storage.transactionSync(() => {
      if (seen?.existence && state.existence)
        configs.deleteAll(withdrawnQualifiers(seen.existence, state.existence));
      if (state.configsEpoch > (seen?.configsEpoch ?? -1)) configs.replaceAll(imported ?? []);
      if (isCleared) {
        configs.checkpoint();
        configs.journal.clear();
      }
      configs.resizeJournal(journalSize);
      this.ctx.storage.kv.put("state", state);
    });
  }

  /** Up to `most` configs whose qualifier comes after this one. */
  configsAfter(qualifier: string, most: number): Promise<StoredAsyncConfig[]> {
    return this.#read([], (configs) => configs.after(qualifier, most));
  }

  /** The positions of the journal's entries that match a filter, newest first: up to `most` after a position. */
  findJournalEntries(filter: Filter, after: Position | undefined, most: number): Promise<Position[]> {
    return this.#read([], ({ journal }) => journal.find(filter, after, most));
  }

  /** The journal's entries of these numbers. */
  journalEntries(numbers: readonly number[]): Promise<Placed[]> {
    return this.#read([], ({ journal }) => journal.at(numbers));
  }

  /** What the journal knows of a filter, and up to `most` entries that almost match. */
  examineJournal(filter: Filter, most: number): Promise<Examination> {
    return this.#read({ findings: NOTHING_FOUND, nearMisses: [] }, ({ journal }) =>
      journal.examine(filter, most),
    );
  }

  counts(): Promise<FunctionCounts> {
    const none = { configs: 0, requests: 0, dropped: 0, traffic: NO_TRAFFIC };
    return this.#read(none, ({ count, journal }) => {
      const { entries, dropped } = journal.counts();
      return { configs: count, requests: entries, dropped, traffic: journal.traffic };
    });
  }

  /** Reads the tables. A function that is not registered has `none`, and being read makes no tables. */
  #read<T>(none: T, read: (configs: ConfigStore) => T): Promise<T> {
    return this.#lifecycle.run(() => (this.#state ? read(this.#lifecycle.tables) : none));
  }

  /**
   * Erases the function if it has neither configs nor journal entries and answers no request. Returns what is left of it;
   * undefined when it stays.
   */
  async deregister(): Promise<Deregistration | undefined> {
    if (this.#lifecycle.isBusy) return undefined;
    const tables = this.#state && this.#lifecycle.tables;
    if (tables && tables.count + tables.journal.counts().entries > 0) return undefined;
    const { traffic = NO_TRAFFIC, hasGap = false } = tables?.journal ?? {};
    await this.erase();
    return { traffic, hasGap };
  }

  /** Erases everything, once the requests under way are answered: the function has no storage then. */
  erase(): Promise<void> {
    return this.#lifecycle.erase(async () => {
      this.#state = undefined;
      this.#usedAt = 0;
      await this.ctx.storage.deleteAll();
    });
  }

  /** Reports now and then to the sandbox that it is in use, so that it is not erased as an idle one. */
  #reportUse({ sandbox, receivedAt }: ApiRequest): void {
    const idle = idleMs(this.env, sandbox);
    if (idle === undefined || receivedAt < this.#usedAt + idle / USES_PER_IDLE_TIME) return;
    this.#usedAt = receivedAt;
    this.ctx.storage.kv.put("usedAt", receivedAt);
    this.ctx.waitUntil(sandboxObject(this.env, sandbox).reportUse());
  }
}
