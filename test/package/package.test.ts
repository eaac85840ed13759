import { spawn } from "node:child_process";
import { once } from "node:events";
import { copyFile, readdir, readFile, writeFile } from "node:fs/promises";
import { get } from "node:https";
import { type AddressInfo, createServer } from "node:net";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { json } from "node:stream/consumers";
import { beforeAll, describe, expect, test } from "vitest";
import { isRunning, listens, newDirectory, put, ROOT, start, until } from "../program.ts";
import { type Consumer, newConsumer, pack } from "./consumer.ts";

/** Node 22, the oldest that the package's `engines` allows; all else runs on the version of the scripts. */
const NODE_22 = join(ROOT, "node_modules/node22/bin/node");

let files: string[];
let tarball: string;
let consumer: Consumer;

beforeAll(async () => {
  const packed = await pack(await newDirectory());
  ({ files, tarball } = packed);
  consumer = await newConsumer(tarball);
}, 120_000);

test("it has what it runs on, and nothing else", () => {
  const documents = ["CHANGELOG.md", "LICENSE", "README.md", "package.json"];
  const rest = files.filter((file) => !documents.includes(file));
  expect(files).toEqual(expect.arrayContaining(documents));
  expect(files).toEqual(expect.arrayContaining(["dist/worker/index.js", "dist/worker/settings.json"]));
  const unexpected = rest.filter(
    (file) =>
      !/^dist\/(package\/([\w-]+\.js|THIRD-PARTY-LICENSES\.txt)|types\/[\w/]+\.d\.ts|worker\/(index\.js|settings\.json)|assets\/.*)$/.test(
        file,
      ),
  );
  expect(unexpected).toEqual([]);
});

test("it brings workerd and nothing else", async () => {
  const installed = await readdir(join(consumer.directory, "node_modules"));
  expect(installed.filter((name) => !name.startsWith("."))).toEqual(["@cloudflare", "fc-sandbox", "workerd"]);
});

describe("the command", () => {
  test("npx serves, and ends it when npx is ended", async () => {
    const by = ["npx", "fc-sandbox"];
    const { url, child, exit } = start(["--port", "0", "--ephemeral"], { cwd: consumer.directory, by });
    expect(await put(await url, "f", { maxAsyncRetryAttempts: 2 })).toMatchObject({
      maxAsyncRetryAttempts: 2,
    });
    child.kill("SIGTERM");
    // Which code npx ends with depends on the shell that it uses.
    await exit;
    expect(await listens(await url)).toBe(false);
  });

  test("the shell commands of docs/testing.md run, and end it", async () => {
    const documentation = await readFile(join(ROOT, "docs/testing.md"), "utf8");
    const [, script = ""] = /^```sh\n(.*?)^```$/ms.exec(documentation) ?? [];
    const port = String(await freePort());
    const ran = await consumer.run("sh", "-c", script.replaceAll("8787", port));
    expect([ran.code, ran.stdout]).toEqual([0, expect.stringContaining('"maxAsyncRetryAttempts":2')]);
    expect(ran.stdout).toMatch(/\{"verified":true,"count":1\}$/);
    await until(async () => !(await listens(`http://127.0.0.1:${port}`)), "nothing listens");
  });

  test("its pages come with it", async () => {
    const by = ["npx", "fc-sandbox"];
    const { url, child, exit } = start(["--port", "0", "--ephemeral"], { cwd: consumer.directory, by });
    const page = await (await fetch(`${await url}/`)).text();
    const parts = [...page.matchAll(/(?:src|href)="([^"]+\.(?:js|css))"/g)].map(([, path = ""]) => path);
    expect(parts.length).toBeGreaterThan(0);
    for (const part of parts) expect((await fetch(new URL(part, `${await url}/`))).status).toBe(200);
    child.kill("SIGTERM");
    await exit;
  });

  test("SIGTERM ends it with exit code 0", async () => {
    const by = [join(consumer.directory, "node_modules/.bin/fc-sandbox")];
    const { url, child, exit } = start(["--port", "0", "--ephemeral"], { cwd: consumer.directory, by });
    expect(await put(await url, "f", { maxAsyncRetryAttempts: 2 })).toMatchObject({
      maxAsyncRetryAttempts: 2,
    });
    child.kill("SIGTERM");
    expect(await exit).toEqual({ code: 0, signal: null });
    expect(await listens(await url)).toBe(false);
  });
});

/** A port that nobody listens on. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  await new Promise((closed) => server.close(closed));
  return port;
}

/** Runs the script, which starts a sandbox, uses it, says so, and ends as it is told. */
async function runScript(ending: string, node = process.execPath) {
  const { directory: cwd, temporary } = consumer;
  const child = spawn(node, ["script.ts", ending], {
    cwd,
    env: { ...process.env, TMPDIR: temporary },
    stdio: ["ignore", "pipe", "ignore"],
  });
  const exit = once(child, "close");
  const [line] = await once(createInterface({ input: child.stdout }), "line");
  const said: { readyMs: number; pid: number; url: string; config: object } = JSON.parse(line);
  return { child, exit, ...said };
}

describe("on Node 22", () => {
  test("which is the oldest that it allows", async () => {
    const { engines } = JSON.parse(await readFile(join(ROOT, "package.json"), "utf8"));
    const { stdout } = await consumer.run(NODE_22, "--version");
    expect([engines.node, stdout]).toEqual([">=22", expect.stringMatching(/^v22\./)]);
  });

  test("the command serves", async () => {
    const by = [NODE_22, join(consumer.directory, "node_modules/fc-sandbox/dist/package/cli.js")];
    const { url, child, exit } = start(["--port", "0", "--ephemeral"], { cwd: consumer.directory, by });
    expect(await put(await url, "f", { maxAsyncRetryAttempts: 2 })).toMatchObject({
      maxAsyncRetryAttempts: 2,
    });
    child.kill("SIGTERM");
    expect(await exit).toEqual({ code: 0, signal: null });
  });

  test("the command serves HTTPS by a certificate that it makes", async () => {
    const by = [NODE_22, join(consumer.directory, "node_modules/fc-sandbox/dist/package/cli.js")];
    const stateDirectory = await newDirectory();
    const args = ["--port", "0", "--https", "--state-dir", stateDirectory];
    const { url, child, exit } = start(args, { cwd: consumer.directory, by });
    const there = `${await url}/_sandbox/health`;
    const ca = await readFile(join(stateDirectory, "ca.pem"), "utf8");
    const [response] = await once(get(there, { ca, agent: false }), "response");
    expect([there, await json(response)]).toEqual([
      expect.stringMatching(/^https:/),
      expect.objectContaining({ status: "ok" }),
    ]);
    child.kill("SIGTERM");
    expect(await exit).toEqual({ code: 0, signal: null });
  });

  test("a program starts a sandbox, and ends", async () => {
    const { config, exit } = await runScript("close", NODE_22);
    expect(config).toMatchObject({ maxAsyncRetryAttempts: 1 });
    expect((await exit)[0]).toBe(0);
  });
});

describe("startSandbox", () => {
  // npm keeps its compile cache there, too.
  const stateDirectories = async () =>
    (await readdir(consumer.temporary)).filter((name) => name.startsWith("fc-sandbox-"));
  const nothingLeft = async (pid: number) => !isRunning(pid) && (await stateDirectories()).length === 0;

  test("it is ready within 1.5 seconds", async () => {
    const { readyMs, config, exit } = await runScript("close");
    expect(config).toMatchObject({ maxAsyncRetryAttempts: 1 });
    expect(readyMs).toBeLessThan(1500);
    await exit;
  });

  test.each(["close", "dispose"])("%s leaves nothing behind, and lets the program end", async (ending) => {
    const { pid, exit } = await runScript(ending);
    expect((await exit)[0]).toBe(0);
    expect(await nothingLeft(pid)).toBe(true);
  });

  test.each([
    ["exit", 3],
    ["throw", 1],
  ])("a program that ends by %s leaves nothing behind", async (ending, code) => {
    const { pid, exit } = await runScript(ending);
    expect((await exit)[0]).toBe(code);
    await until(() => nothingLeft(pid), "no process and no directory is left");
  });

  test.each(["SIGKILL", "SIGTERM", "SIGINT"] as const)(
    "a program that %s ends leaves nothing behind",
    async (signal) => {
      const { child, pid, exit } = await runScript("stay");
      const before = [isRunning(pid), (await stateDirectories()).length];
      child.kill(signal);
      expect(before).toEqual([true, 1]);
      expect((await exit)[1]).toBe(signal);
      await until(() => nothingLeft(pid), "no process and no directory is left");
    },
  );
});

describe("for Pact", () => {
  const verify = [
    process.execPath,
    "--input-type=module",
    "--eval",
    'import { verifyPacts } from "fc-sandbox/pact"; await verifyPacts({ pactUrls: ["none"] }).catch(console.log);',
  ] as const;

  test("it can be imported where Pact is installed, and says what is missing elsewhere", async () => {
    expect((await consumer.run(...verify)).stderr).toContain("Cannot find package '@pact-foundation/pact'");
    const { devDependencies } = JSON.parse(await readFile(join(ROOT, "package.json"), "utf8"));
    const version = devDependencies["@pact-foundation/pact"];
    const withPact = await newConsumer(tarball, `@pact-foundation/pact@${version}`);
    const { stdout, code } = await withPact.run(...verify);
    expect([code, stdout]).toEqual([0, expect.stringContaining("'none' does not exist")]);
  }, 120_000);
});

describe("beside an older vitest", () => {
  test.each([
    ["4.1.12", 0, "3 passed"],
    ["4.0.18", 1, "fc-sandbox/vitest needs vitest 4.1 or newer, but found vitest 4.0.18."],
  ])("%s it installs, and its fixture works or says what it needs", async (version, code, said) => {
    const older = await newConsumer(tarball, `vitest@${version}`);
    const ran = await older.run("npx", "vitest", "run", "fixture");
    expect([ran.code, `${ran.stdout}${ran.stderr}`]).toEqual([code, expect.stringContaining(said)]);
    const { stdout } = await older.run(
      process.execPath,
      "--input-type=module",
      "--eval",
      'import { SandboxClient } from "fc-sandbox/client"; console.log(typeof SandboxClient);',
    );
    expect(stdout).toBe("function\n");
  });
});

describe("with vitest and TypeScript", () => {
  beforeAll(async () => {
    await consumer.install("vitest", "typescript", "@types/node");
    const { directory } = consumer;
    await copyFile(join(directory, "fixture.test.ts"), join(directory, "another.test.ts"));
  }, 120_000);

  /** Runs the consumer's two test files; what they printed as their server. */
  async function runTests(...options: string[]): Promise<string[]> {
    const files = ["fixture", "another"];
    const { stdout, stderr, code } = await consumer.run("npx", "vitest", "run", ...files, ...options);
    expect(`${stdout}${stderr}`).toContain("6 passed");
    expect(code).toBe(0);
    return [...stdout.matchAll(/served by (\S+)/g)].map(([, url = ""]) => url);
  }

  test.concurrent("each test has a sandbox of its own, on its worker's server", async () => {
    const servers = await runTests();
    expect([servers.length, new Set(servers).size]).toEqual([2, 2]);
    for (const url of servers) expect(await listens(url)).toBe(false);
  });

  test.concurrent("the global set-up serves all workers", async () => {
    const servers = await runTests("--config", "global-setup.config.ts");
    expect([servers.length, new Set(servers).size]).toEqual([2, 1]);
    for (const url of servers) expect(await listens(url)).toBe(false);
  });

  test.concurrent("what the documentation shows works, and is typed", async () => {
    const documentation = await readFile(join(ROOT, "docs/testing.md"), "utf8");
    const snippets = [...documentation.matchAll(/^```ts\n(.*?)^```$/gms)].map(([, code = ""]) => code);
    const program = snippets.find((code) => code.includes('from "fc-sandbox"')) ?? "";
    const tests = snippets.find((code) => code.includes("test.override")) ?? "";
    await writeFile(join(consumer.directory, "documented.ts"), program);
    await writeFile(join(consumer.directory, "documented.test.ts"), tests);
    expect(await consumer.run(process.execPath, "documented.ts")).toMatchObject({ stderr: "", code: 0 });
    const { stdout, code } = await consumer.run("npx", "vitest", "run", "documented");
    expect([stdout, code]).toEqual([expect.stringContaining("2 passed"), 0]);
  });

  test("its types hold in a strict project", async () => {
    expect(await consumer.run("npx", "tsc", "-p", ".")).toMatchObject({ stdout: "", code: 0 });
  });
});
