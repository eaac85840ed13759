import { problem } from "../../documents/problem.ts";
import type { Problem } from "../../documents/responseBodies.ts";
import { fitting, type PageRequest, pageOf, startOf } from "../../fc/paging.ts";
import { comparePositions, type Placed, type Position } from "../../journal/order.ts";
import type { PageTokens } from "../../lib/pageTokens.ts";
import { ok, type Result } from "../../lib/result.ts";
import type { FunctionStub, Functions } from "./functions.ts";

/** What was found of a list: where it is, and how many characters it has as JSON, if that may be many. */
interface Findable {
  readonly position: Position;
  readonly characters?: number;
}

/**
 * A page of a list whose entries are in all functions of a sandbox, and perhaps in the sandbox's own object, newest first;
 * 400 when this list did not issue the token. `find` returns up to `most` entries of a function, newest first, after a
 * position. Not more than a page is held at once: all entries of a sandbox would be too many.
 */
export async function listPage<F extends Findable>(
  request: PageRequest,
  tokens: PageTokens,
  functions: Functions,
  find: (object: FunctionStub, after: Position | undefined, most: number) => Promise<readonly F[]>,
  findOwn: (after: Position | undefined, most: number) => readonly F[] = () => [],
): Promise<Result<{ readonly items: readonly F[]; readonly nextToken: string | undefined }, Problem>> {
  const start = await startOf(request, tokens);
  if (!start.ok) return problem(400, `${start.error.message}.`);
  const after: Position | undefined = start.value === undefined ? undefined : JSON.parse(start.value);
  const { limit } = request;
  let newest: readonly F[] = findOwn(after, limit + 1);
  await functions.askAll(async (_, object) => {
    const found = await find(object, after, limit + 1);
    if (found.length > 0) newest = inOrder([...newest, ...found]).slice(0, limit + 1);
  });
  const { length } = fitting(newest.slice(0, limit), ({ characters = 0 }) => characters);
  return ok(await pageOf(newest, length, ({ position }) => tokens.issue(JSON.stringify(position))));
}

/** The entries at these places, newest first. `read` returns those of one source: of a function, for example. */
export async function entriesAt<S, E>(
  located: readonly { readonly position: Position; readonly source: S }[],
  read: (source: S, numbers: readonly number[]) => Promise<readonly Placed<E>[]>,
): Promise<E[]> {
  const bySource = Map.groupBy(located, ({ source }) => source);
  const placed = await Promise.all(
    [...bySource].map(([source, its]) =>
      read(
        source,
        its.map(({ position }) => position.number),
      ),
    ),
  );
  return inOrder(placed.flat()).map(({ entry }) => entry);
}

function inOrder<T extends { readonly position: Position }>(placed: readonly T[]): T[] {
  return placed.toSorted((a, b) => comparePositions(a.position, b.position));
}
