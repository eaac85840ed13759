import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join, relative } from "node:path";
import { promisify } from "node:util";
import { unstable_readConfig as readConfig } from "wrangler";
import type { WorkerSettings } from "./worker.ts";

const wrangler = join(
  dirname(createRequire(import.meta.url).resolve("wrangler/package.json")),
  "bin/wrangler.js",
);

/**
 * Bundles a Worker as `wrangler deploy` with these options would upload it, and puts the settings that it runs with
 * beside it. Throws an Error that has what wrangler said when it can't. wrangler is ended when `signal` is aborted.
 */
export async function buildWorker(
  configFile: string,
  directory: string,
  options: readonly string[] = [],
  signal?: AbortSignal,
): Promise<void> {
  const build = ["deploy", "--dry-run", "--config", configFile, "--outdir", directory, ...options];
  await promisify(execFile)(process.execPath, [wrangler, ...build], {
    cwd: dirname(configFile),
    env: { ...process.env, WRANGLER_SEND_METRICS: "false" },
    ...(signal && { signal }),
  }).catch(({ stdout, stderr }) => {
    throw new Error(`The Worker could not be built:\n${stdout}${stderr}`);
  });
  const config = readConfig({ config: configFile });
  const settings: WorkerSettings = {
    compatibilityDate: config.compatibility_date ?? "",
    compatibilityFlags: config.compatibility_flags,
    assets: config.assets?.directory
      ? {
          binding: config.assets.binding ?? "ASSETS",
          directory: relative(directory, join(dirname(configFile), config.assets.directory)),
        }
      : undefined,
    // A number needs no quotes there.
    variables: Object.fromEntries(Object.entries(config.vars).map(([name, value]) => [name, String(value)])),
    objects: config.durable_objects.bindings.map(
      ({ name, class_name }: { name: string; class_name: string }) => ({
        binding: name,
        className: class_name,
      }),
    ),
  };
  await writeFile(join(directory, "settings.json"), `${JSON.stringify(settings, null, 2)}\n`);
}
