import { text } from "../text/text.ts";
import type { ShownInvocation } from "./invocations.ts";
import { attemptsOf, type Plan } from "./plan.ts";

/** How many attempts are drawn, each by a mark; of more, the first are counted. */
const MOST = 8;

/** A mark for each attempt, past and planned, and one for the delivery. */
export function Marks({
  invocation,
  plan,
  hasDestination,
}: {
  invocation: ShownInvocation;
  plan: Plan;
  /** Whether the record will go somewhere when the invocation fails or succeeds. */
  hasDestination: boolean;
}) {
  const attempts = attemptsOf(invocation);
  const failed = attempts.filter(({ result }) => result === "failed").length;
  const succeeded = attempts.filter(({ result }) => result === "succeeded").length;
  const hidden = Math.max(0, attempts.length - MOST);
  const planned = plan.attempts.slice(0, Math.max(0, MOST - attempts.length + hidden));
  const { delivery } = invocation;
  return (
    <span class="marks" role="img" aria-label={text().invocations.marks(succeeded, failed, plan.allowed)}>
      {hidden > 0 && <small>{hidden}+</small>}
      {attempts.slice(hidden).map(({ number, result }) => (
        <i key={number} class={`mark-${result}`}>
          {result === "succeeded" ? "✓" : result === "failed" ? "×" : "…"}
        </i>
      ))}
      {planned.map(({ number }) => (
        <i key={number} class="mark-planned" />
      ))}
      {(delivery || (plan.allowed > 0 && hasDestination)) && (
        <>
          <small>→</small>
          <i
            class={`mark-delivery ${delivery?.status === "Succeeded" ? "good" : delivery?.status === "DestinationDeliveryFailed" ? "bad" : "planned"}`}
          />
        </>
      )}
    </span>
  );
}
