import { jsonStream } from "../../lib/json.ts";
import { ok } from "../../lib/result.ts";
import { showClock } from "../../state/clock.ts";
import { type CredentialKind, tokenRoles } from "../../state/credentialKinds.ts";
import { declaredNames, describeAll } from "../../state/declaredDocument.ts";
import { throttledAt } from "../../state/quota.ts";
import type { ControlMethod, ControlRpc } from "../rpc.ts";
import type { Concerns } from "./concerns.ts";
import { summaryOf } from "./summary.ts";

type Awaitable<T> = T | Promise<T>;

/** The methods that the control plane calls, by name: `SandboxObject.control` runs them behind the object's gate. */
export const controlMethods: {
  readonly [M in ControlMethod]: (
    concerns: Concerns,
    ...args: Parameters<ControlRpc[M]>
  ) => Awaitable<Awaited<ReturnType<ControlRpc[M]>>>;
} = {
  summary: async ({ host, store, functions }) => ({
    ...(await summaryOf(store, functions)),
    expiresAt: host.expiresAt(),
    throttled: throttledAt(store.get("throttled"), Date.now()) ?? null,
    generations: store.get("generations"),
  }),
  generations: ({ store }) => store.get("generations"),
  // The former credentials are refused when this has returned. Functions verify by the access key, so it is first: where a
  // function can't be told, the owner's token must not have ended yet.
  async rotate({ host, store, changes }, kinds) {
    const raise = (raised: readonly CredentialKind[]) => {
      const before = store.get("generations");
      const after = raised.map((kind) => [kind, before[kind] + 1] as const);
      store.set("generations", { ...before, ...Object.fromEntries(after) });
    };
    if (kinds.includes("accessKey")) {
      const told = await changes.make("credentials", "all", () => raise(["accessKey"]));
      if (!told.ok) return told;
    }
    raise(kinds.filter((kind) => kind !== "accessKey"));
    await host.reportUse();
    changes.announce("credentials");
    for (const role of tokenRoles) if (kinds.includes(`${role}Token`)) host.dismiss(role);
    return ok(store.get("generations"));
  },
  audit: ({ store }, before, most) => store.audit.before(before, most),

  changeSettings: ({ controls }, changes) => controls.changeSettings(changes),
  reset: ({ controls }, parts) => controls.reset(parts),
  exportSnapshot: async ({ snapshots }, withInvocations) =>
    jsonStream(await snapshots.export(withInvocations)),
  importSnapshot: ({ snapshots }, snapshot) => snapshots.import(snapshot),

  changePactState: ({ pactStates }, change) => pactStates.change(change),
  pactStates: ({ pactStates }) => pactStates.list(),
  pactState: ({ pactStates }, name) => pactStates.get(name),
  async putPactState({ host, pactStates }, name, snapshot) {
    await host.reportUse();
    return pactStates.put(name, snapshot);
  },
  removePactState: ({ pactStates }, name) => pactStates.remove(name),

  requests: ({ journal }, filter, page) => journal.page(filter, page),
  countRequests: ({ journal }, filter) => journal.count(filter),
  verify: ({ journal }, filter, bounds) => journal.verify(filter, bounds),
  clearRequests: ({ controls }) => controls.clearJournal(),

  faults: ({ store }) => store.faults.all(),
  addFault: ({ controls }, given) => controls.faults.add(given),
  replaceFault: ({ controls }, id, given) => controls.faults.replace(id, given),
  removeFault: ({ controls }, id) => controls.faults.remove(id),
  clearFaults: ({ controls }) => controls.faults.clear(),

  outcomes: ({ store }) => store.outcomes.all(),
  addOutcomes: ({ controls }, given) => controls.outcomes.add(given),
  replaceOutcomes: ({ controls }, id, given) => controls.outcomes.replace(id, given),
  removeOutcomes: ({ controls }, id) => controls.outcomes.remove(id),
  clearOutcomes: ({ controls }) => controls.outcomes.clear(),

  invocations: ({ invocationLists }, filter, page) => invocationLists.invocations(filter, page),
  invocation: ({ invocationLists }, id, owner) => invocationLists.invocation(id, owner),
  invocationRecord: ({ invocationLists }, id, query) => invocationLists.record(id, query),
  stopInvocation: ({ invocationLists }, id, owner) => invocationLists.stop(id, owner),
  clearInvocations: ({ controls }) => controls.clear("invocations"),

  deliveries: ({ invocationLists }, filter, page) => invocationLists.deliveries(filter, page),
  countDeliveries: ({ invocationLists }, filter) => invocationLists.countDeliveries(filter),
  verifyDeliveries: ({ invocationLists }, filter, bounds) => invocationLists.verifyDeliveries(filter, bounds),
  clearDeliveries: ({ controls }) => controls.clear("deliveries"),

  clock: ({ store }) => showClock(store.get("clock"), Date.now()),
  changeClock: ({ controls }, given) => controls.changeClock(given),
  advanceClock: ({ controls }, given) => controls.advanceClock(given),

  declared: ({ store }, details) => jsonStream((details ? describeAll : declaredNames)(store.resources)),
  declare: ({ controls }, declared) => controls.declare(declared),
};

export function isControlMethod(name: string): name is ControlMethod {
  return Object.hasOwn(controlMethods, name);
}
