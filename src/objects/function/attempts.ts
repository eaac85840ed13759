import type { Attempted } from "../../fc/invocations/operand.ts";
import {
  DEFAULT_OUTCOME,
  durationOf,
  type Outcome,
  outcomeOfAttempt,
  type Plan,
  resultOf,
} from "../../fc/invocations/outcome.ts";
import { isCounted, scriptMatches } from "../../state/outcomes.ts";
import { runHandler } from "./handler.ts";
import type { InvocationHost } from "./invocations.ts";

/** A synchronous call waits this long at most for an attempt to end. */
const MAX_WAIT_MS = 60_000;

type OutcomeHost = Pick<InvocationHost, "name" | "state" | "countOutcomes">;

/** Chooses the outcome of an attempt: the first of the sandbox's outcomes that applies, or else success. */
export function chooseOutcome(
  host: OutcomeHost,
  qualifier: string,
  attempt: number,
  plan: Plan,
): Plan | Promise<Plan> {
  const matching = (host.state().outcomes ?? []).filter((script) =>
    scriptMatches(script, host.name, qualifier),
  );
  const choose = (counted: Plan["counted"]): Plan | undefined => {
    for (const script of matching) {
      const applies = isCounted(script) ? counted[script.id] : true;
      if (applies === undefined) return undefined;
      if (applies) return { ...plan, counted, outcome: outcomeOfAttempt(script.outcomes, attempt) };
    }
    return { ...plan, counted, outcome: DEFAULT_OUTCOME };
  };
  const chosen = choose(plan.counted);
  if (chosen !== undefined) return chosen;
  // Of outcomes that are counted, the sandbox decides once for each invocation whether they apply.
  const end = matching.findIndex((script) => !isCounted(script) || plan.counted[script.id] === true);
  const undecided = matching
    .slice(0, end === -1 ? matching.length : end)
    .filter(({ id }) => plan.counted[id] === undefined)
    .map(({ id }) => id);
  return host.countOutcomes(undecided).then((decided) => {
    const counted = {
      ...Object.fromEntries(undecided.map((id) => [id, false])),
      ...plan.counted,
      ...decided,
    };
    return choose(counted) ?? { ...plan, outcome: DEFAULT_OUTCOME };
  });
}

/** Runs a function once, as its outcomes say. On a frozen clock an attempt takes no time. */
export async function attemptOnce(
  host: OutcomeHost & Pick<InvocationHost, "outbound" | "limits">,
  call: {
    readonly qualifier: string;
    readonly requestId: string;
    readonly event: Uint8Array<ArrayBuffer>;
    readonly outcomes: readonly Outcome[] | null;
  },
): Promise<Attempted> {
  const plan: Plan = { outcomes: call.outcomes, counted: {}, outcome: null };
  const chosen = call.outcomes
    ? { ...plan, outcome: outcomeOfAttempt(call.outcomes, 1) }
    : await chooseOutcome(host, call.qualifier, 1, plan);
  const outcome = chosen.outcome ?? DEFAULT_OUTCOME;
  if (outcome.type === "http") {
    const began = Date.now();
    const { settings } = host.state();
    const result = await runHandler(
      outcome,
      { ...host.name, ...call, place: settings, attempt: 1 },
      host.outbound(),
      host.limits().answerBytes,
    );
    return { result, durationMs: Date.now() - began };
  }
  const durationMs = durationOf(outcome);
  if (durationMs > 0 && host.state().clock.mode !== "frozen") {
    await scheduler.wait(Math.min(durationMs, MAX_WAIT_MS));
  }
  return { result: resultOf(outcome), durationMs };
}
