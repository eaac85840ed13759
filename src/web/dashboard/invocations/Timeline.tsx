import type { ComponentChildren } from "preact";
import { text } from "../text/text.ts";
import { shortTime, span } from "../time.ts";
import { deliveryText, destinationName, hasEnded, type ShownInvocation } from "./invocations.ts";
import { attemptsOf, type Plan, type Rules } from "./plan.ts";

/** How many attempts are drawn before the middle is left out. */
const MOST = 10;

interface Stop {
  readonly key: string;
  readonly at: number;
  readonly kind: string;
  readonly mark: ComponentChildren;
  readonly name: string;
  readonly about: string;
  readonly isPlanned: boolean;
}

/**
 * The attempts of an invocation on a line: those that were, "now", and those that are planned, with what comes then. It
 * shows nothing that the list of what happened does not say, so it is hidden from screen readers.
 */
export function Timeline({
  invocation,
  plan,
  rules,
  now,
}: {
  invocation: ShownInvocation;
  plan: Plan;
  rules: Rules;
  now: number;
}) {
  const stops = stopsOf(invocation, plan, rules, now);
  const shown =
    stops.length <= MOST
      ? stops
      : [...stops.slice(0, 3), omitted(stops[3]), ...stops.slice(stops.length - MOST + 4)];
  const next = shown.findIndex(({ isPlanned }) => isPlanned);
  return (
    <ol class="timeline" aria-hidden="true">
      {shown.map((stop, index) => {
        const before = shown[index - 1];
        const isNow = index === next && index > 0 && !hasEnded(invocation);
        const share = before ? (now - before.at) / Math.max(1, stop.at - before.at) : 0;
        return (
          <li key={stop.key} class={`${stop.kind} ${stop.isPlanned ? "planned" : "past"}`}>
            {before && (
              <span class="line">
                <span class="gap">{stop.at >= before.at ? `+${span(stop.at - before.at)}` : ""}</span>
                {isNow && (
                  <span
                    class="now"
                    style={{ insetInlineStart: `${Math.min(95, Math.max(5, share * 100))}%` }}
                  >
                    {text().invocations.now}
                  </span>
                )}
              </span>
            )}
            <span class="node">{stop.mark}</span>
            <span class="name">{stop.name}</span>
            <span class="about">{stop.about}</span>
          </li>
        );
      })}
    </ol>
  );
}

/** The statuses of failures by the system. */
const systemStatuses: Readonly<Record<string, string>> = {
  ResourceThrottled: "429",
  InternalServerError: "500",
  ServiceUnavailable: "503",
};

/** A failure in a word: the system's status, or what the function did. */
function failureInShort(failure: string): string {
  const [code = ""] = failure.split(":");
  if (/timed out/i.test(failure)) return text().invocations.timeout;
  return (
    systemStatuses[code] ??
    (code === "HandledInvocationError" ? text().invocations.handled : text().invocations.failed)
  );
}

function omitted(first: Stop | undefined): Stop {
  return {
    key: "omitted",
    at: first?.at ?? 0,
    kind: "omitted",
    mark: "…",
    name: "",
    about: "",
    isPlanned: first?.isPlanned ?? false,
  };
}

function stopsOf(invocation: ShownInvocation, plan: Plan, rules: Rules, now: number): Stop[] {
  const words = text().invocations;
  const enqueued: Stop = {
    key: "enqueued",
    at: Date.parse(invocation.enqueuedAt),
    kind: "enqueued",
    mark: "⇥",
    name: words.enqueued,
    about: shortTime(invocation.enqueuedAt, now),
    isPlanned: false,
  };
  const past = attemptsOf(invocation).map(
    ({ number, time, result, failure, took }): Stop => ({
      key: `attempt ${number}`,
      at: Date.parse(time),
      kind: result,
      mark: number,
      name: result === "failed" ? failureInShort(failure) : result === "succeeded" ? "200" : words.running,
      about: took === undefined ? "" : took < 1000 ? `${took} ms` : span(took),
      isPlanned: false,
    }),
  );
  const planned = plan.attempts.map(
    ({ number, at, isLast }): Stop => ({
      key: `attempt ${number}`,
      at,
      kind: "attempt",
      mark: number,
      name: isLast ? words.plannedLast : words.planned,
      about: shortTime(new Date(at).toISOString(), now),
      isPlanned: true,
    }),
  );
  return [enqueued, ...past, ...planned, ...lastStop(invocation, plan, rules)];
}

/** Where the record goes, or would go if the function fails at every attempt. */
function lastStop(invocation: ShownInvocation, plan: Plan, rules: Rules): Stop[] {
  const { delivery, endedAt, status } = invocation;
  const { items } = text();
  if (delivery) {
    const said = deliveryText(invocation);
    return [
      {
        key: "delivery",
        at: Date.parse(endedAt ?? invocation.enqueuedAt),
        kind: `delivery ${said?.tone}`,
        mark: "✉",
        name: items[delivery.condition],
        about: said?.destination ?? "",
        isPlanned: delivery.status === "Pending",
      },
    ];
  }
  if (hasEnded(invocation)) {
    const at = Date.parse(endedAt ?? invocation.enqueuedAt);
    return status === "Succeeded" || status === "Failed"
      ? []
      : [{ key: "end", at, kind: "failed", mark: "■", name: status, about: "", isPlanned: false }];
  }
  if (rules.onFailure === null) return [];
  return [
    {
      key: "delivery",
      at: plan.attempts.at(-1)?.at ?? plan.expiresAt,
      kind: "delivery",
      mark: "✉",
      name: items.onFailure,
      about: destinationName(rules.onFailure),
      isPlanned: true,
    },
  ];
}
