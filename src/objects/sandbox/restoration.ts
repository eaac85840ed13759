import { problem } from "../../documents/problem.ts";
import type { Problem } from "../../documents/responseBodies.ts";
import { type FunctionName, functionKey } from "../../fc/names.ts";
import { ok, type Result } from "../../lib/result.ts";
import type { Outlasting } from "../rpc.ts";
import type { Changes } from "./changes.ts";
import type { Functions } from "./functions.ts";
import type { SandboxStore } from "./store.ts";

type Answer = Result<unknown, Problem>;

/** What of a sandbox a restoration works on. */
export interface Restorable {
  readonly store: SandboxStore;
  readonly functions: Functions;
  readonly changes: Changes;
}

/** Restores all functions to a time, if all of them can be. Returns their names. */
export async function restoreFunctions(
  { store, functions }: Restorable,
  time: number,
): Promise<Result<FunctionName[], Problem>> {
  const all = store.directory.all();
  const past = await functions.askAll(async (_, object): Promise<Answer> => object.past(time));
  const refused = past.find((one) => !one.ok);
  if (refused) return refused;
  const restored = await functions.askAll(async (_, object): Promise<Answer> => object.restore(time));
  return (
    restored.find((one) => !one.ok) ??
    ok(all.map((one) => ({ service: one.service, function: one.function })))
  );
}

/**
 * Makes a restored sandbox and its functions agree. Of the functions that it has again, those that it did not have before
 * the restoration are restored, too. Those that it has no more are erased.
 */
export async function agreeWithFunctions(
  { store, functions, changes }: Restorable,
  time: number,
  { functions: former, generations }: Outlasting,
): Promise<Result<undefined, Problem>> {
  const before = new Set(former.map(functionKey));
  const again = await functions.askAll(
    async (one, object): Promise<Answer> =>
      before.has(functionKey(one)) ? ok(undefined) : object.restore(time),
  );
  for (const name of former) {
    if (store.directory.get(name) === undefined) await functions.objectOf(name).erase();
  }
  const agreed = await changes.make("reset", "all", () => {
    // Functions ignore a version below one that they have seen. Versions count changes, so none is above this time.
    store.set("version", Math.max(store.get("version"), Date.now()));
    // A credential that was replaced since then must not become valid again.
    const { accessKey, controlToken, watchToken } = store.get("generations");
    store.set("generations", {
      accessKey: Math.max(accessKey, generations.accessKey),
      controlToken: Math.max(controlToken, generations.controlToken),
      watchToken: Math.max(watchToken, generations.watchToken),
    });
    return undefined;
  });
  return again.find((one) => !one.ok) ?? agreed;
}

/** The problem when a restored sandbox has nothing. */
export const NOTHING_RESTORED = problem(
  409,
  "The sandbox has nothing after the restoration: it had nothing at that time, or was erased again as unused. If it had, set IDLE_SECONDS and DEFAULT_SANDBOX_IDLE_SECONDS to 0, try again with the same time, and set them back.",
);
