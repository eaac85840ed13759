/** Builds the pages and their assets into `dist/assets`. wrangler runs this before it bundles the Worker. */
import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { basename, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { unstable_readConfig as readConfig } from "wrangler";
import { buildGuide } from "./guideBuild/build.ts";

const HERE = fileURLToPath(new URL(".", import.meta.url));
const ROOT = join(HERE, "../..");
const DIRECTORY = join(ROOT, "dist/assets");

await mkdir(join(DIRECTORY, "assets"), { recursive: true });

const { metafile } = await build({
  entryPoints: [
    join(HERE, "dashboard/dashboard.tsx"),
    join(HERE, "docs/docs.ts"),
    join(HERE, "guide/guide.ts"),
    join(HERE, "operator/operator.tsx"),
  ],
  outdir: join(DIRECTORY, "assets"),
  entryNames: "[name]-[hash]",
  assetNames: "[name]-[hash]",
  chunkNames: "[name]-[hash]",
  bundle: true,
  splitting: true,
  minify: true,
  format: "esm",
  target: ["es2022", "chrome111", "firefox113", "safari16.4"],
  jsx: "automatic",
  jsxImportSource: "preact",
  loader: { ".svg": "file" },
  legalComments: "inline",
  metafile: true,
});

/** The assets that were built, by file name. */
const files = new Set(Object.keys(metafile.outputs).map((path) => basename(path)));
/** File names without the hash, as the pages' templates write them, to file names with the hash. */
const built = new Map([...files].map((file) => [file.replace(/-[A-Z0-9]{8}\./, "."), file]));

const icon = await readFile(join(HERE, "icon.svg"));
const iconFile = `icon-${createHash("sha256").update(icon).digest("hex").slice(0, 8)}.svg`;
await writeFile(join(DIRECTORY, "assets", iconFile), icon);
built.set("icon", iconFile);
files.add(iconFile);

/** The path in a sandbox of an asset that was built. */
function assetPath(name: string): string {
  const file = built.get(name);
  if (file === undefined) throw new Error(`A page refers to ${name}, which was not built.`);
  return `assets/${file}`;
}

/** The links that have the browser load, together with a script, the scripts that it imports. */
function preloads(name: string): string {
  const output = metafile.outputs[relative(process.cwd(), join(DIRECTORY, assetPath(name)))];
  const paths = (output?.imports ?? [])
    .filter(({ kind }) => kind === "import-statement")
    .map(({ path }) => `<link rel="modulepreload" href="assets/${basename(path)}" />`);
  return paths.join("\n    ");
}

const { vars } = readConfig({ config: join(HERE, "../../wrangler.toml") });
// Typed here, because the imported module uses the Worker's types, which conflict with Node's types.
const { openApiDocuments }: { openApiDocuments(env: unknown): Readonly<Record<string, object>> } =
  await import(new URL("../openapi/document.ts", import.meta.url).href);
const documents = Object.entries(openApiDocuments(vars));
for (const [file, document] of documents) await writeFile(join(DIRECTORY, file), JSON.stringify(document));
const documentLinks = documents.map(([file]) => `<a href="${file}">${file}</a>`).join("\n      ");

/** The pages that have templates, each with its script. */
const templates = { "index.html": "dashboard.js", "docs.html": "docs.js", "operator.html": "operator.js" };

for (const [page, script] of Object.entries(templates)) {
  const template = (await readFile(join(HERE, page), "utf8"))
    .replace("{preloads}", preloads(script))
    .replace("{documents}", documentLinks);
  const html = template.replace(/\{([\w.]+)\}/g, (_, name: string) => assetPath(name));
  await writeFile(join(DIRECTORY, page), html);
}

const guideAssets = await buildGuide(ROOT, DIRECTORY, {
  icon: assetPath("icon"),
  style: assetPath("guide.css"),
  script: assetPath("guide.js"),
});

// Delete old files last, because a running server may serve this directory.
for (const file of await readdir(join(DIRECTORY, "assets"))) {
  if (!files.has(file) && !guideAssets.includes(file)) await rm(join(DIRECTORY, "assets", file));
}
