// Builds the npm package's JavaScript and its type declarations; the Worker is built separately. Node runs no
// TypeScript below node_modules.
import { execFile } from "node:child_process";
import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { build } from "esbuild";
import { documentTypes } from "./documentTypes.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const CONFIG = join(ROOT, "tsconfig.package.json");
// As deep as src/local, so that the relative path to the built Worker is the same from both.
const PROGRAMS = join(ROOT, "dist/package");
const TYPES = join(ROOT, "dist/types");

/** The modules that package.json exports, and the command: output name to source. */
const ENTRIES = {
  cli: "local/cli",
  index: "local/startSandbox",
  client: "client/index",
  vitest: "vitest/index",
  "vitest-global-setup": "vitest/globalSetup",
  pact: "pact/index",
  "health-check": "package/healthCheck",
};
/** The packages that the programs import when they run. package.json depends on workerd; projects that test with the others have them. */
const EXTERNAL = ["workerd", "vitest", "@pact-foundation/pact"];
/** The packages whose code is bundled in the Worker and its pages, and which are therefore not dependencies. */
const BUNDLED_IN_WORKER = [
  "hono",
  "zod",
  "preact",
  "@preact/signals",
  "@preact/signals-core",
  "@tanstack/virtual-core",
  "swagger-ui-dist",
  "minisearch",
];
/** The modules whose types the entries import. */
const TYPES_ONLY = ["client/call", "client/requestFilter", "local/httpsOptions"];
const DOCUMENTS = "client/documents";

await Promise.all([PROGRAMS, TYPES].map((directory) => rm(directory, { recursive: true, force: true })));
const [bundledInPrograms] = await Promise.all([buildPrograms(), buildTypes()]);
const bundledInWorker = BUNDLED_IN_WORKER.map((name) => join("node_modules", name));
await writeLicences([...bundledInWorker, ...bundledInPrograms]);

/** Writes the licences of the bundled packages, which their terms require to be included. */
async function writeLicences(packages: readonly string[]): Promise<void> {
  const texts = await Promise.all(
    packages.map(async (path) => {
      const directory = join(ROOT, path);
      const { name, version } = JSON.parse(await readFile(join(directory, "package.json"), "utf8"));
      const terms = (await readdir(directory)).filter((file) =>
        /^(LICENSE|NOTICE)$|(LICENSE|CopyrightNotice)\.txt$/.test(file),
      );
      if (terms.length === 0) throw new Error(`${path} has no terms.`);
      const parts = await Promise.all(terms.map((file) => readFile(join(directory, file), "utf8")));
      return `${name} ${version}\n\n${parts.join("\n\n")}`;
    }),
  );
  await writeFile(join(PROGRAMS, "THIRD-PARTY-LICENSES.txt"), texts.join(`\n\n${"-".repeat(80)}\n\n`));
}

/** Builds the programs. Returns the directories of the packages whose code is bundled in them. */
async function buildPrograms(): Promise<readonly string[]> {
  const { metafile } = await build({
    entryPoints: Object.fromEntries(
      Object.entries(ENTRIES).map(([name, path]) => [name, join(ROOT, `src/${path}.ts`)]),
    ),
    outdir: PROGRAMS,
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "node",
    target: "node22",
    external: EXTERNAL,
    metafile: true,
    absWorkingDir: ROOT,
    logLevel: "warning",
  });
  const packages = Object.keys(metafile.inputs).flatMap((path) => {
    const [, directory] = /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(path) ?? [];
    return directory ?? [];
  });
  return [...new Set(packages)].sort();
}

async function buildTypes(): Promise<void> {
  const typescript = dirname(createRequire(import.meta.url).resolve("typescript/package.json"));
  await promisify(execFile)(process.execPath, [join(typescript, "bin/tsc"), "-p", CONFIG]).catch(
    ({ stdout }) => {
      throw new Error(`The declarations could not be built:\n${stdout}`);
    },
  );
  // The compiler writes declarations for every module that it reads.
  const wanted = new Set(
    [...Object.values(ENTRIES), ...TYPES_ONLY, DOCUMENTS].map((path) => join(TYPES, `${path}.d.ts`)),
  );
  for (const entry of await readdir(TYPES, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (!entry.isFile()) continue;
    if (wanted.has(path)) await writeFile(path, withoutSources(await readFile(path, "utf8")));
    else await rm(path);
  }
  const types = documentTypes(CONFIG, join(ROOT, `src/${DOCUMENTS}.ts`));
  await writeFile(join(TYPES, `${DOCUMENTS}.d.ts`), types);
}

/** Replaces `.ts` by `.js` in the imports of declarations: the package has no TypeScript sources. */
function withoutSources(declarations: string): string {
  return declarations.replaceAll(/(["'])(\.{1,2}\/.*?)\.ts\1/g, "$1$2.js$1");
}
