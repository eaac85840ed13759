import { problem } from "../../documents/problem.ts";
import type { Problem } from "../../documents/responseBodies.ts";
import { type FunctionName, functionKey } from "../../fc/names.ts";
import { ownerOf, type ResourceChange, type ResourceWrite } from "../../fc/resources.ts";
import { ok, type Result } from "../../lib/result.ts";
import type { Functions } from "./functions.ts";
import type { SandboxStore } from "./store.ts";

const PUSH_ATTEMPTS = 3;

/** Which functions a change concerns: all of them, or those for which this is true. */
export type Concern = "all" | ((name: FunctionName) => boolean);

/** What changes need of the sandbox's object. */
export interface ChangeHost {
  transaction<T>(change: () => T): T;
  /** Called in the turn in which a change was written: schedules the alarm, which finishes a push that is cut off. */
  changed(what: string | undefined): Promise<void>;
  /** Called when every function has acknowledged the change: schedules the alarm for what is due next. */
  pushed(): Promise<void>;
  /** Tells the live feed what has changed. */
  announce(what: string): void;
}

/** Changes what functions have to know of their sandbox, and has the functions that a change concerns acknowledge it. */
export class Changes {
  readonly #store: SandboxStore;
  readonly #functions: Functions;
  readonly #host: ChangeHost;

  constructor(store: SandboxStore, functions: Functions, host: ChangeHost) {
    this.#store = store;
    this.#functions = functions;
    this.#host = host;
  }

  /**
   * Makes a change in one transaction. When the result is there, every function that the change concerns acts by it; 503
   * when a function could not be reached: the alarm then tries again. `what` is what the live feed is told.
   */
  async make<T>(what: string | undefined, concern: Concern, change: () => T): Promise<Result<T, Problem>> {
    const value = this.begin(concern, change);
    const finished = await this.finish(what);
    return finished.ok ? ok(value) : finished;
  }

  /** Makes a change in one transaction, in this turn. `finish` has the functions that it concerns acknowledge it. */
  begin<T>(concern: Concern, change: () => T): T {
    return this.#host.transaction(() => {
      const changed = change();
      this.#require(concern);
      return changed;
    });
  }

  /**
   * Changes resources, in this turn. The change concerns the functions for which something begins or ceases to exist; returns
   * whether there are any: then `finish` has to follow.
   */
  beginResources(change: ResourceChange): boolean {
    return this.#host.transaction(() => {
      const store = this.#store;
      const appearances = store.resources.appearances(change);
      const concerned =
        appearances.length > 0 ? store.directory.all().filter(existenceChanges(appearances)) : [];
      store.changeResources(change);
      if (concerned.length === 0) return false;
      const names = new Set(concerned.map(functionKey));
      this.#require((name) => names.has(functionKey(name)));
      return true;
    });
  }

  /** Has every function that changes concern acknowledge them. `what` is what the live feed is told. */
  async finish(what: string | undefined): Promise<Result<undefined, Problem>> {
    await this.#host.changed(what);
    for (let attempt = 1; ; attempt++) {
      try {
        await this.#functions.push();
        break;
      } catch (error) {
        console.error(error);
        if (attempt === PUSH_ATTEMPTS) {
          return problem(503, "Some functions could not be told of the change yet; they will be.");
        }
      }
    }
    await this.#host.pushed();
    if (what !== undefined) this.#host.announce(what);
    return ok(undefined);
  }

  announce(what: string): void {
    this.#host.announce(what);
  }

  /** Raises the state's version, and notes which functions have to acknowledge it. */
  #require(concern: Concern): void {
    const store = this.#store;
    const before = store.get("version");
    const version = before + 1;
    store.set("version", version);
    if (concern === "all") {
      store.set("versionForAll", version);
      return;
    }
    if (store.get("versionForAll") === undefined) store.set("versionForAll", before);
    const concerned = store.directory.all().filter(concern);
    if (concerned.length === 0) return;
    const pending = Object.fromEntries(concerned.map((name) => [functionKey(name), version]));
    store.set("pendingPushes", { ...store.get("pendingPushes"), ...pending });
  }
}

/** Whether these writes change what exists for a function. */
function existenceChanges(writes: readonly ResourceWrite[]): (name: FunctionName) => boolean {
  const keys = new Set(
    writes.map((write) => {
      if (write.kind === "service") return functionKey({ service: write.name, function: "" });
      return functionKey(write.kind === "function" ? write.name : write.owner);
    }),
  );
  // A service's own key stands for it, and for its versions and aliases.
  return (name) => keys.has(functionKey(name)) || keys.has(functionKey(ownerOf(name)));
}
