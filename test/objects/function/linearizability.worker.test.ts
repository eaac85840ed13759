import fc from "fast-check";
import { expect, test } from "vitest";
import { request, versions } from "../../request.ts";

const { config, list } = versions[1];
const QUALIFIERS = ["LATEST", "prod"];
const FUNCTIONS = 2;

interface Items {
  readonly maxAsyncEventAgeInSeconds?: number;
  readonly maxAsyncRetryAttempts?: number;
}
type Command = { readonly function: number } & (
  | { readonly kind: "put"; readonly qualifier: string; readonly items: Items }
  | { readonly kind: "get" | "delete"; readonly qualifier: string }
  | { readonly kind: "list" }
);

/** What a client saw: the command ran between two moments, and this came of it. */
interface Event {
  readonly command: Command;
  readonly called: number;
  readonly returned: number;
  readonly result: string;
}

/** The pure model of one function: its configs by qualifier. A state is never changed. */
type State = Readonly<Record<string, { readonly [K in keyof Items]-?: Items[K] | null }>>;
const nothingSet = { maxAsyncEventAgeInSeconds: null, maxAsyncRetryAttempts: null };

function step(state: State, command: Command): { state: State; result: string } {
  if (command.kind === "list") {
    const qualifiers = Object.keys(state).sort();
    return { state, result: JSON.stringify(qualifiers.map((qualifier) => [qualifier, state[qualifier]])) };
  }
  const { [command.qualifier]: stored, ...others } = state;
  if (command.kind === "put") {
    const merged = { ...(stored ?? nothingSet), ...command.items };
    return { state: { ...others, [command.qualifier]: merged }, result: JSON.stringify(merged) };
  }
  if (stored === undefined) return { state, result: "AsyncConfigNotExists" };
  return command.kind === "get"
    ? { state, result: JSON.stringify(stored) }
    : { state: others, result: "deleted" };
}

/** Whether some order of the events that respects real time explains all results (Wing and Gong's search). */
function isLinearizable(events: readonly Event[], state: State = {}, seen = new Set<string>()): boolean {
  if (events.length === 0) return true;
  const key = JSON.stringify([Object.entries(state).sort(), events.map(({ called }) => called)]);
  if (seen.has(key)) return false;
  seen.add(key);
  const firstReturn = Math.min(...events.map(({ returned }) => returned));
  return events.some((event) => {
    if (event.called > firstReturn) return false;
    const next = step(state, event.command);
    if (next.result !== event.result) return false;
    return isLinearizable(
      events.filter((other) => other !== event),
      next.state,
      seen,
    );
  });
}

// biome-ignore lint/suspicious/noExplicitAny: a config as it came.
const itemsOf = ({ maxAsyncEventAgeInSeconds, maxAsyncRetryAttempts }: any) => ({
  maxAsyncEventAgeInSeconds,
  maxAsyncRetryAttempts,
});

async function send(run: number, command: Command): Promise<string> {
  const name = `run${run}-${command.function}`;
  if (command.kind === "list") {
    const { body } = await request("GET", list(name));
    return JSON.stringify(
      body.configs.map((entry: { qualifier: string }) => [entry.qualifier, itemsOf(entry)]),
    );
  }
  const path = config(name, command.qualifier);
  const method = command.kind.toUpperCase();
  const { status, body } = await request(method, path, command.kind === "put" ? command.items : undefined);
  if (status === 404) return body.Code;
  return command.kind === "delete" ? "deleted" : JSON.stringify(itemsOf(body));
}

const commands: fc.Arbitrary<Command> = fc
  .record({
    function: fc.nat({ max: FUNCTIONS - 1 }),
    qualifier: fc.constantFrom(...QUALIFIERS),
    kind: fc.constantFrom("put", "put", "put", "get", "delete", "list"),
    items: fc.record(
      {
        maxAsyncEventAgeInSeconds: fc.integer({ min: 1, max: 604_800 }),
        maxAsyncRetryAttempts: fc.integer({ min: 0, max: 8 }),
      },
      { requiredKeys: [] },
    ),
  })
  .map((command) => command as Command);

test("whatever clients do at once, each function's history is one of calls made one after the other", async () => {
  let run = 0;
  const scripts = fc.array(fc.array(commands, { minLength: 1, maxLength: 8 }), {
    minLength: 2,
    maxLength: 6,
  });
  await fc.assert(
    fc.asyncProperty(scripts, async (clients) => {
      run++;
      let moment = 0;
      const events: Event[] = [];
      await Promise.all(
        clients.map(async (script) => {
          for (const command of script) {
            const called = moment++;
            const result = await send(run, command);
            events.push({ command, called, returned: moment++, result });
          }
        }),
      );
      for (let i = 0; i < FUNCTIONS; i++) {
        expect(isLinearizable(events.filter(({ command }) => command.function === i))).toBe(true);
      }
    }),
    { numRuns: 100 },
  );
}, 60_000);

test("the search would notice a lost update", () => {
  const put = (called: number, items: Items, result: Items): Event => ({
    command: { kind: "put", function: 0, qualifier: "LATEST", items },
    called,
    returned: called + 10,
    result: JSON.stringify({ ...nothingSet, ...result }),
  });
  const age = { maxAsyncEventAgeInSeconds: 60 };
  const retries = { maxAsyncRetryAttempts: 1 };
  expect(isLinearizable([put(0, age, age), put(1, retries, { ...age, ...retries })])).toBe(true);
  expect(isLinearizable([put(0, age, age), put(1, retries, retries)])).toBe(false);
});
