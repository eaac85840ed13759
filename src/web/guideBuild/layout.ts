import type { Group } from "./contents.ts";
import type { Document, Heading } from "./document.ts";
import { escaped, relativeUrl } from "./render.ts";

/** The files that every page of the guide loads: their paths in a sandbox. */
export interface GuideAssets {
  readonly icon: string;
  readonly style: string;
  readonly script: string;
  readonly searchIndex: string;
}

/** The whole page of a document. All URLs in it are relative, so that the page serves every sandbox. */
export function layout(
  document: Document,
  html: string,
  contents: readonly Group[],
  assets: GuideAssets,
): string {
  const { page, title, headings } = document;
  const url = (path: string) => escaped(relativeUrl(page, path));
  const all = contents.flatMap((group) => group.documents);
  const place = all.indexOf(document);
  const neighbour = (other: Document | undefined, relation: "prev" | "next", label: string) =>
    other === undefined
      ? ""
      : `<a rel="${relation}" href="${url(other.page)}"><span>${label}</span> ${escaped(other.title)}</a>`;
  const entry = (other: Document) =>
    other === document
      ? `<li><a href="${url(page)}" aria-current="page">${escaped(title)}</a>${headingList(headings)}</li>`
      : `<li><a href="${url(other.page)}">${escaped(other.title)}</a></li>`;
  const groups = contents.map(
    (group) => `<h2>${escaped(group.title)}</h2>\n<ul>\n${group.documents.map(entry).join("\n")}\n</ul>`,
  );
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <meta name="color-scheme" content="light dark" />
    <title>${escaped(place === 0 ? "Guide" : title)} - fc-sandbox</title>
    <link rel="icon" href="${url(assets.icon)}" type="image/svg+xml" />
    <link rel="stylesheet" href="${url(assets.style)}" />
    <script type="module" src="${url(assets.script)}"></script>
  </head>
  <body>
    <a class="skip" href="#guide-text">Skip to the text</a>
    <header class="top">
      <a class="home" href="${url("guide")}">fc-sandbox guide</a>
      <form role="search" hidden data-index="${url(assets.searchIndex)}" data-root="${url("")}">
        <label class="hidden" for="guide-search">Search the guide</label>
        <input id="guide-search" type="search" autocomplete="off" spellcheck="false" placeholder="Search: press /" />
      </form>
      <nav aria-label="Sandbox">
        <a href="${url("")}">The sandbox</a>
        <a href="${url("docs")}">API reference</a>
      </nav>
    </header>
    <div class="frame">
      <nav class="pages" aria-label="Guide">
        <details>
          <summary>All pages</summary>
${groups.join("\n")}
        </details>
      </nav>
      <main id="guide-text" tabindex="-1">
        <article>
${html}
        </article>
        <nav class="neighbours" aria-label="Previous and next page">
          ${neighbour(all[place - 1], "prev", "Previous")}
          ${neighbour(all[place + 1], "next", "Next")}
        </nav>
      </main>
    </div>
  </body>
</html>
`;
}

/** The list of a page's own headings: those of the second level, each with those of the third below it. */
function headingList(headings: readonly Heading[]): string {
  const chapters: { readonly heading: Heading; readonly below: Heading[] }[] = [];
  for (const heading of headings) {
    if (heading.depth === 2) chapters.push({ heading, below: [] });
    if (heading.depth === 3) chapters.at(-1)?.below.push(heading);
  }
  if (chapters.length === 0) return "";
  const link = ({ anchor, text }: Heading) => `<a href="#${anchor}">${escaped(text)}</a>`;
  const items = chapters.map(({ heading, below }) => {
    const inner = below.map((other) => `<li>${link(other)}</li>`).join("");
    return `<li>${link(heading)}${inner ? `<ul>${inner}</ul>` : ""}</li>`;
  });
  return `\n<ul class="headings">${items.join("\n")}</ul>`;
}
