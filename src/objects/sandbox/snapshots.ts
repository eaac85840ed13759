import { PARTS, type Part } from "../../documents/parts.ts";
import { problem } from "../../documents/problem.ts";
import type { Problem } from "../../documents/responseBodies.ts";
import { functionKey } from "../../fc/names.ts";
import { wouldStore } from "../../fc/resources.ts";
import { definedItems } from "../../lib/definedItems.ts";
import type { Err, Result } from "../../lib/result.ts";
import { givenClock, now, setClock } from "../../state/clock.ts";
import { contradictionInDeclared } from "../../state/declared.ts";
import { declaredChange } from "../../state/declaredChange.ts";
import { describeAll } from "../../state/declaredDocument.ts";
import { exportInvocation, type HeldInvocations, heldByFunction } from "../../state/invocationSnapshot.ts";
import type { Limits } from "../../state/limits.ts";
import { areTooLarge, handlerUrls, TOO_LARGE } from "../../state/outcomes.ts";
import {
  configsByFunction,
  contradictionIn,
  exportConfigs,
  importConfig,
  SNAPSHOT_FORMAT,
  type Snapshot,
} from "../../state/snapshot.ts";
import { isAllowedHost, notAllowed } from "../outbound.ts";
import type { Changes } from "./changes.ts";
import type { Functions } from "./functions.ts";
import type { SandboxStore } from "./store.ts";

/** A part of the state that a snapshot may have. */
type SnapshotPart = Exclude<Part, "journal">;

/** The whole state of a sandbox as one document, out and in. */
export class Snapshots {
  readonly #store: SandboxStore;
  readonly #functions: Functions;
  readonly #changes: Changes;
  readonly #limits: () => Limits;
  readonly #outboundHosts: () => readonly string[];

  constructor(
    store: SandboxStore,
    functions: Functions,
    changes: Changes,
    limits: () => Limits,
    outboundHosts: () => readonly string[],
  ) {
    this.#store = store;
    this.#functions = functions;
    this.#changes = changes;
    this.#limits = limits;
    this.#outboundHosts = outboundHosts;
  }

  /** The whole state; the invocations and deliveries only on demand, since they may be many. */
  async export(withInvocations: boolean): Promise<Snapshot> {
    const configs = await this.#functions.askAll(async (one, object) =>
      exportConfigs(one, await object.configsAfter("", this.#limits().qualifiersPerFunction)),
    );
    return {
      format: SNAPSHOT_FORMAT,
      settings: this.#store.settings,
      clock: givenClock(this.#store.get("clock")),
      faults: this.#store.faults.all(),
      outcomes: this.#store.outcomes.all(),
      functions: describeAll(this.#store.resources),
      configs: configs.flat(),
      ...(withInvocations ? await this.#exportInvocations() : {}),
    };
  }

  async #exportInvocations(): Promise<Required<Pick<Snapshot, "invocations" | "deliveries">>> {
    const all = await this.#functions.askAll(async ({ service, function: functionName }, object) => {
      const held = new Response(await object.heldInvocations());
      const { invocations, deliveries } = await held.json<HeldInvocations>();
      const name = { service, function: functionName };
      return { invocations: invocations.map((held) => exportInvocation(held, name)), deliveries };
    });
    return {
      invocations: all.flatMap(({ invocations }) => invocations),
      deliveries: all.flatMap(({ deliveries }) => [...deliveries]),
    };
  }

  /** Why a snapshot can't be imported, whatever the sandbox has: 400 or 409. Undefined when it can. */
  refusal(snapshot: Snapshot): Err<Problem> | undefined {
    const urls = [
      ...(snapshot.settings?.pushDeliveries ?? []).map(({ url }) => url),
      ...(snapshot.outcomes ?? []).flatMap(({ outcomes }) => handlerUrls(outcomes)),
    ];
    const refused = urls.find((url) => !isAllowedHost(url, this.#outboundHosts()));
    if (refused !== undefined) return problem(400, `${notAllowed(refused)}.`);
    if (areTooLarge(snapshot.outcomes ?? [])) return problem(409, TOO_LARGE);
    const wrong =
      contradictionIn(snapshot, this.#limits()) ?? contradictionInDeclared(snapshot.functions ?? {});
    if (wrong !== undefined) return problem(400, wrong);
    if (snapshot.clock && setClock(snapshot.clock, Date.now()) === undefined) {
      return problem(400, "clock must show a time of the years 1970 to 9999.");
    }
    return undefined;
  }

  /**
   * Replaces the parts that the snapshot has, and with `"replace": "all"` all parts but the journal. Of the settings only those
   * that are given change. 400 or 409 when that can't be.
   */
  async import(snapshot: Snapshot): Promise<Result<undefined, Problem>> {
    const configs = configsByFunction(snapshot);
    const invocations = heldByFunction(snapshot);
    const store = this.#store;
    const refused = this.refusal(snapshot);
    if (refused) return refused;
    const most = this.#limits().functions;
    const isWhole = snapshot.replace === "all";
    const hasConfigs = isWhole || snapshot.configs !== undefined;
    const isNew = (key: string) => configs.has(key) || invocations.has(key);
    const size = new Set([...configs.keys(), ...invocations.keys()]).size;
    const old = store.directory.all().filter((one) => !isNew(functionKey(one)));
    if ((hasConfigs || invocations.size > 0) && size + old.length > most) {
      // Of the functions that the snapshot does not have, those with journal entries stay.
      const others = await this.#functions.askAll(
        async (one, object) => !isNew(functionKey(one)) && (await object.counts()).requests > 0,
      );
      const remembered = others.filter(Boolean).length;
      const count = size + remembered;
      if (count > most) {
        return problem(
          409,
          `With this snapshot the sandbox would have ${count} functions, ${remembered} of them for requests in the journal; it may have ${most}.`,
        );
      }
    }
    const given = snapshot.clock ?? (isWhole ? { mode: "real" as const } : undefined);
    const clock = (given && setClock(given, Date.now())) ?? store.get("clock");
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
      if (given !== undefined) store.replaceClock(clock);
      store.changeResources(change);
      if (isWhole || snapshot.faults !== undefined) store.faults.clear();
      for (const fault of snapshot.faults ?? []) store.faults.add(fault);
      if (isWhole || snapshot.outcomes !== undefined) store.outcomes.clear();
      for (const outcomes of snapshot.outcomes ?? []) store.outcomes.add(outcomes);
      this.#importInvocations(snapshot, invocations);
      if (hasConfigs) store.directory.deleteAllConfigs();
      for (const { name, configs: its } of configs.values()) {
        const stored = its.map((config) => importConfig(config, at));
        store.directory.replaceConfigs(name, stored);
      }
      store.pact.forgetParts(
        isWhole ? PARTS : PARTS.filter((part) => snapshot[part as SnapshotPart] !== undefined),
      );
      return undefined;
    });
    if (imported.ok && store.directory.count() > most) await this.#functions.deregisterEmpty();
    return imported;
  }

  /** Replaces the invocations, the deliveries, or both, where the snapshot has them. */
  #importInvocations(snapshot: Snapshot, byFunction: ReturnType<typeof heldByFunction>): void {
    const store = this.#store;
    const isWhole = snapshot.replace === "all";
    for (const part of ["invocations", "deliveries"] as const) {
      if (isWhole || snapshot[part] !== undefined) {
        store.set(`${part}Epoch`, store.get(`${part}Epoch`) + 1);
        store.importedInvocations.clear();
      }
    }
    for (const { name, held } of byFunction.values()) {
      if (store.directory.get(name) === undefined) store.directory.add(name);
      store.importedInvocations.set(name, held);
    }
  }
}
