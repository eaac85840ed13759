import { setTimeout } from "node:timers/promises";
import { expect } from "vitest";
import type { SandboxClient } from "../../src/client/index.ts";
import { until } from "../program.ts";

type Page<K extends "invocations" | "deliveries"> = Awaited<ReturnType<SandboxClient[K]["list"]>>;
type Invocation = Page<"invocations">["invocations"][number];
type Delivery = Page<"deliveries">["deliveries"][number];

const FUNCTIONS = "/2023-03-30/functions";
const SHIP = "acs:fc:cn-hangzhou:123456:functions/ship";
const SHIPPED = "acs:mns:cn-hangzhou:123456:/queues/shipped/messages";
const DEAD_LETTERS = "acs:mns:cn-hangzhou:123456:/queues/dead-letters/messages";

const toShip = { status: "Succeeded", condition: "onSuccess", destination: SHIP } as const;

/** What the called function does, and what has to come of it: some attempts take time, in which the kill may come. */
const stories = [
  { outcomes: "success", attempts: 1, ...toShip },
  { outcomes: "error, error, success", attempts: 3, ...toShip },
  { outcomes: "error", attempts: 3, status: "Failed", condition: "onFailure", destination: DEAD_LETTERS },
  { outcomes: "error=20, success=30", attempts: 2, ...toShip },
] as const;

/** How many invocations are sent at once; an advance of the clock has so many to run. */
const AT_ONCE = 8;
/** An advance that was cut off goes on a second after the start. */
const RESUMED_WITHIN_MS = 5000;

const isOver = ({ status, delivery }: Invocation) =>
  ["Succeeded", "Failed"].includes(status) && delivery?.status !== "Pending";

/**
 * Invokes functions asynchronously, some at a time, until the server is gone. What succeeds is delivered to
 * another function, and by that one to a queue; what fails to a queue of dead letters. Each invocation has an id of its own.
 */
export class Invoker {
  readonly #names: readonly string[];
  /** Whether the clock stands, so that only advances run what was invoked. */
  readonly #advances: boolean;
  /** By id, how each invocation of this round has to end. */
  readonly #stories = new Map<string, (typeof stories)[number]>();
  readonly #acknowledged = new Set<string>();
  #number = 0;
  /** The ids of the invocations that the latest advance was to run, if the advance was not answered. */
  #cutOff: readonly string[] = [];
  /** How long the latest advance took that was answered. */
  #advanceMs: number | undefined;
  #total = 0;
  #unanswered = 0;

  constructor(names: readonly string[], { advances }: { readonly advances: boolean }) {
    this.#names = names;
    this.#advances = advances;
  }

  /** How many invocations were acknowledged. */
  get acknowledged(): number {
    return this.#total;
  }

  /** How many advances had begun, and were not answered before the kill. */
  get unanswered(): number {
    return this.#unanswered;
  }

  /** Makes the configs by which the chains go. */
  async configure(sandbox: SandboxClient): Promise<void> {
    await sandbox.settings({ retryDelaysSeconds: [0.05, 0.1] });
    if (this.#advances) await sandbox.clock.freeze("2030-01-01T00:00:00Z");
    const onSuccess = { destination: SHIP };
    const onFailure = { destination: DEAD_LETTERS };
    // Tasks have ids of the caller's.
    const config = { asyncTask: true, maxAsyncRetryAttempts: 2, destinationConfig: { onSuccess, onFailure } };
    for (const name of this.#names) await configure(sandbox, name, config);
    await configure(sandbox, "ship", { destinationConfig: { onSuccess: { destination: SHIPPED } } });
  }

  /**
   * Calls `onAcknowledged` with each 202, and `onAdvance` when an advance is sent, with the milliseconds that the one
   * before took. Throws an Error when an answer is not what it should be.
   */
  async write(
    sandbox: SandboxClient,
    onAcknowledged: () => void,
    onAdvance: (milliseconds: number) => void = () => {},
  ): Promise<void> {
    for (;;) {
      const ids = Array.from({ length: AT_ONCE }, () => `order-${++this.#number}`);
      const answered = ids.map(async (id, i) => {
        const story = stories[i % stories.length] as (typeof stories)[number];
        this.#stories.set(id, story);
        const name = this.#names[Math.floor(i / stories.length) % this.#names.length] ?? "";
        // An advance takes a step after the other, for as long as the clock moves.
        const delay = this.#advances ? i : 0;
        const status = await invoke(sandbox, name, id, { delay, outcomes: story.outcomes });
        if (status === undefined) return false;
        if (status !== 202) throw new Error(`${id}: ${status}`);
        this.#acknowledged.add(id);
        this.#total += 1;
        onAcknowledged();
        return true;
      });
      if ((await Promise.all(answered)).includes(false)) return;
      if (!this.#advances) continue;
      const sentAt = performance.now();
      if (this.#advanceMs !== undefined) onAdvance(this.#advanceMs);
      if (!(await isAnswered(sandbox.clock.toIdle()))) {
        this.#cutOff = ids;
        return;
      }
      this.#advanceMs = performance.now() - sentAt;
    }
  }

  /**
   * Waits until everything has ended that was acknowledged, and expects each invocation, and each one of the other
   * function, to have ended once and as it should, with one delivery. Then deletes them.
   */
  async check(sandbox: SandboxClient): Promise<void> {
    if (this.#advances) await this.#finishAdvance(sandbox);
    let invocations: Invocation[] = [];
    const areOver = async () => {
      invocations = await allInvocations(sandbox);
      const ids = new Set(invocations.map(({ id }) => id));
      // What a function was delivered may have come after its page was read.
      const isComplete = ({ delivery }: Invocation) =>
        delivery?.destination !== SHIP || delivery.status !== "Succeeded" || ids.has(delivery.id);
      return invocations.every((one) => isOver(one) && isComplete(one));
    };
    await until(areOver, "everything that was invoked has ended");
    const deliveries = await allDeliveries(sandbox);
    const [shipped, called] = [true, false].map((isShip) =>
      invocations.filter((one) => (one.function === "ship") === isShip),
    );
    const ids = called?.map(({ id }) => id) ?? [];
    expect(new Set(ids).size, "every id is there once").toBe(ids.length);
    expect(
      [...this.#acknowledged].filter((id) => !ids.includes(id)),
      "acknowledged, but lost",
    ).toEqual([]);
    for (const invocation of called ?? []) this.#checkEnd(invocation, deliveries, shipped ?? []);
    const chained = called?.filter(({ delivery }) => delivery?.destination === SHIP) ?? [];
    expect(shipped?.length, "every delivery to the function is one invocation").toBe(chained.length);
    expect(deliveries.length, "every invocation has one delivery").toBe(invocations.length);
    const { now } = await sandbox.clock.get();
    const latest = invocations
      .flatMap(({ events }) => events.map(({ time }) => time))
      .sort()
      .at(-1);
    if (latest !== undefined) expect(now >= latest, `the clock shows ${now}, after ${latest}`).toBe(true);
    this.#stories.clear();
    this.#acknowledged.clear();
    await sandbox.invocations.clear();
    await sandbox.deliveries.clear();
  }

  /** Expects an advance that had begun to go on by itself; what no advance had reached is advanced. */
  async #finishAdvance(sandbox: SandboxClient): Promise<void> {
    const invocations = await allInvocations(sandbox);
    const its = invocations.filter(({ id }) => this.#cutOff.includes(id));
    this.#cutOff = [];
    if (its.some(({ attempts }) => attempts > 0)) {
      const deadline = Date.now() + RESUMED_WITHIN_MS;
      while (!(await allInvocations(sandbox)).every(isOver)) {
        expect(Date.now(), "the advance that was cut off goes on").toBeLessThan(deadline);
        await setTimeout(50);
      }
      this.#unanswered += 1;
    } else await sandbox.clock.toIdle();
  }

  #checkEnd(invocation: Invocation, deliveries: readonly Delivery[], shipped: readonly Invocation[]): void {
    const { id, function: name, delivery } = invocation;
    const story = this.#stories.get(id);
    if (story === undefined) throw new Error(`${id} was not invoked in this round`);
    checkOnce(invocation, story.status);
    expect(invocation.attempts, `attempts of ${id}`).toBe(story.attempts);
    const { condition, destination } = story;
    const record = { condition, destination, status: "Succeeded" };
    expect(delivery, id).toMatchObject(record);
    const its = deliveries.filter(({ invocationId }) => invocationId === id);
    expect(its, `deliveries of ${id}`).toEqual([expect.objectContaining({ ...record, id: delivery?.id })]);
    if (destination !== SHIP) return;
    const next = shipped.filter((one) => one.id === delivery?.id);
    expect(next, `what ${id} was delivered to`).toEqual([
      expect.objectContaining({ origin: { service: "", function: name, id }, attempts: 1 }),
    ]);
    checkOnce(next[0] as Invocation, "Succeeded");
    const last = deliveries.filter(({ invocationId }) => invocationId === delivery?.id);
    expect(last, `deliveries at the end of ${id}`).toEqual([
      expect.objectContaining({ destination: SHIPPED, status: "Succeeded" }),
    ]);
  }
}

/** Expects an invocation to have ended once, with this status. */
function checkOnce({ id, status, events }: Invocation, wanted: string): void {
  expect(status, id).toBe(wanted);
  const ends = events.filter((event) => !["Enqueued", "Running", "Retrying"].includes(event.status));
  expect(
    ends.map((event) => event.status),
    `ends of ${id}`,
  ).toEqual([wanted]);
}

async function configure({ endpoint }: SandboxClient, name: string, config: object): Promise<void> {
  const { status } = await fetch(`${endpoint}${FUNCTIONS}/${name}/async-invoke-config`, {
    method: "PUT",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(config),
  });
  expect(status).toBe(200);
}

/** The status of the answer; undefined when the server is gone. */
async function invoke(
  { endpoint }: SandboxClient,
  name: string,
  id: string,
  { delay, outcomes }: { readonly delay: number; readonly outcomes: string },
): Promise<number | undefined> {
  try {
    const response = await fetch(`${endpoint}${FUNCTIONS}/${name}/invocations`, {
      method: "POST",
      headers: {
        "X-Fc-Invocation-Type": "Async",
        "X-Fc-Async-Task-Id": id,
        "X-Fc-Async-Delay": String(delay),
        "X-Sandbox-Outcome": outcomes,
      },
      body: JSON.stringify({ order: id }),
    });
    await response.arrayBuffer();
    return response.status;
  } catch {
    return undefined;
  }
}

/** Whether a call of the control plane is answered: not when the server is gone. Rejects when the sandbox refuses it. */
async function isAnswered(call: Promise<unknown>): Promise<boolean> {
  try {
    await call;
    return true;
  } catch (error) {
    if (error instanceof TypeError) return false;
    throw error;
  }
}

async function allInvocations(sandbox: SandboxClient): Promise<Invocation[]> {
  const all: Invocation[] = [];
  for (let nextToken: string | undefined = ""; nextToken !== undefined; ) {
    const page: Page<"invocations"> = await sandbox.invocations.list({}, pageAfter(nextToken));
    all.push(...page.invocations);
    nextToken = page.nextToken;
  }
  return all;
}

async function allDeliveries(sandbox: SandboxClient): Promise<Delivery[]> {
  const all: Delivery[] = [];
  for (let nextToken: string | undefined = ""; nextToken !== undefined; ) {
    const page: Page<"deliveries"> = await sandbox.deliveries.list({}, pageAfter(nextToken));
    all.push(...page.deliveries);
    nextToken = page.nextToken;
  }
  return all;
}

const pageAfter = (nextToken: string) => ({ limit: 100, ...(nextToken === "" ? {} : { nextToken }) });
