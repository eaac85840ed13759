/** Asks an endpoint what the API should answer, and compares what two of them said: see docs/conformance.md. */
import { readFile, writeFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { type Recording, recordingDifferences, recordingSchema } from "./recording.ts";
import { refuseToOverwrite, run, type Target } from "./run.ts";
import { scenarios } from "./scenarios.ts";

const HELP = `Usage: npm run conformance -- --endpoint URL --access-key-id ID --access-key-secret SECRET --account N [options]
       npm run conformance -- diff FIRST.json SECOND.json

Sends signed requests to an endpoint of the API, a sandbox or the real cloud, and says where the answers are not those
that were expected. What it makes, it removes again.

  --endpoint URL          where the API is
  --access-key-id ID      or the variable ALIBABA_CLOUD_ACCESS_KEY_ID
  --access-key-secret S   or the variable ALIBABA_CLOUD_ACCESS_KEY_SECRET
  --account N             the account's number
  --region R              (default cn-hangzhou)
  --service S             a service of FC 2.0 (default fc-sandbox-conformance)
  --function F            a function in it, and one of FC 3.0 (default conformance)
  --qualifier Q           an alias of the service and of both functions (default prod)
  --only VERSION          one API version: 2016-08-15, 2021-04-06 or 2023-03-30
  --scenario NAME         those whose name has this in it
  --open                  the endpoint takes every function to exist, as a sandbox does
  --unsigned              the endpoint does not check signatures, as a sandbox does unless told to
  --record FILE           write what came, for diff
  --help                  show this

Ends with 0 when all was as expected (diff: when both are the same), with 1 when not, with 2 when it could not be asked.
`;

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      endpoint: { type: "string" },
      "access-key-id": { type: "string", default: process.env["ALIBABA_CLOUD_ACCESS_KEY_ID"] ?? "" },
      "access-key-secret": { type: "string", default: process.env["ALIBABA_CLOUD_ACCESS_KEY_SECRET"] ?? "" },
      account: { type: "string", default: "" },
      region: { type: "string", default: "cn-hangzhou" },
      service: { type: "string", default: "fc-sandbox-conformance" },
      function: { type: "string", default: "conformance" },
      qualifier: { type: "string", default: "prod" },
      only: { type: "string" },
      scenario: { type: "string", default: "" },
      open: { type: "boolean", default: false },
      unsigned: { type: "boolean", default: false },
      record: { type: "string" },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) {
    process.stdout.write(HELP);
    return 0;
  }
  if (positionals[0] === "diff") return diff(positionals.slice(1));
  if (positionals.length > 0) throw new Error(`there is no command "${positionals[0]}"`);
  for (const needed of ["endpoint", "access-key-id", "access-key-secret", "account"] as const) {
    if (!values[needed]) throw new Error(`--${needed} is missing`);
  }
  const chosen = scenarios
    .filter(({ name }) => name.includes(values.scenario))
    .map((one) => ({ ...one, versions: one.versions.filter((id) => !values.only || id === values.only) }));
  if (chosen.every(({ versions }) => versions.length === 0)) throw new Error("no scenario is left to run");
  return ask(
    chosen,
    {
      endpoint: values.endpoint ?? "",
      accessKeyId: values["access-key-id"],
      accessKeySecret: values["access-key-secret"],
      account: values.account,
      region: values.region,
      service: values.service,
      function: values.function,
      qualifier: values.qualifier,
      checksExistence: !values.open,
      checksSignatures: !values.unsigned,
    },
    values.record,
  );
}

async function ask(chosen: typeof scenarios, target: Target, record: string | undefined): Promise<number> {
  const stopped = new AbortController();
  // What is under way is finished and cleaned up, however often one asks.
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => stopped.abort());
  await refuseToOverwrite(chosen, target);
  const answers: Recording["answers"] = [];
  let differing = 0;
  try {
    for await (const { answer, differences } of run(chosen, target, stopped.signal)) {
      answers.push(answer);
      if (differences.length === 0) continue;
      differing += 1;
      const settled = answer.settles ? ` (settles ${answer.settles})` : "";
      process.stdout.write(`${answer.step}${settled}\n${differences.map((one) => `  ${one}\n`).join("")}`);
    }
  } finally {
    // What came is worth keeping, even when the rest did not.
    if (record !== undefined) await writeRecording(record, answers);
  }
  const cut = stopped.signal.aborted ? "; cut short" : "";
  process.stdout.write(`${answers.length} steps, ${differing} not as expected${cut}\n`);
  return stopped.signal.aborted ? 2 : differing > 0 ? 1 : 0;
}

function writeRecording(file: string, answers: Recording["answers"]): Promise<void> {
  const recording: Recording = {
    format: "fc-sandbox-conformance/1",
    recordedAt: new Date().toISOString(),
    answers,
  };
  return writeFile(file, `${JSON.stringify(recording, null, 2)}\n`);
}

async function diff(files: readonly string[]): Promise<number> {
  const [first, second] = files;
  if (first === undefined || second === undefined) throw new Error("diff wants two recordings");
  const found = recordingDifferences(
    [first, await readRecording(first)],
    [second, await readRecording(second)],
  );
  for (const difference of found) process.stdout.write(`${difference}\n`);
  if (found.length === 0) process.stdout.write("no difference\n");
  return found.length > 0 ? 1 : 0;
}

async function readRecording(file: string): Promise<Recording> {
  const parsed = recordingSchema.safeParse(JSON.parse(await readFile(file, "utf8")));
  if (parsed.success) return parsed.data;
  throw new Error(
    `${file} is no recording: ${parsed.error.issues[0]?.path.join(".")} ${parsed.error.issues[0]?.message}`,
  );
}

try {
  process.exitCode = await main();
} catch (error) {
  process.stderr.write(`conformance: ${error instanceof Error ? error.message : error}\n`);
  process.exitCode = 2;
}
