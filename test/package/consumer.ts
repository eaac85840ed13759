import { execFile } from "node:child_process";
import { cp, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { newDirectory, ROOT } from "../program.ts";

/** What a command that has ended said. */
export interface Ran {
  readonly stdout: string;
  readonly stderr: string;
  readonly code: number;
}

// The run's own server is none of a consumer's business.
const { FC_SANDBOX_URL: _, ...environment } = process.env;

/** Runs a command to its end. Never throws. */
export async function runCommand(
  { cwd, temporary }: { readonly cwd: string; readonly temporary: string },
  command: string,
  ...args: string[]
): Promise<Ran> {
  const env = { ...environment, TMPDIR: temporary };
  return promisify(execFile)(command, args, { cwd, env }).then(
    (output) => ({ ...output, code: 0 }),
    ({ stdout = "", stderr = "", code }) => ({ stdout, stderr, code }),
  );
}

/** A project that is no part of this repository, with the package installed from its tarball. */
export interface Consumer {
  readonly directory: string;
  /** Where its programs have their temporary files, and nothing else is. */
  readonly temporary: string;
  /** Installs development dependencies, in the versions that this repository has. */
  install(...names: string[]): Promise<void>;
  /** Runs a command to its end. Never throws. */
  run(command: string, ...args: string[]): Promise<Ran>;
}

/** The files that would be published, and their tarball, as they were built. */
export async function pack(directory: string): Promise<{ tarball: string; files: string[] }> {
  const args = ["pack", "--json", "--ignore-scripts", "--pack-destination", directory];
  const { stdout } = await promisify(execFile)("npm", args, { cwd: ROOT });
  const packed: Record<string, Packed> | Packed[] = JSON.parse(stdout);
  const [only] = Object.values(packed);
  if (!only) throw new Error(`npm pack made nothing: ${stdout}`);
  return { tarball: join(directory, only.filename), files: only.files.map(({ path }) => path) };
}

interface Packed {
  readonly filename: string;
  readonly files: readonly { readonly path: string }[];
}

/** Makes an empty project, with the sources of `consumer/`, and installs the package into it, beside others. */
export async function newConsumer(tarball: string, ...beside: string[]): Promise<Consumer> {
  const directory = await newDirectory("fc-sandbox-consumer-");
  const temporary = join(directory, "tmp");
  const sources = new URL("./consumer/", import.meta.url);
  await cp(sources, directory, { recursive: true });
  await mkdir(temporary);
  await writeFile(join(directory, "package.json"), '{ "private": true, "type": "module" }\n');

  const run: Consumer["run"] = (...command) => runCommand({ cwd: directory, temporary }, ...command);
  const install = async (...specifiers: string[]) => {
    const { stderr, code } = await run(
      "npm",
      "install",
      "--prefer-offline",
      "--no-audit",
      "--no-fund",
      ...specifiers,
    );
    if (code !== 0) throw new Error(`npm install failed: ${stderr}`);
  };
  await install(tarball, ...beside);
  return {
    directory,
    temporary,
    run,
    async install(...names) {
      const { devDependencies } = JSON.parse(await readFile(join(ROOT, "package.json"), "utf8"));
      await install("--save-dev", ...names.map((name) => `${name}@${devDependencies[name]}`));
    },
  };
}
