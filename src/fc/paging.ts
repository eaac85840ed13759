import { MAX_SENT_CHARACTERS } from "../lib/json.ts";
import { ok, type Result } from "../lib/result.ts";
import { type ApiError, invalid } from "./errors.ts";

export const DEFAULT_PAGE_SIZE = 20;
export const MAX_PAGE_SIZE = 100;

/**
 * Which page of a list a request asks for. The token is as sent: only the list that issued it can open it.
 */
export interface PageRequest {
  readonly limit: number;
  readonly nextToken: string | undefined;
}

export interface Page<T> {
  readonly items: readonly T[];
  /** Absent on the last page. */
  readonly nextToken: string | undefined;
}

/**
 * Parses the `limit` and `nextToken` of a list's query; an empty value counts as absent. InvalidArgument for
 * a bad limit.
 */
export function parsePageRequest(
  limit: string | undefined,
  nextToken: string | undefined,
  sizes = { usual: DEFAULT_PAGE_SIZE, most: MAX_PAGE_SIZE },
): Result<PageRequest, ApiError> {
  const size = limit ? Number(limit) : sizes.usual;
  if ((limit && !/^[0-9]+$/.test(limit)) || size < 1 || size > sizes.most) {
    return invalid("limit", `an integer from 1 to ${sizes.most}`, limit);
  }
  return ok({ limit: size, nextToken: nextToken || undefined });
}

/**
 * The page with the first `limit` items found. If more were found, `issue` makes the next token from the
 * page's last item.
 */
export async function pageOf<T>(
  found: readonly T[],
  limit: number,
  issue: (last: T) => Promise<string>,
): Promise<Page<T>> {
  const items = found.slice(0, limit);
  const last = items.at(-1);
  const nextToken = found.length > limit && last !== undefined ? await issue(last) : undefined;
  return { items, nextToken };
}

/** The first of these items, as far as an object may send them as one page: at least one, unless there is none. */
export function fitting<T>(items: Iterable<T>, charactersOf: (item: T) => number): T[] {
  const taken: T[] = [];
  let characters = 0;
  for (const item of items) {
    characters += charactersOf(item);
    if (characters > MAX_SENT_CHARACTERS && taken.length > 0) break;
    taken.push(item);
  }
  return taken;
}

/** The tokens of a list. */
export interface ListTokens {
  /** The token of the page after this position. */
  issue(position: string): Promise<string>;
  /** The position that a token holds; undefined when this list did not issue the token. */
  open(token: string): Promise<string | undefined>;
}

/**
 * The position after which a page begins; undefined for the first page. InvalidArgument when the list did not
 * issue the token.
 */
export async function startOf(
  { nextToken }: PageRequest,
  tokens: ListTokens,
): Promise<Result<string | undefined, ApiError>> {
  if (nextToken === undefined) return ok(undefined);
  const position = await tokens.open(nextToken);
  return position === undefined
    ? invalid("nextToken", "one that an earlier page of this list returned", nextToken)
    : ok(position);
}
