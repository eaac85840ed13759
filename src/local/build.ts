/** Builds what runs locally: the Worker as `wrangler deploy` would upload it, and the settings it runs with. */
import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { unstable_readConfig as readConfig } from "wrangler";
import { WORKER_DIRECTORY, type WorkerSettings } from "./worker.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const wrangler = join(
  dirname(createRequire(import.meta.url).resolve("wrangler/package.json")),
  "bin/wrangler.js",
);

const build = ["deploy", "--dry-run", "--outdir", WORKER_DIRECTORY];
await promisify(execFile)(process.execPath, [wrangler, ...build], {
  cwd: root,
  env: { ...process.env, WRANGLER_SEND_METRICS: "false" },
}).catch(({ stdout, stderr }) => {
  process.stderr.write(`${stdout}${stderr}`);
  process.exit(1);
});

const config = readConfig({ config: join(root, "wrangler.toml") });
const settings: WorkerSettings = {
  compatibilityDate: config.compatibility_date ?? "",
  compatibilityFlags: config.compatibility_flags,
  variables: config.vars as Record<string, string>,
  objects: config.durable_objects.bindings.map(
    ({ name, class_name }: { name: string; class_name: string }) => ({
      binding: name,
      className: class_name,
    }),
  ),
};
await writeFile(join(WORKER_DIRECTORY, "settings.json"), `${JSON.stringify(settings, null, 2)}\n`);
