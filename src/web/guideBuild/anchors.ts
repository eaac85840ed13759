/** The anchor of a heading by GitHub's rule: lower case, no punctuation, hyphens for spaces. */
export function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\p{L}\p{M}\p{N}\p{Pc}\s-]/gu, "")
    .replaceAll(" ", "-");
}

/** Gives the headings of one page their anchors, in their order: a heading that repeats another gets a number. */
export class Anchors {
  readonly #taken = new Set<string>();

  next(heading: string): string {
    const anchor = anchorOf(heading);
    let unique = anchor;
    for (let number = 1; this.#taken.has(unique); number += 1) unique = `${anchor}-${number}`;
    this.#taken.add(unique);
    return unique;
  }
}
