import { writeFile } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import { counted } from "../../conformance/diff.ts";
import { createSandbox } from "../../src/client/index.ts";
import { SERVER } from "../server.ts";
import { LOOKS, newRecording, pointedAt, runKit, stepsOf } from "./kit.ts";

/** What the kit records of a sandbox that is like the cloud where it is not struck by a fault. */
async function recordingWith(
  name: string,
  only: string | readonly string[],
  fault?: Parameters<Awaited<ReturnType<typeof createSandbox>>["faults"]["add"]>[0],
) {
  const sandbox = await createSandbox(SERVER, { settings: { signatures: "required" } });
  if (fault) await sandbox.faults.add(fault);
  const { args, environment } = pointedAt(sandbox);
  const recording = await newRecording(name);
  const version = ["2021-04-06", only].flat().flatMap((word) => ["--only", word]);
  await runKit([...args, ...version, "--record", recording.file], environment);
  return recording.file;
}

const ERROR = "shape of an error";
const PATHS = "paths and methods";
/** How many steps a recording of the paths has that one of the error has not. */
const FURTHER = counted(stepsOf("2021-04-06", PATHS).length, "step");
/** What most tests compare with. */
const cloudsError = recordingWith("cloud", ERROR);

describe.concurrent("diff", { timeout: 60_000 }, () => {
  test("another status is told with the codes, step by step", async () => {
    const cloud = await cloudsError;
    const sandbox = await recordingWith("sandbox", ERROR, {
      match: { operation: "get" },
      skip: LOOKS,
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
    const steps = "what a config has";
    const cloud = await recordingWith("cloud", steps);
    const sandbox = await recordingWith("sandbox", steps, {
      match: { operation: "get" },
      skip: LOOKS,
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
    const { code, stdout } = await runKit(["diff", cloud, sandbox]);
    expect(stdout).toContain("  maxAsyncRetryAttempts was 1 in cloud, absent in sandbox\n");
    expect(stdout).toContain(
      '  createdTime was "0000-00-00T00:00:00Z" in cloud, "0000-00-00T00:00:00.000Z" in sandbox\n',
    );
    expect(stdout).not.toContain("service was");
    expect(code).toBe(1);
  });

  test("another message alone is no difference, and is shown when it is asked for", async () => {
    const cloud = await cloudsError;
    const sandbox = await recordingWith("sandbox", ERROR, {
      match: { operation: "get" },
      skip: LOOKS,
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
    const only = "items never set";
    const cloud = await recordingWith("cloud", only);
    const sandbox = await createSandbox(SERVER, { settings: { signatures: "required" } });
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

  test("steps that only one side was asked are counted apart", async () => {
    const cloud = await cloudsError;
    const sandbox = await recordingWith("sandbox", [ERROR, PATHS]);
    const { code, stdout } = await runKit(["diff", cloud, sandbox]);
    expect(stdout).toBe(`1 step compared, 0 differing.\n${FURTHER} only of sandbox: not compared.\n`);
    expect(code).toBe(0);

    const nothing = await runKit(["diff", cloud, await recordingWith("sandbox", PATHS)]);
    expect(nothing.stderr).toBe("conformance: The recordings have no step in common.\n");
    expect(nothing.code).toBe(2);
  });

  test("recordings of one name are told apart by their directories", async () => {
    const one = await cloudsError;
    const other = await recordingWith("cloud", [ERROR, PATHS]);
    const { stdout } = await runKit(["diff", one, other]);
    expect(stdout).toContain(`${FURTHER} only of ${other}: not compared.`);
  });

  test("what is no recording is refused", async () => {
    const { file } = await newRecording("wrong");
    await writeFile(file, '{"format": "something else"}');
    const { code, stderr } = await runKit(["diff", file, file]);
    expect(stderr).toContain("is no recording: format");
    expect(code).toBe(2);
  });
});
