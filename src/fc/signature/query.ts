/** A query's parameters, decoded, in the order sent. */
export function parametersOf(query: string): [name: string, value: string][] {
  // URLSearchParams drops one leading "?": this one, and not a "?" that the client sent.
  return [...new URLSearchParams(`?${query}`)];
}

/** Compares two texts by UTF-16 code units, for sorting. */
export function order(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
