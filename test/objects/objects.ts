import { env, evictDurableObject, runInDurableObject } from "cloudflare:test";
import { expect } from "vitest";
import {
  type ControlRequest,
  type SandboxControl,
  sandboxControl,
} from "../../src/objects/controlMessages.ts";
import { functionObject, sandboxObject } from "../../src/objects/stubs.ts";
import type { TestSandbox } from "../newSandbox.ts";

/** The object of a sandbox itself. */
export function parentOf({ access }: TestSandbox) {
  return sandboxObject(env, access.id ?? "");
}

/** A request of the operator's to change something of a sandbox. */
export function operatorsRequest(): ControlRequest {
  return {
    actor: { role: "operator" },
    operation: "changeSettings",
    requestId: crypto.randomUUID(),
    receivedAt: Date.now(),
    method: "PATCH",
    path: "/_sandbox/settings",
    given: undefined,
  };
}

/** A sandbox as the control plane calls it, for the operator. */
export function controlOf(sandbox: TestSandbox): SandboxControl {
  return sandboxControl(parentOf(sandbox), operatorsRequest());
}

/** Waits until the registry knows of a sandbox, which no request waits for. */
export async function registered(sandbox: TestSandbox): Promise<void> {
  const isRegistered = () =>
    runInDurableObject(parentOf(sandbox), (_, { storage }) => storage.kv.get("registered") !== undefined);
  await expect.poll(isRegistered).toBe(true);
}

/** The object of one of a sandbox's FC 3.0 functions. */
export function functionOf({ access }: TestSandbox, name: string) {
  return functionObject(env, access.id ?? "", { service: "", function: name });
}

/**
 * Evicts the objects of a sandbox that are in memory: its own, and those of the functions that it knows or that
 * requests were sent to. Objects of other tests stay, since an eviction waits until an object has nothing to do.
 */
export async function evictObjects(sandbox: TestSandbox): Promise<void> {
  const parent = parentOf(sandbox);
  const known = await runInDurableObject(parent, (_, { storage }) =>
    storage.sql
      .exec("SELECT name FROM sqlite_master WHERE name = 'functions'")
      .toArray()
      .flatMap(() =>
        storage.sql
          .exec<{ name: string }>("SELECT service || '/' || function AS name FROM functions")
          .toArray(),
      )
      .map(({ name }) => name),
  );
  const functions = [...new Set([...known, ...sandbox.addressed])].map((key) => {
    const [service = "", name = ""] = key.split("/");
    return functionObject(env, sandbox.access.id ?? "", { service, function: name });
  });
  await Promise.all([parent, ...functions].map(evicted));
}

async function evicted(stub: DurableObjectStub<undefined>): Promise<void> {
  try {
    await evictDurableObject(stub);
  } catch (error) {
    if (!/not currently running|not running/.test(String(error))) throw error;
  }
}

/** The names of the functions that a sandbox knows, and that have something. */
export async function functionsOf(sandbox: TestSandbox): Promise<string[]> {
  return (await sandbox.summary()).functions.map((one) => one.function);
}

export const WEEK_MS = 7 * 86_400_000;

/** Has a sandbox be used last that long ago. */
export function age(sandbox: TestSandbox, milliseconds: number = WEEK_MS): Promise<void> {
  return runInDurableObject(parentOf(sandbox), (_, { storage }) => {
    storage.kv.put("usedAt", Date.now() - milliseconds);
  });
}

/** How many items and tables an object has, and when its alarm is. */
export function stored(stub: DurableObjectStub<undefined>): Promise<unknown[]> {
  return runInDurableObject(stub, async (_, { storage }) => [
    [...storage.kv.list()].length,
    storage.sql.exec("SELECT name FROM sqlite_master WHERE name NOT LIKE '\\_cf%' ESCAPE '\\'").toArray()
      .length,
    await storage.getAlarm(),
  ]);
}

/** What an object has stored that was never used, or was erased. */
export const NOTHING = [0, 0, null];
