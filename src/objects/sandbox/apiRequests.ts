import { type ApiError, failure } from "../../fc/errors.ts";
import type { FunctionName } from "../../fc/names.ts";
import { renderPage } from "../../fc/asyncConfig/render.ts";
import { invalidToken, type PageRequest } from "../../fc/paging.ts";
import { versionById } from "../../fc/versions.ts";
import { ok, type Result } from "../../lib/result.ts";
import type { Limits } from "../../state/limits.ts";
import { type ApiReply, type ApiRequest, type Call, functionOf } from "../messages.ts";
import { answer, type Performed } from "../pipeline.ts";
import type { ConfigList } from "./configList.ts";
import type { Feed } from "./feed.ts";
import type { Registrations } from "./registrations.ts";
import type { SandboxStore } from "./store.ts";

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
    return answer<never>(
      request,
      {
        state: () => this.#registrations.stateFor(name),
        record: (entry, counted) => store.journal.add(entry, counted, store.settings.journalSize),
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
  ): Performed<never> | Promise<Performed<never>> {
    switch (call.operation) {
      case "PutAsyncInvokeConfig":
        return { outcome: this.#refusedPut() };
      case "ListAsyncInvokeConfigs":
        if (name) return { outcome: this.#listOfNone(call.page) };
        return this.#configList
          .page(versionById(request.version), call.page)
          .then((outcome) => ({ outcome }));
      default:
        return {
          outcome: failure("AsyncConfigNotExists", request.function ?? "", request.qualifier ?? ""),
        };
    }
  }

  /** What a PUT gets whose function could not be registered. */
  #refusedPut(): Result<object, ApiError> {
    const { isFull, most } = this.#registrations;
    return isFull
      ? failure("InvalidArgument", `this sandbox has ${most} functions, and may have no more`)
      : failure("ServiceUnavailable"); // By now there is room.
  }

  /** The list of a function without configs, which never issued a token. */
  #listOfNone({ nextToken }: PageRequest): Result<object, ApiError> {
    if (nextToken !== undefined) return invalidToken(nextToken);
    const none = { items: [], nextToken: undefined };
    return ok(renderPage(none, this.#store.settings.unset, () => ({})));
  }
}
