import { randomBytes } from "node:crypto";
import { parseArgs } from "node:util";
import { apiVersions } from "../src/fc/versions.ts";
import { type Endpoint, endpointAt, newSandbox } from "./endpoint.ts";
import type { Subject } from "./placeholders.ts";
import { isEmpty, type Selection } from "./run.ts";
import type { Need } from "./scenario.ts";
import { scenarios } from "./scenarios/index.ts";
import type { Credentials } from "./signing.ts";

const DEFAULTS = {
  account: "1234567890123456",
  region: "cn-hangzhou",
  version: "1",
  alias: "prod",
};
/** The name of the queues, topics and functions that the scenarios use as destinations. */
const ELSEWHERE = "fc-conformance";
const OTHER = `${ELSEWHERE}-other`;
const SKIPPABLE: readonly Need[] = ["existence", "signatures", "alias", "version"];

export const HELP = `Usage: npm run conformance -- --endpoint URL --access-key-id ID --access-key-secret SECRET --account ID [options]
       npm run conformance -- --sandbox URL [options]
       npm run conformance -- diff CLOUD.json SANDBOX.json [--wording]

Asks an endpoint, in signed requests, what docs/wire.md says the API does, and reports where the answers differ. What
it makes it deletes again, also after a failure and Ctrl-C: a service, functions, versions, aliases and configs, whose names
begin with ${ELSEWHERE}. docs/conformance.md says more.

  --endpoint URL         the cloud, or a sandbox that is there
  --sandbox URL          a sandbox server: makes a sandbox there, with all that the scenarios need
  --access-key-id ID     by default ALIBABA_CLOUD_ACCESS_KEY_ID of the environment
  --access-key-secret S  by default ALIBABA_CLOUD_ACCESS_KEY_SECRET, which keeps it out of the process list
                         (ALIBABA_CLOUD_SECURITY_TOKEN: the token of temporary credentials)
  --account ID           the account that owns the functions (--sandbox: ${DEFAULTS.account})
  --region R             where they are (default ${DEFAULTS.region})

Nothing is invoked without --invoke. With one of the next five options the run uses what is there in place of making it:

  --service NAME         a service of FC 2.0, for 2016-08-15 and 2021-04-06
  --function NAME        a function in it
  --fc3-function NAME    a function of FC 3.0, for 2023-03-30
  --version N            a published version: of the service, and of the FC 3.0 function (default ${DEFAULTS.version})
  --alias NAME           an alias of that version: the same name in both (default ${DEFAULTS.alias})

  --on-success NAME      two destinations, where the cloud wants ones that exist
  --on-failure NAME      (default: MNS queues called ${ELSEWHERE} and ${OTHER})

Functions that are there must have no async invoke config: the run stops before it would overwrite one, and when it can't know.

  --only WORD            a version of the API, words of a scenario's name, or a choice; can be given several times
  --invoke               also invokes the functions, which an account pays for; those that are there must return at once
  --skip NEED            what the endpoint has not: existence (every function exists), signatures (none is checked),
                         alias, version; can be given several times
  --record FILE          writes what came back, without anything that says whose account it was
  --verbose              reports the steps that are as expected, too
  --wording              diff: shows messages that differ, too
  --help                 show this

Exit code: 0 all as expected (diff: the same), 1 something differs, or nobody answers, 2 it could not be tried, was
interrupted, or left something behind.
`;

/** All options; HELP describes them. */
export const options = {
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
  invoke: { type: "boolean", default: false },
  record: { type: "string" },
  verbose: { type: "boolean", default: false },
  wording: { type: "boolean", default: false },
  help: { type: "boolean", default: false },
} as const;

/** Parses the arguments, without checking the values. Throws an Error for an unknown option. */
export function readCommandLine(args: string[]) {
  try {
    return parseArgs({ args, options, allowPositionals: true });
  } catch (error) {
    // The rest of Node's message is advice on arguments that begin with "-", which no option here has.
    const [problem] = (error instanceof Error ? error.message : String(error)).split(/[.\n]/);
    throw new Error(`${problem}; see --help.`);
  }
}
export type Given = ReturnType<typeof readCommandLine>["values"];

/** Whether the run makes the functions that it needs; otherwise the options name functions that are there. */
export function makesFunctions(given: Given): boolean {
  const { service, function: name, "fc3-function": functionOfFc3, version, alias } = given;
  return [service, name, functionOfFc3, version, alias].every((one) => one === undefined);
}

/** The names and ids that the run uses. Throws an Error that says what is missing or invalid. */
export function subjectOf(given: Given): Subject {
  const run = randomBytes(4).toString("hex");
  const suffix = makesFunctions(given) ? `-${run}` : "";
  const {
    region,
    service = `${ELSEWHERE}-service${suffix}`,
    version = DEFAULTS.version,
    alias = DEFAULTS.alias,
    account: accountId = given.sandbox && DEFAULTS.account,
  } = given;
  const name = `${ELSEWHERE}-function${suffix}`;
  const functions = { function: given.function ?? name, functionOfFc3: given["fc3-function"] ?? name };
  if (!accountId) throw new Error("--account is missing: the ID of the account.");
  if (!/^\d+$/.test(accountId)) throw new Error(`--account must be a number, but is "${accountId}".`);
  if (!/^[1-9]\d*$/.test(version)) throw new Error(`--version must be a number, but is "${version}".`);
  for (const name of [service, ...Object.values(functions), alias]) {
    if (!NAME.test(name)) throw new Error(`"${name}" is no name of a service, function or alias.`);
  }
  for (const names of [
    [service, functions.function, alias, ELSEWHERE],
    [functions.functionOfFc3, alias, ELSEWHERE],
  ]) {
    if (new Set(names).size < names.length) {
      throw new Error(
        `The service, the function and the alias must have different names, none of them ${ELSEWHERE}: recordings tell by them.`,
      );
    }
  }
  return {
    ...{ accountId, region, service, ...functions, version, alias },
    missing: `${ELSEWHERE}-none-${run}`,
    made: `${ELSEWHERE}-made-${run}`,
    destination: given["on-success"] ?? queue(region, accountId, ELSEWHERE),
    otherDestination: given["on-failure"] ?? queue(region, accountId, OTHER),
  };
}

const NAME = /^[A-Za-z_][\w-]{0,127}$/;

function queue(region: string, accountId: string, name: string): string {
  return `acs:mns:${region}:${accountId}:/queues/${name}/messages`;
}

/** The access key from the options or the environment. Throws an Error when there is none. */
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

export async function endpointOf(given: Given, subject: Subject): Promise<Endpoint> {
  if (given.sandbox !== undefined && given.endpoint !== undefined) {
    throw new Error("Either --sandbox or --endpoint.");
  }
  const url = given.sandbox ?? given.endpoint;
  if (url === undefined) throw new Error("Where? --endpoint URL or --sandbox URL; see --help.");
  if (!/^https?:/.test(url) || !URL.canParse(url)) throw new Error(`"${url}" is no URL.`);
  const wrong = given.skip.find((need) => !SKIPPABLE.some((one) => one === need));
  if (wrong !== undefined) {
    throw new Error(`--skip must be one of ${SKIPPABLE.join(", ")}, but is "${wrong}".`);
  }
  if (given.sandbox !== undefined) return newSandbox(url, subject, !makesFunctions(given));
  const offers: Need[] = SKIPPABLE.filter((need) => !given.skip.includes(need));
  if (given.invoke) offers.push("invocation");
  return endpointAt(url, credentialsOf(given), new Set(offers));
}

/** Splits the values of --only into versions and words. Throws an Error for a word that no scenario has. */
export function selectionOf(only: readonly string[]): Selection {
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
  const selection = { versions, words };
  if (isEmpty(scenarios, selection)) throw new Error("No scenario is left to run: see --only.");
  return selection;
}
