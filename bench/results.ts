import { mkdir, writeFile } from "node:fs/promises";
import { cpus } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { progress } from "./progress.ts";

/** Whether to run few rounds: to check that the benchmark works, not to compare results. */
export const quick = process.argv.includes("--quick");

/** The parts of a run that `--only disk,memory` names; undefined for all. */
export const only: readonly string[] | undefined = process.argv.includes("--only")
  ? (process.argv[process.argv.indexOf("--only") + 1] ?? "").split(",")
  : undefined;

/** Writes a run's measurements to `bench/results/`, with the machine and the date. */
export async function keepResults(prefix: string, measured: object): Promise<void> {
  const date = new Date().toISOString();
  const machine = { cpu: cpus()[0]?.model, cores: cpus().length, node: process.version };
  const directory = fileURLToPath(new URL("results/", import.meta.url));
  const stamp = date.slice(0, 16).replace(":", "");
  const file = join(directory, `${prefix}${stamp}${quick ? "-quick" : ""}.json`);
  await mkdir(directory, { recursive: true });
  await writeFile(file, `${JSON.stringify({ date, machine, ...measured }, null, 2)}\n`);
  progress.print(`\nWritten to ${file}`);
}
