import { env, runInDurableObject } from "cloudflare:test";
import { functionObject, sandboxObject } from "../../src/objects/stubs.ts";
import type { TestSandbox } from "../newSandbox.ts";

/** The object of a sandbox itself. */
export function parentOf({ access }: TestSandbox) {
  return sandboxObject(env, access.id ?? "");
}

/** The object of one of a sandbox's FC 3.0 functions. */
export function functionOf({ access }: TestSandbox, name: string) {
  return functionObject(env, access.id ?? "", { service: "", function: name });
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
