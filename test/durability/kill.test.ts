import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { expect, test } from "vitest";
import { ControlError, createSandbox, type JournalEntry, SandboxClient } from "../../src/client/index.ts";
import { isRunning, newDirectory, type Program, servingProcess, start, until } from "../program.ts";
import { FunctionWriter } from "./functionWriter.ts";
import { Invoker } from "./invoker.ts";
import { type Config, config } from "./model.ts";
import { answers, Reader } from "./reader.ts";
import { type Key, keyText, nextNumber, path, type Write, Writer } from "./writer.ts";

/** Rounds to run; without, as many as there is time for, and one for each victim at least. */
const ROUNDS = process.env["DURABILITY_ROUNDS"] ? Number(process.env["DURABILITY_ROUNDS"]) : undefined;
const TIME_MS = 5_000;
/**
 * From none, so that every change has a row of its own, to so many that a round overwrites few; undefined for one
 * that changes all the time.
 */
const JOURNAL_SIZES = [1, 2, 3, undefined, 12, 0, undefined];

const victims = ["the process that serves", "the program", "a program that starts"] as const;
type Victim = (typeof victims)[number];

interface Round {
  /** Undefined when it changes all the time. */
  readonly journalSize: number | undefined;
  /** When the journal had this size, by the test's own clock. */
  readonly since: number;
  /** The sandbox whose clock stands. */
  readonly frozen: SandboxClient;
}

/** Several writers share each function, and one makes functions. */
const functions: readonly Pick<Key, "service" | "function">[] = [
  { service: "demo", function: "f" },
  { service: "demo", function: "g" },
  { service: "", function: "f" },
];
const writers = [
  ...functions.flatMap((name) =>
    ["LATEST", "blue", "green"].map((qualifier) => new Writer([{ ...name, qualifier }])),
  ),
  new Writer(
    Array.from({ length: 60 }, (_, i) => ({ service: "", function: `made-${i}`, qualifier: "LATEST" })),
  ),
];

/** Reads what is written, so that journals have both. */
const reader = new Reader(writers.flatMap(({ keys }) => keys));

const functionWriter = new FunctionWriter();

/** Invokes in the sandbox of the writers, in real time. */
const invoker = new Invoker(["order", "charge"], { advances: false });
/** Invokes in a sandbox of its own, whose clock stands. */
const advancer = new Invoker(["order", "charge"], { advances: true });

const random = (below: number) => Math.floor(Math.random() * below);

test(
  "whenever it is killed, nothing acknowledged is lost, no config is half merged, the journal agrees, and each invocation ends once",
  async () => {
    const cwd = await newDirectory();
    const state = join(cwd, "state");
    const startAgain = () => start(["--port", "0", "--state-dir", state], { cwd });
    const deadline = performance.now() + TIME_MS;
    const isOver = (rounds: number) =>
      ROUNDS === undefined ? rounds >= victims.length && performance.now() > deadline : rounds === ROUNDS;
    let rounds = 0;
    let round: Round | undefined;
    for (; !isOver(rounds); rounds++) {
      const program = startAgain();
      const url = await program.url;
      const sandbox = new SandboxClient({ endpoint: url });
      const frozen = round ? at(url, round.frozen) : await createSandbox(url);
      if (round) await checkState(url, round);
      else await Promise.all([invoker.configure(sandbox), advancer.configure(frozen)]);
      const journalSize = JOURNAL_SIZES[rounds % JOURNAL_SIZES.length];
      await sandbox.settings({ journalSize: journalSize ?? 3 });
      round = { journalSize, since: performance.now(), frozen };
      const victim = victims[rounds % victims.length] as Victim;
      await Promise.all([
        underLoad(url, frozen, random(2) === 0 ? "an advance" : 1 + random(150), () =>
          kill(victim, program, state),
        ),
        journalSize === undefined && changeJournal(sandbox),
      ]);
      if (victim === "a program that starts") {
        const next = startAgain();
        await setTimeout(random(400)); // Anywhere between its first line and its first answer.
        next.child.kill("SIGKILL");
        await next.exit;
      }
    }
    const program = startAgain();
    if (round) await checkState(await program.url, round);
    program.child.kill();
    await program.exit;
    const acknowledged = writers.flatMap(({ writes }) =>
      writes.filter(({ isAcknowledged }) => isAcknowledged),
    );
    console.log(
      `${rounds} kills, ${acknowledged.length} writes of configs, ${functionWriter.acknowledged} of functions and ${invoker.acknowledged + advancer.acknowledged} invocations acknowledged; ${advancer.unanswered} advances cut off`,
    );
  },
  ROUNDS === undefined ? 10 * TIME_MS : (ROUNDS + 1) * 10_000,
);

/** How often a reader that never pauses reads: its journal takes all that it reads. */
const READ_EVERY_MS = 15;
const READING_MS = 2_000;
/** How old the entry of a read may be that a kill loses. A busy machine's timers are late. */
const LOST_MS = 1_000 + 500;

/** A request of the test, with the journal that has it. */
interface Sent {
  readonly number: number;
  readonly journal: string;
  readonly isWrite: boolean;
  readonly sentAt: number;
  readonly answeredAt: number;
}

test("a kill loses no entry of an acknowledged write, none of a read before it, and none of a read that is older than a second", async () => {
  const cwd = await newDirectory();
  const state = join(cwd, "state");
  const program = start(["--port", "0", "--state-dir", state], { cwd });
  const url = await program.url;
  const sent: Sent[] = [];
  let isOver = false;
  /** Sends the methods in turn until the end, and notes what was answered. */
  const send = async (journal: string, address: string, methods: string[], pause: (i: number) => number) => {
    for (let i = 0; !isOver; i++) {
      const method = methods[i % methods.length] as string;
      const number = nextNumber();
      const sentAt = performance.now();
      if (!(await answers(url + address, method, number))) return;
      const answeredAt = performance.now();
      sent.push({ number, journal, isWrite: method !== "GET", sentAt, answeredAt });
      await setTimeout(pause(i));
    }
  };
  const configOf = (name: string) => path({ service: "", function: name, qualifier: "LATEST" });
  for (const name of ["/read", "/paused", "/mixed"]) {
    await answers(url + configOf(name.slice(1)), "PUT", nextNumber());
  }
  const often = () => READ_EVERY_MS;
  const sending = Promise.all([
    send("/read", configOf("read"), ["GET"], often),
    send("/paused", configOf("paused"), ["GET"], (i) => (i % 5 === 4 ? 400 : 0)),
    send("/mixed", configOf("mixed"), ["GET", "GET", "GET", "PUT"], often),
    send(functionText({ service: null, function: null }), "/2023-03-30/functions", ["GET"], often),
  ]);
  await setTimeout(READING_MS);
  const killedAt = performance.now();
  await kill("the process that serves", program, state);
  isOver = true;
  await sending;

  const again = start(["--port", "0", "--state-dir", state], { cwd });
  const journals = Map.groupBy(
    await allRequests(new SandboxClient({ endpoint: await again.url })),
    functionText,
  );
  const kept = sent.filter(({ isWrite, journal, answeredAt }) => {
    const isBeforeWrite = (one: Sent) =>
      one.isWrite && one.journal === journal && one.sentAt > answeredAt && one.answeredAt < killedAt;
    return isWrite || answeredAt < killedAt - LOST_MS || sent.some(isBeforeWrite);
  });
  expect(new Set(kept.map(({ journal }) => journal)).size).toBe(4);
  for (const { number, journal, isWrite } of kept) {
    const numbers = journals.get(journal)?.map(requestNumber) ?? [];
    expect(numbers, `${isWrite ? "write" : "read"} ${number} of ${journal}`).toContain(number);
  }
  again.child.kill();
  await again.exit;
});

/** Has all writers write. Once so many writes are acknowledged, or an advance of the clock began, and a moment more, kills. */
async function underLoad(
  url: string,
  frozen: SandboxClient,
  killAt: number | "an advance",
  kill: () => Promise<void>,
): Promise<void> {
  let acknowledged = 0;
  const reached = Promise.withResolvers<void>();
  const onAcknowledged = () => ++acknowledged === killAt && reached.resolve();
  const onAdvance = async (milliseconds: number) => {
    if (killAt !== "an advance") return;
    await setTimeout(random(milliseconds));
    reached.resolve();
  };
  const writing = Promise.all([
    ...writers.map((writer) => writer.write(url, onAcknowledged)),
    reader.read(url),
    functionWriter.write(url),
    invoker.write(new SandboxClient({ endpoint: url }), onAcknowledged),
    advancer.write(frozen, onAcknowledged, onAdvance),
  ]);
  // A writer that got a wrong answer ends the test, whatever the others do.
  await Promise.race([reached.promise, writing]);
  await setTimeout(random(12)); // Between two acknowledgements, or steps, as well as just after one.
  await kill();
  await writing;
}

/** Makes the journal smaller, larger and empty, so that what it keeps moves to rows, until the server is gone. */
async function changeJournal(sandbox: SandboxClient): Promise<void> {
  try {
    for (;;) {
      await sandbox.settings({ journalSize: random(4) });
      await sandbox.requests.clear();
    }
  } catch (error) {
    if (error instanceof ControlError) throw error;
  }
}

async function kill(victim: Victim, program: Program, state: string): Promise<void> {
  const serving = servingProcess(state);
  if (victim === "the process that serves") process.kill(serving, "SIGKILL");
  else program.child.kill("SIGKILL");
  await program.exit;
  await until(() => !isRunning(serving), "no process is left behind");
}

/** A sandbox at the URL that the server has now. */
function at(url: string, { access }: SandboxClient): SandboxClient {
  return new SandboxClient({ ...access, endpoint: url + new URL(access.endpoint).pathname });
}

/** Holds what the server has against what it acknowledged, in this round since `since`. */
async function checkState(url: string, { journalSize, since, frozen }: Round): Promise<void> {
  const sandbox = new SandboxClient({ endpoint: url });
  const areChecked = Promise.all([invoker.check(sandbox), advancer.check(at(url, frozen))]);
  const { settings } = await sandbox.summary();
  if (journalSize !== undefined) expect(settings.journalSize).toBe(journalSize);
  expect(await functionWriter.differing(url)).toEqual([]);
  const { configs = [] } = await sandbox.snapshot.export();
  const found = new Map(
    configs.map(({ service = "", function: name, qualifier = "", ...items }) => [
      keyText({ service, function: name, qualifier }),
      config(items),
    ]),
  );
  const journals = Map.groupBy(await allRequests(sandbox), functionText);
  for (const writer of writers) {
    const writes = Map.groupBy(
      writer.writes.filter(({ sentAt }) => sentAt > since),
      ({ key }) => key,
    );
    for (const key of writer.keys) {
      const its = writes.get(keyText(key)) ?? [];
      checkConfig(writer, keyText(key), its, found.get(keyText(key)));
      checkJournal(writer, key, its, journals.get(functionText(key)) ?? [], journalSize);
    }
  }
  await areChecked;
}

/** The config is what the latest acknowledged write made of it, or else the one that was under way. */
function checkConfig(writer: Writer, key: string, writes: readonly Write[], found: Config | undefined): void {
  const possible = [writer.known.get(key)];
  const last = writes.at(-1);
  if (last && !last.isAcknowledged) possible.push(last.becomes);
  expect(possible, `${key} is ${JSON.stringify(found)} after the kill`).toContainEqual(found);
  writer.learn(key, found);
}

/**
 * The journal's latest write of a config is the one that made it. The latest that was acknowledged is there, unless
 * as many as the journal takes ended after it was sent.
 */
function checkJournal(
  writer: Writer,
  key: Key,
  writes: readonly Write[],
  journal: readonly JournalEntry[],
  size: number | undefined,
): void {
  const latest = journal.find(({ qualifier, method }) => qualifier === key.qualifier && method !== "GET");
  if (latest) {
    const made = latest.status === 200 ? config(JSON.parse(latest.responseBody)) : undefined;
    expect(writer.known.get(keyText(key)), `${keyText(key)}, as the journal has it`).toEqual(made);
  }
  if (size === undefined) return;
  expect(journal.length).toBeLessThanOrEqual(size);
  const acknowledged = writes.findLast(({ isAcknowledged }) => isAcknowledged);
  if (acknowledged === undefined) return;
  if (latest && requestNumber(latest) >= acknowledged.number) return;
  const later = journal.filter((entry) => (endOf(requestNumber(entry)) ?? 0) > acknowledged.sentAt);
  expect(later.length, `entries later than write ${acknowledged.number} of ${keyText(key)}`).toBe(size);
}

function endOf(number: number): number | undefined {
  for (const { writes } of writers) {
    const write = writes.findLast((one) => one.number === number);
    if (write) return write.endedAt;
  }
  return reader.get(number)?.endedAt;
}

function requestNumber({ headers }: JournalEntry): number {
  return Number(headers["x-write"]);
}

function functionText({
  service,
  function: name,
}: {
  service: string | null;
  function: string | null;
}): string {
  return `${service ?? ""}/${name}`;
}

/** The whole journal, newest first. */
async function allRequests(sandbox: SandboxClient): Promise<JournalEntry[]> {
  const all: JournalEntry[] = [];
  let nextToken: string | undefined;
  do {
    const page = await sandbox.requests.list({}, { limit: 100, ...(nextToken ? { nextToken } : {}) });
    all.push(...page.requests);
    nextToken = page.nextToken;
  } while (nextToken !== undefined);
  return all;
}
