import type { ConfigChange } from "../../fc/asyncConfig/operand.ts";
import { type ApiError, failure } from "../../fc/errors.ts";
import {
  isConfigCall,
  isInvocationCall,
  performOnConfigs,
  performOnInvocations,
  performOnResources,
} from "../../fc/handlers.ts";
import { NO_INVOCATIONS } from "../../fc/invocations/noInvocations.ts";
import type { FunctionWithTasks } from "../../fc/invocations/operand.ts";
import { DEFAULT_QUALIFIER } from "../../fc/names.ts";
import { operationNamed, operations } from "../../fc/operations.ts";
import type { Performed } from "../../fc/request.ts";
import type { ResourceChange, ResourceOperand } from "../../fc/resources.ts";
import { versionById } from "../../fc/versions.ts";
import type { PageTokens } from "../../lib/pageTokens.ts";
import type { Result } from "../../lib/result.ts";
import type { Limits } from "../../state/limits.ts";
import { type ApiReply, type ApiRequest, type Call, errorReply, functionOf } from "../messages.ts";
import { answer } from "../pipeline.ts";
import type { Changes } from "./changes.ts";
import type { ConfigList } from "./configList.ts";
import type { Feed } from "./feed.ts";
import type { Registrations } from "./registrations.ts";
import type { SandboxStore } from "./store.ts";

/** A function that is not registered: it has no configs, and its list never issued a token. */
const NO_CONFIGS = {
  configs: { get: () => undefined, after: () => [], count: 0 },
  tokens: { issue: async () => "", open: async () => undefined },
  now: 0,
  maxConfigs: 0,
} as const;

/** The tokens of lists, and of the addresses of code. */
interface RequestTokens {
  readonly lists: PageTokens;
  readonly tasks: PageTokens;
  readonly code: PageTokens;
}

/** Answers the requests of the API that are for resources, for all functions, or for a function that is not registered. */
export class ApiRequests {
  readonly #store: SandboxStore;
  readonly #registrations: Registrations;
  readonly #configList: ConfigList;
  readonly #changes: Changes;
  readonly #tokens: RequestTokens;
  readonly #functionsWithTasks: () => Promise<readonly FunctionWithTasks[]>;
  readonly #feed: Feed;
  readonly #limits: () => Limits;

  constructor(
    store: SandboxStore,
    registrations: Registrations,
    configList: ConfigList,
    changes: Changes,
    tokens: RequestTokens,
    functionsWithTasks: () => Promise<readonly FunctionWithTasks[]>,
    feed: Feed,
    limits: () => Limits,
  ) {
    this.#store = store;
    this.#registrations = registrations;
    this.#configList = configList;
    this.#changes = changes;
    this.#tokens = tokens;
    this.#functionsWithTasks = functionsWithTasks;
    this.#feed = feed;
    this.#limits = limits;
  }

  async answer(request: ApiRequest): Promise<ApiReply> {
    const store = this.#store;
    // An operation on resources says itself what does not exist.
    const name = isForResources(request) ? undefined : functionOf(request);
    let finished: Promise<boolean> | undefined;
    const write = (change: Change) => {
      // Nothing that is answered here changes a config.
      if (!("resources" in change)) return;
      finished = this.#finish(this.#changes.beginResources(change.resources));
    };
    const reply = await answer<Change>(
      request,
      {
        state: () => this.#registrations.stateFor(name),
        record: (entry, counted, { change, isRead }) => {
          if (change) write(change);
          store.journal.add(entry, counted, store.settings.journalSize, { isRead });
        },
        // Nothing that is answered here changes a config.
        changesOf: () => undefined,
        write,
        maxJournalBody: this.#limits().journalBodyBytes,
        triggerFaults: async (ids, own) => store.faults.trigger(ids, own, store.get("version")),
        publish: (entry) => this.#feed.tell({ type: "request", entry }),
        noteThrottled: () => store.journal.noteGap(),
      },
      (call) => this.#perform(request, call),
    );
    return (await finished) === false ? this.#unavailable(request) : reply;
  }

  /** Has the functions that a change concerns, if any, act by it. Resolves to whether all of them do. */
  async #finish(concernsFunctions: boolean): Promise<boolean> {
    if (concernsFunctions) return (await this.#changes.finish("functions")).ok;
    this.#changes.announce("functions");
    return true;
  }

  #unavailable({ version, requestId }: ApiRequest): ApiReply {
    return errorReply(version, failure("ServiceUnavailable").error, requestId);
  }

  #perform(request: ApiRequest, call: Call): Performed<Change> | Promise<Performed<never>> {
    if (operations[call.operation].creates && (isConfigCall(call) || isInvocationCall(call))) {
      return { outcome: this.#refusedRegistration() };
    }
    const version = versionById(request.version);
    const name = functionOf(request);
    if (isInvocationCall(call)) {
      // Nothing that is answered here changes an invocation.
      return performOnInvocations(call, {
        ...NO_INVOCATIONS,
        name: name ?? { service: "", function: "" },
        qualifier: request.qualifier,
        version,
        place: this.#store.settings,
        requestId: request.requestId,
        now: this.#store.now,
        tokens: this.#tokens.tasks,
        functionsWithTasks: this.#functionsWithTasks,
      }) as Promise<Performed<never>>;
    }
    if (!isConfigCall(call)) return asResources(performOnResources(call, this.#resourceOperand(request)));
    if (name !== undefined) {
      const qualifier = request.qualifier ?? DEFAULT_QUALIFIER;
      const { settings } = this.#store;
      return performOnConfigs(call, { ...NO_CONFIGS, name, qualifier, version, settings });
    }
    return call.operation === "ListAsyncInvokeConfigs"
      ? this.#configList.page(version, call.page).then((outcome) => ({ outcome }))
      : { outcome: failure("InternalServerError") };
  }

  #resourceOperand(request: ApiRequest): ResourceOperand {
    const { resources, settings, now } = this.#store;
    const { lists, code } = this.#tokens;
    return {
      names: request,
      version: versionById(request.version),
      resources,
      tokens: lists,
      place: settings,
      now,
      limits: this.#limits(),
      codeUrl: async (endpoint, key) => `${endpoint}/_sandbox/code/${await code.issue(key)}`,
    };
  }

  /** The code that a token of GetFunctionCode stands for. */
  async code(token: string): Promise<ArrayBuffer | undefined> {
    const key = await this.#tokens.code.open(token);
    return key === undefined ? undefined : this.#store.resources.code.get(key);
  }

  /** What a request gets whose function could not be registered. */
  #refusedRegistration(): Result<object, ApiError> {
    const { isFull, most } = this.#registrations;
    return isFull
      ? failure("InvalidArgument", `this sandbox has ${most} functions, and may have no more`)
      : failure("ServiceUnavailable"); // By now there is room.
  }
}

/** Whether a request is for services, functions, versions or aliases, whatever became of its body. */
function isForResources({ operation }: ApiRequest): boolean {
  const name = operation === null ? undefined : operationNamed(operation);
  return name !== undefined && !["config", "invocation"].includes(operations[name].resource);
}

/** The change of a request that a sandbox's object answers. */
type Change = ConfigChange | { readonly resources: ResourceChange };

function asResources(
  performed: Performed<ResourceChange> | Promise<Performed<never>>,
): Performed<Change> | Promise<Performed<never>> {
  if (performed instanceof Promise || performed.change === undefined) return performed as Performed<never>;
  return { ...performed, change: { resources: performed.change } };
}
