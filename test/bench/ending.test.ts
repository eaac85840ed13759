import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { newDirectory, programEnvironment, ROOT, until } from "../program.ts";

/** The command lines of the processes that were started with an environment that holds this text. */
function processesWith(marker: string): string[] {
  return readdirSync("/proc").flatMap((entry) => {
    if (!/^\d+$/.test(entry)) return [];
    try {
      if (!readFileSync(`/proc/${entry}/environ`, "utf8").includes(marker)) return [];
      return [readFileSync(`/proc/${entry}/cmdline`, "utf8").replaceAll("\0", " ")];
    } catch {
      return []; // It has just ended, or is another user's.
    }
  });
}

/** Starts a program of `bench/`, all of whose processes and files can be recognized by a directory of its own. */
async function started(args: readonly string[]) {
  const directory = await newDirectory();
  const env = { ...programEnvironment, TMPDIR: directory };
  const child = spawn(process.execPath, args, { cwd: ROOT, env, stdio: ["ignore", "pipe", "pipe"] });
  onTestFinished(() => {
    child.kill("SIGKILL");
  });
  const exit = once(child, "close");
  return { directory, child, exit, processes: () => processesWith(`TMPDIR=${directory}`) };
}

test.skipIf(!existsSync("/proc/self/environ"))(
  "a benchmark that is ended by SIGTERM leaves no host behind, and no state",
  async () => {
    const { directory, child, exit, processes } = await started([
      "bench/bench.ts",
      "--quick",
      "--only",
      "hosts",
    ]);
    // That of npm start, that of miniflare, and one at least of wrangler dev, which starts last.
    const servers = () => processes().filter((command) => /^\S*workerd serve /.test(command));
    await until(() => servers().length >= 3, "all hosts serve");
    child.kill("SIGTERM");
    expect(await exit).toEqual([128 + 15, null]);
    await until(() => processes().length === 0, "no process is left");
    expect(readdirSync(directory)).toEqual([]);
  },
);

/** Starts a program in a process group, makes a directory, and says so; the end of the script is given. */
const script = (end: string) => `
  import { spawnGroup, temporaryDirectory } from "${join(ROOT, "bench/ending.ts")}";
  await temporaryDirectory(process.env.TMPDIR);
  spawnGroup("sleep", ["60"], { stdio: "ignore" });
  console.log("ready");
  setInterval(() => {}, 1000);
  ${end}
`;

test.skipIf(!existsSync("/proc/self/environ"))(
  "a benchmark ends its programs and removes its directories at each signal, and at an exception",
  async () => {
    const ends = [
      ...(["SIGINT", "SIGTERM", "SIGHUP"] as const).map(
        (signal) => `process.kill(process.pid, "${signal}");`,
      ),
      `throw new Error("an exception");`,
      `Promise.reject(new Error("that nobody handles"));`,
    ];
    const codes = ends.map(async (end) => {
      const { directory, exit, processes } = await started(["--input-type=module", "--eval", script(end)]);
      const [code] = await exit;
      await until(() => processes().length === 0, "no process is left");
      expect(readdirSync(directory)).toEqual([]);
      return code;
    });
    expect(await Promise.all(codes)).toEqual([128 + 2, 128 + 15, 128 + 1, 1, 1]);
  },
);
