/** A query's parameters, decoded, in its order. */
export function parametersOf(query: string): [name: string, value: string][] {
  // URLSearchParams drops one "?" at the start: the one given here, not one that came.
  return [...new URLSearchParams(`?${query}`)];
}

/** Compares two texts by their characters' codes, for sorting. */
export function order(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
