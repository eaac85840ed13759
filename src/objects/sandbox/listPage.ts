import { problem } from "../../documents/problem.ts";
import type { Problem } from "../../documents/responseBodies.ts";
import { fitting, type PageRequest, pageOf, startOf } from "../../fc/paging.ts";
import { comparePositions, type Found, type Placed, type Position } from "../../journal/order.ts";
import type { PageTokens } from "../../lib/pageTokens.ts";
import { ok, type Result } from "../../lib/result.ts";
import type { FunctionStub, Functions } from "./functions.ts";

/** One of the places that hold the entries of a list. */
export interface Source<E> {
  /** Where up to `most` entries are, newest first, after a position. */
  find(after: Position | undefined, most: number): Promise<readonly Found[]>;
  /** The entries of these numbers. */
  read(numbers: readonly number[]): Promise<readonly Placed<E>[]>;
}

/** Positions of entries so small that as many as a page may have fit. */
export function small(positions: readonly Position[]): Found[] {
  return positions.map((position) => ({ position, characters: 0 }));
}

/**
 * A page of a list whose entries are in all functions of a sandbox, and perhaps in a source besides, newest first; 400 when
 * this list did not issue the token. First it finds the positions, and then it reads the entries of the page alone: all
 * entries of a sandbox are too many to hold at once.
 */
export async function listPage<E>(
  request: PageRequest,
  tokens: PageTokens,
  functions: Functions,
  sourceOf: (object: FunctionStub) => Source<E>,
  besides?: Source<E>,
): Promise<Result<{ readonly items: E[]; readonly nextToken: string | undefined }, Problem>> {
  const start = await startOf(request, tokens);
  if (!start.ok) return problem(400, `${start.error.message}.`);
  const after: Position | undefined = start.value === undefined ? undefined : JSON.parse(start.value);
  const { limit } = request;
  const findIn = async (source: Source<E>) =>
    (await source.find(after, limit + 1)).map((found) => ({ ...found, source }));
  const found = await functions.askAll((_, object) => findIn(sourceOf(object)));
  if (besides) found.push(await findIn(besides));
  const all = found.flat().sort((a, b) => comparePositions(a.position, b.position));
  const { length } = fitting(all.slice(0, limit), ({ characters }) => characters);
  const page = await pageOf(all, length, ({ position }) => tokens.issue(JSON.stringify(position)));
  const bySource = Map.groupBy(page.items, ({ source }) => source);
  const placed = await Promise.all(
    [...bySource].map(([source, its]) => source.read(its.map(({ position }) => position.number))),
  );
  const inOrder = placed.flat().sort((a, b) => comparePositions(a.position, b.position));
  return ok({ items: inOrder.map(({ entry }) => entry), nextToken: page.nextToken });
}
