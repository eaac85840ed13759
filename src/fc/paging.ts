import { type Err, ok, type Result } from "../lib/result.ts";
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
): Result<PageRequest, ApiError> {
  const size = limit ? Number(limit) : DEFAULT_PAGE_SIZE;
  if ((limit && !/^[0-9]+$/.test(limit)) || size < 1 || size > MAX_PAGE_SIZE) {
    return invalid("limit", `an integer from 1 to ${MAX_PAGE_SIZE}`, limit);
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

export function invalidToken(token: string): Err<ApiError> {
  return invalid("nextToken", "one that an earlier page of this list returned", token);
}
