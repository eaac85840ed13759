import { problem } from "../../documents/problem.ts";
import type { Problem, RequestsPage, Verification } from "../../documents/responseBodies.ts";
import type { PageRequest } from "../../fc/paging.ts";
import type { Filter } from "../../journal/filter.ts";
import type { Position } from "../../journal/order.ts";
import {
  type Bounds,
  type Examination,
  type Findings,
  inconclusive,
  isExact,
  verdictOn,
} from "../../journal/verification.ts";
import type { PageTokens } from "../../lib/pageTokens.ts";
import { type Err, ok, type Result } from "../../lib/result.ts";
import type { Limits } from "../../state/limits.ts";
import type { FunctionStub, Functions } from "./functions.ts";
import { entriesAt, listPage } from "./listPage.ts";
import type { SandboxStore } from "./store.ts";

const NEAR_MISSES = 5;

/** The journal of a whole sandbox: the entries of its functions and its own. */
export class RequestJournal {
  readonly #store: SandboxStore;
  readonly #functions: Functions;
  readonly #tokens: PageTokens;
  readonly #limits: () => Limits;

  constructor(store: SandboxStore, functions: Functions, tokens: PageTokens, limits: () => Limits) {
    this.#store = store;
    this.#functions = functions;
    this.#tokens = tokens;
    this.#limits = limits;
  }

  /** A page of the entries that match a filter, newest first; 400 when this list did not issue the token. */
  async page(filter: Filter, request: PageRequest): Promise<Result<RequestsPage, Problem>> {
    const { journal } = this.#store;
    const from = (source: FunctionStub | undefined) => (position: Position) => ({ position, source });
    const page = await listPage(
      request,
      this.#tokens,
      this.#functions,
      async (object, after, most) => (await object.findJournalEntries(filter, after, most)).map(from(object)),
      (after, most) => journal.find(filter, after, most).map(from(undefined)),
    );
    if (!page.ok) return page;
    const { items, nextToken } = page.value;
    const requests = await entriesAt(items, async (object, numbers) =>
      object ? object.journalEntries(numbers) : journal.at(numbers),
    );
    return ok({ requests, nextToken });
  }

  /** How many requests match a filter; 409 when the journal does not have all that may. */
  async count(filter: Filter): Promise<Result<number, Problem>> {
    const { findings } = await this.#examine(filter);
    return isExact(findings) ? ok(findings.count) : this.#inconclusive(findings);
  }

  /**
   * Whether as many requests match a filter as wanted, with the entries that almost match when not; 409 when the journal does not
   * have all that may match, and the answer depends on that.
   */
  async verify(filter: Filter, bounds: Bounds): Promise<Result<Verification, Problem>> {
    const { findings, nearMisses } = await this.#examine(filter);
    const verified = verdictOn(findings, bounds);
    if (verified === "inconclusive") return this.#inconclusive(findings);
    const { count } = findings;
    if (verified) return ok({ verified, count });
    const misses = nearMisses.map(({ differences, entry }) => ({ differences: [...differences], entry }));
    return ok({ verified, count, nearMisses: misses });
  }

  #inconclusive(findings: Findings): Err<Problem> {
    const { journalSize } = this.#store.settings;
    return problem(409, inconclusive(findings, { journalSize, bodyBytes: this.#limits().journalBodyBytes }));
  }

  #examine(filter: Filter): Promise<Examination> {
    const own = [this.#store.journal.examine(filter, NEAR_MISSES)];
    const examine = (object: FunctionStub) => object.examineJournal(filter, NEAR_MISSES);
    return this.#functions.examineAll(filter, NEAR_MISSES, examine, own);
  }
}
