import MiniSearch, { type Options } from "minisearch";

// The guide's search, as the build writes its index and the pages read it.

/** A section of the guide that can be found. */
export interface FoundSection {
  readonly id: number;
  /** The section's address relative to the sandbox's root, such as `guide/wire#lists`. */
  readonly url: string;
  /** The headings above the section and its own, the page's title first. */
  readonly path: string;
  /** The section's heading. */
  readonly heading: string;
  readonly text: string;
}

const options: Options<FoundSection> = {
  fields: ["heading", "path", "text"],
  storeFields: ["url", "path", "text"],
  searchOptions: {
    boost: { heading: 4, path: 2 },
    combineWith: "AND",
    prefix: true,
    // A typing error in a word of four letters or more.
    fuzzy: (term) => (term.length > 3 ? 0.2 : false),
  },
};

/** The index of sections as JSON. */
export function indexOf(sections: readonly FoundSection[]): string {
  const index = new MiniSearch(options);
  index.addAll(sections);
  return JSON.stringify(index);
}

/** Reads an index that `indexOf` wrote. */
export function readIndex(json: string): MiniSearch<FoundSection> {
  return MiniSearch.loadJSON(json, options);
}
