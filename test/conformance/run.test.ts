import { expect, test } from "vitest";
import { createSandbox, type Snapshot } from "../../src/client/index.ts";
import { until } from "../local/program.ts";
import { newRecording, pointedAt, runKit, startKit } from "./kit.ts";

const server = process.env["FC_SANDBOX_URL"] ?? "";
const FC3 = ["--only", "2023-03-30"];

const signed = () => createSandbox(server, { settings: { signatures: "required" } });

test("a sandbox that the kit makes for itself is as the documents say, in every step", async () => {
  const { file, text } = await newRecording("sandbox");
  const { code, stdout } = await runKit(["--sandbox", server, "--record", file]);
  expect(stdout).toMatch(/^5\d\d steps passed, 0 differing, 0 skipped\.\n$/);
  expect(code).toBe(0);
  const { steps } = JSON.parse(await text());
  expect(new Set(steps.map(({ version }: { version: string }) => version)).size).toBe(3);
});

test("a sandbox as it is served passes what it can be asked without declarations and signatures", async () => {
  const sandbox = await createSandbox(server);
  const { args, environment } = pointedAt(sandbox);
  const { code, stdout } = await runKit(
    [...args, "--skip", "existence", "--skip", "signatures"],
    environment,
  );
  expect(stdout).toContain(" 0 differing, ");
  expect(stdout).toMatch(/skipped \d+: needs existence\n {2}skipped \d+: needs signatures\n/);
  expect(code).toBe(0);
  expect((await sandbox.snapshot.export()).configs).toEqual([]);
});

test("the default sandbox, without a prefix, passes too", async () => {
  const args = ["--endpoint", server, "--account", "1234567890123456", "--only", "partial updates"];
  const { code } = await runKit(
    [...args, "--service", "conformance-kit", "--function", "served", "--fc3-function", "conformance-kit"],
    { ALIBABA_CLOUD_ACCESS_KEY_ID: "any", ALIBABA_CLOUD_ACCESS_KEY_SECRET: "any" },
  );
  expect(code).toBe(0);
});

test("signed requests are what a sandbox that requires signatures gets, by both schemes", async () => {
  const sandbox = await signed();
  const { args, environment } = pointedAt(sandbox);
  const { code } = await runKit([...args, "--skip", "existence", "--only", "qualifiers"], environment);
  expect(code).toBe(0);
  await sandbox.requests.verify({ version: "2016-08-15", status: "2xx" });
  await sandbox.requests.verify({ version: "2023-03-30", status: "2xx" });
});

test("a wrong secret stops the run before it begins", async () => {
  const sandbox = await signed();
  const { args, environment } = pointedAt(sandbox);
  const { code, stderr } = await runKit(args, { ...environment, ALIBABA_CLOUD_ACCESS_KEY_SECRET: "wrong" });
  expect(stderr).toContain("answered 403 SignatureNotMatch");
  expect(code).toBe(2);
  expect(await sandbox.requests.count({ method: "PUT" })).toBe(0);
});

test("a difference is reported with what was expected and what came, and exits with 1", async () => {
  const sandbox = await signed();
  await sandbox.faults.add({
    match: { operation: "get" },
    effect: { type: "response", status: 200, body: { maxAsyncRetryAttempts: 3 } },
  });
  const { args, environment } = pointedAt(sandbox);
  const { code, stdout } = await runKit(
    [...args, ...FC3, "--skip", "existence", "--only", "life cycle"],
    environment,
  );
  expect(stdout).toContain(`differs  2023-03-30  life cycle: GET before there is a config
           expected status 404, came 200
           expected Code AsyncConfigNotExists, came nothing
`);
  expect(stdout).toContain("expected maxAsyncRetryAttempts 1, came 3\n");
  expect(code).toBe(1);
  expect((await sandbox.snapshot.export()).configs).toEqual([]);
});

test("Ctrl-C deletes what was put, also when npm passes it on a second time", async () => {
  const sandbox = await signed();
  await sandbox.faults.add({
    match: { operation: "get", version: "2023-03-30" },
    skip: 1,
    effect: { type: "delay", milliseconds: 30_000 },
  });
  const { args, environment } = pointedAt(sandbox);
  const { child, ended } = startKit([...args, ...FC3, "--only", "life cycle"], environment);
  await until(async () => (await sandbox.requests.count({ method: "PUT" })) > 0, "a PUT");
  expect((await sandbox.snapshot.export()).configs).toHaveLength(1);
  child.kill("SIGINT");
  child.kill("SIGINT");
  const { code, stdout } = await ended;
  expect(stdout).toContain("Stopped before the end: interrupted");
  expect(code).toBe(2);
  expect((await sandbox.snapshot.export()).configs).toEqual([]);
});

test("an answer that breaks off ends the run, and what was put is deleted", async () => {
  const sandbox = await signed();
  await sandbox.faults.add({ match: { operation: "put" }, effect: { type: "broken", after: "apply" } });
  const { args, environment } = pointedAt(sandbox);
  const { code, stdout } = await runKit([...args, ...FC3, "--only", "life cycle"], environment);
  expect(stdout).toContain("failed   2023-03-30  life cycle: PUT creates it");
  expect(code).toBe(2);
  await sandbox.requests.verify({ method: "DELETE", status: "204" });
  expect((await sandbox.snapshot.export()).configs).toEqual([]);
});

test("what can't be deleted is named", async () => {
  const sandbox = await signed();
  await sandbox.faults.add({
    match: { operation: "delete" },
    effect: { type: "error", code: "ServiceUnavailable" },
  });
  const { args, environment } = pointedAt(sandbox);
  const { code, stdout } = await runKit(
    [...args, ...FC3, "--only", "the list of every function"],
    environment,
  );
  expect(stdout).toContain(`These configs could not be deleted:
  /2023-03-30/functions/report/async-invoke-config?qualifier=LATEST: 503 "ServiceUnavailable"
`);
  expect(code).toBe(2);
});

test("a function that has a config is left alone", async () => {
  const mine: Snapshot = { configs: [{ service: "shop", function: "report", maxAsyncRetryAttempts: 7 }] };
  const sandbox = await createSandbox(server, { snapshot: mine, settings: { signatures: "required" } });
  const { args, environment } = pointedAt(sandbox);
  const { code, stderr } = await runKit(args, environment);
  expect(stderr).toContain("These configs are there, and the run would overwrite them:");
  expect(stderr).toContain("/2016-08-15/services/shop/functions/report/async-invoke-configs LATEST");
  expect(code).toBe(2);
  expect(await sandbox.requests.count({ method: "PUT" })).toBe(0);
  expect((await sandbox.snapshot.export()).configs).toMatchObject(mine.configs ?? []);
});

test("neither the report nor the recording has a secret, or says whose account it was", async () => {
  const sandbox = await signed();
  const { args, environment } = pointedAt(sandbox);
  // An endpoint that tells everything it was told.
  const { accessKeySecret = "", accessKeyId = "", accountId = "", endpoint } = sandbox.access;
  const told = { secret: accessKeySecret, id: accessKeyId, account: accountId, host: new URL(endpoint).host };
  await sandbox.faults.add({
    match: { operation: "get" },
    effect: { type: "response", status: 200, body: { ...told, token: "an STS token" } },
  });
  const { file, text } = await newRecording("cloud");
  const { stdout } = await runKit([...args, "--only", "shape of an error", "--verbose", "--record", file], {
    ...environment,
    ALIBABA_CLOUD_SECURITY_TOKEN: "an STS token",
  });
  expect(stdout).toContain("came 200");
  const recorded = await text();
  expect(recorded).toContain("(access key secret)");
  for (const secret of [accessKeySecret, "an STS token"]) expect(stdout + recorded).not.toContain(secret);
  for (const identifying of Object.values(told)) expect(recorded).not.toContain(identifying);
});

test("what other functions of the account have is neither recorded nor touched", async () => {
  const others: Snapshot = { configs: [{ function: "payroll", maxAsyncRetryAttempts: 7 }] };
  const sandbox = await createSandbox(server, { snapshot: others, settings: { signatures: "required" } });
  const { args, environment } = pointedAt(sandbox);
  const { file, text } = await newRecording("cloud");
  const only = [...FC3, "--only", "the list of every function", "--verbose"];
  const { code, stdout } = await runKit([...args, ...only, "--record", file], environment);
  expect(code).toBe(0);
  expect(await text()).toContain('"maxAsyncRetryAttempts": 5');
  expect(stdout + (await text())).not.toContain("payroll");
  expect((await sandbox.snapshot.export()).configs).toMatchObject(others.configs ?? []);
});

test("without a function, a key or an endpoint the kit says what is missing", async () => {
  const key = { ALIBABA_CLOUD_ACCESS_KEY_ID: "", ALIBABA_CLOUD_ACCESS_KEY_SECRET: "" };
  const account = ["--account", "1"];
  const fc3 = ["--fc3-function", "report"];
  for (const [args, problem] of [
    [["--endpoint", server, ...fc3], "--account is missing"],
    [["--endpoint", server, ...account], "Which function?"],
    [["--endpoint", server, ...account, "--service", "shop"], "--service and --function go together"],
    [["--endpoint", server, ...account, ...fc3], "An access key is missing"],
    [[...account, ...fc3], "Where? --sandbox URL or --endpoint URL"],
    [["--sandbox", server, "--only", "unheard of"], 'No scenario is called "unheard of"'],
    [["--sandbox", "here"], '"here" is no URL'],
    [["test"], 'There is no command "test"'],
  ] as const) {
    const { code, stderr } = await runKit(args, key);
    expect(stderr).toContain(problem);
    expect(code).toBe(2);
  }
});
