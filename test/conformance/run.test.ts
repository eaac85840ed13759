import { describe, expect, test } from "vitest";
import { options } from "../../conformance/commandLine.ts";
import { createSandbox, type Snapshot } from "../../src/client/index.ts";
import { apiVersions } from "../../src/fc/versions.ts";
import { until } from "../program.ts";
import { SERVER } from "../server.ts";
import {
  beforeFirstPut,
  forgetfulEndpoint,
  LOOKS,
  newRecording,
  pointedAt,
  runKit,
  STEPS,
  startKit,
  stepsInAllVersions,
} from "./kit.ts";

/** Options by which the kit makes no functions. */
const EXISTING = ["--account", "1234567890123456", "--service", "shop"];
const FC3 = ["--only", "2023-03-30"];

/** The scenario that only a sandbox which the kit makes for itself can be asked. */
const ONLY_BY_FAULTS = "errors by faults";

/** A whole run, by other names than those that the kit has by default; and its recording. */
async function runWhole() {
  const recording = await newRecording("whole");
  const names = ["--account", "9998887776665554", "--region", "cn-shanghai", "--version", "17"];
  const others = [...names, "--service", "store", "--function", "ledger", "--alias", "live"];
  return { ...recording, ...(await runKit(["--sandbox", SERVER, "--record", recording.file, ...others])) };
}
const wholeRun = runWhole();

const signed = () => createSandbox(SERVER, { settings: { signatures: "required" } });

describe.concurrent("the kit", { timeout: 60_000 }, () => {
  test("a sandbox that the kit makes for itself is as the documents say, in every step", async () => {
    const { code, stdout, text } = await wholeRun;
    expect(stdout).toBe(`${STEPS} steps passed, 0 differing, 0 skipped.\n`);
    expect(code).toBe(0);
    const { steps } = JSON.parse(await text());
    expect(new Set(steps.map(({ version }: { version: string }) => version)).size).toBe(3);
  });

  test("so it is by the names that the kit has by default, and its recording is the same", async () => {
    const whole = await wholeRun;
    const { file } = await newRecording("default");
    const words = ["life cycle", ONLY_BY_FAULTS, "from its creation", "from their creation", "tasks"];
    const only = words.flatMap((word) => ["--only", word]);
    const { code, stdout } = await runKit(["--sandbox", SERVER, "--record", file, ...only]);
    const steps = words.map(stepsInAllVersions).reduce((sum, one) => sum + one);
    expect(stdout).toBe(`${steps} steps passed, 0 differing, 0 skipped.\n`);
    expect(code).toBe(0);
    const difference = await runKit(["diff", whole.file, file, "--wording"]);
    expect(difference.stdout).toBe(
      `${steps} steps compared, 0 differing.\n${STEPS - steps} steps only of whole: not compared.\n`,
    );
    expect(difference.code).toBe(0);
  });

  test("a sandbox as it is served passes what it can be asked without declarations and signatures", async () => {
    const sandbox = await createSandbox(SERVER);
    const { args, environment } = pointedAt(sandbox);
    const { code, stdout } = await runKit(
      [...args, ...FC3, "--skip", "existence", "--skip", "signatures"],
      environment,
    );
    expect(stdout).toContain(" 0 differing, ");
    expect(stdout).toMatch(/skipped \d+: needs existence\n {2}skipped \d+: needs signatures\n/);
    expect(code).toBe(0);
    expect((await sandbox.snapshot.export()).configs).toEqual([]);
  });

  test("what merges destinations in FC 3.0 differs in what was chosen about that, and in nothing else", async () => {
    const settings = { signatures: "required", destinations: "merge" } as const;
    const sandbox = await createSandbox(SERVER, { settings });
    const { args, environment } = pointedAt(sandbox);
    const { code, stdout } = await runKit([...args, "--skip", "existence"], environment);
    expect(stdout).toMatch(/ passed, 3 differing, /);
    expect(stdout).toContain(
      "Choices of docs/fidelity.md that differ: destinations-replace, empty-destination-config\n",
    );
    expect(code).toBe(1);
    expect((await sandbox.snapshot.export()).configs).toEqual([]);
  });

  test("the default sandbox, without a prefix, passes too", async () => {
    const args = ["--endpoint", SERVER, "--account", "1234567890123456", "--only", "partial updates"];
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
      skip: LOOKS,
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

  test("a wrong header is reported beside what is wrong in the body", async () => {
    const sandbox = await signed();
    await sandbox.faults.add({
      match: { operation: "get" },
      skip: LOOKS,
      effect: {
        type: "response",
        status: 404,
        headers: { "Content-Type": "application/problem+json" },
        body: { Code: "AsyncConfigNotExists", Message: "none", constructor: "any" },
      },
    });
    const { args, environment } = pointedAt(sandbox);
    const { code, stdout } = await runKit([...args, ...FC3, "--only", "shape of an error"], environment);
    expect(stdout).toContain("expected header Content-Type: application/json; charset=utf-8, came app");
    expect(stdout).toContain("expected RequestId $requestId, came nothing\n");
    expect(stdout).toContain('expected the body to have no item constructor, came "any"\n');
    expect(code).toBe(1);
  });

  test("an answer of 200 that is no JSON is a difference like any other", async () => {
    const sandbox = await signed();
    await sandbox.faults.add({
      match: { operation: "put" },
      effect: { type: "response", status: 200, body: "<html>at your service</html>" },
    });
    const { args, environment } = pointedAt(sandbox);
    const { file, text } = await newRecording("cloud");
    const only = [...FC3, "--only", "partial updates", "--only", "paging", "--record", file];
    const { code, stdout } = await runKit([...args, ...only], environment);
    expect(stdout).toContain(`differs  2023-03-30  partial updates: PUT of every item
           expected the body to be an object, came "<html>at your service</html>"
`);
    // What a later step would have taken from an answer that did not come.
    expect(stdout).toContain("needs {next}, which did not come");
    expect(code).toBe(1);
    expect(await text()).toContain('"body": "<html>at your service</html>"');
  });

  test("what should have been refused, and was not, is deleted again", async () => {
    // Everything exists there, and no signature is checked.
    const sandbox = await createSandbox(SERVER);
    const { args, environment } = pointedAt(sandbox);
    const only = ["--only", "what does not exist", "--only", "signatures"];
    const { code, stdout } = await runKit([...args, ...only], environment);
    expect(stdout).toContain("what does not exist: PUT to an alias that is not there");
    expect(stdout).not.toContain("could not be deleted");
    expect(code).toBe(1);
    await sandbox.requests.verify({ method: "PUT", status: "200", function: "report", qualifier: "999999" });
    expect((await sandbox.snapshot.export()).configs).toEqual([]);
  });

  test("an answer that breaks off ends the run, and what was put is deleted", async () => {
    const sandbox = await signed();
    await sandbox.faults.add({ match: { operation: "put" }, effect: { type: "broken", after: "apply" } });
    const { args, environment } = pointedAt(sandbox);
    const { file, text } = await newRecording("cloud");
    const only = [...FC3, "--only", "life cycle", "--record", file];
    const { code, stdout } = await runKit([...args, ...only], environment);
    expect(stdout).toContain("failed   2023-03-30  life cycle: PUT creates it");
    expect(code).toBe(2);
    expect(await text()).toContain('"step": "the list before there is a config"');
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
    const sandbox = await createSandbox(SERVER, { snapshot: mine, settings: { signatures: "required" } });
    const { args, environment } = pointedAt(sandbox);
    const { code, stderr } = await runKit(args, environment);
    expect(stderr).toContain("These configs are there, and the run would overwrite them:");
    expect(stderr).toContain("/2016-08-15/services/shop/functions/report/async-invoke-configs LATEST");
    expect(code).toBe(2);
    expect(await sandbox.requests.count({ method: "PUT" })).toBe(0);
    expect((await sandbox.snapshot.export()).configs).toMatchObject(mine.configs ?? []);
  });

  test("when it can't be known what the run would delete, it does not begin", async () => {
    const access = { settings: { signatures: "required", functions: "declared" } } as const;
    const report = { name: "report", aliases: ["prod"], versions: ["1"] };
    const cases = [
      [{ type: "error", code: "ServiceUnavailable" }, "answered 503 ServiceUnavailable"],
      [{ type: "response", status: 200, body: "<html>" }, 'answered 200 "<html>"'],
      [{ type: "response", status: 200, body: { configs: [], nextToken: "more" } }, "answered 200 {"],
    ] as const;
    for (const [effect, problem] of cases) {
      const sandbox = await createSandbox(SERVER, access);
      await sandbox.functions.declare({ functions: [report] });
      await sandbox.faults.add({ match: { operation: "list" }, effect });
      const { args, environment } = pointedAt(sandbox);
      const { code, stderr } = await runKit([...args, ...FC3], environment);
      expect(stderr).toContain("It can't be known whether a config is there, which the run would delete");
      expect(stderr).toContain(problem);
      expect(code).toBe(2);
      expect(await sandbox.requests.count({ method: "PUT" })).toBe(0);
    }
  });

  test("an alias that is not there is asked for before anything is put", async () => {
    const sandbox = await createSandbox(SERVER, { settings: { functions: "declared" } });
    await sandbox.functions.declare({ functions: [{ name: "report", versions: ["1"] }] });
    const { args, environment } = pointedAt(sandbox);
    const { code, stderr } = await runKit([...args, ...FC3], environment);
    expect(stderr).toContain("answered 404 AliasNotFound: make it, or name another by --alias");
    expect(code).toBe(2);
    const skipped = ["--skip", "alias", "--skip", "signatures", "--only", "qualifiers"];
    expect((await runKit([...args, ...FC3, ...skipped], environment)).code).toBe(0);
  });

  test("neither the report nor the recording has a secret, or says whose account it was", async () => {
    const sandbox = await signed();
    const { args, environment } = pointedAt(sandbox);
    // An endpoint that tells everything it was told.
    const { accessKeySecret = "", accessKeyId = "", accountId = "", endpoint } = sandbox.access;
    const told = {
      secret: accessKeySecret,
      id: accessKeyId,
      account: accountId,
      host: new URL(endpoint).host,
    };
    await sandbox.faults.add({
      match: { operation: "get" },
      skip: apiVersions.length * LOOKS,
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

  test("names and short secrets are replaced as whole words, and a long secret wherever it is", async () => {
    const sandbox = await createSandbox(SERVER);
    const { args } = pointedAt(sandbox);
    const secret = "a-secret-of-some-length";
    const said = "any report by prod, anyone's reports of production, fc-report: my-any";
    await sandbox.faults.add({
      match: { operation: "get" },
      skip: LOOKS,
      effect: {
        type: "response",
        status: 200,
        body: { said, [secret]: `<${secret}1>`, long: `${"x".repeat(285)}${secret}` },
      },
    });
    const { file, text } = await newRecording("cloud");
    const only = [...FC3, "--only", "shape of an error", "--record", file, "--access-key-id", "any"];
    const { stdout } = await runKit([...args, ...only], { ALIBABA_CLOUD_ACCESS_KEY_SECRET: secret });
    expect(await text()).toContain(
      '"said": "(access key id) {function} by {alias}, anyone\'s reports of production, fc-report: my-any"',
    );
    // Nor a part of it, where a report quotes the beginning of a value.
    expect(stdout + (await text())).not.toContain("a-secret");

    const { text: shortText, file: short } = await newRecording("cloud");
    await sandbox.faults.clear();
    await sandbox.faults.add({
      match: { operation: "get" },
      skip: LOOKS,
      effect: { type: "response", status: 200, body: { said } },
    });
    const args2 = [...FC3, "--only", "shape of an error", "--record", short, "--access-key-id", "id"];
    await runKit([...args, ...args2], { ALIBABA_CLOUD_ACCESS_KEY_SECRET: "any" });
    expect(await shortText()).toContain(
      '"said": "(access key secret) {function} by {alias}, anyone\'s reports',
    );
  });

  test("it makes the functions that it needs by the API, and leaves nothing of them", async () => {
    const settings = { signatures: "required", functions: "declared" } as const;
    const sandbox = await createSandbox(SERVER, { settings });
    const { environment } = pointedAt(sandbox);
    const account = ["--account", sandbox.access.accountId ?? ""];
    const { code, stdout } = await runKit(
      ["--endpoint", sandbox.endpoint, ...account, "--only", "life cycle", "--only", "aliases"],
      environment,
    );
    expect(stdout).toMatch(/^\d+ steps passed, 0 differing, 0 skipped\.\n$/);
    expect(code).toBe(0);
    const { functions, configs } = await sandbox.snapshot.export();
    expect({ functions, configs }).toEqual({ functions: {}, configs: [] });
    expect(await sandbox.requests.count({ operation: "CreateFunction", status: 200 })).toBeGreaterThan(2);
  });

  test("stopped in the middle, it deletes the functions that it made", async () => {
    const sandbox = await createSandbox(SERVER, { settings: { signatures: "required" } });
    const { environment } = pointedAt(sandbox);
    const account = ["--account", sandbox.access.accountId ?? ""];
    const { child, ended } = startKit(["--endpoint", sandbox.endpoint, ...account], environment);
    await until(async () => (await sandbox.requests.count({ operation: "put" })) > 0, "a config is put");
    child.kill("SIGINT");
    expect((await ended).code).toBe(2);
    const { functions, configs } = await sandbox.snapshot.export();
    expect({ functions, configs }).toEqual({ functions: {}, configs: [] });
  });

  test("what other functions of the account have is neither recorded nor touched", async () => {
    // More than a page of them, before this one's.
    const configs = Array.from({ length: 120 }, (_, i) => ({
      function: `payroll-${i}`,
      maxAsyncRetryAttempts: 7,
    }));
    const others: Snapshot = { configs };
    const sandbox = await createSandbox(SERVER, { snapshot: others, settings: { signatures: "required" } });
    const { args, environment } = pointedAt(sandbox);
    const { file, text } = await newRecording("cloud");
    const only = [...FC3, "--only", "the list of every function", "--verbose"];
    const { code, stdout } = await runKit([...args, ...only, "--record", file], environment);
    expect(code).toBe(0);
    expect(await text()).toContain('"maxAsyncRetryAttempts": 5');
    expect(stdout + (await text())).not.toContain("payroll");
    const left = (await sandbox.snapshot.export()).configs ?? [];
    expect(left).toHaveLength(120);
    expect(left).toEqual(expect.arrayContaining(configs.map((one) => expect.objectContaining(one))));
  });

  test("requests of FC 3.0 say their action and content type, and sign both", async () => {
    const { url, requests } = await forgetfulEndpoint();
    const args = ["--endpoint", url, ...EXISTING, ...FC3, "--only", "types"];
    await runKit(args, { ALIBABA_CLOUD_ACCESS_KEY_ID: "key", ALIBABA_CLOUD_ACCESS_KEY_SECRET: "secret" });
    const put = requests.find(({ method }) => method === "PUT");
    expect(put?.headers).toMatchObject({
      "x-acs-action": "PutAsyncInvokeConfig",
      "x-acs-version": "2023-03-30",
      "content-type": "application/json",
    });
    expect(put?.headers.authorization).toMatch(
      /^ACS3-HMAC-SHA256 Credential=key,SignedHeaders=content-type;host;x-acs-action;x-acs-content-sha256;/,
    );
    const actions = new Set(requests.map(({ headers }) => headers["x-acs-action"]));
    expect(actions).toContain("ListAsyncInvokeConfigs");
    expect(actions).toContain("GetAsyncInvokeConfig");
    expect(actions).toContain("DeleteAsyncInvokeConfig");
  });

  test("requests are signed by the scheme of their version's clients, and for once by each other", async () => {
    const { url, requests } = await forgetfulEndpoint();
    const args = ["--endpoint", url, ...EXISTING, "--only", "either-scheme"];
    await runKit(args, { ALIBABA_CLOUD_ACCESS_KEY_ID: "key", ALIBABA_CLOUD_ACCESS_KEY_SECRET: "secret" });
    const schemes = (method: string, version: string) =>
      requests
        .filter((request) => request.method === method && request.url?.startsWith(`/${version}/`))
        .map(({ headers }) => headers.authorization?.split(" ")[0]);
    const [fc, acs3] = ["FC", "ACS3-HMAC-SHA256"];
    for (const [version, usual, other] of [
      ["2016-08-15", fc, acs3],
      ["2021-04-06", acs3, fc],
      ["2023-03-30", acs3, fc],
    ] as const) {
      expect(new Set(schemes("GET", version)), version).toEqual(new Set([usual]));
      expect(schemes("PUT", version), version).toEqual(expect.arrayContaining([other, "acs"]));
    }
  });

  test("when nobody listens, a line says so", async () => {
    const { url, close } = await forgetfulEndpoint();
    await close();
    for (const at of ["--endpoint", "--sandbox"]) {
      const { code, stdout, stderr } = await runKit(
        [at, url, "--account", "1234567890123456", "--access-key-id", "any"],
        { ALIBABA_CLOUD_ACCESS_KEY_SECRET: "any" },
      );
      expect(stdout).toBe("");
      expect(stderr).toMatch(/^conformance: Nobody answers at [^\n]+: connect ECONNREFUSED [^\n]+\n$/);
      expect(code).toBe(1);
    }
  });

  test("--help says what every option is for", async () => {
    const { code, stdout } = await runKit(["--help"]);
    expect(code).toBe(0);
    for (const option of Object.keys(options))
      expect(stdout).toMatch(new RegExp(`^  --${option} .*\\w`, "m"));
  });

  test("what is missing or wrong on the command line is said in a line", async () => {
    const key = { ALIBABA_CLOUD_ACCESS_KEY_ID: "", ALIBABA_CLOUD_ACCESS_KEY_SECRET: "" };
    const account = ["--account", "1234567890123456"];
    await Promise.all(
      (
        [
          [["--endpoint", SERVER], "--account is missing"],
          [["--endpoint", SERVER, "--account", "mine"], '--account must be a number, but is "mine"'],
          [["--endpoint", SERVER, ...account], "An access key is missing"],
          [["--endpoint", SERVER, ...account, "--alias", "a/b"], '"a/b" is no name'],
          [["--endpoint", SERVER, ...account, "--alias", "fc-conformance"], "must have different names"],
          [
            ["--endpoint", SERVER, ...account, "--skip", "all"],
            "--skip must be one of existence, signatures,",
          ],
          [account, "Where? --endpoint URL or --sandbox URL"],
          [["--sandbox", SERVER, "--only", "unheard of"], 'No scenario is called "unheard of"'],
          [
            ["--sandbox", SERVER, "--only", "2021-04-06", "--only", "two views"],
            "No scenario is left to run",
          ],
          [["--sandbox", "here"], '"here" is no URL'],
          [["--sandbox", SERVER, "--record", "/nowhere/cloud.json"], "ENOENT"],
          [["--sandbox", SERVER, "--signed"], "Unknown option '--signed'"],
          [["test"], 'There is no command "test"'],
        ] as const
      ).map(async ([args, problem]) => {
        const { code, stdout, stderr } = await runKit(args, key);
        expect(stderr).toMatch(/^conformance: [^\n]+\n$/);
        expect(stderr).toContain(problem);
        expect([code, stdout]).toEqual([2, ""]);
      }),
    );
  });
});

test.concurrent("Ctrl-C deletes what was put, also when npm passes it on a second time", async () => {
  const sandbox = await signed();
  await sandbox.faults.add({
    match: { operation: "get", version: "2023-03-30" },
    skip: LOOKS + beforeFirstPut("get"),
    effect: { type: "delay", milliseconds: 30_000 },
  });
  const { args, environment } = pointedAt(sandbox);
  const { file, text } = await newRecording("cloud");
  const { child, ended } = startKit([...args, ...FC3, "--only", "life cycle", "--record", file], environment);
  await until(async () => (await sandbox.requests.count({ method: "PUT" })) > 0, "a PUT");
  expect((await sandbox.snapshot.export()).configs).toHaveLength(1);
  child.kill("SIGINT");
  child.kill("SIGINT");
  const { code, stdout } = await ended;
  expect(stdout).toContain("Stopped before the end: interrupted");
  expect(code).toBe(2);
  expect(await text()).toContain('"step": "PUT creates it"');
  expect((await sandbox.snapshot.export()).configs).toEqual([]);
});

test.concurrent("one who does not wait for the deletions is told what is left", async () => {
  const sandbox = await signed();
  for (const operation of ["get", "delete"] as const) {
    const effect = { type: "delay", milliseconds: 30_000 } as const;
    await sandbox.faults.add({
      match: { operation, version: "2023-03-30" },
      skip: (operation === "get" ? LOOKS : 0) + beforeFirstPut(operation),
      effect,
    });
  }
  const { args, environment } = pointedAt(sandbox);
  const { file, text } = await newRecording("cloud");
  const { child, ended } = startKit([...args, ...FC3, "--only", "life cycle", "--record", file], environment);
  await until(async () => (await sandbox.requests.count({ method: "PUT" })) > 0, "a PUT");
  const again = setInterval(() => child.kill("SIGINT"), 50);
  // One that comes while the process already exits would end it.
  child.stdout.on("data", (said) => {
    if (String(said).includes("could not be deleted")) clearInterval(again);
  });
  const { code, stdout } = await ended;
  expect(stdout).toContain(`These configs could not be deleted:
  /2023-03-30/functions/report/async-invoke-config: interrupted
`);
  expect(code).toBe(2);
  expect(await text()).toContain('"step": "PUT creates it"');
});
