import { env, runInDurableObject } from "cloudflare:test";
import { vi } from "vitest";
import type { Env } from "../src/env.ts";
import type { RegistryRpc } from "../src/objects/registryMessages.ts";
import type { FunctionRpc, SandboxRpc } from "../src/objects/rpc.ts";

type Binding = "FUNCTION" | "SANDBOX" | "REGISTRY";

/** The bindings, with the objects' methods that are called through them noted as `{binding}.{method}`. */
export function noting(calls: string[]): Env {
  const note = (binding: Binding) => ({
    getByName: (name: string) =>
      new Proxy(env[binding].getByName(name), {
        get(stub, method) {
          calls.push(`${binding}.${String(method)}`);
          return Reflect.get(stub, method, stub);
        },
      }),
  });
  return {
    ...env,
    FUNCTION: note("FUNCTION"),
    SANDBOX: note("SANDBOX"),
    REGISTRY: note("REGISTRY"),
  } as unknown as Env;
}

/** What an object calls of others from now on, until it is evicted. */
export async function callsOf<O extends FunctionRpc | SandboxRpc>(
  stub: DurableObjectStub<O>,
): Promise<string[]> {
  const calls: string[] = [];
  await runInDurableObject(stub, (object) => {
    Object.assign(object, { env: noting(calls) });
  });
  return calls;
}

/** Gives an object other variables than the deployment's, until it is evicted. */
export async function setVariables<O extends FunctionRpc | SandboxRpc>(
  stub: DurableObjectStub<O>,
  variables: Partial<Env>,
): Promise<void> {
  await runInDurableObject(stub, (object) => {
    Object.assign(object, { env: { ...envOf(object), ...variables } });
  });
}

/**
 * Has an object call `by` wherever it would call `{binding}.{method}` of another object, until it is evicted. `by` gets the
 * call, and the name of the object that is called: a function's own name, or a sandbox's id.
 */
export async function intercept<O extends FunctionRpc | SandboxRpc | RegistryRpc>(
  stub: DurableObjectStub<O>,
  called: `${Binding}.${string}`,
  by: (call: () => Promise<unknown>, name: string) => Promise<unknown>,
): Promise<void> {
  const [binding, method] = called.split(".") as [Binding, string];
  await runInDurableObject(stub, (object) => {
    const usual = envOf(object);
    const getByName = (name: string) => {
      const other = usual[binding].getByName(name);
      const intercepted = (...parameters: unknown[]) =>
        by(() => Reflect.get(other, method, other)(...parameters), name.split("/").at(-1) ?? "");
      return new Proxy(other, {
        get: (_, property) => (property === method ? intercepted : Reflect.get(other, property, other)),
      });
    };
    Object.assign(object, { env: { ...usual, [binding]: { getByName } } });
  });
}

function envOf(object: FunctionRpc | SandboxRpc | RegistryRpc): Env {
  return Reflect.get(object, "env");
}

/**
 * Where calls wait until a test lets them go on. Those who wait look again and again, each in its own object: the runtime
 * resumes whoever waits for a promise in the object that resolves the promise.
 */
export class Barrier {
  #isReached = false;
  #isOpen = false;
  #waiting = 0;

  /** Fulfilled once a call waits here. */
  async reached(): Promise<void> {
    while (!this.#isReached) await scheduler.wait(1);
  }

  /** Fulfilled once the barrier is open. */
  async wait(): Promise<void> {
    this.#isReached = true;
    this.#waiting += 1;
    while (!this.#isOpen) await scheduler.wait(1);
    this.#waiting -= 1;
  }

  open(): void {
    this.#isOpen = true;
  }

  /** Opens the barrier, and is fulfilled once nobody waits here. */
  async passed(): Promise<void> {
    this.open();
    while (this.#waiting > 0) await scheduler.wait(1);
  }
}

/** Has all delays of this length wait at a barrier, until the mocks are restored. */
export function delaysAtBarrier(length: number): Barrier {
  const barrier = new Barrier();
  const wait = scheduler.wait.bind(scheduler);
  vi.spyOn(scheduler, "wait").mockImplementation((milliseconds, options) =>
    milliseconds === length ? barrier.wait() : wait(milliseconds, options),
  );
  return barrier;
}

/** Has a function's registrations with its sandbox wait at a barrier, once they are made. */
export async function holdRegistration(stub: DurableObjectStub<FunctionRpc>): Promise<Barrier> {
  const registered = new Barrier();
  await intercept(stub, "SANDBOX.register", async (register) => {
    const registration = await register();
    await registered.wait();
    return registration;
  });
  return registered;
}
