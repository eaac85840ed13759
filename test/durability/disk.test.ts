import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, type TestContext, test } from "vitest";
import { config, get, newDirectory, put, ROOT, servingProcess, start } from "../program.ts";
import { mountSmallDisk, type SmallDisk } from "./smallDisk.ts";

const CLI = join(ROOT, "src/local/cli.ts");

async function smallDisk({ skip }: TestContext): Promise<SmallDisk> {
  try {
    return await mountSmallDisk("2m");
  } catch (error) {
    return skip(`no small disk can be mounted here: ${error}`);
  }
}

async function startOn({ path, by }: SmallDisk) {
  const args = ["--port", "0", "--state-dir", join(path, "state")];
  return start(args, { cwd: await newDirectory(), by: [...by, process.execPath, CLI] });
}

/** Starts the program, stops it once it runs, and returns what it complained of. */
async function startAndStop(disk: SmallDisk): Promise<string> {
  const { url, child, exit, output } = await startOn(disk);
  const runs = await url.then(
    () => true,
    () => false,
  );
  if (runs) child.kill();
  expect((await exit).code).toBe(runs ? 0 : 1);
  return output.stderr;
}

const COMPLAINT =
  /^fc-sandbox: The state directory \S+ can't be used: .*(ENOSPC|SQLITE_FULL|SQLITE_IOERR).*\n$/;
/** With so many blocks a first start serves; it has written some of them by the time it knows that it can't. */
const ENOUGH = 48;
const BLOCKS = [0, 1, 2, 3, 4, 6, 8, 12, ENOUGH];

test.concurrent("a first start on a disk that is full, or that fills up, says so in one line; with space it starts", async (context) => {
  await using disk = await smallDisk(context);
  for (const free of BLOCKS) {
    disk.fill(free);
    const complaint = await startAndStop(disk);
    expect(complaint).toMatch(free < ENOUGH ? COMPLAINT : /^$/);
    disk.clear();
    // What the one before left behind is in nobody's way.
    if (free % 2 === 0) expect(await startAndStop(disk)).toBe("");
  }
});

test.concurrent("a start on a full disk keeps what is there", async (context) => {
  await using disk = await smallDisk(context);
  const first = await startOn(disk);
  await put(await first.url, "f", { maxAsyncRetryAttempts: 7 });
  first.child.kill();
  await first.exit;
  const secret = () => readFileSync(join(disk.outside, "state/secret"), "utf8");
  const before = secret();
  for (const free of [0, 1, 2]) {
    disk.fill(free);
    expect(await startAndStop(disk)).toMatch(COMPLAINT);
    disk.clear();
  }
  const again = await startOn(disk);
  expect(await get(await again.url, "f")).toMatchObject({ maxAsyncRetryAttempts: 7 });
  expect(secret()).toBe(before);
  again.child.kill();
  await again.exit;
});

test.concurrent("a read-only state directory is one line, and what is there stays", async (context) => {
  await using disk = await smallDisk(context);
  const first = await startOn(disk);
  await put(await first.url, "f", { maxAsyncRetryAttempts: 7 });
  // The lock stays behind, too.
  process.kill(servingProcess(join(disk.outside, "state")), "SIGKILL");
  await first.exit;
  await disk.remount("ro");
  expect(await startAndStop(disk)).toMatch(
    /^fc-sandbox: The state directory \S+ can't be used: EROFS: .*\n$/,
  );
  await disk.remount("rw");
  const again = await startOn(disk);
  expect(await get(await again.url, "f")).toMatchObject({ maxAsyncRetryAttempts: 7 });
  again.child.kill();
  await again.exit;
});

test.concurrent("while the disk is full a write gets the API's error; with space all goes on, and nothing acknowledged is lost", async (context) => {
  await using disk = await smallDisk(context);
  const program = await startOn(disk);
  const url = await program.url;
  const names = ["a", "b", "c"];
  const acknowledged = new Map<string, number>();
  const refused = new Set<string>();
  let failures = 0;
  /** Writes until every function was refused so many times; several at once, as they come. */
  const writeUntilRefused = (name: string, times: number) =>
    (async () => {
      for (let age = (acknowledged.get(name) ?? 0) + 1, refusals = 0; refusals < times; age++) {
        const response = await fetch(config(url, name), {
          method: "PUT",
          body: JSON.stringify({ maxAsyncEventAgeInSeconds: age }),
          headers: { "Content-Type": "application/json" },
        });
        const body = (await response.json()) as { ErrorCode: string };
        if (response.ok) acknowledged.set(name, age);
        else {
          refusals += 1;
          failures += 1;
          refused.add(`${response.status} ${body.ErrorCode}`);
        }
      }
    })();
  for (const name of names) await put(url, name, { maxAsyncEventAgeInSeconds: 1 });
  for (const free of [0, 3, 40]) {
    disk.fill(free);
    await Promise.all(names.map((name) => writeUntilRefused(name, 3)));
    const settings = await fetch(`${url}/_sandbox/settings`, { method: "PATCH", body: `{"region": "full"}` });
    expect(settings.status).toBeGreaterThanOrEqual(500);
    failures += 1;
    // A read waits for no space.
    for (const name of names) expect((await fetch(config(url, name))).status).toBe(200);
    disk.clear();
    for (const name of names) {
      const { maxAsyncEventAgeInSeconds } = (await get(url, name)) as { maxAsyncEventAgeInSeconds: number };
      expect(maxAsyncEventAgeInSeconds).toBe(acknowledged.get(name) ?? 1);
    }
    expect(await (await fetch(`${url}/_sandbox`)).json()).toMatchObject({
      settings: { region: "cn-hangzhou" },
    });
    for (const name of [...names, `new-${free}`]) {
      const age = 1000 + (acknowledged.get(name) ?? 0);
      expect(await put(url, name, { maxAsyncEventAgeInSeconds: age })).toMatchObject({ function: name });
      acknowledged.set(name, age);
    }
  }
  expect([...refused]).toEqual(["500 InternalServerError"]);
  process.kill(servingProcess(join(disk.outside, "state")), "SIGKILL");
  await program.exit;
  // One line for each failure, that says what it was.
  const lines = program.output.stderr.split("\n").filter((line) => line.startsWith("Error"));
  expect(lines.length).toBeGreaterThanOrEqual(failures);
  for (const line of lines) expect(line).toMatch(/SQLITE_|internal error/);

  const again = await startOn(disk);
  for (const [name, age] of acknowledged) {
    expect(await get(await again.url, name)).toMatchObject({ maxAsyncEventAgeInSeconds: age });
  }
  again.child.kill();
  await again.exit;
});
