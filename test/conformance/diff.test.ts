import { writeFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { createSandbox } from "../../src/client/index.ts";
import { newRecording, pointedAt, runKit } from "./kit.ts";

const server = process.env["FC_SANDBOX_URL"] ?? "";

/** What the kit records of a sandbox that is like the cloud where it is not struck by a fault. */
async function recordingWith(
  name: string,
  only: string,
  fault?: Parameters<Awaited<ReturnType<typeof createSandbox>>["faults"]["add"]>[0],
) {
  const sandbox = await createSandbox(server, { settings: { signatures: "required" } });
  if (fault) await sandbox.faults.add(fault);
  const { args, environment } = pointedAt(sandbox);
  const recording = await newRecording(name);
  const version = ["--only", "2021-04-06", "--only", only];
  await runKit([...args, ...version, "--record", recording.file], environment);
  return recording.file;
}

test("two runs of different accounts and names are the same", async () => {
  const { file } = await newRecording("other");
  await runKit([
    "--sandbox",
    server,
    "--account",
    "9998887776665554",
    "--version",
    "17",
    "--alias",
    "live",
    "--record",
    file,
  ]);
  const { file: sandbox } = await newRecording("sandbox");
  await runKit(["--sandbox", server, "--record", sandbox]);
  const { code, stdout } = await runKit(["diff", file, sandbox, "--wording"]);
  expect(stdout).toMatch(/^\d+ steps compared, 0 differing\.\n$/);
  expect(code).toBe(0);
});

test("another status is told with the codes, step by step", async () => {
  const cloud = await recordingWith("cloud", "shape of an error");
  const sandbox = await recordingWith("sandbox", "shape of an error", {
    match: { operation: "get" },
    effect: { type: "response", status: 200, body: {} },
  });
  const { code, stdout } = await runKit(["diff", cloud, sandbox]);
  expect(
    stdout,
  ).toBe(`2021-04-06, the shape of an error: Code, Message and RequestId [choice openapi-error-items]
  cloud answered 404 AsyncConfigNotExists, sandbox 200

1 step compared, 1 differing.
`);
  expect(code).toBe(1);
});

test("another item is told with both values", async () => {
  const cloud = await recordingWith("cloud", "two views");
  const steps = "what a config has";
  const complete = await recordingWith("cloud", steps);
  const sandbox = await recordingWith("sandbox", steps, {
    match: { operation: "get" },
    effect: {
      type: "response",
      status: 200,
      body: {
        service: "shop",
        function: "report",
        qualifier: "LATEST",
        createdTime: "2026-01-02T03:04:05.678Z",
      },
    },
  });
  const { code, stdout } = await runKit(["diff", complete, sandbox]);
  expect(stdout).toContain("  maxAsyncRetryAttempts was 1 in cloud, absent in sandbox\n");
  expect(stdout).toContain(
    '  createdTime was "0000-00-00T00:00:00Z" in cloud, "0000-00-00T00:00:00.000Z" in sandbox\n',
  );
  expect(stdout).not.toContain("service was");
  expect(code).toBe(1);

  const nothing = await runKit(["diff", cloud, sandbox]);
  expect(nothing.stderr).toContain("The recordings have no step in common.");
  expect(nothing.code).toBe(2);
});

test("another message alone is no difference, and is shown when it is asked for", async () => {
  const cloud = await recordingWith("cloud", "shape of an error");
  const sandbox = await recordingWith("sandbox", "shape of an error", {
    match: { operation: "get" },
    effect: { type: "error", code: "AsyncConfigNotExists", message: "There is none." },
  });
  const silent = await runKit(["diff", cloud, sandbox]);
  expect(silent.stdout).toBe(`1 step compared, 0 differing.
Messages differ in 1 step: --wording shows them.
`);
  expect(silent.code).toBe(0);
  const { stdout } = await runKit(["diff", cloud, sandbox, "--wording"]);
  expect(stdout).toContain(
    '  Message was "AsyncConfig for {function}:LATEST does not exist." in cloud, "There is none." in sandbox\n',
  );
});

test("a time that did not move is told, though times are not recorded", async () => {
  const only = "defaults and empty bodies";
  const cloud = await recordingWith("cloud", only);
  const sandbox = await createSandbox(server, { settings: { signatures: "required" } });
  await sandbox.clock.freeze();
  const { args, environment } = pointedAt(sandbox);
  const { file } = await newRecording("sandbox");
  await runKit([...args, "--only", "2021-04-06", "--only", only, "--record", file], environment);
  const { code, stdout } = await runKit(["diff", cloud, file]);
  expect(stdout).toMatch(
    /\[choice touch\]\n {2}sandbox was not as expected: expected lastModifiedTime \$later than 0000/,
  );
  expect(code).toBe(1);
});

test("what is no recording is refused", async () => {
  const { file } = await newRecording("wrong");
  await writeFile(file, '{"format": "something else"}');
  const { code, stderr } = await runKit(["diff", file, file]);
  expect(stderr).toContain("is no recording: format");
  expect(code).toBe(2);
});
