import { Marked, type Token, type Tokens } from "marked";
import { Anchors } from "./anchors.ts";

/** A heading of a document. */
export interface Heading {
  /** From 1, the title, to 6. */
  readonly depth: number;
  readonly text: string;
  readonly anchor: string;
}

/** The text below one heading, up to the next one. */
export interface Section {
  /** The heading and those above it, the document's title first. */
  readonly path: readonly Heading[];
  readonly text: string;
}

/** A document of the repository, and its page of the guide. */
export interface Document {
  /** The file's path in the repository, such as `docs/wire.md`. */
  readonly file: string;
  /** The page's path in a sandbox, such as `guide/wire`. */
  readonly page: string;
  readonly title: string;
  readonly tokens: readonly Token[];
  readonly headings: readonly Heading[];
  readonly sections: readonly Section[];
  /** The anchors of the headings. */
  readonly anchors: ReadonlyMap<Token, string>;
}

const markdown = new Marked();

/** Reads a document from its Markdown. Its first heading is its title. */
export function readDocument(file: string, text: string): Document {
  const tokens = markdown.lexer(text);
  const anchors = new Map<Token, string>();
  const headings: Heading[] = [];
  const sections: { path: readonly Heading[]; text: string }[] = [];
  const given = new Anchors();
  for (const token of tokens) {
    if (token.type === "heading") {
      const { depth, tokens: inline } = token as Tokens.Heading;
      const heading = { depth, text: plainText(inline), anchor: given.next(plainText(inline)) };
      anchors.set(token, heading.anchor);
      headings.push(heading);
      const above = sections.at(-1)?.path.filter((other) => other.depth < depth) ?? [];
      sections.push({ path: [...above, heading], text: "" });
    } else {
      const section = sections.at(-1);
      if (section) section.text = `${section.text} ${plainText([token])}`.replace(/\s+/g, " ").trim();
    }
  }
  const title = headings[0]?.text;
  if (title === undefined) throw new Error(`${file} has no heading.`);
  return { file, page: pageOf(file), title, tokens, headings, sections, anchors };
}

/** The page of a document: `README.md` is the guide's first page. */
function pageOf(file: string): string {
  const name = file.replace(/^docs\//, "").replace(/\.md$/, "");
  return name === "README" ? "guide" : `guide/${name.toLowerCase()}`;
}

/** The text of tokens without marks: what a reader sees. */
export function plainText(tokens: readonly Token[]): string {
  return tokens
    .map((token): string => {
      switch (token.type) {
        case "html":
        case "image":
          return "";
        case "list":
          return (token as Tokens.List).items.map(({ tokens: inside }) => plainText(inside)).join(" ");
        case "table": {
          const { header, rows } = token as Tokens.Table;
          return [header, ...rows]
            .map((row) => row.map((cell) => plainText(cell.tokens)).join(" "))
            .join(" ");
        }
        case "br":
        case "space":
        case "hr":
          return " ";
        default:
          return "tokens" in token && token.tokens
            ? plainText(token.tokens)
            : "text" in token
              ? token.text
              : "";
      }
    })
    .join("");
}
