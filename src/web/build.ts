/** Builds the pages and their assets into `dist/assets`. wrangler runs this before it bundles the Worker. */
import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
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
  ],
  outdir: join(DIRECTORY, "assets"),
  entryNames: "[name]-[hash]",
  assetNames: "[name]-[hash]",
  bundle: true,
  minify: true,
  format: "esm",
  target: ["es2022", "chrome111", "firefox113", "safari16.4"],
  jsx: "automatic",
  jsxImportSource: "preact",
  loader: { ".svg": "file" },
  legalComments: "inline",
  metafile: true,
});

/** File names without the hash, as the pages' templates write them, to file names with the hash. */
const built = new Map<string, string>();
for (const path of Object.keys(metafile.outputs)) {
  const file = basename(path);
  built.set(file.replace(/-[A-Z0-9]{8}\./, "."), file);
}

const icon = await readFile(join(HERE, "icon.svg"));
const iconFile = `icon-${createHash("sha256").update(icon).digest("hex").slice(0, 8)}.svg`;
await writeFile(join(DIRECTORY, "assets", iconFile), icon);
built.set("icon", iconFile);

/** The path in a sandbox of an asset that was built. */
function assetPath(name: string): string {
  const file = built.get(name);
  if (file === undefined) throw new Error(`A page refers to ${name}, which was not built.`);
  return `assets/${file}`;
}

for (const page of ["index.html", "docs.html"]) {
  const template = await readFile(join(HERE, page), "utf8");
  const html = template.replace(/\{([\w.]+)\}/g, (_, name: string) => assetPath(name));
  await writeFile(join(DIRECTORY, page), html);
}

const guideAssets = await buildGuide(ROOT, DIRECTORY, {
  icon: assetPath("icon"),
  style: assetPath("guide.css"),
  script: assetPath("guide.js"),
});

const { vars } = readConfig({ config: join(HERE, "../../wrangler.toml") });
// Typed here, because the imported module uses the Worker's types, which conflict with Node's types.
const { openApiDocument }: { openApiDocument(env: unknown, only?: string): object } = await import(
  new URL("../openapi/document.ts", import.meta.url).href
);
for (const [file, document] of [
  ["openapi.json", openApiDocument(vars)],
  ["openapi-2016-08-15.json", openApiDocument(vars, "2016-08-15")],
] as const) {
  await writeFile(join(DIRECTORY, file), JSON.stringify(document));
}

// Delete old files last, because a running server may serve this directory.
for (const file of await readdir(join(DIRECTORY, "assets"))) {
  if (![...built.values(), ...guideAssets].includes(file)) await rm(join(DIRECTORY, "assets", file));
}
