import { cp, mkdir, readdir, readFile, symlink } from "node:fs/promises";
import { createServer } from "node:net";
import { dirname, join, matchesGlob } from "node:path";
import { DCLinter } from "dclint";
import { type Copy, DockerfileParser, type Instruction } from "dockerfile-ast";
import { validate } from "dockerfile-utils";
import { beforeAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { listens, newDirectory, put, ROOT, start } from "../program.ts";
import { runCommand } from "./consumer.ts";

// No image is built here: the Dockerfile's steps run without one, each absolute path below a directory of their own.

const text = await readFile(join(ROOT, "Dockerfile"), "utf8");
const dockerfile = DockerfileParser.parse(text);
const instructions = dockerfile.getInstructions();
const [, secondStage = 0] = instructions.flatMap((one, index) =>
  one.getKeyword() === "FROM" ? [index] : [],
);
const [build, image] = [instructions.slice(0, secondStage), instructions.slice(secondStage)];

const only = (instructions: readonly Instruction[], keyword: string) => {
  const found = instructions.filter((instruction) => instruction.getKeyword() === keyword);
  if (found.length !== 1 || !found[0]) throw new Error(`There are ${found.length} of ${keyword}.`);
  return found[0];
};
const argumentsOf = (instruction: Instruction) => instruction.getArguments().map((one) => one.getValue());
/** A command in the form that needs no shell: a shell would keep signals to itself. */
const exec = (instruction: Instruction): string[] =>
  JSON.parse(/\[.*\]$/s.exec(instruction.getRawArgumentsContent() ?? "")?.[0] ?? "");

/** What a step needs that only the base image has, or that this repository's own installation stands in for. */
const LEFT_OUT = /^(npm ci|chown) /;

interface Stage {
  readonly root: string;
  readonly workingDirectory: string;
}

/** Runs the steps of a stage; what they leave. */
async function runSteps(steps: readonly Instruction[], built?: Stage): Promise<Stage> {
  const root = await newDirectory();
  let workingDirectory = root;
  for (const instruction of steps) {
    const values = argumentsOf(instruction);
    switch (instruction.getKeyword()) {
      case "WORKDIR":
        workingDirectory = join(root, values[0] ?? "");
        await mkdir(workingDirectory, { recursive: true });
        break;
      case "COPY":
        await copy(
          values,
          (instruction as Copy).getFromFlag() === null ? undefined : built,
          workingDirectory,
          root,
        );
        break;
      case "RUN":
        await runStep(values.join(" "), workingDirectory, root);
    }
  }
  return { root, workingDirectory };
}

async function copy(values: readonly string[], from: Stage | undefined, cwd: string, root: string) {
  const [target = "", ...sources] = values.toReversed();
  if (from !== undefined) {
    await cp(join(from.root, sources[0] ?? ""), join(root, target), { recursive: true });
    return;
  }
  const context = await buildContext();
  const copied = sources.includes(".") ? context : sources;
  for (const name of copied) {
    if (!context.includes(name)) throw new Error(`.dockerignore leaves out ${name}.`);
    await cp(join(ROOT, name), join(cwd, name), { recursive: true });
  }
}

/** What .dockerignore lets through: it leaves out all, and then names what not to. */
async function buildContext(): Promise<string[]> {
  const lines = (await readFile(join(ROOT, ".dockerignore"), "utf8")).split("\n");
  const [all, ...others] = lines.filter((line) => line !== "" && !line.startsWith("#"));
  if (all !== "*" || !others.every((line) => /^![^/]+$/.test(line)))
    throw new Error(".dockerignore is not as this expects");
  const patterns = others.map((line) => line.slice(1));
  return (await readdir(ROOT)).filter((name) => patterns.some((pattern) => matchesGlob(name, pattern)));
}

async function runStep(command: string, cwd: string, root: string): Promise<void> {
  if (command.startsWith("npm ci ")) await symlink(join(ROOT, "node_modules"), join(cwd, "node_modules"));
  if (LEFT_OUT.test(command)) return;
  const rooted = command.replace(/(?<=\s)\//g, `${root}/`);
  const { stderr, code } = await runCommand({ cwd, temporary: await newDirectory() }, "sh", "-c", rooted);
  if (code !== 0) throw new Error(`${command} failed: ${stderr}`);
}

async function freePort(): Promise<string> {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return String(port);
}

describe("the Dockerfile's steps", () => {
  let container: Stage;

  beforeAll(async () => {
    container = await runSteps(image, await runSteps(build));
  }, 120_000);

  /** A command of the image, as it is here: its files below the stage's root, and its port one that is free. */
  const here = (command: readonly string[], port: string) =>
    command.map((word) =>
      word.startsWith("/") ? join(container.root, word) : word === "8787" ? port : word,
    );

  test.each([[[]], [["--https"]], [["--ephemeral"]]])(
    "make a program that serves (options: %j), passes its health check, and that SIGTERM ends with exit code 0",
    async (options) => {
      const port = await freePort();
      const cwd = container.workingDirectory;
      const isHealthy = async () => {
        const [program = "", ...args] = here(exec(only(image, "HEALTHCHECK")), port);
        const { code } = await runCommand({ cwd, temporary: cwd }, program, ...args);
        return code === 0;
      };
      expect(await isHealthy()).toBe(false);
      const by = here(exec(only(image, "ENTRYPOINT")), port);
      const { url, child, exit } = start(options, { cwd, by });
      const there = await url;
      expect(there).toBe(`${options[0] === "--https" ? "https" : "http"}://127.0.0.1:${port}`);
      expect(await isHealthy()).toBe(true);
      if (options.length === 0) expect(await put(there, "f", {})).toMatchObject({ function: "f" });
      child.kill("SIGTERM");
      expect(await exit).toEqual({ code: 0, signal: null });
      expect([await listens(there), await isHealthy()]).toEqual([false, false]);
    },
  );

  test("leave the state in the volume, and out of the image what it was built with", async () => {
    const [volume = ""] = argumentsOf(only(image, "VOLUME"));
    expect(join(container.root, volume)).toBe(container.workingDirectory);
    expect(await readdir(container.workingDirectory)).toContain(".fc-sandbox");
    expect(await readdir(container.root)).toEqual(["app", "data"]);
    const installed = await readdir(join(container.root, "app/node_modules"));
    expect(installed.filter((name) => !name.startsWith("."))).toEqual([
      "@cloudflare",
      "fc-sandbox",
      "workerd",
    ]);
  });
});

describe("the Dockerfile", () => {
  test("has no mistake that a linter knows", () => {
    expect(validate(text)).toEqual([]);
  });

  test("is on one pinned version of Node, with glibc, that the package allows", async () => {
    const { devDependencies } = JSON.parse(await readFile(join(ROOT, "package.json"), "utf8"));
    const bases = dockerfile.getFROMs().map((from) => from.getImage());
    expect(bases).toEqual(Array(2).fill(`node:${devDependencies.node}-bookworm-slim`));
  });

  test("does not run as root, in a directory that is its user's", () => {
    expect(argumentsOf(only(image, "USER"))).toEqual(["1000:1000"]);
    const keywords = image.map((instruction) => instruction.getKeyword());
    // What changes a volume after VOLUME is lost.
    expect(keywords.indexOf("RUN")).toBeLessThan(keywords.indexOf("USER"));
    expect(keywords.indexOf("USER")).toBeLessThan(keywords.indexOf("VOLUME"));
  });
});

describe("compose.yaml", () => {
  const file = join(ROOT, "compose.yaml");

  test("is as its schema has it, and has no mistake that a linter knows", () => {
    // Its default is what our formatter changes.
    const quotes: [1, Record<string, unknown>] = [1, { quoteType: "double" }];
    const linter = new DCLinter({
      rules: { "require-quotes-in-ports": quotes },
      quiet: false,
      debug: false,
      exclude: [],
    });
    expect(linter.lintFiles([file], false).flatMap(({ messages }) => messages)).toEqual([]);
  });

  test("publishes the image's port on this machine only, and keeps its volume", async () => {
    const { services, volumes } = parse(await readFile(file, "utf8"));
    const [port = ""] = argumentsOf(only(image, "EXPOSE"));
    const [volume = ""] = argumentsOf(only(image, "VOLUME"));
    expect(dirname(file)).toBe(join(ROOT, services.sandbox.build));
    expect(services.sandbox.ports).toEqual([`127.0.0.1:${port}:${port}`]);
    expect(services.sandbox.volumes).toEqual([`state:${volume}`]);
    expect(Object.keys(volumes)).toEqual(["state"]);
    expect(exec(only(image, "ENTRYPOINT"))).toContain(port);
  });
});
