import { execFile } from "node:child_process";
import { copyFile, mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createSandbox } from "../../src/client/index.ts";
import { SERVER } from "../server.ts";

const run = promisify(execFile);

const ROOT = join(import.meta.dirname, "../..");
const PROGRAMS = join(ROOT, "test/openapi/clients");
/** In the repository, since the generated code imports its packages. */
const DIRECTORY = join(ROOT, "test-results/openapi-clients");

/** The generators: where each writes, its arguments, and the program that uses what it generated. */
const generators = {
  "openapi-typescript": {
    program: "openapiFetch.ts",
    bin: "openapi-typescript/bin/cli.js",
    args: (input: string, output: string) => [input, "-o", join(output, "api.ts")],
  },
  "openapi-ts": {
    program: "heyApi.ts",
    bin: "@hey-api/openapi-ts/bin/run.js",
    args: (input: string, output: string) => ["-i", input, "-o", output, "--no-log-file", "--silent"],
  },
};

const COMPILER_OPTIONS = {
  target: "es2024",
  module: "esnext",
  moduleResolution: "bundler",
  allowImportingTsExtensions: true,
  noEmit: true,
  strict: true,
  noUncheckedIndexedAccess: true,
  noUnusedLocals: true,
  lib: ["esnext", "dom", "dom.iterable"],
  types: [],
};

beforeAll(async () => {
  await rm(DIRECTORY, { recursive: true, force: true });
  await mkdir(DIRECTORY, { recursive: true });
  const document = join(DIRECTORY, "openapi.json");
  await writeFile(document, await (await fetch(`${SERVER}/openapi.json`)).text());
  const hook = pathToFileURL(join(PROGRAMS, "typescriptApi.mjs")).href;
  await Promise.all(
    Object.entries(generators).map(async ([name, { program, bin, args }]) => {
      await copyFile(join(PROGRAMS, program), join(DIRECTORY, program));
      const command = [join(ROOT, "node_modules", bin), ...args(document, join(DIRECTORY, name))];
      await run(process.execPath, command, {
        cwd: DIRECTORY,
        env: { ...process.env, NODE_OPTIONS: `--import ${hook}` },
      });
    }),
  );
}, 60_000);

afterAll(() => rm(DIRECTORY, { recursive: true, force: true }));

test("the clients that generators make of the document compile strictly", async () => {
  const tsconfig = { compilerOptions: COMPILER_OPTIONS, include: ["**/*.ts"] };
  await writeFile(join(DIRECTORY, "tsconfig.json"), JSON.stringify(tsconfig));
  const compiler = join(ROOT, "node_modules/typescript/bin/tsc");
  // tsc writes what is wrong to stdout, and fails.
  const { stdout } = await run(process.execPath, [compiler, "-p", DIRECTORY]).catch(
    (error: { stdout: string }) => error,
  );
  expect(stdout).toBe("");
});

test.each(Object.entries(generators))(
  "a client made by %s puts, gets, lists and deletes configs, and adds faults",
  async (_, { program }) => {
    const { endpoint, controlToken } = (await createSandbox(SERVER)).access;
    const { exercise } = await import(join(DIRECTORY, program));
    expect(await exercise(endpoint, controlToken)).toEqual([2, "prod", 1, 204, "Throttling", "Throttling"]);
  },
);
