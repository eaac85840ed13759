import type { StateSetup, StateValues } from "../../documents/pactStates.ts";
import { rfc3339 } from "../../lib/time.ts";
import { type Document, nameOf } from "../../state/declared.ts";
import type { SetupPlan } from "./pactPlans.ts";
import type { SandboxStore } from "./store.ts";

/** The values of a state, for the generators of a contract. */
export function stateValues(
  { snapshot, adds, invocation }: StateSetup,
  plan: SetupPlan,
  store: SandboxStore,
): StateValues {
  const { settings, now: at } = store;
  const [config] = adds
    ? plan.configs.flatMap(({ changes }) => changes).flatMap(({ config: its }) => its ?? [])
    : [];
  const [given] = adds ? (snapshot.configs ?? []) : [];
  const values: Record<string, string | number | boolean> = {
    now: rfc3339(at),
    region: settings.region,
    accountId: settings.accountId,
  };
  if (given && config) {
    if (given.service !== undefined) values["service"] = given.service;
    values["function"] = given.function;
    values["qualifier"] = config.qualifier;
    values["createdTime"] = rfc3339(config.createdTime);
    values["lastModifiedTime"] = rfc3339(config.lastModifiedTime);
  }
  if (adds) Object.assign(values, declaredValues(snapshot.functions, store));
  const [fault] = adds ? plan.faults : [];
  if (fault?.id !== undefined) values["faultId"] = fault.id;
  if (invocation && plan.invocation) {
    const { id, requestId, qualifier, enqueuedAt } = plan.invocation.held.invocation;
    if (invocation.service !== "") values["service"] = invocation.service;
    Object.assign(values, {
      function: invocation.function,
      qualifier,
      invocationId: id,
      requestId,
      enqueuedTime: rfc3339(enqueuedAt),
      enqueuedMilliseconds: enqueuedAt,
    });
  }
  return values;
}

function declaredValues(declared: Document | undefined, { resources }: SandboxStore): StateValues {
  const [service] = declared?.services ?? [];
  const values: Record<string, string> = {};
  const [named] = service ? (service.functions ?? []) : (declared?.functions ?? []);
  if (service) {
    values["service"] = service.name;
    values["serviceId"] = resources.service(service.name)?.id ?? "";
  }
  if (named !== undefined) {
    const name = { service: service?.name ?? "", function: nameOf(named) };
    values["function"] = name.function;
    values["functionId"] = resources.function(name)?.id ?? "";
  }
  const [owner] = service ? [service] : (declared?.functions ?? []);
  const [version] = owner?.versions ?? [];
  const [alias] = owner?.aliases ?? [];
  if (version !== undefined) values["version"] = nameOf(version);
  if (alias !== undefined) values["alias"] = nameOf(alias);
  return values;
}
