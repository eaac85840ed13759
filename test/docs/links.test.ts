import { existsSync } from "node:fs";
import { glob, readFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { readDocument } from "../../src/web/guideBuild/document.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const pages = await Array.fromAsync(glob(["*.md", "docs/**/*.md"], { cwd: ROOT }));

/** A folder, a TypeScript file or a JSON file of this repository, as code in a sentence. */
const PATH = /`((?:src|test|docs|bench|conformance|demo|examples)\/(?:[\w./-]*(?:\/|\.tsx?|\.json))?)`/g;

/** The page's Markdown without fenced code. */
async function proseOf(page: string): Promise<string> {
  return (await readFile(join(ROOT, page), "utf8")).replace(/^```.*?^```$/gms, "");
}

async function anchorsOf(page: string): Promise<string[]> {
  const { headings } = readDocument(page, await readFile(join(ROOT, page), "utf8"));
  return headings.map(({ anchor }) => anchor);
}

describe.each(pages)("%s", (page) => {
  test("every link of it leads to a file, and to a heading of that file", async () => {
    const prose = await proseOf(page);
    const links = [...prose.matchAll(/\]\(([^)\s]+)\)|(?:src|srcset)="([^"]+)"/g)]
      .map(([, link, source]) => link ?? source ?? "")
      .filter((link) => !/^https?:/.test(link) && link !== "");
    const broken: string[] = [];
    for (const link of links) {
      const [path = "", anchor] = link.split("#");
      const target = path === "" ? page : join(dirname(page), path);
      const exists = existsSync(resolve(ROOT, target));
      if (!exists || (anchor !== undefined && !(await anchorsOf(target)).includes(anchor))) broken.push(link);
    }
    expect(broken).toEqual([]);
  });

  test("every folder and source file of the repository that it names exists", async () => {
    const named = (await proseOf(page)).matchAll(PATH);
    const missing = [...named].map(([, path = ""]) => path).filter((path) => !existsSync(join(ROOT, path)));
    expect(missing).toEqual([]);
  });
});
