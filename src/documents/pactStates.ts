import * as z from "zod/mini";
import { type Status, statuses } from "../fc/invocations/invocation.ts";
import { DEFAULT_QUALIFIER, NAME } from "../fc/names.ts";
import { ok, type Result } from "../lib/result.ts";
import { timeSchema } from "../lib/time.ts";
import { type Declared, declaredSchema } from "../state/declared.ts";
import type { Limits } from "../state/limits.ts";
import { nameSchemas } from "../state/nameSchemas.ts";
import { type Snapshot, snapshotSchema } from "../state/snapshot.ts";
import { parsed, problem } from "./problem.ts";
import type { Problem } from "./responseBodies.ts";

// Provider states of Pact: what the verifier of a contract asks for before it replays an interaction. Source of the
// protocol: the provider state URL of Pact's verifier (pact_verifier 1.4, `state_change_url`).

/** A name of a state: one line of text. */
const stateName = z
  .string({ error: "a text" })
  .check(
    z.maxLength(200, { error: "at most 200 characters" }),
    z.regex(/^[^\p{Cc}]*$/u, { error: "one line of text" }),
  );

/** The action that the verifier asks for; older verifiers say nothing when they set up. */
const action = z.optional(z.enum(["setup", "teardown"], { error: '"setup" or "teardown"' }));

/** The body of a change of a provider state. What else a verifier sends is ignored. */
export const providerStateSchema = z.object({
  state: z.nullish(stateName),
  params: z.nullish(z.record(z.string(), z.unknown(), { error: "an object" })),
  action,
});

/** A change of a provider state as a query, whose other items are the parameters. */
export const providerStateQuerySchema = z.object({ state: z.optional(stateName), action });

/** The values that a state makes, for the generators of a contract. */
export const stateValuesSchema = z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]));

/** The schema of a state that a team defines: a snapshot's document without invocations and deliveries. */
export function pactStateSchema(limits: Limits) {
  const { invocations: _, deliveries: __, ...parts } = snapshotSchema(limits).shape;
  return z.strictObject(parts).check(
    z.refine(({ format: _, ...its }) => Object.values(its).some((part) => part !== undefined), {
      error: 'a snapshot with a part at least, or "replace": "all"',
      when: ({ issues }) => issues.length === 0,
    }),
  );
}

/** The states that there are: those that a team defined, with their sizes, and the built-in ones. */
export const pactStatesSchema = z.strictObject({
  states: z.array(z.strictObject({ name: z.string(), bytes: z.int() })),
  builtIn: z.array(z.string()),
});

export type StateValues = z.infer<typeof stateValuesSchema>;
export type PactStates = z.infer<typeof pactStatesSchema>;

/** What sets a state up. */
export interface StateSetup {
  /** The parts of the sandbox's state that are set. */
  readonly snapshot: Snapshot;
  /** Whether the parts are added to what is there; if not, they replace it. */
  readonly adds: boolean;
  readonly invocation?: InvocationSetup;
}

/** An asynchronous invocation to be made. */
export interface InvocationSetup {
  readonly service: string;
  readonly function: string;
  readonly qualifier: string;
  readonly status: Status;
  readonly id?: string | undefined;
  readonly event: string;
}

export type Parameters = Readonly<Record<string, unknown>>;

/** What a change of a provider state asks for. */
export interface StateChange {
  readonly state: string;
  readonly params: Parameters;
  readonly action: "setup" | "teardown";
}

/** A state's name as it is compared: in lower case, with one space between words. */
export function comparedName(name: string): string {
  return name.trim().replace(/\s+/g, " ").toLowerCase();
}

/** Items that are text in a query, whatever they look like. All others are read as JSON, if they are JSON. */
const TEXTUAL = new Set([
  "service",
  "function",
  "qualifier",
  "version",
  "alias",
  "name",
  "time",
  "status",
  "id",
]);

/** The parameters in a query, in which the verifier writes text as it is, and all else as JSON. */
export function parametersOfQuery(query: Readonly<Record<string, string>>): Parameters {
  const { state: _, action: __, ...items } = query;
  const value = (name: string, text: string): unknown => {
    if (TEXTUAL.has(name)) return text;
    try {
      return JSON.parse(text);
    } catch {
      return text;
    }
  };
  return Object.fromEntries(Object.entries(items).map(([name, text]) => [name, value(name, text)]));
}

type Read = (params: Parameters, limits: Limits) => Result<StateSetup, Problem>;

const noParameters = z.strictObject({});

/** A state without parameters. */
function fixed(snapshot: Snapshot, adds: boolean): Read {
  return (params) => {
    const none = inParams(noParameters, params);
    return none.ok ? ok({ snapshot, adds }) : none;
  };
}

/** The built-in states. */
const builtIn: Readonly<Record<string, Read>> = {
  "no configs": fixed({ configs: [] }, false),
  "a config exists": (params, limits) =>
    added(snapshotSchema(limits), { configs: [params] }, [["configs[0]", "params"]]),
  "a service exists": ({ service, ...items }, limits) =>
    declaring({ services: [{ name: service, ...items }] }, limits),
  "a function exists": ({ service, function: name, ...items }, limits) => {
    const its = { name, ...items };
    return declaring(
      service === undefined ? { functions: [its] } : { services: [{ name: service, functions: [its] }] },
      limits,
    );
  },
  "a version exists": ({ version, description, ...owner }, limits) => {
    const versionId = version === undefined ? version : String(version);
    const its = { versionId, ...(description === undefined ? {} : { description }) };
    return declaringOn(owner, { versions: [its] }, limits);
  },
  "an alias exists": ({ alias, version, description, ...owner }, limits) => {
    const versionId = version === undefined ? {} : { versionId: String(version) };
    const its = { name: alias, ...versionId, ...(description === undefined ? {} : { description }) };
    const versions = "versionId" in versionId ? { versions: [versionId.versionId] } : {};
    return declaringOn(owner, { ...versions, aliases: [its] }, limits);
  },
  "a fault": (params, limits) =>
    added(snapshotSchema(limits), { faults: [params] }, [["faults[0]", "params"]]),
  "the clock is frozen at": (params, limits) => {
    const time = inParams(z.strictObject({ time: timeSchema }), params);
    if (!time.ok) return time;
    const clock = { mode: "frozen", ...time.value };
    return added(snapshotSchema(limits), { clock }, [["clock", "params"]]);
  },
  "signatures are required": fixed({ settings: { signatures: "required" } }, true),
  "an asynchronous invocation": (params, limits) => {
    const given = inParams(invocationSchema(limits), params);
    if (!given.ok) return given;
    const { service = "", qualifier = DEFAULT_QUALIFIER, event = {}, ...rest } = given.value;
    const text = typeof event === "string" ? event : JSON.stringify(event);
    return ok({ snapshot: {}, adds: true, invocation: { service, qualifier, event: text, ...rest } });
  },
  "a snapshot": (params, limits) => {
    const snapshot = inParams(pactStateSchema(limits), params);
    return snapshot.ok ? ok({ snapshot: snapshot.value, adds: false }) : snapshot;
  },
};

export const builtInStates: readonly string[] = Object.keys(builtIn);

/** Whether a name is that of a built-in state. */
export function isBuiltIn(name: string): boolean {
  return Object.hasOwn(builtIn, comparedName(name));
}

/**
 * What sets up a built-in state, or a state that the team defined as `own`. 400 for parameters that are wrong; undefined
 * when there is no such state.
 */
export function readState(
  { state, params }: Pick<StateChange, "state" | "params">,
  own: Snapshot | undefined,
  limits: Limits,
): Result<StateSetup, Problem> | undefined {
  const name = comparedName(state);
  // An interaction without a state asks for nothing.
  if (name === "") return ok({ snapshot: {}, adds: true });
  if (isBuiltIn(name)) return builtIn[name]?.(params, limits);
  return own && ok({ snapshot: own, adds: false });
}

function invocationSchema(limits: Limits) {
  const { name, qualifier } = nameSchemas(limits);
  const most = `at most ${limits.asyncEventBytes} bytes`;
  return z.strictObject({
    service: z.optional(name),
    function: name,
    qualifier: z.optional(qualifier),
    status: z.enum(statuses, { error: `one of ${statuses.join(", ")}` }),
    id: z.optional(
      z
        .string()
        .check(
          z.maxLength(128, { error: "at most 128 characters" }),
          z.regex(NAME, { error: "the id of a task" }),
        ),
    ),
    event: z.optional(
      z.custom<string | number | boolean | object | null>(
        (event) => new TextEncoder().encode(JSON.stringify(event)).length <= limits.asyncEventBytes,
        { error: most },
      ),
    ),
  });
}

/** An owner of versions and aliases with what is declared of it: a service, or a function without a service. */
function declaringOn(
  { service, function: name, ...others }: Parameters,
  qualifiers: object,
  limits: Limits,
): Result<StateSetup, Problem> {
  const its = name === undefined ? {} : { functions: [name] };
  return declaring(
    service === undefined
      ? { functions: [{ name, ...qualifiers, ...others }] }
      : { services: [{ name: service, ...its, ...qualifiers, ...others }] },
    limits,
  );
}

/** How an error calls the places of declarations: by the parameters that they come of. */
const DECLARED_PLACES = [
  ["functions.services[0].functions[0].name", "params.function"],
  ["functions.services[0].functions[0]", "params"],
  ["functions.services[0].name", "params.service"],
  ["functions.services[0].versions[0].versionId", "params.version"],
  ["functions.services[0].versions[0].description", "params.description"],
  ["functions.services[0].versions[0]", "params.version"],
  ["functions.services[0].aliases[0].name", "params.alias"],
  ["functions.services[0].aliases[0].versionId", "params.version"],
  ["functions.services[0].aliases[0].description", "params.description"],
  ["functions.services[0].aliases[0]", "params.alias"],
  ["functions.services[0]", "params"],
  ["functions.functions[0].name", "params.function"],
  ["functions.functions[0].versions[0].versionId", "params.version"],
  ["functions.functions[0].versions[0].description", "params.description"],
  ["functions.functions[0].versions[0]", "params.version"],
  ["functions.functions[0].aliases[0].name", "params.alias"],
  ["functions.functions[0].aliases[0].versionId", "params.version"],
  ["functions.functions[0].aliases[0].description", "params.description"],
  ["functions.functions[0].aliases[0]", "params.alias"],
  ["functions.functions[0]", "params"],
] as const;

function declaring(declared: unknown, limits: Limits): Result<StateSetup, Problem> {
  const schema = z.object({ functions: declaredSchema(limits) }) as z.ZodMiniType<{ functions: Declared }>;
  return added(schema, { functions: declared }, DECLARED_PLACES);
}

/** Parts of a snapshot that are added to what is there. An error calls each place by the name that is paired with it. */
function added(
  schema: z.ZodMiniType<Snapshot>,
  value: unknown,
  places: readonly (readonly [place: string, called: string])[],
): Result<StateSetup, Problem> {
  const result = parsed(schema, value);
  if (result.ok) return ok({ snapshot: result.value, adds: true });
  return renamed(result.error, (path) => {
    const found = places.find(([place]) => path.startsWith(place));
    return found ? found[1] + path.slice(found[0].length) : path;
  });
}

/** Parses parameters. An error says that it is about the parameters. */
function inParams<T extends z.ZodMiniType>(schema: T, params: Parameters): Result<z.output<T>, Problem> {
  const result = parsed(schema, params);
  return result.ok ? result : renamed(result.error, (path) => (path ? `params.${path}` : "params"));
}

/** A problem with other names for the places in it. */
function renamed({ errors = [] }: Problem, name: (path: string) => string) {
  const named = errors.map(({ path, reason }) => ({ path: name(path), reason }));
  const [first] = named;
  return problem(400, `${first?.path} ${first?.reason}`, named);
}
