// What `npm start` runs: builds the Worker and serves it, in one process and without a shell around it, so that signals
// reach it and its exit code counts.
import { readCommandLine } from "./commandLine.ts";

/** Whether the command line is to serve; what it is else, help or a mistake, needs no build. */
function serves(): boolean {
  try {
    return readCommandLine(process.argv.slice(2)) !== "help";
  } catch {
    return false;
  }
}

if (serves()) await import("./build.ts");
await import("./cli.ts");
