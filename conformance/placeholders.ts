import type { ApiVersion } from "../src/api/versions.ts";

/** What the placeholders of a scenario stand for. */
export type Values = Readonly<Record<string, string | number>>;

/** What a run works on. `service` is for FC 2.0 and `functionOfFc3` for FC 3.0; without it, that is left out. */
export interface Subject {
  readonly accountId: string;
  readonly region: string;
  readonly service: string | undefined;
  readonly function: string | undefined;
  readonly functionOfFc3: string | undefined;
  readonly alias: string | undefined;
  readonly version: string | undefined;
  /** Resource names to send results to. */
  readonly destination: string;
  readonly otherDestination: string;
}

/** The values of a run in one API version. */
export function valuesOf(subject: Subject, version: ApiVersion): Values {
  const values: Record<string, string | number | undefined> = {
    accountId: subject.accountId,
    region: subject.region,
    service: subject.service,
    function: version.hasServices ? subject.function : subject.functionOfFc3,
    alias: subject.alias,
    version: subject.version,
    destination: subject.destination,
    otherDestination: subject.otherDestination,
    statefulItem: version.statefulItem,
    maxEventAge: version.maxEventAgeSeconds,
    aboveMaxEventAge: version.maxEventAgeSeconds + 1,
    qualifierItem: version.hasServices ? "qualifier" : "functionArn",
  };
  return Object.fromEntries(
    Object.entries(values).filter((entry): entry is [string, string | number] => entry[1] !== undefined),
  );
}

/**
 * A value with its placeholders filled in, keys too. A text that is one placeholder and nothing else becomes the
 * value itself, which may be a number. Throws an Error for a name that stands for nothing.
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
  if (value === undefined) throw new Error(`nothing is known that {${name}} stands for`);
  return value;
}
