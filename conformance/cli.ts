import { readFile, writeFile } from "node:fs/promises";
import { basename } from "node:path";
import { parseArgs } from "node:util";
import { apiVersions } from "../src/api/versions.ts";
import { diff, diffReport } from "./diff.ts";
import { type Endpoint, endpointAt, newSandbox } from "./endpoint.ts";
import type { Subject } from "./placeholders.ts";
import { parseRecording, recordingOf } from "./recording.ts";
import { exitCodeOf, stepReport, summary } from "./report.ts";
import { presentConfigs, runScenarios, type Selection } from "./run.ts";
import type { Need } from "./scenario.ts";
import { scenarios } from "./scenarios/index.ts";
import { secretsOf, withoutSecrets } from "./secrets.ts";
import type { Credentials } from "./signing.ts";

const DEFAULTS = { account: "1234567890123456", region: "cn-hangzhou" };
const IN_A_SANDBOX = { service: "conformance", function: "report", alias: "prod", version: "1" };
/** Of one Ctrl-C there come two signals: the terminal's, and the one that npm passes on. */
const TWICE_MS = 1000;
const SKIPPABLE: readonly Need[] = ["existence", "signatures"];

const HELP = `Usage: npm run conformance -- --sandbox URL [options]
       npm run conformance -- --endpoint URL --account ID --service NAME --function NAME … [options]
       npm run conformance -- diff CLOUD.json SANDBOX.json [--wording]

Asks an endpoint what docs/wire.md says the API does, and reports where the answers differ. Every config it puts it
deletes again, also after a failure and Ctrl-C. docs/conformance.md says more.

  --sandbox URL          a sandbox server: makes a sandbox there, with all that the scenarios need
  --endpoint URL         the cloud, or a sandbox that is there
  --access-key-id ID     by default ALIBABA_CLOUD_ACCESS_KEY_ID of the environment
  --access-key-secret S  by default ALIBABA_CLOUD_ACCESS_KEY_SECRET, which keeps it out of the process list
                         (ALIBABA_CLOUD_SECURITY_TOKEN: the token of temporary credentials)
  --account ID           the account that owns the functions
  --region R             where they are (default ${DEFAULTS.region})

What has to be there beforehand, since this API can't make it; nothing of it is invoked:

  --service NAME         a service of FC 2.0, for 2016-08-15 and 2021-04-06
  --function NAME        a function in it
  --fc3-function NAME    a function of FC 3.0, for 2023-03-30
  --version N            a published version: of the service, and of the FC 3.0 function
  --alias NAME           an alias of that version: the same name in both
  --on-success NAME      two destinations, where the cloud wants ones that exist
  --on-failure NAME      (default: MNS queues called fc-conformance and fc-conformance-other)

The functions must have no async invoke config: the run stops before it would overwrite one. Without --service or
--fc3-function, those versions of the API are left out; without --version or --alias, what needs them.

  --only WORD            a version of the API, words of a scenario's name, or a choice; can be given several times
  --skip NEED            what the endpoint has not: existence (every function exists), signatures (none is checked)
  --record FILE          writes what came back, without anything that says whose account it was
  --verbose              reports the steps that are as expected, too
  --wording              diff: shows messages that differ, too
  --help                 show this

Exit code: 0 all as expected (diff: the same), 1 differences, 2 it could not be tried or cleaned up.
`;

const options = {
  sandbox: { type: "string" },
  endpoint: { type: "string" },
  "access-key-id": { type: "string" },
  "access-key-secret": { type: "string" },
  account: { type: "string" },
  region: { type: "string", default: DEFAULTS.region },
  service: { type: "string" },
  function: { type: "string" },
  "fc3-function": { type: "string" },
  version: { type: "string" },
  alias: { type: "string" },
  "on-success": { type: "string" },
  "on-failure": { type: "string" },
  only: { type: "string", multiple: true, default: [] as string[] },
  skip: { type: "string", multiple: true, default: [] as string[] },
  record: { type: "string" },
  verbose: { type: "boolean", default: false },
  wording: { type: "boolean", default: false },
  help: { type: "boolean", default: false },
} as const;

/** The command line, as it came. Throws an Error for an option that there is not. */
function readCommandLine(args: string[]) {
  return parseArgs({ args, options, allowPositionals: true });
}
type Given = ReturnType<typeof readCommandLine>["values"];

/** What the run works on. Throws an Error that says what is missing. */
function subjectOf(given: Given): Subject {
  const isSandbox = given.sandbox !== undefined;
  const { region, account: accountId = isSandbox ? DEFAULTS.account : undefined } = given;
  if (accountId === undefined) throw new Error("--account is missing: the ID of the account.");
  const preset = isSandbox ? IN_A_SANDBOX : undefined;
  const subject = {
    accountId,
    region,
    service: given.service ?? preset?.service,
    function: given.function ?? preset?.function,
    functionOfFc3: given["fc3-function"] ?? preset?.function,
    version: given.version ?? preset?.version,
    alias: given.alias ?? preset?.alias,
    destination: given["on-success"] ?? queue(region, accountId, "fc-conformance"),
    otherDestination: given["on-failure"] ?? queue(region, accountId, "fc-conformance-other"),
  };
  if ((subject.service === undefined) !== (subject.function === undefined)) {
    throw new Error("--service and --function go together.");
  }
  if (new Set([subject.service, subject.function, subject.alias]).size < 3 && subject.service !== undefined) {
    throw new Error(
      "The service, the function and the alias must have different names: recordings tell by them.",
    );
  }
  if (subject.service === undefined && subject.functionOfFc3 === undefined) {
    throw new Error("Which function? --service and --function, or --fc3-function, or both; or --sandbox.");
  }
  return subject;
}

function queue(region: string, accountId: string, name: string): string {
  return `acs:mns:${region}:${accountId}:/queues/${name}/messages`;
}

/** The access key. Throws an Error when there is none. */
function credentialsOf(given: Given): Credentials {
  const { env } = process;
  const accessKeyId = given["access-key-id"] ?? env["ALIBABA_CLOUD_ACCESS_KEY_ID"];
  const accessKeySecret = given["access-key-secret"] ?? env["ALIBABA_CLOUD_ACCESS_KEY_SECRET"];
  if (!accessKeyId || !accessKeySecret) {
    throw new Error(
      "An access key is missing: ALIBABA_CLOUD_ACCESS_KEY_ID and ALIBABA_CLOUD_ACCESS_KEY_SECRET.",
    );
  }
  return { accessKeyId, accessKeySecret, securityToken: env["ALIBABA_CLOUD_SECURITY_TOKEN"] };
}

async function endpointOf(given: Given, subject: Subject): Promise<Endpoint> {
  for (const url of [given.sandbox, given.endpoint]) {
    if (url !== undefined && !/^https?:\/\//.test(url)) throw new Error(`"${url}" is no URL.`);
  }
  if (given.sandbox !== undefined) {
    if (given.endpoint !== undefined) throw new Error("Either --sandbox or --endpoint.");
    return newSandbox(given.sandbox, subject);
  }
  if (given.endpoint === undefined) throw new Error("Where? --sandbox URL or --endpoint URL; see --help.");
  const wrong = given.skip.find((need) => !SKIPPABLE.some((one) => one === need));
  if (wrong !== undefined) throw new Error(`--skip must be ${SKIPPABLE.join(" or ")}, but is "${wrong}".`);
  const offers = SKIPPABLE.filter((need) => !given.skip.includes(need));
  return endpointAt(given.endpoint, credentialsOf(given), new Set(offers));
}

/** What of --only is a version, and what a word. Throws an Error for a word that no scenario has. */
function selectionOf(only: readonly string[]): Selection {
  const versions = only.filter((one) => apiVersions.some(({ id }) => id === one));
  const words = only.filter((one) => !versions.includes(one));
  for (const word of words) {
    const known = scenarios.some(
      ({ name, steps }) => name.includes(word) || steps.some(({ choice }) => choice === word),
    );
    if (!known) {
      throw new Error(
        `No scenario is called "${word}". There are: ${scenarios.map(({ name }) => name).join(", ")}.`,
      );
    }
  }
  return { versions, words };
}

async function runAgainst(given: Given): Promise<number> {
  const subject = subjectOf(given);
  const selection = selectionOf(given.only);
  const endpoint = await endpointOf(given, subject);
  const secrets = secretsOf(endpoint.credentials);
  const say = (text: string) => process.stdout.write(withoutSecrets(text, secrets));
  const present = await presentConfigs(subject, endpoint, selection);
  if (present.length > 0) {
    throw new Error(
      `These configs are there, and the run would overwrite them:\n  ${present.join("\n  ")}\nDelete them, or name other functions.`,
    );
  }
  const interrupted = new AbortController();
  let interruptedAt: number | undefined;
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.on(signal, () => {
      if (interruptedAt === undefined) {
        interruptedAt = Date.now();
        process.stderr.write("Stopping: deleting what was put. Once more ends it at once.\n");
        interrupted.abort();
      } else if (Date.now() - interruptedAt > TWICE_MS) process.exit(2);
    });
  }
  const outcome = await runScenarios(scenarios, subject, endpoint, {
    selection,
    signal: interrupted.signal,
    onStep: (step) => say(stepReport(step, given.verbose)),
  });
  if (given.record !== undefined) {
    const recording = recordingOf(outcome, subject, endpoint);
    await writeFile(given.record, `${JSON.stringify(recording, null, 2)}\n`);
  }
  say(summary(outcome));
  return exitCodeOf(outcome);
}

async function compare(files: readonly string[], wording: boolean): Promise<number> {
  const [one, other, ...further] = files;
  if (one === undefined || other === undefined || further.length > 0) {
    throw new Error("diff takes two recordings: diff CLOUD.json SANDBOX.json.");
  }
  const found = diff(await side(one), await side(other));
  if (found.compared === 0) throw new Error("The recordings have no step in common.");
  process.stdout.write(diffReport(found, wording));
  return found.steps.some(({ differences }) => differences.length > 0) ? 1 : 0;
}

async function side(file: string) {
  const text = await readFile(file, "utf8");
  try {
    return { name: basename(file, ".json"), recording: parseRecording(text) };
  } catch (error) {
    throw new Error(`${file} is no recording: ${error instanceof Error ? error.message : error}`);
  }
}

try {
  const { values, positionals } = readCommandLine(process.argv.slice(2));
  const [command, ...files] = positionals;
  if (values.help) process.stdout.write(HELP);
  else if (command === "diff") process.exitCode = await compare(files, values.wording);
  else if (command !== undefined) throw new Error(`There is no command "${command}"; see --help.`);
  else process.exitCode = await runAgainst(values);
} catch (error) {
  process.stderr.write(`conformance: ${error instanceof Error ? error.message : error}\n`);
  process.exitCode = 2;
}
