/** Serves a sandbox that tells a story: `npm run demo`. */
import { setTimeout } from "node:timers/promises";
import { parseArgs } from "node:util";
import { SandboxClient } from "../src/client/index.ts";
import { startSandbox } from "../src/local/startSandbox.ts";
import { acts, opening } from "./story.ts";

const HELP = `Usage: npm run demo -- [options]

Serves a sandbox with three services in it, and plays traffic until Ctrl-C.

  --port N      the port to listen on, 0 for any free one (default 8787)
  --minutes M   how long traffic is played (default 60); the page stays after that
  --pause S     seconds between two acts (default 1.5)
  --help        show this
`;

interface Options {
  readonly port: number;
  readonly minutes: number;
  readonly pause: number;
}

/** Parses the command line. Throws an Error that says which option is invalid. */
function readCommandLine(): Options | "help" {
  const { values } = parseArgs({
    options: {
      port: { type: "string", default: "8787" },
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
  return { port, minutes: number("minutes", 1440), pause: number("pause", 3600) };
}

async function serve({ port, minutes, pause }: Options): Promise<void> {
  const sandbox = await startSandbox({ port });
  const stopped = new AbortController();
  const stop = () => {
    stopped.abort();
    void sandbox.close();
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, stop);
  process.stdout.write(
    `The demo is at ${sandbox.url}/ and plays for ${minutes} minutes.\nCtrl-C stops it.\n\n`,
  );
  const played = play(sandbox.url, minutes, pause, stopped.signal);
  played.catch(stop);
  const cause = await sandbox.ended;
  stopped.abort();
  await played;
  if (cause !== undefined) throw new Error(cause);
}

async function play(url: string, minutes: number, pause: number, stopped: AbortSignal): Promise<void> {
  const client = new SandboxClient({ endpoint: url });
  const end = Date.now() + minutes * 60_000;
  try {
    await client.snapshot.import({ ...opening, replace: "all" });
    for (let round = 0; ; round++) {
      for (const act of acts(round)) {
        if (Date.now() >= end) return;
        process.stdout.write(`${act.title}\n`);
        await act.play(client).catch((error) => {
          if (stopped.aborted) throw error;
          // A visitor's faults may break a response, or use up the limit so that the story can add no fault.
          process.stdout.write(`  failed: ${error instanceof Error ? error.message : error}\n`);
        });
        await setTimeout(pause * 1000, undefined, { signal: stopped });
      }
    }
  } catch (error) {
    // Stopping the demo interrupts a request or a pause, which is no error.
    if (!stopped.aborted) throw error;
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
