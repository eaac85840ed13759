import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  cpSync,
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { basename, join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { createSandbox, SandboxClient } from "../../src/client/index.ts";
import { get, newDirectory, put, run, start, until } from "../program.ts";
import { FUNCTIONS, objectFiles, SANDBOXES } from "./objectFiles.ts";

/** A directory whose state has two functions that were put. */
const filled = await newDirectory();

beforeAll(async () => {
  const { url, child, exit } = start(["--port", "0"], { cwd: filled });
  for (const name of ["f", "g"]) await put(await url, name, { maxAsyncRetryAttempts: 7 });
  child.kill();
  await exit;
});

/** A directory with a copy of that state, for one test. */
async function newCopy(): Promise<{ cwd: string; state: string }> {
  const cwd = await newDirectory();
  cpSync(filled, cwd, { recursive: true });
  return { cwd, state: join(cwd, ".fc-sandbox") };
}

/** Every file below a state directory, with what it holds. */
function contents(state: string): Map<string, string> {
  const files = readdirSync(state, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  return new Map(
    files.map(({ parentPath, name }) => [
      join(parentPath, name),
      readFileSync(join(parentPath, name), "latin1"),
    ]),
  );
}

const overwrite = (file: string) => writeFileSync(file, "overwritten by something else\n".repeat(200));
const halve = (file: string) => truncateSync(file, statSync(file).size >> 1);
const shorten = (file: string) => truncateSync(file, 50);

test.concurrent.each([
  [
    "a function's file that is no SQLite file",
    (state: string) => objectFiles(state, FUNCTIONS)[0],
    overwrite,
    /does not begin as/,
  ],
  [
    "a function's file that lost its end",
    (state: string) => objectFiles(state, FUNCTIONS)[0],
    halve,
    /it has \d+ bytes of \d+/,
  ],
  [
    "a function's file that lost all but its beginning",
    (state: string) => objectFiles(state, FUNCTIONS)[0],
    shorten,
    /it has no more than 50 bytes/,
  ],
  ["a sandbox's file", (state: string) => objectFiles(state, SANDBOXES)[0], overwrite, /does not begin as/],
  [
    "the list of objects",
    (state: string) => join(state, FUNCTIONS, "metadata.sqlite"),
    overwrite,
    /does not begin as/,
  ],
  [
    "an empty secret",
    (state: string) => join(state, "secret"),
    (file: string) => truncateSync(file),
    /no secret/,
  ],
  ["half a secret", (state: string) => join(state, "secret"), halve, /it holds no secret/],
  ["a lock", (state: string) => join(state, "lock"), overwrite, /it names no process/],
])("%s is reported by name, and nothing is written", async (_, fileOf, damage, how) => {
  const { cwd, state } = await newCopy();
  const file = fileOf(state) ?? "";
  damage(file);
  const before = contents(state);
  const { stdout, stderr, code } = await run(["--port", "0"], cwd);
  expect([stdout, code]).toEqual(["", 1]);
  expect(stderr).toMatch(how);
  expect(stderr.startsWith(`fc-sandbox: ${file} is damaged: `), stderr).toBe(true);
  expect(stderr.trimEnd()).not.toContain("\n");
  expect(contents(state)).toEqual(before);
});

test.concurrent("several are counted", async () => {
  const { cwd, state } = await newCopy();
  for (const file of objectFiles(state, FUNCTIONS)) overwrite(file);
  const { stderr } = await run(["--port", "0"], cwd);
  expect(stderr).toContain(".sqlite (and 1 more) is damaged: ");
});

test.concurrent("damage further inside fails the requests for that object and for its whole sandbox, names it, and stays as it is", async () => {
  const { cwd, state } = await newCopy();
  const [damaged = ""] = objectFiles(state, FUNCTIONS);
  // The first page is the header's, and lists the tables.
  writeFileSync(damaged, readFileSync(damaged).fill(0xaa, 4096));
  const before = readFileSync(damaged);
  const { url, child, exit, output } = start(["--port", "0"], { cwd });
  const there = await url;
  const answers = await Promise.all(["f", "g"].map((name) => get(there, name)));
  expect(answers).toContainEqual(expect.objectContaining({ ErrorCode: "InternalServerError" }));
  expect(answers).toContainEqual(expect.objectContaining({ maxAsyncRetryAttempts: 7 }));
  const written = await Promise.all(["f", "g"].map((name) => put(there, name, {})));
  expect(written).toContainEqual(expect.objectContaining({ ErrorCode: "InternalServerError" }));
  // What is for the whole sandbox needs every object; the others act on a change all the same.
  const control = async (method: string, path: string, body?: object) =>
    (await fetch(`${there}/_sandbox${path}`, { method, body: body ? JSON.stringify(body) : null })).status;
  const read = ["", "/snapshot", "/requests"].map((path) => control("GET", path));
  expect(await Promise.all(read)).toEqual([500, 500, 500]);
  expect(await control("PUT", "/clock", { mode: "frozen", time: "2030-01-01T00:00:00Z" })).toBe(503);
  const later = await Promise.all(["f", "g"].map((name) => put(there, name, {})));
  expect(later).toContainEqual(expect.objectContaining({ lastModifiedTime: "2030-01-01T00:00:00Z" }));
  child.kill();
  await exit;
  expect(output.stderr).toContain(`(object ${basename(damaged, ".sqlite")})`);
  expect(readFileSync(damaged).equals(before)).toBe(true);
});

test.concurrent("a function whose file was removed is as if it had never been put", async () => {
  const { cwd, state } = await newCopy();
  const [removed = ""] = objectFiles(state, FUNCTIONS);
  rmSync(removed);
  const { url, child, exit } = start(["--port", "0"], { cwd });
  const there = await url;
  const found = await Promise.all(["f", "g"].map((name) => get(there, name)));
  expect(found).toContainEqual(expect.objectContaining({ ErrorCode: "AsyncConfigNotExists" }));
  expect(found).toContainEqual(expect.objectContaining({ maxAsyncRetryAttempts: 7 }));
  await new SandboxClient({ endpoint: there }).settings({ region: "later" });
  for (const name of ["f", "g"]) expect(await put(there, name, {})).toMatchObject({ function: name });
  const { functions } = await new SandboxClient({ endpoint: there }).summary();
  expect(functions.map(({ configs }) => configs)).toEqual([1, 1]);
  child.kill();
  await exit;
});

test.concurrent("without the secret a new one is made: default is as it was, and no other sandbox is there", async () => {
  const { cwd, state } = await newCopy();
  const first = start(["--port", "0"], { cwd });
  const { access } = await createSandbox(await first.url);
  first.child.kill();
  await first.exit;
  rmSync(join(state, "secret"));
  const { url, child, exit } = start(["--port", "0"], { cwd });
  expect(await get(await url, "f")).toMatchObject({ maxAsyncRetryAttempts: 7 });
  expect((await fetch(`${await url}/s/${access.id}/_sandbox`)).status).toBe(404);
  child.kill();
  await exit;
});

test.concurrent("a lock that was left empty by a kill is nobody's", async () => {
  const { cwd, state } = await newCopy();
  const lock = join(state, "lock");
  writeFileSync(lock, "");
  const { url, child, exit } = start(["--port", "0"], { cwd });
  expect(await get(await url, "f")).toMatchObject({ maxAsyncRetryAttempts: 7 });
  child.kill();
  await exit;
  expect(existsSync(lock)).toBe(false);
});

test.skipIf(!existsSync("/proc/self/stat"))(
  "a lock of a process that is just a zombie is nobody's",
  { concurrent: true },
  async () => {
    const { cwd, state } = await newCopy();
    // As in a container whose first process reaps no orphans: the shell has become another program when it ends.
    const parent = spawn("sh", ["-c", "exec 3<&0; read _ <&3 & echo $!; exec sleep 60"]);
    const [pid] = await once(parent.stdout, "data");
    await until(() => readFileSync(`/proc/${parent.pid}/comm`, "utf8") === "sleep\n", "no shell");
    parent.stdin.end();
    await until(() => readFileSync(`/proc/${Number(pid)}/stat`, "utf8").includes(") Z "), "a zombie");
    writeFileSync(join(state, "lock"), String(Number(pid)));
    const { url, child, exit } = start(["--port", "0"], { cwd });
    expect(await get(await url, "f")).toMatchObject({ maxAsyncRetryAttempts: 7 });
    child.kill();
    await exit;
    parent.kill();
  },
);

test.concurrent("a secret that a kill left unfinished is not taken as one", async () => {
  const state = await newDirectory();
  writeFileSync(join(state, "secret.new"), "half");
  const { url, child, exit } = start(["--port", "0", "--state-dir", state], { cwd: state });
  await url;
  child.kill();
  await exit;
  expect(readFileSync(join(state, "secret"), "utf8")).toMatch(/^[\w-]{43}$/);
  expect(existsSync(join(state, "secret.new"))).toBe(false);
});
