/**
 * Records the state that a release stores, for `upgrade.test.ts`: a directory `states/{name}` with the state and what
 * the release said of it. The release is a checkout that has been built:
 *
 *     git worktree add /tmp/release v0.1.0 && (cd /tmp/release && npm ci && npm run build)
 *     node test/migrations/record.ts /tmp/release v0.1.0
 */
import { cp, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { play } from "./story.ts";

const [release, name] = process.argv.slice(2);
if (release === undefined || name === undefined) throw new Error("Usage: record.ts <checkout> <name>");

const { startSandbox }: typeof import("../../src/local/startSandbox.ts") = await import(
  resolve(release, "src/local/startSandbox.ts")
);
const stateDirectory = await mkdtemp(join(tmpdir(), "fc-sandbox-record-"));
// A secret of no worth: what is recorded is public.
await writeFile(join(stateDirectory, "secret"), "the root secret of recorded states");
const sandbox = await startSandbox({ stateDirectory });
const told = await play(sandbox.url);
await sandbox.close();

const directory = fileURLToPath(new URL(`states/${name}/`, import.meta.url));
await rm(directory, { recursive: true, force: true });
for (const kept of ["secret", "objects"]) {
  await cp(join(stateDirectory, kept), join(directory, "state", kept), { recursive: true });
}
await writeFile(join(directory, "told.json"), `${JSON.stringify(told, null, 2)}\n`);
await rm(stateDirectory, { recursive: true });
