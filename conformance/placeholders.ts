import type { ApiVersion } from "../src/fc/versions.ts";

/** The values of a scenario's placeholders, by name. */
export type Values = Readonly<Record<string, string | number>>;

/** The names and ids that a run uses: a function in a service of FC 2.0, and a function of FC 3.0. */
export interface Subject {
  readonly accountId: string;
  readonly region: string;
  readonly service: string;
  readonly function: string;
  readonly functionOfFc3: string;
  readonly alias: string;
  readonly version: string;
  /** A name that no service, function or alias has. */
  readonly missing: string;
  /** The name of what scenarios make themselves, and delete. */
  readonly made: string;
  /** The ARNs of two destinations. */
  readonly destination: string;
  readonly otherDestination: string;
}

/** The values of a run's placeholders in one API version. */
export function valuesOf(subject: Subject, version: ApiVersion): Values {
  return {
    accountId: subject.accountId,
    region: subject.region,
    service: subject.service,
    function: version.hasServices ? subject.function : subject.functionOfFc3,
    alias: subject.alias,
    version: subject.version,
    missing: subject.missing,
    made: subject.made,
    madeAlias: `${subject.made}-alias`,
    destination: subject.destination,
    otherDestination: subject.otherDestination,
    statefulItem: version.statefulItem,
    ...tasksOf(subject, version.id),
    taskHeader: version.taskIdHeader,
    taskId: version.taskItems.id,
    taskPayload: version.taskItems.payload,
    taskList: version.taskListItem,
    taskPrefix: version.taskPrefixParameter,
    maxEventAge: version.maxEventAgeSeconds,
    aboveMaxEventAge: version.maxEventAgeSeconds + 1,
  };
}

/** The ids of the tasks that a run begins in a version. Both versions of FC 2.0 see the same tasks. */
export function tasksOf({ made }: Subject, version: ApiVersion["id"]) {
  return { task: `${made}-${version}`, otherTask: `${made}-${version}-other` };
}

/** A placeholder without a value, because an earlier answer did not contain the item to save. */
export class UnknownPlaceholder extends Error {}

/**
 * Fills in the placeholders of a value, in keys too. A text that is exactly one placeholder becomes the
 * placeholder's value, which may be a number. Throws an UnknownPlaceholder.
 */
export function fill<T>(value: T, values: Values): T {
  return filled(value, values) as T;
}

function filled(value: unknown, values: Values): unknown {
  if (typeof value === "string") {
    const [, only] = /^\{(\w+)\}$/.exec(value) ?? [];
    return only === undefined ? fillText(value, values) : lookUp(only, values);
  }
  if (Array.isArray(value)) return value.map((one) => filled(one, values));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, one]) => [fillText(key, values), filled(one, values)]),
  );
}

function fillText(text: string, values: Values): string {
  return text.replace(/\{(\w+)\}/g, (_, name: string) => String(lookUp(name, values)));
}

function lookUp(name: string, values: Values): string | number {
  const value = values[name];
  if (value === undefined) throw new UnknownPlaceholder(`{${name}}`);
  return value;
}
