import {
  ALL,
  type Owner,
  type ResourceChange,
  type Resources,
  type ResourceWrite,
  type StoredFunction,
  type StoredService,
} from "../../fc/resources.ts";
import { isSameJson } from "../../lib/json.ts";

/** The write that makes a resource what it is now. */
export function presentWrite(write: ResourceWrite, resources: Resources): ResourceWrite {
  switch (write.kind) {
    case "service":
      return { kind: write.kind, name: write.name, value: resources.service(write.name) ?? null };
    case "function":
      return { kind: write.kind, name: write.name, value: resources.function(write.name) ?? null };
    case "alias": {
      const { kind, owner, name } = write;
      return { kind, owner, name, value: resources.alias(owner, name) ?? null };
    }
    case "version": {
      const { kind, owner, name } = write;
      const value = resources.version(owner, name) ?? null;
      if (value === null || owner.service === "") return { kind, owner, name, value };
      return { kind, owner, name, value, functions: resources.functions(owner.service, name, ALL) };
    }
  }
}

/** The writes of a change that make a resource other than it is. */
export function effectiveWrites(change: ResourceChange, resources: Resources): ResourceWrite[] {
  return change.filter((write) => !isSameJson(write.value, presentWrite(write, resources).value));
}

/** A change in which each deletion of an owner is preceded by the deletion of what belongs to the owner. */
export function withBelongings(change: ResourceChange, resources: Resources): ResourceWrite[] {
  return change.flatMap((write): ResourceWrite[] => {
    if (write.value !== null || write.kind === "version" || write.kind === "alias") return [write];
    if (write.kind === "function") {
      return write.name.service === "" ? [...qualifierDeletions(write.name, resources), write] : [write];
    }
    const service = write.name;
    const functions = resources
      .functions(service, undefined, ALL)
      .map(
        ({ name }): ResourceWrite => ({ kind: "function", name: { service, function: name }, value: null }),
      );
    return [...qualifierDeletions({ service, function: "" }, resources), ...functions, write];
  });
}

function qualifierDeletions(owner: Owner, resources: Resources): ResourceWrite[] {
  return [
    ...resources
      .aliases(owner, ALL)
      .map(({ name }): ResourceWrite => ({ kind: "alias", owner, name, value: null })),
    ...resources
      .versions(owner, ALL, "FORWARD")
      .map(({ name }): ResourceWrite => ({ kind: "version", owner, name, value: null })),
  ];
}

/** The keys of the stored code that a write's resource has. */
export function codeKeys(write: ResourceWrite): string[] {
  const codeOf = (resource: StoredService | StoredFunction) =>
    "code" in resource ? (resource.code.stored ?? []) : [];
  if (write.value === null) return [];
  if (write.kind === "function") return [codeOf(write.value)].flat();
  if (write.kind !== "version") return [];
  return [write.value.of, ...(write.functions ?? []).map(({ value }) => value)].flatMap(codeOf);
}
