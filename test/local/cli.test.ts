import { execFile } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { cp, symlink, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { SandboxClient } from "../../src/client/index.ts";
import {
  CLI,
  get,
  isRunning,
  listens,
  newDirectory,
  put,
  ROOT,
  run,
  servingProcess,
  start,
  until,
} from "../program.ts";

/**
 * A copy of the repository to run `npm start` in: other tests serve what was built in this one. A built copy has that
 * too; there `npm start` only loads the modules that it builds with.
 */
async function checkout({ isBuilt }: { isBuilt: boolean }): Promise<string> {
  const directory = await newDirectory();
  const tsconfigs = readdirSync(ROOT).filter((name) => /^tsconfig.*\.json$/.test(name));
  // The documents are pages of the Worker.
  const documents = ["README.md", "CHANGELOG.md", "CONTRIBUTING.md", "docs"];
  const sources = ["package.json", "wrangler.toml", "src", ...tsconfigs, ...documents];
  for (const name of [...sources, ...(isBuilt ? ["dist"] : [])])
    await cp(join(ROOT, name), join(directory, name), { recursive: true });
  await symlink(join(ROOT, "node_modules"), join(directory, "node_modules"));
  if (isBuilt) await writeFile(join(directory, "src/local/build.ts"), 'import "./buildWorker.ts";\n');
  return directory;
}

/** Runs the program with a module that is loaded before it. */
const byHook = (hook: string) => [
  process.execPath,
  "--import",
  `data:text/javascript,${encodeURIComponent(hook)}`,
  CLI,
];

/** Runs the command that was printed, in a shell; what it answers. */
async function tried(stdout: string, cwd: string): Promise<string> {
  const [, command = "false"] = /^Try it:\n\n {2}(.*)$/m.exec(stdout) ?? [];
  return (await promisify(execFile)("sh", ["-c", `${command} --silent --fail-with-body`], { cwd })).stdout;
}

describe.concurrent("starting", () => {
  test("it says where it is and where its state is, and its curl line works as printed", async () => {
    const cwd = await newDirectory();
    const { url, output, child, exit } = start(["--port", "0"], { cwd });
    expect(await url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect(output.stdout).toContain("State  .fc-sandbox/");
    expect(existsSync(join(cwd, ".fc-sandbox/objects"))).toBe(true);
    expect(JSON.parse(await tried(output.stdout, cwd))).toMatchObject({
      functionName: "hello",
      maxAsyncRetryAttempts: 1,
    });
    child.kill();
    await exit;
  });

  test.each([
    { how: "Ctrl-C", isBuilt: false, serves: "builds and serves" },
    { how: "SIGTERM", isBuilt: true, serves: "serves" },
  ])("npm start $serves, and $how ends it with exit code 0", async ({ how, isBuilt }) => {
    const cwd = await newDirectory();
    const state = join(cwd, "state");
    const by = ["npm", "--prefix", await checkout({ isBuilt }), "start", "--"];
    const { url, child, exit } = start(["--port", "0", "--state-dir", state], { cwd, by });
    const there = await url;
    expect(await put(there, "f", { maxAsyncRetryAttempts: 2 })).toMatchObject({ maxAsyncRetryAttempts: 2 });
    const pid = servingProcess(state);
    // Ctrl-C reaches the terminal's whole process group, a signal just npm.
    if (how === "Ctrl-C") process.kill(-(child.pid ?? 0), "SIGINT");
    else child.kill(how as NodeJS.Signals);
    expect(await exit).toEqual({ code: 0, signal: null });
    expect([isRunning(pid), await listens(there)]).toEqual([false, false]);
  });

  test.each(["0.0.0.0", "localhost", "::1", "[::1]"])(
    "--host %s can be connected to at the URL that is printed",
    async (host) => {
      const { url, child, exit } = start(["--port", "0", "--host", host, "--ephemeral"], {
        cwd: await newDirectory(),
      });
      expect(await put(await url, "f", {})).toMatchObject({ function: "f" });
      child.kill();
      await exit;
    },
  );

  test("--help says all there is to set", async () => {
    const { stdout, stderr, code } = await run(["--help"], await newDirectory());
    expect([stderr, code]).toEqual(["", 0]);
    for (const option of [
      ...["--port", "--host", "--state-dir", "--ephemeral", "--var", "--help"],
      ...["--https", "--tls-host", "--tls-cert", "--tls-key"],
    ])
      expect(stdout).toContain(option);
    expect(stdout).toContain("default 8787");
  });

  test("--var sets a variable", async () => {
    const { url, child, exit } = start(["--port", "0", "--ephemeral", "--var", "REGION=eu-central-1"], {
      cwd: await newDirectory(),
    });
    const response = await fetch(`${await url}/2023-03-30/functions/f/async-invoke-config`, {
      method: "PUT",
    });
    expect(await response.json()).toMatchObject({ functionArn: expect.stringContaining("eu-central-1") });
    child.kill();
    await exit;
  });
});

describe.concurrent("the command that is printed works as it is", () => {
  const CONFIG = { functionName: "hello", maxAsyncRetryAttempts: 1 };
  const CREATED = { endpoint: expect.stringMatching(/\/s\/[a-z2-7]{26}$/) };

  test.each([
    ["where default is open", ["--ephemeral"], CONFIG],
    ["where default is protected", ["--ephemeral", "--var", "DEFAULT_SANDBOX=protected"], CREATED],
    ["where there is no default", ["--ephemeral", "--var", "DEFAULT_SANDBOX=off"], CREATED],
    ["with HTTPS", ["--ephemeral", "--https"], CONFIG],
    ["with HTTPS where default is off", ["--ephemeral", "--https", "--var", "DEFAULT_SANDBOX=off"], CREATED],
    ["on an IPv6 address", ["--ephemeral", "--host", "::1"], CONFIG],
    ["on all addresses, with HTTPS", ["--ephemeral", "--host", "0.0.0.0", "--https"], CONFIG],
    ["on a host by name", ["--ephemeral", "--host", "localhost"], CONFIG],
  ])("%s", async (_, args, expected) => {
    const cwd = await newDirectory();
    const { url, output, child, exit } = start(["--port", "0", ...args], { cwd });
    await url;
    // From wherever it is run.
    expect(JSON.parse(await tried(output.stdout, "/"))).toMatchObject(expected);
    child.kill();
    await exit;
  });

  test.each<[string, (sandbox: SandboxClient) => Promise<unknown>, object]>([
    ["wants signatures", (sandbox) => sandbox.settings({ signatures: "required" }), CREATED],
    ["has no such function", (sandbox) => sandbox.settings({ functions: "declared" }), CREATED],
    ["has a fault", (sandbox) => sandbox.faults.add({ effect: { type: "broken" } }), CREATED],
    ["has configs", (sandbox) => sandbox.snapshot.import({ configs: [{ function: "f" }] }), CONFIG],
  ])("where default %s since an earlier start", async (_, change, expected) => {
    const cwd = await newDirectory();
    const first = start(["--port", "0"], { cwd });
    await change(new SandboxClient({ endpoint: await first.url }));
    first.child.kill();
    await first.exit;
    const { url, output, child, exit } = start(["--port", "0"], { cwd });
    await url;
    expect(JSON.parse(await tried(output.stdout, cwd))).toMatchObject(expected);
    child.kill();
    await exit;
  });

  test("where default has no room for one more function", async () => {
    const cwd = await newDirectory();
    const first = start(["--port", "0"], { cwd });
    await put(await first.url, "other", {});
    first.child.kill();
    await first.exit;
    const full = ["--port", "0", "--var", "MAX_FUNCTIONS_PER_SANDBOX=1"];
    const { url, output, child, exit } = start(full, { cwd });
    await url;
    expect(JSON.parse(await tried(output.stdout, cwd))).toMatchObject(CREATED);
    child.kill();
    await exit;
  });
});

test("--var OPERATOR_TOKEN gives the token that controls a protected default", async () => {
  const vars = ["--var", "DEFAULT_SANDBOX=protected", "--var", "OPERATOR_TOKEN=operator"];
  const { url, child, exit } = start(["--port", "0", "--ephemeral", ...vars], { cwd: await newDirectory() });
  const there = await url;
  const statusOf = async (token: string) => {
    const headers = { Authorization: `Bearer ${token}` };
    return (await fetch(`${there}/_sandbox/reset`, { method: "POST", headers })).status;
  };
  expect([await statusOf("operator"), await statusOf("other")]).toEqual([204, 403]);
  child.kill();
  await exit;
});

describe.concurrent("what can't be done is one line and exit code 1", () => {
  test.each([
    [["--port", "x"], /^fc-sandbox: --port must be a number from 0 to 65535, but is "x"\.$/],
    [["--port", "65536"], /^fc-sandbox: --port must be/],
    [["--colour"], /^fc-sandbox: Unknown option '--colour'/],
    [["extra"], /^fc-sandbox: Unexpected argument 'extra'/],
    [
      ["--ephemeral", "--state-dir", "d"],
      /^fc-sandbox: --ephemeral keeps no state: it does not go with --state-dir\.$/,
    ],
    [["--tls-cert", "c.pem"], /^fc-sandbox: --tls-cert and --tls-key go together\.$/],
    [["--https", "--tls-key", "k.pem"], /^fc-sandbox: --tls-cert and --tls-key go together\.$/],
    [
      ["--tls-cert", "c.pem", "--tls-key", "k.pem", "--tls-host", "x"],
      /^fc-sandbox: --tls-host is for the certificate that is made: it does not go with --tls-cert\.$/,
    ],
    [
      ["--tls-host", "a b"],
      /^fc-sandbox: A certificate can't be for "a b": it is neither a host name nor an IP address\.$/,
    ],
    [
      ["--port", "0", "--https", "--host", "127.0.0.1:90"],
      /^fc-sandbox: The sandbox can't listen on port 0 of "127\.0\.0\.1:90": [^:;()]+\.$/,
    ],
    [["--var", "REGION"], /^fc-sandbox: --var must be NAME=VALUE, but is "REGION"\.$/],
    [["--var", "COLOUR=red"], /^fc-sandbox: There is no variable COLOUR; there are REGION, /],
    [["--var", "toString=1"], /^fc-sandbox: There is no variable toString; there are REGION, /],
    [
      ["--port", "0", "--ephemeral", "--var", "MAX_FAULTS=lots"],
      /^fc-sandbox: The variable MAX_FAULTS must be a positive integer, but is "lots"\.$/,
    ],
    [
      ["--port", "0", "--ephemeral", "--var", "IDLE_SECONDS=1e15"],
      /^fc-sandbox: The variable IDLE_SECONDS must be an integer from 0 to 1000000000, but is "1e15"\.$/,
    ],
    [
      ["--port", "0", "--ephemeral", "--var", "JURISDICTION=eu"],
      /^fc-sandbox: The variable JURISDICTION must be empty on a platform without jurisdictions, which only Cloudflare has, but is "eu"\.$/,
    ],
    [
      ["--port", "0", "--host", "nowhere.invalid"],
      /^fc-sandbox: The sandbox can't listen on port 0 of "nowhere\.invalid": [^:;()]+\.$/,
    ],
    [
      ["--port", "0", "--host", "127.0.0.1:90"],
      /^fc-sandbox: The sandbox can't listen on port 0 of "127\.0\.0\.1:90": [^:;()]+\.$/,
    ],
    [["--port", "0", "--host", ""], /^fc-sandbox: The sandbox can't listen on port 0 of "": [^:;()]+\.$/],
    // An address that is nobody's.
    [
      ["--port", "0", "--host", "192.0.2.1"],
      /^fc-sandbox: The sandbox can't listen on port 0 of "192\.0\.2\.1": [^:;()]+\.$/,
    ],
    [["--port", "0", "--state-dir", ""], /^fc-sandbox: The state directory must have a name\.$/],
    [
      ["--port", "0", "--state-dir", "file/below"],
      /^fc-sandbox: The state directory .*file\/below can't be used: /,
    ],
  ])("%j", async (args, message) => {
    const cwd = await newDirectory();
    await writeFile(join(cwd, "file"), "");
    const { stdout, stderr, code } = await run(args, cwd);
    expect([stdout, code]).toEqual(["", 1]);
    expect(stderr.trimEnd()).toMatch(message);
    expect(stderr.trimEnd()).not.toContain("\n");
  });

  test.each([
    ["there is no shell", `spawn = (_, ...rest) => original("/nowhere/sh", ...rest)`, "ENOENT"],
    [
      "no file descriptors are left",
      `spawn = (...args) => {
        const taken = [];
        try {
          for (;;) taken.push(openSync("/dev/null"));
        } catch {}
        const child = original(...args);
        for (const descriptor of taken) closeSync(descriptor);
        return child;
      }`,
      "EMFILE",
    ],
  ])("no process, since %s; nothing is left behind", async (_, spawn, code) => {
    const cwd = await newDirectory();
    const hook = `
      import childProcess from "node:child_process";
      import { closeSync, openSync } from "node:fs";
      import { syncBuiltinESMExports } from "node:module";
      const { spawn: original } = childProcess;
      childProcess.${spawn};
      syncBuiltinESMExports();`;
    const by = ["sh", "-c", 'ulimit -n 256 && exec "$0" "$@"', ...byHook(hook)];
    const { output, exit } = start(["--port", "0", "--ephemeral"], { cwd, by });
    expect(await exit).toEqual({ code: 1, signal: null });
    expect(output.stderr).toMatch(new RegExp(`^fc-sandbox: workerd can't be started: .*${code}.*\n$`));
    expect(readdirSync(cwd)).toEqual([]);
  });

  test("no place for temporary state", async () => {
    const cwd = await newDirectory();
    const by = ["env", "TMPDIR=/nowhere", process.execPath, CLI];
    const { output, exit } = start(["--port", "0", "--ephemeral"], { cwd, by });
    expect((await exit).code).toBe(1);
    expect(output.stderr).toMatch(/^fc-sandbox: No state directory can be made in \/nowhere: ENOENT: .*\n$/);
  });

  test.each([[], ["--https"]])("a busy port %j", async (...options) => {
    const server = createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => server.once("listening", resolve));
    const { port } = server.address() as { port: number };
    const cwd = await newDirectory();
    const { stderr, code } = await run(["--port", String(port), ...options], cwd);
    expect([stderr, code]).toEqual([
      `fc-sandbox: Port ${port} of 127.0.0.1 is in use: choose another port.\n`,
      1,
    ]);
    expect(existsSync(join(cwd, ".fc-sandbox/lock"))).toBe(false);
    server.close();
  });

  test("a state directory that another sandbox uses", async () => {
    const cwd = await newDirectory();
    const first = start(["--port", "0"], { cwd });
    await first.url;
    const { stderr, code } = await run(["--port", "0"], cwd);
    expect(stderr).toMatch(/^fc-sandbox: Process \d+ uses this state directory already: use another/);
    expect(code).toBe(1);
    expect(await put(await first.url, "f", {})).toMatchObject({ function: "f" });
    first.child.kill();
    await first.exit;
  });
});

describe("stopping", () => {
  test.each(["SIGINT", "SIGTERM"] as const)(
    "%s ends it within two seconds, with exit code 0, and leaves nothing behind",
    async (signal) => {
      const cwd = await newDirectory();
      const { url, child, exit } = start(["--port", "0"], { cwd });
      const there = await url;
      // A connection that is kept alive, and a request that takes a while.
      await put(there, "f", {});
      const slow = fetch(`${there}/2023-03-30/functions/f/async-invoke-config`, {
        headers: { "X-Sandbox-Fault": "delay=60000" },
      });
      slow.catch(() => {});
      const pid = servingProcess(join(cwd, ".fc-sandbox"));
      const asked = Date.now();
      child.kill(signal);
      expect(await exit).toEqual({ code: 0, signal: null });
      expect(Date.now() - asked).toBeLessThan(2000);
      expect([isRunning(pid), await listens(there), existsSync(join(cwd, ".fc-sandbox/lock"))]).toEqual([
        false,
        false,
        false,
      ]);
    },
  );

  test("state stays, unless it is ephemeral", async () => {
    const cwd = await newDirectory();
    for (const [args, kept] of [
      [[], true],
      [["--ephemeral"], false],
    ] as const) {
      const first = start(["--port", "0", ...args], { cwd });
      await put(await first.url, "f", { maxAsyncRetryAttempts: 7 });
      first.child.kill();
      await first.exit;
      const second = start(["--port", "0", ...args], { cwd });
      const { maxAsyncRetryAttempts } = (await get(await second.url, "f")) as {
        maxAsyncRetryAttempts?: number;
      };
      expect(maxAsyncRetryAttempts === 7).toBe(kept);
      second.child.kill();
      await second.exit;
    }
    expect(readdirSync(cwd)).toEqual([".fc-sandbox"]);
  });

  test("paths with spaces, quotes, backslashes and other letters are kept as they are", async () => {
    const cwd = await newDirectory();
    const state = join(cwd, `a "b" 'c' \\ d\tü $HOME`);
    for (const expected of [undefined, 7]) {
      const { url, child, exit } = start(["--port", "0", "--state-dir", state], { cwd });
      expect(await get(await url, "f")).toEqual(
        expected
          ? expect.objectContaining({ maxAsyncRetryAttempts: 7 })
          : expect.objectContaining({ ErrorCode: "AsyncConfigNotExists" }),
      );
      await put(await url, "f", { maxAsyncRetryAttempts: 7 });
      child.kill();
      await exit;
    }
  });
});

describe("kill -9", () => {
  /** Puts from several clients until they fail; what was acknowledged last, by function. */
  function load(url: string) {
    const acknowledged = new Map<string, number>();
    const clients = ["a", "b", "c", "d"].map(async (name) => {
      for (let i = 1; ; i++) {
        try {
          const config = (await put(url, name, { maxAsyncEventAgeInSeconds: i })) as {
            maxAsyncEventAgeInSeconds: number;
          };
          acknowledged.set(name, config.maxAsyncEventAgeInSeconds);
        } catch {
          return;
        }
      }
    });
    return { acknowledged, ended: Promise.all(clients) };
  }

  test.each(["the program", "the process that serves"])(
    "of %s loses no acknowledged PUT, and it starts again",
    async (victim) => {
      const cwd = await newDirectory();
      const { url, child, exit, output } = start(["--port", "0"], { cwd });
      const there = await url;
      const { acknowledged, ended } = load(there);
      await until(
        () => acknowledged.size === 4 && [...acknowledged.values()].every((value) => value >= 50),
        "load",
      );
      const pid = servingProcess(join(cwd, ".fc-sandbox"));
      if (victim === "the program") {
        child.kill("SIGKILL");
        await exit;
      } else {
        process.kill(pid, "SIGKILL");
        expect((await exit).code).toBe(1);
        expect(output.stderr).toContain("fc-sandbox: workerd ended with SIGKILL.");
      }
      await ended;
      await until(() => !isRunning(pid), "no process is left behind");
      const again = start(["--port", "0"], { cwd });
      for (const [name, value] of acknowledged) {
        const { maxAsyncEventAgeInSeconds } = (await get(await again.url, name)) as {
          maxAsyncEventAgeInSeconds: number;
        };
        // One more PUT may have been written and not acknowledged.
        expect([value, value + 1]).toContain(maxAsyncEventAgeInSeconds);
      }
      again.child.kill();
      await again.exit;
    },
  );

  test("of the program, the moment it has started another, leaves none behind", async () => {
    const cwd = await newDirectory();
    const hook = `
      import childProcess from "node:child_process";
      import { syncBuiltinESMExports } from "node:module";
      const { spawn } = childProcess;
      childProcess.spawn = (...args) => {
        spawn(...args);
        process.kill(process.pid, "SIGKILL");
      };
      syncBuiltinESMExports();`;
    const { exit } = start(["--port", "0"], { cwd, by: byHook(hook) });
    // Whatever outlived it would keep its output open.
    expect((await exit).signal).toBe("SIGKILL");
  });
});
