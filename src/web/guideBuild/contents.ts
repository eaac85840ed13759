import type { Document } from "./document.ts";

/** Some pages of the guide that belong together. */
export interface Group {
  readonly title: string;
  readonly documents: readonly Document[];
}

/**
 * The guide's contents: `README.md`, then the groups of the table below its heading "Documentation", so that the guide
 * and the README have one order. Every document must be there.
 */
export function contentsOf(readme: string, documents: ReadonlyMap<string, Document>): readonly Group[] {
  const first = documents.get("README.md");
  if (first === undefined) throw new Error("There is no README.md.");
  const [, table = ""] = /^## Documentation\n\n((?:\|.*\n)+)/m.exec(readme) ?? [];
  const groups = table.split("\n").flatMap((row): Group[] => {
    const [, title = "", cell = ""] = /^\| (\w[^|]*) \| (.*) \|$/.exec(row) ?? [];
    const listed = [...cell.matchAll(/\]\(([^)#]+\.md)\)/g)].flatMap(
      ([, file = ""]) => documents.get(file) ?? [],
    );
    return listed.length === 0
      ? []
      : [{ title: title.charAt(0).toUpperCase() + title.slice(1), documents: listed }];
  });
  const listed = new Set([first, ...groups.flatMap((group) => group.documents)]);
  const missing = [...documents.values()].filter((document) => !listed.has(document)).map(({ file }) => file);
  if (missing.length > 0) {
    throw new Error(`The table of documentation in README.md does not have ${missing.join(", ")}.`);
  }
  return [{ title: "Start", documents: [first] }, ...groups];
}
