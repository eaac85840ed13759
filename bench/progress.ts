import type { WriteStream } from "node:tty";

/** A part of a run, which is measured after the parts before it. */
export interface Measurement {
  readonly title: string;
  /** How long it takes on a quiet machine. */
  readonly seconds: number;
  run(): Promise<void>;
}

/** How often progress is told: on a terminal one line is rewritten, elsewhere each time is a line. */
const TERMINAL_MS = 1000;
const LINES_MS = 10_000;

type Output = Pick<WriteStream, "write" | "isTTY">;

/** Tells which measurement of how many is under way, and how many of the expected seconds have passed. */
export class Progress {
  readonly #output: Output;
  #started = performance.now();
  #seconds = 0;
  #count = 0;
  #current = "";
  #detail = "";

  constructor(output: Output) {
    this.#output = output;
  }

  /** Runs the measurements one after the other. Says first how long they will take. */
  async run(measurements: readonly Measurement[]): Promise<void> {
    this.#started = performance.now();
    this.#seconds = measurements.reduce((sum, { seconds }) => sum + seconds, 0);
    this.#count = measurements.length;
    this.#output.write(`Measurements: ${this.#count}; expected time: about ${duration(this.#seconds)}\n`);
    const timer = setInterval(() => this.#tell(), this.#output.isTTY ? TERMINAL_MS : LINES_MS);
    try {
      for (const [i, { title, run }] of measurements.entries()) {
        this.#current = `${i + 1} of ${this.#count}: ${title}`;
        this.#detail = "";
        this.#tell();
        await run();
      }
    } finally {
      clearInterval(timer);
      this.#clear();
    }
  }

  /** Says what of the measurement is under way, such as a round. */
  note(detail: string): void {
    this.#detail = detail;
    if (this.#output.isTTY) this.#tell();
  }

  /** Prints results, which stay. */
  print(text: string): void {
    this.#clear();
    process.stdout.write(`${text}\n`);
  }

  #tell(): void {
    const elapsed = Math.round((performance.now() - this.#started) / 1000);
    const what = this.#detail === "" ? this.#current : `${this.#current}; ${this.#detail}`;
    const line = `[${elapsed} s of about ${Math.round(this.#seconds)} s] ${what}`;
    this.#output.write(this.#output.isTTY ? `\r\x1b[K${line}` : `${line}\n`);
  }

  #clear(): void {
    if (this.#output.isTTY) this.#output.write("\r\x1b[K");
  }
}

function duration(seconds: number): string {
  return seconds < 120 ? `${Math.round(seconds)} s` : `${Math.round(seconds / 60)} minutes`;
}

/** The progress of this program's run. It is no result, so it goes where errors go. */
export const progress = new Progress(process.stderr);
