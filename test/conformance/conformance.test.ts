import { spawn } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { scenarios } from "../../conformance/scenarios.ts";
import { createSandbox, type SandboxClient } from "../../src/client/index.ts";
import { newDirectory, ROOT } from "../local/program.ts";

const SERVER = process.env["FC_SANDBOX_URL"] ?? "";
const NAMES = { service: "fc-sandbox-conformance", function: "conformance", alias: "prod" };

/** A sandbox that checks as the cloud does, with the functions that the kit uses. */
async function strictSandbox(): Promise<SandboxClient> {
  const sandbox = await createSandbox(SERVER, {
    settings: { functions: "declared", signatures: "required" },
  });
  const aliases = [NAMES.alias];
  await sandbox.functions.declare({
    services: [{ name: NAMES.service, functions: [NAMES.function], aliases }],
    functions: [{ name: NAMES.function, aliases }],
  });
  return sandbox;
}

async function conformance(
  args: string[],
  secret = "",
): Promise<{ code: number; stdout: string; stderr: string }> {
  const child = spawn(process.execPath, [join(ROOT, "conformance/cli.ts"), ...args], {
    env: { ...process.env, ALIBABA_CLOUD_ACCESS_KEY_SECRET: secret },
  });
  const output = { stdout: "", stderr: "" };
  child.stdout.on("data", (chunk) => {
    output.stdout += chunk;
  });
  child.stderr.on("data", (chunk) => {
    output.stderr += chunk;
  });
  const code = await new Promise<number>((resolve) => child.once("close", resolve));
  return { code, ...output };
}

function target({ access }: SandboxClient): string[] {
  return [
    "--endpoint",
    access.endpoint,
    "--access-key-id",
    access.accessKeyId ?? "",
    "--account",
    access.accountId ?? "",
  ];
}

describe("the conformance kit", () => {
  test("finds a strict sandbox as expected in every step, removes what it made, and tells no secret", async () => {
    const sandbox = await strictSandbox();
    const file = join(await newDirectory(), "recording.json");
    const secret = sandbox.access.accessKeySecret ?? "";
    const { code, stdout, stderr } = await conformance([...target(sandbox), "--record", file], secret);
    expect(stdout).toMatch(/^\d+ steps, 0 not as expected\n$/);
    expect([code, stderr]).toEqual([0, ""]);
    expect((await sandbox.snapshot.export()).configs).toEqual([]);
    const recorded = await readFile(file, "utf8");
    for (const hidden of [secret, sandbox.access.accessKeyId ?? "", sandbox.access.accountId ?? ""]) {
      expect(recorded + stdout).not.toContain(hidden);
    }
    // Another run, of another sandbox, at another time, says the same.
    const other = await strictSandbox();
    const again = join(await newDirectory(), "again.json");
    await conformance([...target(other), "--record", again], other.access.accessKeySecret ?? "");
    expect(await conformance(["diff", file, again])).toEqual({
      code: 0,
      stdout: "no difference\n",
      stderr: "",
    });
  });

  test("says in words where two recordings differ", async () => {
    const sandbox = await strictSandbox();
    const file = join(await newDirectory(), "cloud.json");
    await conformance(
      [...target(sandbox), "--record", file, "--scenario", "clearing", "--only", "2021-04-06"],
      sandbox.access.accessKeySecret,
    );
    const other = join(await newDirectory(), "sandbox.json");
    const recording = JSON.parse(await readFile(file, "utf8"));
    recording.answers[0].body.maxAsyncRetryAttempts = 5;
    delete recording.answers[0].body.statefulInvocation;
    recording.answers[1].status = 404;
    recording.answers[1].body = { Code: "AsyncConfigNotExists" };
    await writeFile(other, JSON.stringify(recording));
    const { code, stdout } = await conformance(["diff", file, other]);
    expect(code).toBe(1);
    expect(stdout.trimEnd().split("\n")).toEqual([
      `clearing / 2021-04-06 / create: maxAsyncRetryAttempts was 3 in ${file}, 5 in ${other}`,
      `clearing / 2021-04-06 / create: statefulInvocation was false in ${file}, absent in ${other}`,
      `clearing / 2021-04-06 / an empty destination clears it (settles clear-destination): ${file} answered 200, ${other} 404 AsyncConfigNotExists`,
    ]);
  });

  test("finds an endpoint that answers otherwise, step by step, and still removes what it made", async () => {
    const sandbox = await strictSandbox();
    const lost = { type: "error", code: "Throttling" } as const;
    await sandbox.faults.add({ match: { operation: "put" }, effect: lost, skip: 1, times: 1 });
    const args = [...target(sandbox), "--scenario", "partial updates", "--only", "2016-08-15"];
    const { code, stdout } = await conformance(args, sandbox.access.accessKeySecret);
    expect(code).toBe(1);
    expect(stdout).toContain("partial updates / 2016-08-15 / another item\n  status 429, not 200");
    expect((await sandbox.snapshot.export()).configs).toEqual([]);
  });

  test("refuses to run where a config is already, which is somebody's", async () => {
    const sandbox = await strictSandbox();
    const configs = [{ service: NAMES.service, function: NAMES.function, maxAsyncRetryAttempts: 7 }];
    await sandbox.snapshot.import({ ...(await sandbox.snapshot.export()), configs });
    const { code, stderr } = await conformance(target(sandbox), sandbox.access.accessKeySecret);
    expect(code).toBe(2);
    expect(stderr).toContain(
      "conformance:LATEST has a config already (2016-08-15), which the run would delete",
    );
    expect((await sandbox.snapshot.export()).configs).toMatchObject(configs);
  });

  test.each([
    [[], "conformance: --endpoint is missing\n"],
    [["nonsense"], 'conformance: there is no command "nonsense"\n'],
    [["diff", "one.json"], "conformance: diff wants two recordings\n"],
  ])("says what is wrong with %j", async (args, message) => {
    expect(await conformance(args)).toEqual({ code: 2, stdout: "", stderr: message });
  });
});

test("docs/fidelity.md has each choice that a step settles, and no other", async () => {
  const settled = new Set(scenarios.flatMap(({ steps }) => steps.flatMap(({ settles }) => settles ?? [])));
  const listed = [
    ...(await readFile(join(ROOT, "docs/fidelity.md"), "utf8")).matchAll(/^\| `([\w-]+)` \|/gm),
  ];
  expect(new Set(listed.map(([, id]) => id))).toEqual(settled);
});
