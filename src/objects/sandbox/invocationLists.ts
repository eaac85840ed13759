import { problem } from "../../documents/problem.ts";
import type {
  DeliveriesPage,
  DeliveryVerification,
  InvocationsPage,
  Problem,
} from "../../documents/responseBodies.ts";
import type { FunctionWithTasks } from "../../fc/invocations/operand.ts";
import type { FunctionName } from "../../fc/names.ts";
import type { PageRequest } from "../../fc/paging.ts";
import type { DeliveryExamination, DeliveryFilter } from "../../journal/delivery.ts";
import {
  type Bounds,
  type Findings,
  inconclusiveDeliveries,
  isExact,
  verdictOn,
} from "../../journal/verification.ts";
import type { PageTokens } from "../../lib/pageTokens.ts";
import { type Err, ok, type Result } from "../../lib/result.ts";
import type {
  InvocationDetails,
  InvocationFilter,
  InvocationOwner,
  RecordQuery,
  ShownRecord,
} from "../../state/invocations.ts";
import type { FunctionStub, Functions } from "./functions.ts";
import { entriesAt, listPage } from "./listPage.ts";

const NEAR_MISSES = 5;

/** The asynchronous invocations and the deliveries of a whole sandbox: those of its functions. */
export class InvocationLists {
  readonly #functions: Functions;
  readonly #tokens: { readonly invocations: PageTokens; readonly deliveries: PageTokens };

  constructor(functions: Functions, tokens: { invocations: PageTokens; deliveries: PageTokens }) {
    this.#functions = functions;
    this.#tokens = tokens;
  }

  /** A page of the invocations that match a filter, newest first; 400 when this list did not issue the token. */
  async invocations(
    filter: InvocationFilter,
    request: PageRequest,
  ): Promise<Result<InvocationsPage, Problem>> {
    const page = await listPage(request, this.#tokens.invocations, this.#functions, (object, after, most) =>
      object.findInvocations(filter, after, most),
    );
    if (!page.ok) return page;
    const { items, nextToken } = page.value;
    return ok({ invocations: items.map(({ entry }) => entry), nextToken });
  }

  /**
   * An invocation with its payloads; 404 when no function has one of this id, 409 when several have, and the owner does
   * not say which.
   */
  async invocation(id: string, owner: InvocationOwner): Promise<Result<InvocationDetails, Problem>> {
    return this.#askOwner(id, owner, (object) => object.invocation(id));
  }

  /** The record of an invocation, or of the end that is asked for. The problems are those of reading the invocation. */
  async record(id: string, { condition, ...owner }: RecordQuery): Promise<Result<ShownRecord, Problem>> {
    return this.#askOwner(id, owner, (object) => object.invocationRecord(id, condition));
  }

  /** Stops an invocation. The problems are those of reading it. */
  async stop(id: string, owner: InvocationOwner): Promise<Result<undefined, Problem>> {
    const stopped = await this.#askOwner(id, owner, async (object) =>
      (await object.stopInvocation(id)) ? true : undefined,
    );
    return stopped.ok ? ok(undefined) : stopped;
  }

  /**
   * Asks the one function that has an invocation of this id. Of several functions, none sends its payloads. `ask` is
   * fulfilled with undefined when the invocation is no longer there.
   */
  async #askOwner<T>(
    id: string,
    owner: InvocationOwner,
    ask: (object: FunctionStub) => Promise<T | undefined>,
  ): Promise<Result<T, Problem>> {
    const found = await this.#functions.askAll(async (one, object) =>
      isOwner(one, owner) && (await object.hasInvocation(id)) ? [object] : [],
    );
    const [object, ...others] = found.flat();
    if (others.length > 0) {
      return problem(
        409,
        `${others.length + 1} functions have an invocation ${id}: name one by service and function.`,
      );
    }
    const answer = object && (await ask(object));
    return answer === undefined ? problem(404, `This sandbox has no invocation ${id}.`) : ok(answer);
  }

  /** The functions that have tasks, or a config that makes tasks of invocations, by qualifier. */
  async functionsWithTasks(): Promise<FunctionWithTasks[]> {
    const all = await this.#functions.askAll(async ({ service, function: name }, object) =>
      (await object.qualifiersWithTasks()).map((qualifier) => ({ service, function: name, qualifier })),
    );
    // Only FC 2.0 has the list.
    return all.flat().filter(({ service }) => service !== "");
  }

  /** A page of the deliveries that match a filter, newest first; 400 when this list did not issue the token. */
  async deliveries(filter: DeliveryFilter, request: PageRequest): Promise<Result<DeliveriesPage, Problem>> {
    const page = await listPage(
      request,
      this.#tokens.deliveries,
      this.#functions,
      async (object, after, most) => {
        const found = await object.findDeliveries(filter, after, most);
        return found.map((one) => ({ ...one, source: object }));
      },
    );
    if (!page.ok) return page;
    const { items, nextToken } = page.value;
    const deliveries = await entriesAt(items, (object, numbers) => object.deliveriesAt(numbers));
    return ok({ deliveries, nextToken });
  }

  /** How many deliveries match a filter; 409 when the inbox does not have all that may. */
  async countDeliveries(filter: DeliveryFilter): Promise<Result<number, Problem>> {
    const { findings } = await this.#examine(filter);
    return isExact(findings) ? ok(findings.count) : inconclusive(findings);
  }

  /**
   * Whether as many deliveries match a filter as wanted, with those that almost match when not; 409 when the inbox
   * does not have all that may match, and the answer depends on that.
   */
  async verifyDeliveries(
    filter: DeliveryFilter,
    bounds: Bounds,
  ): Promise<Result<DeliveryVerification, Problem>> {
    const { findings, nearMisses } = await this.#examine(filter);
    const verified = verdictOn(findings, bounds);
    if (verified === "inconclusive") return inconclusive(findings);
    const { count } = findings;
    if (verified) return ok({ verified, count });
    const misses = nearMisses.map(({ differences, entry }) => ({
      differences: [...differences],
      delivery: entry,
    }));
    return ok({ verified, count, nearMisses: misses });
  }

  #examine(filter: DeliveryFilter): Promise<DeliveryExamination> {
    const examine = (object: FunctionStub) => object.examineDeliveries(filter, NEAR_MISSES);
    return this.#functions.examineAll(filter, NEAR_MISSES, examine);
  }
}

function isOwner(one: FunctionName, { service, function: functionName }: InvocationOwner): boolean {
  return (service ?? one.service) === one.service && (functionName ?? one.function) === one.function;
}

function inconclusive(findings: Findings): Err<Problem> {
  return problem(409, inconclusiveDeliveries(findings));
}
