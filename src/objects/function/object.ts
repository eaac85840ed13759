import { DurableObject } from "cloudflare:workers";
import { type Env, idleMs, limits } from "../../env.ts";
import type { StoredConfig } from "../../fc/asyncConfig/schema.ts";
import { versionById } from "../../fc/versions.ts";
import type { Filter, NearMiss, Placed, Position } from "../../journal/entry.ts";
import type { Journal } from "../../journal/journal.ts";
import type { Traffic } from "../../journal/traffic.ts";
import { GroupCommit } from "../../lib/groupCommit.ts";
import { PageTokens } from "../../lib/pageTokens.ts";
import { UnderWay } from "../../lib/underWay.ts";
import { withdrawnQualifiers } from "../../state/existence.ts";
import { type ResolvedState, resolveState, type SharedState } from "../../state/sharedState.ts";
import {
  type ApiRequest,
  functionOf,
  receiveRequest,
  type SentReply,
  type SentRequest,
  sendReply,
} from "../messages.ts";
import { type Answerer, answer } from "../pipeline.ts";
import { sandboxObject } from "../stubs.ts";
import { ConfigStore } from "./configs.ts";
import { operate } from "./operate.ts";

/** How often a function in use tells its sandbox, as a part of the time after which an idle one is erased. */
const USES_PER_IDLE_TIME = 8;

/**
 * Holds the configs of one function of one sandbox, and remembers the requests for it. A PUT reads, merges and
 * writes without waiting in between, so partial updates of one config are merged one after the other.
 */
export class FunctionObject extends DurableObject<Env> {
  readonly #tokens: PageTokens;
  readonly #commits = new GroupCommit();
  #opened: ConfigStore | undefined;
  #state: ResolvedState | undefined;
  #usedAt: number;
  /** How many requests are here, those included that join the sandbox. */
  #underWay = 0;
  /** Those of them that its tables must be there for. */
  readonly #answering = new UnderWay();
  /** While the function is being erased: what comes then waits for the end. */
  #erasing: Promise<void> | undefined;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    this.#tokens = new PageTokens(ctx.storage.kv, "configs");
    const state = ctx.storage.kv.get<SharedState>("state");
    this.#state = state && resolveState(env, state);
    this.#usedAt = ctx.storage.kv.get<number>("usedAt") ?? 0;
  }

  /** The function's tables, made on first use: an object that was erased has none. */
  get #configs(): ConfigStore {
    if (this.#opened === undefined) {
      const configs = new ConfigStore(this.ctx.storage, this.ctx.id.toString());
      // A deployment's variables may have changed the size since the object was last here.
      if (this.#state) configs.resizeJournal(this.#state.settings.journalSize);
      this.#opened = configs;
    }
    return this.#opened;
  }

  get #journal(): Journal {
    return this.#configs.journal;
  }

  /** Answers a request of the API for this function. */
  async perform(sent: SentRequest): Promise<SentReply> {
    this.#underWay += 1;
    try {
      return await this.#perform(sent);
    } finally {
      this.#underWay -= 1;
    }
  }

  async #perform(sent: SentRequest): Promise<SentReply> {
    // First, since an erasure may begin meanwhile.
    await this.#commits.turn();
    if (this.#erasing) await this.#erasing;
    const request = receiveRequest(sent);
    const sandbox = () => sandboxObject(this.env, request.sandbox);
    // Only a PUT makes a function: reading one that never was leaves nothing behind, and its sandbox answers.
    const creates = request.call.ok && request.call.value.operation === "put";
    const joined = this.#state ?? (creates ? await this.#join(request.sandbox, sent) : undefined);
    if (joined === undefined) return sandbox().perform(sent);
    const name = functionOf(request);
    this.#reportUse(request);
    const configs = this.#configs;
    // A push may replace the state while a fault makes the request wait.
    const state = () => this.#state ?? joined;
    const by: Answerer = {
      state,
      record: (entry, counted) => configs.record(entry, counted, state().settings.journalSize),
      maxJournalBody: limits(this.env).journalBodyBytes,
      strike: (ids, own) => sandbox().strike(ids, own),
      publish: (entry) => this.ctx.waitUntil(sandbox().publish(entry)),
    };
    this.#answering.begin();
    try {
      const reply = await answer(request, by, (call) =>
        operate(call, request.qualifier, {
          name,
          configs,
          tokens: this.#tokens,
          state: state(),
          version: versionById(request.version),
          maxConfigs: limits(this.env).qualifiersPerFunction,
        }),
      );
      return sendReply(reply);
    } finally {
      this.#answering.end();
    }
  }

  /**
   * Takes a state that its sandbox pushes, unless it has seen a later one; with it come the configs of an
   * imported snapshot, in the place of those it has.
   */
  async accept(state: SharedState, imported: readonly StoredConfig[] | undefined): Promise<void> {
    const seen = this.#state;
    if (seen && seen.version >= state.version) return;
    const resolved = resolveState(this.env, state);
    try {
      this.#apply(state, resolved.settings.journalSize, imported);
    } catch (error) {
      this.#opened = undefined; // What is in memory may be ahead of what was rolled back.
      throw error;
    }
    this.#state = resolved;
  }

  /**
   * Forgets all and is no longer one of its sandbox's, if it has neither configs nor remembered requests. Returns the
   * traffic that it had; undefined when it stays.
   */
  async leave(): Promise<Traffic | undefined> {
    const isEmpty = this.#configs.count === 0 && this.#journal.count() === 0;
    // A request under way counts on the function being there.
    if (!isEmpty || this.#underWay > 0) return undefined;
    const { traffic } = this.#journal;
    await this.erase();
    return traffic;
  }

  #apply(state: SharedState, journalSize: number, imported: readonly StoredConfig[] | undefined): void {
    const configs = this.#configs;
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
  async configsAfter(qualifier: string, most: number): Promise<StoredConfig[]> {
    return this.#configs.after(qualifier, most);
  }

  /** Where the journal has what a filter means, newest first: up to `most` that come after a position. */
  async findJournalEntries(filter: Filter, after: Position | undefined, most: number): Promise<Position[]> {
    return this.#journal.find(filter, after, most);
  }

  /** The journal's entries of these numbers. */
  async journalEntries(numbers: readonly number[]): Promise<Placed[]> {
    return this.#journal.at(numbers);
  }

  async countJournalEntries(filter: Filter): Promise<number> {
    return this.#journal.countOf(filter);
  }

  /** The entries that a filter almost means: up to `most` with the fewest differences. */
  async nearMisses(filter: Filter, most: number): Promise<NearMiss[]> {
    return this.#journal.nearMisses(filter, most);
  }

  async counts(): Promise<{
    readonly configs: number;
    readonly requests: number;
    readonly traffic: Traffic;
  }> {
    return { configs: this.#configs.count, requests: this.#journal.count(), traffic: this.#journal.traffic };
  }

  /** Forgets everything, its sandbox too, and leaves no storage behind, once the requests under way are answered. */
  async erase(): Promise<void> {
    const erased = async () => {
      await this.#answering.none();
      this.#state = undefined;
      this.#usedAt = 0;
      await this.ctx.storage.deleteAll();
      this.#opened = undefined;
    };
    this.#erasing ??= erased().finally(() => {
      this.#erasing = undefined;
    });
    await this.#erasing;
  }

  /** Makes the function known to its sandbox, for a request; undefined when the sandbox refuses that. */
  async #join(sandbox: string, sent: SentRequest): Promise<ResolvedState | undefined> {
    const joined = await sandboxObject(this.env, sandbox).join(sent);
    if (joined === undefined) return undefined;
    await this.accept(joined.state, joined.imported);
    // By joining the sandbox learned that it is in use.
    this.#usedAt = Date.now();
    // Unless a later state was pushed meanwhile.
    return this.#state ?? resolveState(this.env, joined.state);
  }

  /** Tells the sandbox now and then that it is in use, so that it is not erased as an idle one. */
  #reportUse({ sandbox, receivedAt }: ApiRequest): void {
    const idle = idleMs(this.env, sandbox);
    if (idle === undefined || receivedAt < this.#usedAt + idle / USES_PER_IDLE_TIME) return;
    this.#usedAt = receivedAt;
    this.ctx.storage.kv.put("usedAt", receivedAt);
    this.ctx.waitUntil(sandboxObject(this.env, sandbox).reportUse());
  }
}
