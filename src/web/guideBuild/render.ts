import { posix } from "node:path";
import { Marked, Parser, Renderer, type Tokens } from "marked";
import { type Document, plainText } from "./document.ts";

/** What a document may refer to. */
export interface Surroundings {
  /** All documents, by file. */
  readonly documents: ReadonlyMap<string, Document>;
  /** The assets that the images have become, by the image's path in the repository. */
  readonly images: ReadonlyMap<string, Image>;
}

/** An image: its asset's path in a sandbox, and its size in pixels where the file has one. */
export interface Image {
  readonly asset: string;
  readonly size?: { readonly width: number; readonly height: number };
}

/** A document's page as HTML, or the links of it that lead nowhere. */
export interface Rendered {
  readonly html: string;
  readonly dead: readonly string[];
}

/** The relative URL from one page of a sandbox to a path in that sandbox; `""` is the sandbox's root. */
export function relativeUrl(page: string, path: string): string {
  const folder = posix.dirname(page);
  if (path === "") return `${posix.relative(folder, "") || "."}/`;
  // The folder of a page may have the name of another page: `guide/wire` leads to `../guide`.
  return posix.join(posix.relative(folder, posix.dirname(path)), posix.basename(path));
}

/** Whether a link leads out of the repository. */
const isExternal = (href: string) => /^[a-z]+:/.test(href);

/** The files of images to which a document refers. */
export function imagesOf({ file, tokens }: Document): string[] {
  const found: string[] = [];
  const add = (href: string) => {
    if (!isExternal(href)) found.push(inRepository(file, href));
  };
  new Marked().walkTokens([...tokens], (token) => {
    if (token.type === "image") add(token.href);
    if (token.type === "html") for (const [, , href = ""] of token.text.matchAll(SOURCE)) add(href);
  });
  return found;
}

/** The attributes of HTML that have an image's URL. */
const SOURCE = /\b(src|srcset)="([^"]+)"/g;

/** Renders a document. A link to a file that is no document, such as a source file, becomes its text. */
export function render(document: Document, { documents, images }: Surroundings): Rendered {
  const dead: string[] = [];
  const imageUrl = (href: string): string => {
    if (isExternal(href)) return href;
    const image = images.get(inRepository(document.file, href));
    if (image === undefined) dead.push(href);
    return image === undefined ? href : relativeUrl(document.page, image.asset);
  };
  /** The document to which a link leads; undefined for a link to another file. */
  const targetOf = (href: string): Document | undefined => {
    const [path = ""] = href.split("#");
    return path === "" ? document : documents.get(inRepository(document.file, path));
  };
  /** The URL of a link, or undefined where only its text is shown. */
  const linkUrl = (href: string): string | undefined => {
    if (isExternal(href)) return href;
    const [path = "", anchor] = href.split("#");
    const target = targetOf(href);
    const isDead =
      target === undefined
        ? path.endsWith(".md")
        : anchor !== undefined && !target.headings.some((heading) => heading.anchor === anchor);
    if (isDead) dead.push(href);
    if (target === undefined) return undefined;
    const page = path === "" ? "" : relativeUrl(document.page, target.page);
    return anchor === undefined ? page : `${page}#${anchor}`;
  };

  class PageRenderer extends Renderer {
    override heading(token: Tokens.Heading): string {
      const text = this.parser.parseInline(token.tokens);
      const anchor = document.anchors.get(token) ?? "";
      const link =
        token.depth === 1
          ? ""
          : ` <a class="anchor" href="#${anchor}" aria-label="Link to ${escaped(plainText(token.tokens))}">#</a>`;
      return `<h${token.depth} id="${anchor}">${text}${link}</h${token.depth}>\n`;
    }
    override link({ href, tokens }: Tokens.Link): string {
      const isFileName = /^[\w./-]+\.md$/.test(plainText(tokens));
      const title = isFileName ? targetOf(href)?.title : undefined;
      const text = title === undefined ? this.parser.parseInline(tokens) : escaped(title);
      const url = linkUrl(href);
      return url === undefined ? text : `<a href="${escaped(url)}">${text}</a>`;
    }
    override image({ href, text }: Tokens.Image): string {
      const { size } = images.get(inRepository(document.file, href)) ?? {};
      const attributes = size ? ` width="${size.width}" height="${size.height}"` : "";
      return `<img src="${escaped(imageUrl(href))}" alt="${escaped(text)}"${attributes} loading="lazy" />`;
    }
    override html({ text }: Tokens.HTML | Tokens.Tag): string {
      return text.replace(SOURCE, (_, name: string, href: string) => `${name}="${imageUrl(href)}"`);
    }
    override table(token: Tokens.Table): string {
      // A table without a header has empty cells in Markdown, which a screen reader would read out.
      const isHeadless = token.header.every((cell) => cell.text === "");
      const table = super.table(token);
      const shown = isHeadless ? table.replace(/<thead>.*?<\/thead>/s, "") : table;
      return `<div class="scroll">${shown}</div>\n`;
    }
    override code({ text, lang }: Tokens.Code): string {
      const code = `<pre><code>${escaped(text)}</code></pre>`;
      if (lang !== "mermaid") return `${code}\n`;
      return `<figure>${code}<figcaption>A diagram in Mermaid's notation.</figcaption></figure>\n`;
    }
  }
  const html = Parser.parse([...document.tokens], { renderer: new PageRenderer() });
  return { html, dead };
}

/** The path in the repository to which a document's relative link leads. */
function inRepository(file: string, href: string): string {
  return posix.join(posix.dirname(file), href);
}

export function escaped(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}
