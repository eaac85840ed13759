/** Pages of a list, newest first, as far as they were loaded, and the token of the page that follows. */
export interface LoadedPages<T> {
  readonly list: readonly T[];
  readonly nextToken?: string | undefined;
}

/** A list with those of another behind it that it does not have. `idOf` identifies an item. */
export function joined<T>(first: readonly T[], then: readonly T[], idOf: (item: T) => string): T[] {
  const known = new Set(first.map(idOf));
  return [...first, ...then.filter((item) => !known.has(idOf(item)))];
}

/**
 * The first page, loaded again, with what followed it in the pages that were there. The page alone where it is the last one,
 * or does not reach into what was there: then a gap may lie between.
 */
export function continued<Pages extends LoadedPages<T>, T = Pages["list"][number]>(
  page: Pages,
  before: Pages | undefined,
  idOf: (item: T) => string,
): Pages {
  if (page.nextToken === undefined || before === undefined) return page;
  const ids = new Set(page.list.map(idOf));
  const last = before.list.findLastIndex((item) => ids.has(idOf(item)));
  const tail = last < 0 ? [] : before.list.slice(last + 1);
  return tail.length === 0 ? page : { ...before, list: [...page.list, ...tail] };
}
