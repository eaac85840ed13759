import { type FunctionName, functionKey } from "../../fc/names.ts";
import { addInvocationCounts } from "../../journal/invocationCounts.ts";
import { addTraffic } from "../../journal/traffic.ts";
import { addExaminations, type Examination, NOTHING_FOUND } from "../../journal/verification.ts";
import type { FunctionUsage } from "../../state/quota.ts";
import type { functionObject } from "../stubs.ts";
import type { SandboxFunction } from "./directory.ts";
import type { SandboxStore } from "./store.ts";

/** How many functions are called at once when a call concerns many. */
const FAN_OUT = 32;

export type FunctionStub = ReturnType<typeof functionObject>;

/** The functions of a sandbox as their objects: calls many of them, and pushes the sandbox's state to them. */
export class Functions {
  readonly #store: SandboxStore;
  readonly objectOf: (name: FunctionName) => FunctionStub;
  readonly #used: (name: FunctionName, usage: FunctionUsage) => void;
  /** Functions that were asked to deregister, until they have, or register again. */
  readonly #deregistering = new Set<string>();
  /** The end of the latest task in the queue. */
  #idle: Promise<unknown> = Promise.resolve();
  /** The push that waits in the queue. */
  #nextPush: Promise<void> | undefined;

  /** `used` is told what a function has used that ends. */
  constructor(
    store: SandboxStore,
    objectOf: Functions["objectOf"],
    used: (name: FunctionName, usage: FunctionUsage) => void,
  ) {
    this.#store = store;
    this.#used = used;
    this.objectOf = objectOf;
  }

  /** Calls every function of the sandbox, 32 at a time; the answers are in the directory's order. */
  askAll<T>(ask: (one: SandboxFunction, object: FunctionStub) => Promise<T>): Promise<T[]> {
    return this.#ask(this.#store.directory.all(), ask);
  }

  /** What all functions know of a filter together, with up to `most` near misses; `own` is what else is known of it. */
  async examineAll<E>(
    filter: { readonly service?: string | undefined; readonly function?: string | undefined },
    most: number,
    examine: (object: FunctionStub) => Promise<Examination<E>>,
    own: readonly Examination<E>[] = [],
  ): Promise<Examination<E>> {
    const all = await this.askAll(async (one, object): Promise<Examination<E>> => {
      const { findings, nearMisses } = await examine(object);
      // What another function dropped, or never kept, can't match.
      const isOther =
        (filter.service ?? one.service) !== one.service || (filter.function ?? one.function) !== one.function;
      return { findings: isOther ? NOTHING_FOUND : findings, nearMisses };
    });
    return addExaminations([...all, ...own], most);
  }

  async #ask<T>(
    functions: readonly SandboxFunction[],
    ask: (one: SandboxFunction, object: FunctionStub) => Promise<T>,
  ): Promise<T[]> {
    const answers: T[] = [];
    for (let i = 0; i < functions.length; i += FAN_OUT) {
      const some = functions.slice(i, i + FAN_OUT);
      answers.push(...(await Promise.all(some.map((one) => ask(one, this.objectOf(one))))));
    }
    return answers;
  }

  /** Notes that a function has registered: it stays, even if it was asked to deregister before. */
  registered(name: FunctionName): void {
    this.#deregistering.delete(functionKey(name));
  }

  /** Whether a function has yet to acknowledge a change. */
  get hasPendingPushes(): boolean {
    return this.#arePushesForAllPending() || Object.keys(this.#store.get("pendingPushes")).length > 0;
  }

  #arePushesForAllPending(): boolean {
    // A state of an earlier release, in which every change concerned every function, has no `versionForAll`.
    return this.#store.get("acknowledged") < (this.#store.get("versionForAll") ?? this.#store.get("version"));
  }

  /**
   * Pushes the present state to every function that has yet to acknowledge a change. Calls that arrive while a push waits
   * to begin share it. Rejects when a function could not be reached; the others are reached all the same.
   */
  push(): Promise<void> {
    this.#nextPush ??= this.#enqueue(() => {
      this.#nextPush = undefined;
      return this.#pushNow();
    });
    return this.#nextPush;
  }

  /** Runs one task after the other: a function that is pushed to while it deregisters would live on, unknown to its sandbox. */
  #enqueue<T>(task: () => Promise<T>): Promise<T> {
    const done = this.#idle.then(task);
    this.#idle = done.catch(() => {});
    return done;
  }

  async #pushNow(): Promise<void> {
    const store = this.#store;
    const version = store.get("version");
    const all = store.directory.all();
    const pending = store.get("pendingPushes");
    const concerned = this.#arePushesForAllPending() ? all : all.filter((one) => functionKey(one) in pending);
    const failures: { readonly name: FunctionName; readonly error: unknown }[] = [];
    await this.#ask(concerned, async (one, object) => {
      try {
        await this.#pushTo(one, object);
      } catch (error) {
        failures.push({ name: one, error });
      }
    });
    const failed = failures.map(({ name }) => [functionKey(name), version] as const);
    // Changes that were made meanwhile have pushes of their own.
    const newer = Object.entries(store.get("pendingPushes")).filter(([, needed]) => needed > version);
    const stillPending = Object.fromEntries([...failed, ...newer]);
    if (Object.keys({ ...stillPending, ...store.get("pendingPushes") }).length > 0) {
      store.set("pendingPushes", stillPending);
    }
    if (store.get("acknowledged") < version) store.set("acknowledged", version);
    const [first] = failures;
    if (first) throw first.error;
  }

  async #pushTo(one: SandboxFunction, object: FunctionStub): Promise<void> {
    // Read at the last moment: the imported configs may have been delivered, or replaced, in the meantime.
    const { imported: _, ...latest } = this.#store.directory.get(one) ?? one;
    const imported = this.#store.importedFor(one);
    await object.accept(this.#store.sharedState(one), imported);
    this.#store.directory.delivered(latest);
    if (imported.invocations) this.#store.importedInvocations.delivered(one, imported.invocations);
  }

  /**
   * Erases every function. Rejects when some could not be erased; the others are erased all the same.
   */
  async eraseAll(): Promise<void> {
    const failures: unknown[] = [];
    await this.askAll(async (one, object) => {
      try {
        const usage = await object.erase();
        if (usage) this.#used(one, usage);
      } catch (error) {
        failures.push(error);
      }
    });
    if (failures.length > 0) throw failures[0];
  }

  /** Deregisters the functions that have nothing left, after a reset for example. */
  async deregisterEmpty(): Promise<void> {
    await this.#enqueue(() =>
      this.askAll(async (one, object) => {
        if (one.imported !== undefined || this.#store.importedInvocations.get(one)) return;
        const key = functionKey(one);
        this.#deregistering.add(key);
        const left = await object.deregister();
        if (left) {
          const sum = addTraffic(this.#store.get("deregisteredTraffic"), left.traffic);
          this.#store.set("deregisteredTraffic", sum);
          const counts = addInvocationCounts(
            this.#store.get("deregisteredInvocations"),
            left.invocationCounts,
          );
          this.#store.set("deregisteredInvocations", counts);
          if (left.usage) this.#used(one, left.usage);
          if (left.hasGap) this.#store.journal.noteGap();
        }
        // A function that has registered again in the meantime stays.
        if (this.#deregistering.delete(key) && left) this.#store.directory.remove(one);
      }),
    );
  }
}
