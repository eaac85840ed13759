import { expect, test } from "vitest";
import { createSandbox } from "../../src/client/index.ts";
import { apiVersions } from "../../src/fc/versions.ts";
import { until } from "../program.ts";
import { SERVER } from "../server.ts";
import { pointedAt, runKit, startKit } from "./kit.ts";

const signed = () => createSandbox(SERVER, { settings: { signatures: "required" } });
const TASKS = ["--skip", "existence", "--only", "tasks"];

test.concurrent("functions are invoked by --invoke alone", async () => {
  const sandbox = await signed();
  const { args, environment } = pointedAt(sandbox);
  const without = await runKit([...args, ...TASKS], environment);
  expect(without.stdout).toMatch(
    /^0 steps passed, 0 differing, (\d+) skipped\.\n {2}skipped \1: needs invocation\n/,
  );
  expect(await sandbox.requests.count({ operation: "invoke" })).toBe(0);

  const { code, stdout } = await runKit([...args, ...TASKS, "--invoke"], environment);
  expect(stdout).toMatch(/^\d+ steps passed, 0 differing, 0 skipped\.\n$/);
  expect(code).toBe(0);
  // In each version a task that waits, and one that runs.
  expect(await sandbox.requests.count({ operation: "invoke", status: 202 })).toBe(2 * apiVersions.length);
});

test.concurrent("Ctrl-C stops a task that still waits", async () => {
  const sandbox = await signed();
  await sandbox.faults.add({
    match: { operation: "GetAsyncTask" },
    effect: { type: "delay", milliseconds: 30_000 },
  });
  const { args, environment } = pointedAt(sandbox);
  const { child, ended } = startKit([...args, ...TASKS, "--invoke"], environment);
  const waiting = async () => (await sandbox.invocations.list({ status: "Enqueued" })).invocations.length;
  await until(async () => (await waiting()) > 0, "a task waits");
  child.kill("SIGINT");
  expect((await ended).code).toBe(2);
  expect(await waiting()).toBe(0);
  await sandbox.requests.verify({ operation: "StopAsyncTask", status: "2xx" });
});
