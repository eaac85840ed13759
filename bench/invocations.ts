import { setTimeout } from "node:timers/promises";
import { createSandbox, type SandboxClient } from "../src/client/index.ts";
import { cpuSeconds, type Host } from "./hosts.ts";
import { CONNECTIONS, configPaths } from "./load.ts";
import { quick } from "./results.ts";

const FUNCTIONS_TO_ADVANCE = 10;
/** As many as a function keeps. */
const INVOCATIONS_PER_FUNCTION = quick ? 200 : 1000;
/** Without a config, an invocation that fails is retried three times. */
const ATTEMPTS = 4;
const STEPS = FUNCTIONS_TO_ADVANCE * INVOCATIONS_PER_FUNCTION * ATTEMPTS;

/** The headers of an asynchronous invocation. */
export const ASYNCHRONOUS = { "x-fc-invocation-type": "Async" };

/** The paths at which so many functions are invoked. */
export function invocationPaths(functions: number): string[] {
  return configPaths(functions).map((path) => path.replace("async-invoke-config", "invocations"));
}

/** An event that differs for each number. */
export function event(number: number): string {
  return JSON.stringify({ order: number, items: ["book", "pen"], customer: "c-1234567890" });
}

/** How fast a frozen clock was advanced until nothing was due. */
export interface Advanced {
  readonly steps: number;
  readonly advances: number;
  readonly seconds: number;
}

/**
 * Advances the frozen clock of a new sandbox that has 10,000 invocations (2,000 with `--quick`), until each
 * of them has failed four times. Rejects when there were not four steps for each.
 */
export async function advanceInvocations(url: string): Promise<Advanced> {
  const sandbox = await createSandbox(url);
  await sandbox.clock.freeze("2030-01-01T00:00:00Z");
  const paths = invocationPaths(FUNCTIONS_TO_ADVANCE);
  const waiting = Array.from({ length: INVOCATIONS_PER_FUNCTION }, () => paths)
    .flat()
    .entries();
  const headers = { ...ASYNCHRONOUS, "x-sandbox-outcome": "error" };
  const connection = async () => {
    for (const [number, path] of waiting) {
      const request = { method: "POST", headers, body: event(number) };
      const { status } = await fetch(sandbox.endpoint + path, request);
      if (status !== 202) throw new Error(`${path}: ${status}`);
    }
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, connection));

  const started = performance.now();
  let steps = 0;
  let advances = 0;
  for (let isIdle = false; !isIdle; advances++) {
    const response = await fetch(`${sandbox.endpoint}/_sandbox/clock/advance`, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        authorization: `Bearer ${sandbox.access.controlToken}`,
      },
      body: JSON.stringify({ to: "idle" }),
    });
    const { advance } = (await response.json()) as { advance: { steps: number; reached: boolean } };
    steps += advance.steps;
    isIdle = advance.reached;
  }
  const seconds = (performance.now() - started) / 1000;
  if (steps !== STEPS) throw new Error(`${steps} steps, and not ${STEPS}`);
  return { steps, advances, seconds };
}

const PENDING = { ...ASYNCHRONOUS, "x-fc-async-delay": "3600" };
const ONE_IN = 10;

/**
 * Invokes a tenth of the functions, which have configs at these paths, for in an hour, unless they have such an
 * invocation already. Its function has an alarm until then.
 */
export async function leavePending(
  url: string,
  paths: readonly string[],
  pending: Set<string>,
): Promise<void> {
  for (const [i, path] of paths.entries()) {
    if (i % ONE_IN !== 0 || pending.has(path)) continue;
    await invokeLater(url, path.replace("async-invoke-config", "invocations"), i);
    pending.add(path);
  }
}

async function invokeLater(url: string, path: string, number: number): Promise<void> {
  const { status } = await fetch(url + path, { method: "POST", headers: PENDING, body: event(number) });
  if (status !== 202) throw new Error(`${path}: ${status}`);
}

const IDLE_FUNCTIONS = 500;
/** workerd unloads an object after ten seconds without a request. */
const SETTLE_SECONDS = 12;
const IDLE_SECONDS = 10;

/** How long a measurement of an idle host takes, about. */
export const SECONDS_OF_IDLE = SETTLE_SECONDS + IDLE_SECONDS + 3;

/**
 * How much CPU a new host uses in ten seconds without a request, in percent of a core, while each of 500 functions has an
 * invocation that is due in an hour.
 */
export async function idleWithPending({ url, pid }: Host & { readonly pid: number }): Promise<number> {
  for (const [i, path] of invocationPaths(IDLE_FUNCTIONS).entries()) await invokeLater(url, path, i);
  await setTimeout(SETTLE_SECONDS * 1000);
  const before = await cpuSeconds(pid);
  await setTimeout(IDLE_SECONDS * 1000);
  return ((await cpuSeconds(pid)) - before) * (100 / IDLE_SECONDS);
}

/** Rejects when so many invocations are not pending in the sandbox. */
export async function verifyPending(sandbox: SandboxClient, pending: number): Promise<void> {
  const { counts, invocations } = await sandbox.summary();
  const ended = Object.values(invocations.ended).reduce((sum, count) => sum + count, 0);
  if (ended > 0 || counts.invocations !== pending)
    throw new Error(
      `${counts.invocations} invocations, of which ${ended} have ended, and not ${pending} pending`,
    );
}
