import { setTimeout } from "node:timers/promises";
import { operationNamed, operations, routeOf } from "../src/fc/operations.ts";
import { type ApiVersion, apiVersions, versionById } from "../src/fc/versions.ts";
import { type Endpoint, type Request, send } from "./endpoint.ts";
import {
  type Answer,
  differences,
  errorItemsOf,
  isObject,
  itemOf,
  nextTokenOf,
  shown,
} from "./expectation.ts";
import { fill, type Subject, UnknownPlaceholder, type Values, valuesOf } from "./placeholders.ts";
import type { JsonValue, Need, Scenario, ScenarioRequest, Step } from "./scenario.ts";

/** The outcome of one step in one API version. */
export interface StepOutcome {
  readonly scenario: string;
  readonly version: ApiVersion["id"];
  readonly step: string;
  readonly choice: string | undefined;
  /** `failed` means that no answer arrived. */
  readonly result: "passed" | "differs" | "skipped" | "failed";
  /** What differs, or why the step was skipped or failed. */
  readonly details: readonly string[];
  readonly answer: Answer | undefined;
}

export interface RunOutcome {
  readonly steps: readonly StepOutcome[];
  /** What could not be deleted: for each, its path and the reason. */
  readonly leftBehind: readonly string[];
  /**
   * Why the run ended before the last step, such as a signal or a missing answer; undefined when it did not.
   */
  readonly stopped: string | undefined;
}

/**
 * Which scenarios run: in these versions, and with one of these words in their name or as a step's choice. An
 * empty list selects all.
 */
export interface Selection {
  readonly versions: readonly string[];
  readonly words: readonly string[];
}

export interface RunOptions {
  readonly selection: Selection;
  /** Ends the run after the current request. The run then deletes its configs. */
  readonly signal: AbortSignal;
  /** Ends the run at once. The outcome names the configs that are not deleted. */
  readonly giveUp: AbortSignal;
  /** Called after each step. */
  readonly onStep?: (outcome: StepOutcome) => void;
}

/**
 * Runs scenarios one after the other, in all of their versions. After each scenario, the run deletes the
 * configs that the scenario put, also when the signal aborts or the endpoint stops answering. Never throws.
 */
export async function runScenarios(
  scenarios: readonly Scenario[],
  subject: Subject,
  endpoint: Endpoint,
  { selection, signal, giveUp, onStep }: RunOptions,
): Promise<RunOutcome> {
  const steps: StepOutcome[] = [];
  const leftBehind: string[] = [];
  let stopped: string | undefined;
  for (const version of chosenVersions(selection)) {
    for (const scenario of chosenScenarios(scenarios, version, selection)) {
      if (stopped !== undefined) break;
      const run = new ScenarioRun(scenario, version, subject, endpoint, signal, giveUp);
      stopped = await run.steps((outcome) => {
        steps.push(outcome);
        onStep?.(outcome);
      });
      leftBehind.push(...(await run.cleanUp()));
    }
  }
  return { steps, leftBehind, stopped };
}

/** The API versions that a selection has. */
export function chosenVersions({ versions }: Selection): readonly ApiVersion[] {
  return apiVersions.filter(({ id }) => versions.length === 0 || versions.includes(id));
}

function chosenScenarios(scenarios: readonly Scenario[], version: ApiVersion, { words }: Selection) {
  return scenarios.filter(
    ({ name, versions, steps }) =>
      (versions ?? [version.id]).includes(version.id) &&
      (words.length === 0 ||
        words.some((word) => name.includes(word) || steps.some(({ choice }) => choice === word))),
  );
}

/** Whether a selection leaves no scenario to run. */
export function isEmpty(scenarios: readonly Scenario[], selection: Selection): boolean {
  return chosenVersions(selection).every(
    (version) => chosenScenarios(scenarios, version, selection).length === 0,
  );
}

/**
 * The existing configs of the subject's functions, which a run would overwrite and delete. Throws an Error
 * when the endpoint's answer does not say whether a config exists, or when no answer arrives.
 */
export async function presentConfigs(
  subject: Subject,
  endpoint: Endpoint,
  selection: Selection,
  signal: AbortSignal,
): Promise<string[]> {
  const found: string[] = [];
  for (const version of chosenVersions(selection)) {
    const values = valuesOf(subject, version);
    const list = await look(version, addressOf(version, values, { operation: "list" }), endpoint, signal);
    const configs = configsOf(list.answer);
    // An empty page with a token does not show that the list is empty.
    const isWhole = configs && (configs.length > 0 || !itemOf(list.answer.body, "nextToken"));
    if (!isWhole) throw unknowable(list);
    for (const config of configs) {
      found.push(`${list.path} ${itemOf(config, version.hasServices ? "qualifier" : "functionArn")}`);
    }
    if (configs.length > 0) continue;
    for (const qualifier of qualifiersOf(subject, endpoint)) {
      const named = addressOf(version, values, { operation: "get", ...(qualifier && { qualifier }) });
      const config = await look(version, named, endpoint, signal);
      if (config.answer.status === 200) found.push(config.shown);
      else if (config.answer.status !== 404 || config.code !== "AsyncConfigNotExists")
        throw unknowable(config);
    }
  }
  return found;
}

/**
 * The configs of a list, which may be null or absent when the list is empty; undefined when the answer is no
 * list.
 */
function configsOf({ status, body }: Answer): readonly JsonValue[] | undefined {
  if (status !== 200 || !isObject(body)) return undefined;
  const configs = itemOf(body, "configs") ?? [];
  return Array.isArray(configs) ? configs : undefined;
}

/** The qualifiers whose configs the scenarios change: LATEST, and the alias and version that exist. */
function qualifiersOf({ alias, version }: Subject, { offers }: Endpoint): (string | undefined)[] {
  return [undefined, ...(offers.has("alias") ? [alias] : []), ...(offers.has("version") ? [version] : [])];
}

async function look(
  version: ApiVersion,
  { path, query }: { path: string; query: string },
  endpoint: Endpoint,
  signal: AbortSignal,
) {
  const answer = await send(endpoint, { version, method: "GET", path, query, headers: {}, body: "" }, signal);
  const code = itemOf(answer.body, errorItemsOf(version).code);
  return { path, shown: path + (query && `?${query}`), answer, code };
}

function unknowable({ shown: at, answer, code }: Awaited<ReturnType<typeof look>>): Error {
  const came =
    answer.status === 200 ? `200 ${shown(answer.body)}` : `${answer.status} ${code ?? shown(answer.body)}`;
  return new Error(
    `It can't be known whether a config is there, which the run would delete: GET ${at} answered ${came}${hintFor(code)}`,
  );
}

function hintFor(code: unknown): string {
  const option = { ServiceNotFound: "service", FunctionNotFound: "function", AliasNotFound: "alias" }[
    String(code)
  ];
  if (option === undefined && code !== "VersionNotFound") return "";
  return `: make it, or name another by --${option ?? "version"}; --help says what has to be there.`;
}

/** One scenario in one version. */
class ScenarioRun {
  readonly #scenario: Scenario;
  readonly #version: ApiVersion;
  readonly #subject: Subject;
  readonly #endpoint: Endpoint;
  readonly #signal: AbortSignal;
  readonly #giveUp: AbortSignal;
  /** The requests that delete the configs that may exist, and stop the tasks that may wait, by address. */
  readonly #deletions = new Map<string, Request>();
  #values: Values;

  constructor(
    scenario: Scenario,
    version: ApiVersion,
    subject: Subject,
    endpoint: Endpoint,
    signal: AbortSignal,
    giveUp: AbortSignal,
  ) {
    this.#scenario = scenario;
    this.#version = version;
    this.#subject = subject;
    this.#endpoint = endpoint;
    this.#signal = signal;
    this.#giveUp = giveUp;
    this.#values = valuesOf(subject, version);
  }

  /** Runs the steps. Returns the reason when the run stopped before the last step. */
  async steps(onStep: (outcome: StepOutcome) => void): Promise<string | undefined> {
    for (const step of this.#scenario.steps) {
      if (this.#signal.aborted) return INTERRUPTED;
      if (step.versions && !step.versions.includes(this.#version.id)) continue;
      const { name, needs: scenarioNeeds = [] } = this.#scenario;
      const missing = [...scenarioNeeds, ...(step.needs ?? [])].filter((need) => !this.#has(need));
      const common = {
        scenario: name,
        version: this.#version.id,
        step: step.name,
        choice: step.choice,
        answer: undefined,
      };
      if (missing.length > 0) {
        onStep({ ...common, result: "skipped", details: missing.map((need) => `needs ${need}`) });
        continue;
      }
      try {
        const { answer, details } = await this.#take(step);
        onStep({ ...common, answer, result: details.length === 0 ? "passed" : "differs", details });
      } catch (error) {
        if (error instanceof UnknownPlaceholder) {
          onStep({ ...common, result: "skipped", details: [`needs ${error.message}, which did not come`] });
          continue;
        }
        const reason = this.#signal.aborted ? INTERRUPTED : reasonOf(error);
        onStep({ ...common, result: "failed", details: [reason] });
        return reason;
      }
    }
    return undefined;
  }

  /**
   * Deletes the scenario's configs and what else it made, and stops its tasks. Returns what is left, each with the
   * reason.
   */
  async cleanUp(): Promise<string[]> {
    const left: string[] = [];
    // What was made last may hold what was made first.
    for (const request of [...this.#deletions.values()].reverse()) {
      const failure = await this.#delete(request);
      if (failure !== undefined)
        left.push(`${request.path}${request.query && `?${request.query}`}: ${failure}`);
    }
    return left;
  }

  async #delete(request: Request): Promise<string | undefined> {
    let failure: string | undefined;
    for (const pauseMs of CLEANUP_PAUSES_MS) {
      try {
        await setTimeout(pauseMs, undefined, { signal: this.#giveUp });
        const { status, body } = await send(this.#endpoint, request, this.#giveUp);
        const code = itemOf(body, errorItemsOf(request.version).code);
        // A task that can't be stopped has ended, or was stopped.
        const isDone = status === 404 || (request.method === "PUT" && (status === 400 || status === 412));
        if (status < 300 || (isDone && code !== undefined)) return undefined;
        failure = `${status} ${shown(code ?? body)}`;
      } catch (error) {
        if (this.#giveUp.aborted) return failure ?? INTERRUPTED;
        failure = reasonOf(error);
      }
    }
    return failure;
  }

  /** Reads all pages of a list into one answer. Returns the first answer that is no list as it is. */
  async #everyPage(request: Request): Promise<Answer> {
    const configs: JsonValue[] = [];
    const tokens = new Set<unknown>();
    let query = request.query;
    for (;;) {
      const page = await send(this.#endpoint, { ...request, query }, this.#signal);
      const [its, token] = [configsOf(page), nextTokenOf(page.body)];
      if (its === undefined) return page;
      configs.push(...its);
      // A repeated token would cause an endless loop.
      if (token === undefined || tokens.has(token)) {
        return { ...page, body: { ...(page.body as Record<string, JsonValue>), configs } };
      }
      tokens.add(token);
      query = `${request.query}&${queryOf({ nextToken: token })}`;
    }
  }

  /** An answer without what concerns the account's other functions, which must not be recorded. */
  #withoutOthers(answer: Answer): Answer {
    const data = itemOf(answer.body, "data");
    if (this.#version.hasServices && Array.isArray(data)) {
      const own = data.filter((one) => itemOf(one, "serviceName") === this.#values["service"]);
      return { ...answer, body: { ...(answer.body as Record<string, JsonValue>), data: own } };
    }
    const configs = itemOf(answer.body, "configs");
    if (this.#version.hasServices || !Array.isArray(configs)) return answer;
    const own = new RegExp(`functions/${RegExp.escape(String(this.#values["function"]))}(/|$)`);
    const kept = configs.filter((config) => own.test(String(itemOf(config, "functionArn"))));
    return { ...answer, body: { ...(answer.body as Record<string, JsonValue>), configs: kept } };
  }

  #has(need: Need): boolean {
    return this.#endpoint.offers.has(need);
  }

  async #take(step: Step): Promise<{ answer: Answer; details: string[] }> {
    if (step.nextSecond) await this.#endpoint.nextSecond(this.#signal);
    const version = step.speaks ? versionById(step.speaks) : this.#version;
    const { expect, request: given } = fill({ expect: step.expect, request: step.request }, this.#values);
    const request = requestOf(version, this.#values, given);
    const address = `${request.path}?${request.query}`;
    const changes = request.method !== "GET" && request.method !== "DELETE";
    // Delete nothing but single configs: a step may send a method to another path, which must not be deleted.
    const isNew = changes && request.path.endsWith("/async-invoke-config") && !this.#deletions.has(address);
    if (isNew) {
      const { path, query } = request;
      this.#deletions.set(address, { version, method: "DELETE", path, query, headers: {}, body: "" });
    }
    // The endpoint might apply an aborted PUT after the deletion that follows, so `signal` does not abort a
    // PUT.
    const whole = step.everyPage
      ? await this.#everyPage(request)
      : await send(this.#endpoint, request, changes ? this.#giveUp : this.#signal);
    const answer = this.#withoutOthers(whole);
    // A refused PUT created nothing. After any other answer, or none, the config may exist.
    if (isNew && answer.status >= 400 && answer.status < 500) this.#deletions.delete(address);
    const creation = deletionOf(version, request, answer) ?? stopOf(version, request, answer);
    if (creation) this.#deletions.set(creation.path, creation);
    // An empty token is none.
    const saved = Object.entries(step.save ?? {}).map(([name, item]) => [
      name,
      itemOf(answer.body, item) || undefined,
    ]);
    this.#values = { ...this.#values, ...Object.fromEntries(saved) };
    const identity =
      expect.identity === undefined
        ? undefined
        : version.identity(
            {
              service: String(this.#values["service"] ?? ""),
              function: String(this.#values["function"]),
              qualifier: expect.identity,
            },
            this.#subject,
          );
    return { answer, details: differences(expect, identity, answer, version) };
  }
}

/** The request that deletes what a request created; undefined when it created nothing. */
function deletionOf(
  version: ApiVersion,
  { method, path, body }: Request,
  answer: Answer,
): Request | undefined {
  // After a server error, or none, the resource may be there.
  if (method !== "POST" || (answer.status >= 400 && answer.status < 500) || body === "") return undefined;
  // An event may be any text, and an invocation is nothing to delete.
  if (path.endsWith("/invocations")) return undefined;
  const given: unknown = JSON.parse(body);
  const name =
    itemOf(answer.body, "versionId") !== undefined && path.endsWith("/versions")
      ? itemOf(answer.body, "versionId")
      : ["serviceName", "functionName", "aliasName"].map((item) => itemOf(given, item)).find(Boolean);
  if (typeof name !== "string") return undefined;
  return {
    version,
    method: "DELETE",
    path: `${path}/${encodeURIComponent(name)}`,
    query: "",
    headers: {},
    body: "",
  };
}

/** The request that stops the task that a request began; undefined when it began none. */
function stopOf(version: ApiVersion, { path, headers }: Request, answer: Answer): Request | undefined {
  const id = headers[version.taskIdHeader];
  if (id === undefined || (answer.status >= 400 && answer.status < 500)) return undefined;
  const tasks = version.hasServices ? `stateful-async-invocations/${id}` : `async-tasks/${id}/stop`;
  return {
    version,
    method: "PUT",
    path: path.replace(/invocations$/, tasks),
    query: "",
    headers: {},
    body: "",
  };
}

const INTERRUPTED = "interrupted";

/**
 * The pauses before each attempt to delete a config: the endpoint may be a real account, so deletions are
 * retried.
 */
const CLEANUP_PAUSES_MS = [0, 1000, 3000];

type Addressed = Extract<ScenarioRequest, { operation: string }>;

function requestOf(version: ApiVersion, values: Values, given: ScenarioRequest): Request {
  const body = given.text ?? (given.json === undefined ? "" : JSON.stringify(given.json));
  const contentType = given.contentType === undefined ? "application/json" : given.contentType;
  const common = {
    version,
    headers: { ...(body && contentType !== null && { "Content-Type": contentType }), ...given.headers },
    body,
    signing: given.signing,
  };
  if ("operation" in given) {
    return { ...common, ...addressOf(version, values, given) };
  }
  return { ...common, method: given.method, path: given.path, query: queryOf(given.query ?? {}) };
}

/**
 * The method, path and query of a step's operation in a version. Throws an Error when the version does not
 * have it.
 */
function addressOf(
  version: ApiVersion,
  values: Values,
  { operation, service, function: functionName, qualifier, version: number, alias, task, query }: Addressed,
): { method: string; path: string; query: string } {
  const route = routeOf(version, operationNamed(operation));
  if (route === undefined) throw new Error(`${version.id} has no ${operation}.`);
  const serviceName = service ?? String(values["service"] ?? "");
  const name = functionName ?? String(values["function"]);
  const namesInQuery =
    operations[route.operation].names === "function or all" && !route.path.includes(":function");
  const inSegment = version.qualifierIn === "service segment" && qualifier !== undefined;
  const segment = inSegment ? `${serviceName}.${qualifier}` : serviceName;
  return {
    method: route.method,
    path: `${version.prefixes[0]}${route.path}`
      .replace(":service", encodeURIComponent(segment))
      .replace(":function", encodeURIComponent(name))
      .replace(":version", encodeURIComponent(number ?? String(values["version"])))
      .replace(":alias", encodeURIComponent(alias ?? String(values["alias"])))
      .replace(":task", encodeURIComponent(task ?? "")),
    query: queryOf({
      ...(!inSegment && qualifier !== undefined && { qualifier }),
      ...(namesInQuery && { functionName: name }),
      ...query,
    }),
  };
}

function queryOf(parameters: Readonly<Record<string, string>>): string {
  return Object.entries(parameters)
    .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`)
    .join("&");
}

/**
 * An error's message in one line. The reason of a failed fetch is in its cause, which has no message when
 * several addresses were tried.
 */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  if (!(cause instanceof Error)) return error.message;
  return `${error.message}: ${cause.message || ("code" in cause ? cause.code : cause.name)}`;
}
