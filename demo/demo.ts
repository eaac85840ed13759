/** Serves a sandbox to present: `npm run demo`. */
import { setTimeout } from "node:timers/promises";
import { parseArgs } from "node:util";
import { SandboxClient } from "../src/client/index.ts";
import { startSandbox } from "../src/local/startSandbox.ts";
import { playColleague } from "./colleague.ts";
import { acts, opening } from "./story.ts";

const HELP = `Usage: npm run demo -- [options]

Serves the sandbox of a shop until Ctrl-C, and prints the address at which its
page presents a story in five acts. This program has a part in the story: the
colleague, who changes a config with an SDK.

  --port N      the port to listen on, 0 for any free one (default 8787)
  --traffic     also plays the shop's traffic, for a look around without a
                presenter; it would disturb the story
  --minutes M   how long traffic is played (default 60); the page stays after that
  --pause S     seconds between two acts of the traffic (default 1.5)
  --help        show this
`;

interface Options {
  readonly port: number;
  readonly traffic: boolean;
  readonly minutes: number;
  readonly pause: number;
}

/** Parses the command line. Throws an Error that says which option is invalid. */
function readCommandLine(): Options | "help" {
  const { values } = parseArgs({
    options: {
      port: { type: "string", default: "8787" },
      traffic: { type: "boolean", default: false },
      minutes: { type: "string", default: "60" },
      pause: { type: "string", default: "1.5" },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) return "help";
  const number = (name: "port" | "minutes" | "pause", most: number) => {
    const value = Number(values[name]);
    if (values[name].trim() !== "" && value >= 0 && value <= most) return value;
    throw new Error(`--${name} must be a number from 0 to ${most}, but is "${values[name]}".`);
  };
  const port = number("port", 65_535);
  if (!Number.isInteger(port)) throw new Error(`--port must be a whole number, but is "${values.port}".`);
  return { port, traffic: values.traffic, minutes: number("minutes", 1440), pause: number("pause", 3600) };
}

function welcome(url: string, { traffic, minutes }: Options): string {
  return `The demo of fc-sandbox is ready.

  URL      ${url}
  Look     ${url}/ in a browser
  Present  ${url}/?present in a browser: → plays the next act, Esc ends
${traffic ? `\nTraffic is played for ${minutes} minutes.\n` : ""}
Ctrl-C stops it.

`;
}

async function serve(options: Options): Promise<void> {
  const sandbox = await startSandbox({ port: options.port });
  const stopped = new AbortController();
  const stop = () => {
    stopped.abort();
    void sandbox.close();
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, stop);
  const played = play(sandbox.url, options, stopped.signal);
  played.catch(stop);
  const cause = await sandbox.ended;
  stopped.abort();
  await played;
  if (cause !== undefined) throw new Error(cause);
}

async function play(url: string, options: Options, stopped: AbortSignal): Promise<void> {
  const client = new SandboxClient({ endpoint: url });
  const tell = (line: string) => process.stdout.write(`${line}\n`);
  try {
    await client.snapshot.import({ ...opening, replace: "all" });
    await playColleague(client, { signal: stopped, tell });
    process.stdout.write(welcome(url, options));
    if (options.traffic) await playTraffic(client, options, stopped, tell);
  } catch (error) {
    // Stopping the demo interrupts a request or a pause, which is no error.
    if (!stopped.aborted) throw error;
  }
}

async function playTraffic(
  client: SandboxClient,
  { minutes, pause }: Options,
  stopped: AbortSignal,
  tell: (line: string) => void,
): Promise<void> {
  const end = Date.now() + minutes * 60_000;
  for (let round = 0; ; round++) {
    for (const act of acts(round)) {
      if (Date.now() >= end) return;
      tell(act.title);
      await act.play(client).catch((error) => {
        if (stopped.aborted) throw error;
        // A visitor's faults may break a response, or use up the limit so that no fault can be added.
        tell(`  failed: ${error instanceof Error ? error.message : error}`);
      });
      await setTimeout(pause * 1000, undefined, { signal: stopped });
    }
  }
}

try {
  const options = readCommandLine();
  if (options === "help") process.stdout.write(HELP);
  else await serve(options);
} catch (error) {
  process.stderr.write(`fc-sandbox: ${error instanceof Error ? error.message : error}\n`);
  process.exitCode = 1;
}
