import { mkdir, writeFile } from "node:fs/promises";
import { cpus } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** Whether to run few rounds: to check that the benchmark works, not to compare results. */
export const quick = process.argv.includes("--quick");

/** Whether to measure only invocations. */
export const onlyInvocations = process.argv.join(" ").includes("--only invocations");

/** Writes a run's measurements to `bench/results/`, with the machine and the date. */
export async function keepResults(prefix: string, measured: object): Promise<void> {
  const date = new Date().toISOString();
  const machine = { cpu: cpus()[0]?.model, cores: cpus().length, node: process.version };
  const directory = fileURLToPath(new URL("results/", import.meta.url));
  const stamp = date.slice(0, 16).replace(":", "");
  const file = join(directory, `${prefix}${stamp}${quick ? "-quick" : ""}.json`);
  await mkdir(directory, { recursive: true });
  await writeFile(file, `${JSON.stringify({ date, machine, ...measured }, null, 2)}\n`);
  console.log(`\nWritten to ${file}`);
}
