import { resourceKinds } from "../../fc/resources.ts";
import { addInvocationCounts } from "../../journal/invocationCounts.ts";
import { addTraffic } from "../../journal/traffic.ts";
import { showClock } from "../../state/clock.ts";
import type { SandboxSummary } from "../rpc.ts";
import type { Functions } from "./functions.ts";
import type { SandboxStore } from "./store.ts";

/** What a sandbox has, but for its id, its lifetime and the deployment's limits. */
export async function summaryOf(
  store: SandboxStore,
  functions: Functions,
): Promise<Omit<SandboxSummary, "expiresAt" | "throttled" | "generations">> {
  const all = await functions.askAll(async ({ service, function: name }, object) => {
    const { traffic, invocationCounts, ...counts } = await object.counts();
    return { traffic, invocationCounts, shown: { service, function: name, ...counts } };
  });
  // A function that has nothing left is registered only until its place is needed.
  const shown = all
    .map((one) => one.shown)
    .filter(
      ({ configs, requests, invocations, deliveries }) => configs + requests + invocations + deliveries > 0,
    );
  const sum = (item: "configs" | "requests" | "dropped" | "invocations" | "deliveries") =>
    shown.reduce((total, one) => total + one[item], 0);
  const journal = store.journal.counts();
  // Counting the entries writes those that wait, which counts as well.
  const own = addTraffic(store.get("deregisteredTraffic"), store.journal.traffic);
  const kinds = resourceKinds.map((kind) => [kind, store.resources.count(kind)] as const);
  return {
    settings: store.settings,
    clock: showClock(store.get("clock"), Date.now()),
    faults: store.faults.all().length,
    functions: shown,
    resources: Object.fromEntries(kinds) as SandboxSummary["resources"],
    counts: {
      functions: shown.length,
      configs: sum("configs"),
      requests: sum("requests") + journal.entries,
      dropped: sum("dropped") + journal.dropped,
      invocations: sum("invocations"),
      deliveries: sum("deliveries"),
    },
    outcomes: store.outcomes.all().length,
    invocations: all
      .map(({ invocationCounts }) => invocationCounts)
      .reduce(addInvocationCounts, store.get("deregisteredInvocations")),
    traffic: all.map(({ traffic }) => traffic).reduce(addTraffic, own),
  };
}
