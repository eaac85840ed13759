import type { ConfigChange } from "../../fc/asyncConfig/operand.ts";
import { type ApiError, failure } from "../../fc/errors.ts";
import { performOnConfigs } from "../../fc/handlers.ts";
import { DEFAULT_QUALIFIER, type FunctionName } from "../../fc/names.ts";
import { operations } from "../../fc/operations.ts";
import type { Performed } from "../../fc/request.ts";
import { versionById } from "../../fc/versions.ts";
import type { Result } from "../../lib/result.ts";
import type { Limits } from "../../state/limits.ts";
import { type ApiReply, type ApiRequest, type Call, functionOf } from "../messages.ts";
import { answer } from "../pipeline.ts";
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

/** Answers the requests of the API that are for no function, for all functions, or for one that is not registered. */
export class ApiRequests {
  readonly #store: SandboxStore;
  readonly #registrations: Registrations;
  readonly #configList: ConfigList;
  readonly #feed: Feed;
  readonly #limits: () => Limits;

  constructor(
    store: SandboxStore,
    registrations: Registrations,
    configList: ConfigList,
    feed: Feed,
    limits: () => Limits,
  ) {
    this.#store = store;
    this.#registrations = registrations;
    this.#configList = configList;
    this.#feed = feed;
    this.#limits = limits;
  }

  answer(request: ApiRequest): Promise<ApiReply> {
    const store = this.#store;
    const name = functionOf(request);
    return answer<ConfigChange>(
      request,
      {
        state: () => this.#registrations.stateFor(name),
        record: (entry, counted) => store.journal.add(entry, counted, store.settings.journalSize),
        // Nothing that is answered here changes a config.
        write: () => {},
        maxJournalBody: this.#limits().journalBodyBytes,
        triggerFaults: async (ids, own) => store.faults.trigger(ids, own),
        publish: (entry) => this.#feed.tell({ type: "request", entry }),
      },
      (call) => this.#perform(request, call, name),
    );
  }

  #perform(
    request: ApiRequest,
    call: Call,
    name: FunctionName | undefined,
  ): Performed<ConfigChange> | Promise<Performed<never>> {
    if (operations[call.operation].creates) return { outcome: this.#refusedPut() };
    const version = versionById(request.version);
    if (name !== undefined) {
      const qualifier = request.qualifier ?? DEFAULT_QUALIFIER;
      const { settings } = this.#store;
      return performOnConfigs(call, { ...NO_CONFIGS, name, qualifier, version, settings });
    }
    return call.operation === "ListAsyncInvokeConfigs"
      ? this.#configList.page(version, call.page).then((outcome) => ({ outcome }))
      : { outcome: failure("InternalServerError") };
  }

  /** What a PUT gets whose function could not be registered. */
  #refusedPut(): Result<object, ApiError> {
    const { isFull, most } = this.#registrations;
    return isFull
      ? failure("InvalidArgument", `this sandbox has ${most} functions, and may have no more`)
      : failure("ServiceUnavailable"); // By now there is room.
  }
}
