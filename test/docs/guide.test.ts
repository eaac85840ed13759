import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { buildGuide } from "../../src/web/guideBuild/build.ts";

const ASSETS = { icon: "assets/icon.svg", style: "assets/guide.css", script: "assets/guide.js" };
const README =
  "# Shop\n\n## Documentation\n\n| | |\n|---|---|\n| use it | [one](docs/one.md) · [two](docs/deep/two.md) |\n";
const directories: string[] = [];
afterEach(async () => {
  for (const directory of directories.splice(0)) await rm(directory, { recursive: true });
});

/** Builds the guide of a repository that has these documents too. Returns what reads a built file. */
async function build(documents: Readonly<Record<string, string>>) {
  const root = await mkdtemp(join(tmpdir(), "fc-sandbox-guide-"));
  directories.push(root);
  const all = { "README.md": README, "docs/one.md": "# One\n", "docs/deep/two.md": "# Two\n", ...documents };
  for (const [file, text] of Object.entries(all)) {
    await mkdir(dirname(join(root, file)), { recursive: true });
    await writeFile(join(root, file), text);
  }
  const built = join(root, "built");
  await mkdir(join(built, "assets"), { recursive: true });
  await buildGuide(root, built, ASSETS);
  return (file: string) => readFile(join(built, file), "utf8");
}

test.each([
  ["a page", "[there](three.md)", "docs/one.md: three.md"],
  ["a heading of another page", "[there](deep/two.md#nothing)", "docs/one.md: deep/two.md#nothing"],
  ["a heading of the same page", "[there](#nothing)", "docs/one.md: #nothing"],
  ["an image", "![A picture](images/none.png)", "docs/one.md: images/none.png"],
  ["an image in HTML", '<img src="images/none.png" alt="" />', "docs/one.md: images/none.png"],
])("a link to %s that does not exist fails the build", async (_, text, said) => {
  await expect(build({ "docs/one.md": `# One\n\n${text}\n` })).rejects.toThrow(said);
});

test("a document that the README's table of documentation does not have fails the build", async () => {
  await expect(build({ "docs/three.md": "# Three\n" })).rejects.toThrow("docs/three.md");
});

test("links between documents become links between pages, relative to the page's own folder", async () => {
  const read = await build({
    "docs/one.md":
      "# One\n\n[a](deep/two.md#more-of-it) [b](../README.md) [deep/two.md](deep/two.md) [d](../src/x.ts)\n",
    "docs/deep/two.md": "# Two\n\n## `More` of it!\n\n[a](../one.md) [b](https://example.com/a.md)\n",
  });
  const one = await read("guide/one.html");
  expect(one).toContain(
    '<p><a href="deep/two#more-of-it">a</a> <a href="../guide">b</a> <a href="deep/two">Two</a> d</p>',
  );
  const two = await read("guide/deep/two.html");
  expect(two).toContain('<p><a href="../one">a</a> <a href="https://example.com/a.md">b</a></p>');
  expect(two).toContain('<h2 id="more-of-it">');
  expect(two).toContain('href="../../assets/guide.css"');
});

test("a heading that repeats another has an anchor of its own, as on GitHub", async () => {
  const read = await build({ "docs/one.md": "# One\n\n## FC 2.0\n\n## FC 2.0\n\n[second](#fc-20-1)\n" });
  expect([...(await read("guide/one.html")).matchAll(/<h2 id="([^"]+)"/g)].map(([, id]) => id)).toEqual([
    "fc-20",
    "fc-20-1",
  ]);
});

test("text of a document stays text", async () => {
  const read = await build({ "docs/one.md": '# One <&>\n\n```sh\ncurl "<b>" & wait\n```\n' });
  const page = await read("guide/one.html");
  expect(page).toContain("<title>One &lt;&amp;&gt; - fc-sandbox</title>");
  expect(page).toContain("<pre><code>curl &quot;&lt;b&gt;&quot; &amp; wait</code></pre>");
});
