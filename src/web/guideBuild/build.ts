import { createHash } from "node:crypto";
import { glob, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { basename, dirname, extname, join } from "node:path";
import { type FoundSection, indexOf } from "../guide/searchIndex.ts";
import { contentsOf } from "./contents.ts";
import { type Document, readDocument } from "./document.ts";
import { type GuideAssets, layout } from "./layout.ts";
import { type Image, imagesOf, render } from "./render.ts";

/** The files of the repository that are pages of the guide. */
const DOCUMENTS = ["README.md", "CHANGELOG.md", "CONTRIBUTING.md", "docs/**/*.md"];

/**
 * Builds the guide from the repository's documents: `guide.html` and `guide/` in `directory`, and its images and its
 * search index in `directory/assets`. Returns the names of these assets. Fails when a link leads nowhere.
 */
export async function buildGuide(
  root: string,
  directory: string,
  assets: Omit<GuideAssets, "searchIndex">,
): Promise<readonly string[]> {
  const files = (await Array.fromAsync(glob(DOCUMENTS, { cwd: root }))).sort();
  const documents = new Map<string, Document>();
  for (const file of files) documents.set(file, readDocument(file, await readFile(join(root, file), "utf8")));
  const contents = contentsOf(await readFile(join(root, "README.md"), "utf8"), documents);

  const written: string[] = [];
  /** Writes an asset by a name that contains a hash of its content. Returns its path in a sandbox. */
  const writeAsset = async (name: string, content: Uint8Array | string): Promise<string> => {
    const extension = extname(name);
    const hash = createHash("sha256").update(content).digest("hex").slice(0, 8);
    const file = `${basename(name, extension)}-${hash}${extension}`;
    await writeFile(join(directory, "assets", file), content);
    written.push(file);
    return `assets/${file}`;
  };

  const images = new Map<string, Image>();
  for (const file of new Set([...documents.values()].flatMap(imagesOf))) {
    const content = await readFile(join(root, file)).catch(() => undefined);
    // The link to an image that is not there is found below.
    if (content) images.set(file, { asset: await writeAsset(file, content), ...sizeOf(content) });
  }
  const searchIndex = await writeAsset("guide-search.json", indexOf(sectionsOf([...documents.values()])));

  const dead: string[] = [];
  const pages = new Set<string>();
  for (const document of documents.values()) {
    const rendered = render(document, { documents, images });
    dead.push(...rendered.dead.map((href) => `${document.file}: ${href}`));
    const page = join(directory, `${document.page}.html`);
    await mkdir(dirname(page), { recursive: true });
    await writeFile(page, layout(document, rendered.html, contents, { ...assets, searchIndex }));
    pages.add(page);
  }
  if (dead.length > 0) throw new Error(`These links of the guide lead nowhere:\n${dead.join("\n")}`);

  // Delete old pages last, because a running server may serve this directory.
  for (const entry of await readdir(join(directory, "guide"), { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isFile() && !pages.has(path)) await rm(path);
  }
  return written;
}

function sectionsOf(documents: readonly Document[]): FoundSection[] {
  return documents
    .flatMap(({ page, sections }) =>
      sections.map(({ path, text }) => {
        const heading = path.at(-1);
        const address = heading && heading.depth > 1 ? `${page}#${heading.anchor}` : page;
        return {
          url: address,
          path: path.map((above) => above.text).join(" › "),
          heading: heading?.text ?? "",
          text,
        };
      }),
    )
    .map((section, id) => ({ id, ...section }));
}

/** The size of a PNG, which its header has. Of other images, the browser finds the size. */
function sizeOf(content: Buffer): Pick<Image, "size"> {
  if (content.toString("latin1", 12, 16) !== "IHDR") return {};
  return { size: { width: content.readUInt32BE(16), height: content.readUInt32BE(20) } };
}
