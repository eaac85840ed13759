import { setTimeout } from "node:timers/promises";
import { type ApiVersion, apiVersions, versionById } from "../src/api/versions.ts";
import { type Endpoint, type Request, send } from "./endpoint.ts";
import { type Answer, differences, errorItemsOf, itemOf, shown } from "./expectation.ts";
import { fill, type Subject, type Values, valuesOf } from "./placeholders.ts";
import type { JsonValue, Need, Scenario, ScenarioRequest, Step } from "./scenario.ts";

/** What came of one step in one version of the API. */
export interface StepOutcome {
  readonly scenario: string;
  readonly version: ApiVersion["id"];
  readonly step: string;
  readonly choice: string | undefined;
  /** `failed` is without an answer. */
  readonly result: "passed" | "differs" | "skipped" | "failed";
  /** What differs; or why it was skipped or failed. */
  readonly details: readonly string[];
  readonly answer: Answer | undefined;
}

export interface RunOutcome {
  readonly steps: readonly StepOutcome[];
  /** Configs that could not be deleted: where they are, and why not. */
  readonly leftBehind: readonly string[];
  /** Whether it ended before the last step: by the signal, or because nobody answered. */
  readonly stopped: string | undefined;
}

/** Which scenarios run: in these versions, and with one of these words in their name; all, where there is none. */
export interface Selection {
  readonly versions: readonly string[];
  readonly words: readonly string[];
}

export interface RunOptions {
  readonly selection: Selection;
  readonly signal: AbortSignal;
  /** Told of each step as it is done. */
  readonly onStep?: (outcome: StepOutcome) => void;
}

/**
 * Runs scenarios, one after the other, in all of their versions; after each one it deletes the configs it put, also
 * when the signal aborts. Never throws.
 */
export async function runScenarios(
  scenarios: readonly Scenario[],
  subject: Subject,
  endpoint: Endpoint,
  { selection, signal, onStep }: RunOptions,
): Promise<RunOutcome> {
  const steps: StepOutcome[] = [];
  const leftBehind: string[] = [];
  let stopped: string | undefined;
  for (const version of chosenVersions(subject, selection)) {
    for (const scenario of scenarios) {
      if (stopped !== undefined) break;
      if (scenario.versions && !scenario.versions.includes(version.id)) continue;
      if (!isChosen(scenario, selection)) continue;
      const run = new ScenarioRun(scenario, version, subject, endpoint, signal);
      stopped = await run.steps((outcome) => {
        steps.push(outcome);
        onStep?.(outcome);
      });
      leftBehind.push(...(await run.cleanUp()));
    }
  }
  return { steps, leftBehind, stopped };
}

function chosenVersions({ service, function: functionName, functionOfFc3 }: Subject, selection: Selection) {
  return apiVersions.filter(
    ({ id, hasServices }) =>
      (hasServices ? service && functionName : functionOfFc3) &&
      (selection.versions.length === 0 || selection.versions.includes(id)),
  );
}

function isChosen({ name, steps }: Scenario, { words }: Selection): boolean {
  return (
    words.length === 0 ||
    words.some((word) => name.includes(word) || steps.some(({ choice }) => choice === word))
  );
}

/**
 * The configs that the subject's functions have: a run would overwrite and delete them. Throws an Error when the
 * endpoint answers a list with anything but 200, or not at all.
 */
export async function presentConfigs(
  subject: Subject,
  endpoint: Endpoint,
  selection: Selection,
): Promise<string[]> {
  const found: string[] = [];
  for (const version of chosenVersions(subject, selection)) {
    const { path, query } = addressOf(version, valuesOf(subject, version), { operation: "list" });
    const request = { version, method: "GET", path, query, headers: {}, body: "" };
    const answer = await send(endpoint, request);
    const configs = itemOf(answer.body, "configs");
    if (answer.status !== 200 || !Array.isArray(configs)) {
      const code = itemOf(answer.body, errorItemsOf(version).code);
      throw new Error(`GET ${path} answered ${answer.status} ${code ?? "and no list of configs"}.`);
    }
    for (const config of configs) {
      found.push(`${path} ${itemOf(config, version.hasServices ? "qualifier" : "functionArn")}`);
    }
  }
  return found;
}

/** One scenario in one version. */
class ScenarioRun {
  readonly #scenario: Scenario;
  readonly #version: ApiVersion;
  readonly #subject: Subject;
  readonly #endpoint: Endpoint;
  readonly #signal: AbortSignal;
  /** What was put, and may be there: the requests that delete it, by address. */
  readonly #deletions = new Map<string, Request>();
  #values: Values;

  constructor(
    scenario: Scenario,
    version: ApiVersion,
    subject: Subject,
    endpoint: Endpoint,
    signal: AbortSignal,
  ) {
    this.#scenario = scenario;
    this.#version = version;
    this.#subject = subject;
    this.#endpoint = endpoint;
    this.#signal = signal;
    this.#values = valuesOf(subject, version);
  }

  /** Takes the steps; the reason when it stopped before the last. */
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
        const reason = this.#signal.aborted ? INTERRUPTED : reasonOf(error);
        onStep({ ...common, result: "failed", details: [reason] });
        return reason;
      }
    }
    return undefined;
  }

  /** Deletes what was put; what could not be deleted, and why. */
  async cleanUp(): Promise<string[]> {
    const left: string[] = [];
    for (const request of this.#deletions.values()) {
      const failure = await this.#delete(request);
      if (failure !== undefined)
        left.push(`${request.path}${request.query && `?${request.query}`}: ${failure}`);
    }
    return left;
  }

  async #delete(request: Request): Promise<string | undefined> {
    let failure: string | undefined;
    for (const pauseMs of CLEANUP_PAUSES_MS) {
      await setTimeout(pauseMs);
      try {
        const { status, body } = await send(this.#endpoint, request);
        const code = itemOf(body, errorItemsOf(request.version).code);
        if (status < 300 || code === "AsyncConfigNotExists") return undefined;
        failure = `${status} ${shown(code ?? body)}`;
      } catch (error) {
        failure = reasonOf(error);
      }
    }
    return failure;
  }

  /** An answer without the configs of the account's other functions: they are nobody's business. */
  #withoutOthers(answer: Answer): Answer {
    const configs = itemOf(answer.body, "configs");
    if (this.#version.hasServices || !Array.isArray(configs)) return answer;
    const own = new RegExp(`functions/${RegExp.escape(String(this.#values["function"]))}(/|$)`);
    const kept = configs.filter((config) => own.test(String(itemOf(config, "functionArn"))));
    return { ...answer, body: { ...(answer.body as Record<string, JsonValue>), configs: kept } };
  }

  #has(need: Need): boolean {
    if (need === "version" || need === "alias") return this.#subject[need] !== undefined;
    return this.#endpoint.offers.has(need);
  }

  async #take(step: Step): Promise<{ answer: Answer; details: string[] }> {
    if (step.nextSecond) await this.#endpoint.nextSecond(this.#signal);
    const version = step.speaks ? versionById(step.speaks) : this.#version;
    const { expect, request: given } = fill({ expect: step.expect, request: step.request }, this.#values);
    const request = requestOf(version, this.#values, given);
    const address = `${request.path}?${request.query}`;
    const isNew = request.method === "PUT" && !this.#deletions.has(address);
    if (isNew) {
      const { path, query } = request;
      this.#deletions.set(address, { version, method: "DELETE", path, query, headers: {}, body: "" });
    }
    // A PUT that was given up might be done after the deletion that follows.
    const whole = await send(this.#endpoint, request, request.method === "PUT" ? undefined : this.#signal);
    const answer = this.#withoutOthers(whole);
    // What was refused is not there; after anything else it may be.
    if (isNew && answer.status >= 400 && answer.status < 500) this.#deletions.delete(address);
    const saved = Object.entries(step.save ?? {}).map(([name, item]) => [name, itemOf(answer.body, item)]);
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

const INTERRUPTED = "interrupted";

/** A deletion is tried again: the configs are somebody's. */
const CLEANUP_PAUSES_MS = [0, 1000, 3000];

type Addressed = Extract<ScenarioRequest, { operation: string }>;

const METHODS = { put: "PUT", get: "GET", delete: "DELETE", list: "GET" } as const;

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
    return { ...common, method: METHODS[given.operation], ...addressOf(version, values, given) };
  }
  return { ...common, method: given.method, path: given.path, query: queryOf(given.query ?? {}) };
}

function addressOf(
  version: ApiVersion,
  values: Values,
  { operation, service, function: functionName, qualifier, query }: Addressed,
): { path: string; query: string } {
  const isList = operation === "list";
  const serviceName = service ?? String(values["service"] ?? "");
  const name = functionName ?? String(values["function"]);
  const inSegment = version.qualifierIn === "service segment" && qualifier !== undefined;
  const segment = inSegment ? `${serviceName}.${qualifier}` : serviceName;
  const path = version.prefixes[0] + (isList ? version.listPath : version.configPath);
  return {
    path: path
      .replace(":service", encodeURIComponent(segment))
      .replace(":function", encodeURIComponent(name)),
    query: queryOf({
      ...(!inSegment && qualifier !== undefined && { qualifier }),
      ...(isList && !version.hasServices && { functionName: name }),
      ...query,
    }),
  };
}

function queryOf(parameters: Readonly<Record<string, string>>): string {
  return Object.entries(parameters)
    .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`)
    .join("&");
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  return cause instanceof Error ? `${error.message}: ${cause.message}` : error.message;
}
