import type { Env } from "../../env.ts";
import { type CalledFunction, versionOfCall } from "../../fc/destinations.ts";
import { type FunctionName, maxFunctionNameLength } from "../../fc/names.ts";
import { versionById } from "../../fc/versions.ts";
import { err, ok, type Result } from "../../lib/result.ts";
import { type ResolvedState, resolveState } from "../../state/sharedState.ts";
import { limits, variables } from "../../variables.ts";
import { type ApiRequest, functionOf } from "../messages.ts";
import { admit, existenceOf, refusedAtOnce } from "../pipeline.ts";
import type { Registration } from "../rpc.ts";
import type { Functions } from "./functions.ts";
import type { SandboxStore } from "./store.ts";
import type { Usage } from "./usage.ts";

/** Registers functions with their sandbox, as many as a sandbox may have. */
export class Registrations {
  readonly #store: SandboxStore;
  readonly #functions: Functions;
  readonly #usage: Usage;
  readonly #env: () => Env;

  constructor(store: SandboxStore, functions: Functions, usage: Usage, env: () => Env) {
    this.#store = store;
    this.#functions = functions;
    this.#usage = usage;
    this.#env = env;
  }

  /** Registers the function that a request names; undefined when there is no room, or when the request would be refused. */
  async register(request: ApiRequest): Promise<Registration | undefined> {
    const name = functionOf(request);
    if (name === undefined) return undefined;
    // A request that comes to nothing must not use up a place.
    const state = this.stateFor(name);
    if (refusedAtOnce(request, state)) return undefined;
    const isAdmitted = () => admit(request, state).ok;
    return this.#store.directory.get(name) || isAdmitted() ? this.#registerFunction(name) : undefined;
  }

  /** Registers a function that an invocation is delivered to; the error says why that can't be. */
  async registerDestination(called: CalledFunction): Promise<Result<Registration, string>> {
    // A delivery that comes to nothing must not use up a place.
    const { qualifier, ...name } = called;
    const most = limits(this.#env());
    const mostOfFunction = maxFunctionNameLength(versionById(versionOfCall(called)), { limits: most });
    if (name.function.length > mostOfFunction) {
      return err(`the name of a function has at most ${mostOfFunction} characters`);
    }
    if (Math.max(name.service.length, qualifier.length) > most.nameLength) {
      return err(`a name has at most ${most.nameLength} characters`);
    }
    const exists = existenceOf(this.stateFor(name), name, qualifier);
    if (!exists.ok) return err(exists.error.message);
    const registration = await this.#registerFunction(name);
    return registration ? ok(registration) : err("the sandbox has no room for another function");
  }

  /** Registers a function; undefined when there is no room. */
  async #registerFunction(name: FunctionName): Promise<Registration | undefined> {
    const { directory } = this.#store;
    if (directory.get(name) === undefined) {
      if (this.isFull) await this.#functions.deregisterEmpty();
      // Another request for the function may have registered it in the meantime.
      if (directory.get(name) === undefined) {
        if (this.isFull) return undefined;
        directory.add(name);
      }
    }
    this.#functions.registered(name);
    return {
      state: this.#store.sharedState(name),
      imported: this.#store.importedFor(name),
      ...(this.#usage.isMetered ? { reportAfter: this.#usage.reportAfter() } : {}),
    };
  }

  get isFull(): boolean {
    return this.#store.directory.count() >= this.most;
  }

  /** How many functions the sandbox may have. */
  get most(): number {
    return limits(this.#env()).functions;
  }

  /** What requests for a function, or for none, are answered by. */
  stateFor(name: FunctionName | undefined): ResolvedState {
    return resolveState(variables(this.#env()), this.#store.sharedState(name));
  }
}
