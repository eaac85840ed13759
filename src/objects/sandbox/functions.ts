import { type FunctionName, functionKey } from "../../fc/names.ts";
import { addTraffic } from "../../journal/traffic.ts";
import type { functionObject } from "../stubs.ts";
import type { Member } from "./directory.ts";
import type { SandboxStore } from "./store.ts";

/** How many functions are called at once when something concerns all of them. */
const FAN_OUT = 32;

type FunctionStub = ReturnType<typeof functionObject>;

/** A sandbox's functions as their objects: asks all of them, and has all of them learn of a change. */
export class Members {
  readonly #store: SandboxStore;
  readonly objectOf: (name: FunctionName) => FunctionStub;
  /** Those that were asked to leave, until they have, or join again. */
  readonly #leaving = new Set<string>();
  /** The end of the latest task in the queue. */
  #idle: Promise<unknown> = Promise.resolve();
  /** The push that waits in the queue. */
  #nextPush: Promise<number> | undefined;

  constructor(store: SandboxStore, objectOf: Members["objectOf"]) {
    this.#store = store;
    this.objectOf = objectOf;
  }

  /** Asks every function of the sandbox, some at once, in the directory's order. */
  async askAll<T>(ask: (member: Member, object: FunctionStub) => Promise<T>): Promise<T[]> {
    const members = this.#store.directory.all();
    const answers: T[] = [];
    for (let i = 0; i < members.length; i += FAN_OUT) {
      const some = members.slice(i, i + FAN_OUT);
      answers.push(...(await Promise.all(some.map((member) => ask(member, this.objectOf(member))))));
    }
    return answers;
  }

  /** Notes that a function has joined: it does not leave now, whatever it said before. */
  joined(name: FunctionName): void {
    this.#leaving.delete(functionKey(name));
  }

  /**
   * Gives all functions the present state, and fulfils with its version; who comes while a push waits to begin shares
   * it. Rejects when one of the functions could not be told; the others are told all the same.
   */
  push(): Promise<number> {
    this.#nextPush ??= this.#enqueue(() => {
      this.#nextPush = undefined;
      return this.#pushNow();
    });
    return this.#nextPush;
  }

  /** One task after the other: a function that is pushed to while it leaves would live on, unknown to its sandbox. */
  #enqueue<T>(task: () => Promise<T>): Promise<T> {
    const done = this.#idle.then(task);
    this.#idle = done.catch(() => {});
    return done;
  }

  async #pushNow(): Promise<number> {
    const version = this.#store.get("version");
    const failures: unknown[] = [];
    await this.askAll(async (member, object) => {
      try {
        await this.#pushTo(member, object);
      } catch (error) {
        failures.push(error);
      }
    });
    if (failures.length > 0) throw failures[0];
    return version;
  }

  async #pushTo(member: Member, object: FunctionStub): Promise<void> {
    // Read at the last moment: what was imported may have been taken, or replaced, in the meantime.
    const { imported, ...latest } = this.#store.directory.get(member) ?? member;
    await object.accept(this.#store.sharedState(member), imported);
    this.#store.directory.taken(latest);
  }

  /** Has the functions leave that have nothing left, after a reset say. */
  async dismissEmpty(): Promise<void> {
    await this.#enqueue(() =>
      this.askAll(async (member, object) => {
        if (member.imported !== undefined) return;
        const key = functionKey(member);
        this.#leaving.add(key);
        const left = await object.leave();
        if (left) this.#store.set("trafficOfLeft", addTraffic(this.#store.get("trafficOfLeft"), left));
        // One that joined again in the meantime stays.
        if (this.#leaving.delete(key) && left) this.#store.directory.remove(member);
      }),
    );
  }
}
