/** Loads several hosts in turn, in many short rounds: the machine's speed drifts, adjacent rounds are alike. */
import { type Host, memory } from "./hosts.ts";
import {
  type AccessKey,
  configPaths,
  FUNCTIONS,
  type Load,
  load,
  median,
  PUTS_UNTIL_STEADY,
  type Round,
  ratio,
} from "./load.ts";
import { progress } from "./progress.ts";
import { quick } from "./results.ts";
import { table } from "./table.ts";

/** How long a round is. */
export const SECONDS = quick ? 1 : 2;
const ROUNDS = quick ? 3 : 12;
const WARM_UP_PUTS = quick ? PUTS_UNTIL_STEADY / 40 : PUTS_UNTIL_STEADY;
/** What a cold target handles at least on a quiet machine. */
const PUTS_PER_SECOND = 1600;

/** What is loaded in turn with others. */
export interface Target {
  readonly name: string;
  readonly host: Host;
  readonly key?: AccessKey;
  /** Paths other than those of the functions' configs in the sandbox `default`. */
  readonly paths?: readonly string[];
  /** What a round does, given its number; default loads the configs for some seconds. */
  readonly run?: (round: number) => Promise<Round>;
}

/** What the rounds of a target found. */
export interface Measured {
  readonly name: string;
  /** The rounds before the target was warm. */
  readonly atFirst: Round[];
  readonly rounds: Round[];
  memoryMiB?: number;
}

const paths = configPaths(FUNCTIONS);

/** How long targets take in turn. */
export function secondsInTurn(targets: number, { areCold = false } = {}): number {
  return targets * (ROUNDS * SECONDS + (areCold ? Math.ceil(WARM_UP_PUTS / PUTS_PER_SECOND) : 0));
}

/**
 * Loads targets in turn, A B A B, and prints the results. Cold targets are first loaded until all are warm,
 * also in turn, because workerd unloads an object after ten seconds without requests, and drops its
 * write-ahead log.
 */
export async function inTurn(
  title: string,
  targets: readonly Target[],
  { areCold = false, ...how }: Pick<Load, "method" | "shared"> & { readonly areCold?: boolean } = {},
): Promise<Measured[]> {
  const measured: Measured[] = targets.map(({ name }) => ({ name, atFirst: [], rounds: [] }));
  const each = async (visit: (target: Target, measured: Measured) => Promise<void>) => {
    for (const [i, target] of targets.entries()) await visit(target, measured[i] as Measured);
  };
  const once = ({ host, key, run, paths: its = paths }: Target, round = 0) =>
    run ? run(round) : load(host.url, its, { ...how, seconds: SECONDS, key });
  while (areCold && !measured.every(isWarm)) {
    progress.note(`${title}, until warm`);
    await each(async (target, one) => {
      const round = await once(target);
      if (!isWarm(one)) one.atFirst.push(round);
    });
  }
  for (let round = 0; round < ROUNDS; round++) {
    progress.note(`${title}, round ${round + 1} of ${ROUNDS}`);
    await each(async (target, one) => {
      one.rounds.push(await once(target, round));
    });
  }
  await each(async ({ host }, one) => {
    if (host.pid) one.memoryMiB = await memory(host.pid);
  });
  progress.print(`\n${shown(title, measured)}`);
  return measured;
}

function isWarm({ atFirst }: Measured): boolean {
  const perSecond = atFirst.reduce((sum, { requestsPerSecond }) => sum + requestsPerSecond, 0);
  return perSecond * SECONDS >= WARM_UP_PUTS;
}

/** The requests per second of the middle round. */
export function rate(rounds: readonly Round[] = []): number {
  return median(rounds.map(({ requestsPerSecond }) => requestsPerSecond));
}

/** How many times faster one target was than another. */
export function times(ours: Measured | undefined, other: Measured | undefined): number {
  return ratio(ours?.rounds ?? [], other?.rounds ?? []);
}

function shown(title: string, all: readonly Measured[]): string {
  const round = (value: number) => String(Math.round(value));
  return table([
    [title, "at first", "requests/s", "p50 ms", "p99 ms", "MiB"],
    ...all.map(({ name, atFirst, rounds, memoryMiB }) => [
      name,
      atFirst.length > 0 ? round(rate(atFirst)) : "",
      round(rate(rounds)),
      round(median(rounds.map(({ p50 }) => p50))),
      round(median(rounds.map(({ p99 }) => p99))),
      memoryMiB === undefined ? "" : round(memoryMiB),
    ]),
  ]);
}
