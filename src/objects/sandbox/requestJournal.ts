import { problem } from "../../documents/problem.ts";
import type { Problem, RequestsPage } from "../../documents/responseBodies.ts";
import { invalidToken, type PageRequest, pageOf } from "../../fc/paging.ts";
import type { JournalEntry } from "../../journal/entry.ts";
import type { Filter } from "../../journal/filter.ts";
import { comparePositions, type NearMiss, nearest, type Placed, type Position } from "../../journal/order.ts";
import type { PageTokens } from "../../lib/pageTokens.ts";
import { ok, type Result } from "../../lib/result.ts";
import type { Matches } from "../rpc.ts";
import type { SandboxFunction } from "./directory.ts";
import type { Functions } from "./functions.ts";
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

  constructor(store: SandboxStore, functions: Functions, tokens: PageTokens) {
    this.#store = store;
    this.#functions = functions;
    this.#tokens = tokens;
  }

  /** A page of the entries that match a filter, newest first; 400 when this list did not issue the token. */
  async page(
    filter: Filter,
    { limit: size, nextToken }: PageRequest,
  ): Promise<Result<RequestsPage, Problem>> {
    let after: Position | undefined;
    if (nextToken !== undefined) {
      const position = await this.#tokens.open(nextToken);
      if (position === undefined) {
        const { error } = invalidToken(nextToken);
        return problem(400, `${error.message}.`);
      }
      after = JSON.parse(position);
    }
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

  /** How many entries match a filter. */
  async count(filter: Filter): Promise<number> {
    const counts = await this.#functions.askAll((_, object) => object.countJournalEntries(filter));
    return counts.reduce((total, count) => total + count, this.#store.journal.countOf(filter));
  }

  /** How many entries match a filter, and the entries that almost do. */
  async matches(filter: Filter): Promise<Matches> {
    const misses: NearMiss[][] = await this.#functions.askAll((_, object) =>
      object.nearMisses(filter, NEAR_MISSES),
    );
    const all = [...misses.flat(), ...this.#store.journal.nearMisses(filter, NEAR_MISSES)];
    return { count: await this.count(filter), nearMisses: nearest(all, NEAR_MISSES) };
  }
}
