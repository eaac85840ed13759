import type { Attempted } from "../../fc/invocations/operand.ts";
import {
  DEFAULT_OUTCOME,
  durationOf,
  type Outcome,
  outcomeOfAttempt,
  type Plan,
  resultOf,
} from "../../fc/invocations/outcome.ts";
import { isCounted, type Script, scriptMatches } from "../../state/outcomes.ts";
import { runHandler } from "./handler.ts";
import type { InvocationHost } from "./invocationHost.ts";

/** A synchronous call waits this long at most for an attempt to end. */
const MAX_WAIT_MS = 60_000;

type OutcomeHost = Pick<InvocationHost, "name" | "state" | "countOutcomes">;

/** The outcomes of the sandbox that match a function, in their order. */
function matchingScripts({ state, name }: OutcomeHost, qualifier: string): readonly Script[] {
  return (state().outcomes ?? []).filter((script) => scriptMatches(script, name, qualifier));
}

/**
 * The plan with the outcome of an attempt: that of the caller, or the first of the sandbox's that applies, or else success.
 * Undefined when the sandbox has to count first, to say which one applies.
 */
export function decidedOutcome(
  host: OutcomeHost,
  qualifier: string,
  attempt: number,
  plan: Plan,
): Plan | undefined {
  if (plan.outcomes) return { ...plan, outcome: outcomeOfAttempt(plan.outcomes, attempt) };
  for (const script of matchingScripts(host, qualifier)) {
    const applies = isCounted(script) ? plan.counted[script.id] : true;
    if (applies === undefined) return undefined;
    if (applies) return { ...plan, outcome: outcomeOfAttempt(script.outcomes, attempt) };
  }
  return { ...plan, outcome: DEFAULT_OUTCOME };
}

/** Like `decidedOutcome`, and has the sandbox count if need be. */
export function chooseOutcome(
  host: OutcomeHost,
  qualifier: string,
  attempt: number,
  plan: Plan,
): Plan | Promise<Plan> {
  const decidedPlan = decidedOutcome(host, qualifier, attempt, plan);
  if (decidedPlan !== undefined) return decidedPlan;
  const matching = matchingScripts(host, qualifier);
  // Of outcomes that are counted, the sandbox decides once for each invocation whether they apply.
  const end = matching.findIndex((script) => !isCounted(script) || plan.counted[script.id] === true);
  const undecided = matching
    .slice(0, end === -1 ? matching.length : end)
    .filter(({ id }) => plan.counted[id] === undefined)
    .map(({ id }) => id);
  return host.countOutcomes(undecided).then((decided) => {
    // The sandbox asks no further than to those that apply.
    const applies = undecided.findIndex((id) => decided[id] === true);
    const passed = applies === -1 ? undecided : undecided.slice(0, applies);
    const counted = {
      ...Object.fromEntries(passed.map((id) => [id, false])),
      ...plan.counted,
      ...decided,
    };
    return (
      decidedOutcome(host, qualifier, attempt, { ...plan, counted }) ?? { ...plan, outcome: DEFAULT_OUTCOME }
    );
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
  const chosen = await chooseOutcome(host, call.qualifier, 1, plan);
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
