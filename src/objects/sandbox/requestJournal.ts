import { problem } from "../../documents/problem.ts";
import type { Problem, RequestsPage, Verification } from "../../documents/responseBodies.ts";
import { type PageRequest, pageOf, startOf } from "../../fc/paging.ts";
import type { JournalEntry } from "../../journal/entry.ts";
import type { Filter } from "../../journal/filter.ts";
import { comparePositions, type Placed, type Position } from "../../journal/order.ts";
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
import type { SandboxFunction } from "./directory.ts";
import type { FunctionStub, Functions } from "./functions.ts";
import type { SandboxStore } from "./store.ts";

const NEAR_MISSES = 5;

/** Where a journal entry is: in a function's journal, or in the sandbox's own. */
interface Located {
  readonly position: Position;
  readonly function: SandboxFunction | undefined;
}

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
    const start = await startOf(request, this.#tokens);
    if (!start.ok) return problem(400, `${start.error.message}.`);
    const { limit: size } = request;
    const after: Position | undefined = start.value === undefined ? undefined : JSON.parse(start.value);
    // First the positions, then the entries of the page alone: all entries of a sandbox are too many to hold at once.
    const found: Located[][] = await this.#functions.askAll(async (one, object) => {
      const positions = await object.findJournalEntries(filter, after, size + 1);
      return positions.map((position) => ({ position, function: one }));
    });
    const own = this.#store.journal
      .find(filter, after, size + 1)
      .map((position) => ({ position, function: undefined }));
    const all = [...found.flat(), ...own].sort((a, b) => comparePositions(a.position, b.position));
    const page = await pageOf(all, size, ({ position }) => this.#tokens.issue(JSON.stringify(position)));
    return ok({ requests: await this.#entriesAt(page.items), nextToken: page.nextToken });
  }

  /** The entries at these places, in the journal's order. */
  async #entriesAt(page: readonly Located[]): Promise<JournalEntry[]> {
    const byFunction = Map.groupBy(page, (located) => located.function);
    const placed = await Promise.all(
      [...byFunction].map(async ([one, its]): Promise<Placed[]> => {
        const numbers = its.map(({ position }) => position.number);
        if (one === undefined) return this.#store.journal.at(numbers);
        return this.#functions.objectOf(one).journalEntries(numbers);
      }),
    );
    const inOrder = placed.flat().sort((a, b) => comparePositions(a.position, b.position));
    return inOrder.map(({ entry }) => entry);
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
