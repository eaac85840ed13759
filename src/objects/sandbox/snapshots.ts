import { problem } from "../../documents/problem.ts";
import type { Problem } from "../../documents/responseBodies.ts";
import { functionKey } from "../../fc/names.ts";
import { wouldStore } from "../../fc/resources.ts";
import { definedItems } from "../../lib/definedItems.ts";
import type { Result } from "../../lib/result.ts";
import { givenClock, now, setClock } from "../../state/clock.ts";
import { contradictionInDeclared } from "../../state/declared.ts";
import { declaredChange } from "../../state/declaredChange.ts";
import { describeAll } from "../../state/declaredDocument.ts";
import type { Limits } from "../../state/limits.ts";
import {
  configsByFunction,
  contradictionIn,
  exportConfigs,
  importConfig,
  SNAPSHOT_FORMAT,
  type Snapshot,
} from "../../state/snapshot.ts";
import type { Changes } from "./changes.ts";
import type { Functions } from "./functions.ts";
import type { SandboxStore } from "./store.ts";

/** The whole state of a sandbox as one document, out and in. */
export class Snapshots {
  readonly #store: SandboxStore;
  readonly #functions: Functions;
  readonly #changes: Changes;
  readonly #limits: () => Limits;

  constructor(store: SandboxStore, functions: Functions, changes: Changes, limits: () => Limits) {
    this.#store = store;
    this.#functions = functions;
    this.#changes = changes;
    this.#limits = limits;
  }

  async export(): Promise<Snapshot> {
    const configs = await this.#functions.askAll(async (one, object) =>
      exportConfigs(one, await object.configsAfter("", this.#limits().qualifiersPerFunction)),
    );
    return {
      format: SNAPSHOT_FORMAT,
      settings: this.#store.settings,
      clock: givenClock(this.#store.get("clock")),
      faults: this.#store.faults.all(),
      functions: describeAll(this.#store.resources),
      configs: configs.flat(),
    };
  }

  /**
   * Replaces the parts that the snapshot has, and with `"replace": "all"` all parts but the journal. Of the settings only those
   * that are given change. 400 or 409 when that can't be.
   */
  async import(snapshot: Snapshot): Promise<Result<undefined, Problem>> {
    const configs = configsByFunction(snapshot);
    const store = this.#store;
    const most = this.#limits().functions;
    const isWhole = snapshot.replace === "all";
    const hasConfigs = isWhole || snapshot.configs !== undefined;
    const old = store.directory.all().filter((one) => !configs.has(functionKey(one)));
    if (hasConfigs && configs.size + old.length > most) {
      // Of the functions that the snapshot does not have, those with journal entries stay.
      const others = await this.#functions.askAll(
        async (one, object) => !configs.has(functionKey(one)) && (await object.counts()).requests > 0,
      );
      const remembered = others.filter(Boolean).length;
      const count = configs.size + remembered;
      if (count > most) {
        return problem(
          409,
          `With this snapshot the sandbox would have ${count} functions, ${remembered} of them for requests in the journal; it may have ${most}.`,
        );
      }
    }
    const wrong =
      contradictionIn(snapshot, this.#limits().qualifiersPerFunction) ??
      contradictionInDeclared(snapshot.functions ?? {});
    if (wrong !== undefined) return problem(400, wrong);
    const given = snapshot.clock ?? (isWhole ? { mode: "real" as const } : undefined);
    const clock = given === undefined ? store.get("clock") : setClock(given, Date.now());
    if (clock === undefined) return problem(400, "clock must show a time of the years 1970 to 9999.");
    const at = now(clock, Date.now());
    const declared = snapshot.functions ?? (isWhole ? {} : undefined);
    const change = declared === undefined ? [] : declaredChange(declared, store.resources, at);
    const mostBytes = this.#limits().sandboxBytes;
    if (!store.resources.hasRoomForVersions(change, mostBytes)) {
      return problem(409, `With the snapshot's versions, ${wouldStore(mostBytes)}.`);
    }
    const imported = await this.#changes.make("snapshot", "all", () => {
      const settings = definedItems(snapshot.settings ?? {});
      store.replaceSettings(isWhole ? settings : { ...store.get("settings"), ...settings });
      store.set("clock", clock);
      store.changeResources(change);
      if (isWhole || snapshot.faults !== undefined) store.faults.clear();
      for (const fault of snapshot.faults ?? []) store.faults.add(fault);
      if (hasConfigs) store.directory.deleteAllConfigs();
      for (const { name, configs: its } of configs.values()) {
        const stored = its.map((config) => importConfig(config, at));
        store.directory.replaceConfigs(name, stored);
      }
      return undefined;
    });
    if (imported.ok && store.directory.count() > most) await this.#functions.deregisterEmpty();
    return imported;
  }
}
