import { secondsText } from "../configs/configs.ts";
import { text } from "../text/text.ts";
import { dateAndTime, span } from "../time.ts";
import { attemptText, hasEnded, type ShownInvocation } from "./invocations.ts";
import { attemptsOf, type Plan, type Rules } from "./plan.ts";

/** What the rules mean for an invocation, in words: which attempts fit in its event age, or how it ended. */
export function consequenceText(invocation: ShownInvocation, plan: Plan, rules: Rules): string {
  const words = text().invocations;
  if (hasEnded(invocation))
    return [endText(invocation, rules), destinationText(invocation)]
      .filter(Boolean)
      .join(text().punctuation.sentences);
  const age = span(rules.maxAsyncEventAgeInSeconds * 1000);
  const expires = words.expires(dateAndTime(plan.expiresAt), age);
  if (plan.lastAt === undefined) return words.consequence(expires, "", "");
  const begun = invocation.attempts;
  const all = begun + plan.allowed;
  const fit = begun + plan.attempts.length;
  const needed = (plan.lastAt - Date.parse(invocation.enqueuedAt)) / 1000;
  if (fit < all) {
    return words.consequence(expires, words.onlyFit(fit, all), words.raise(secondsText(Math.ceil(needed))));
  }
  // An event is too old once it is older than its age, so the attempt at that very second still runs.
  const shorter = Math.ceil(needed) - 1;
  const lower = shorter >= 1 ? words.lower(secondsText(shorter), all) : "";
  return words.consequence(expires, words.allFit(all), lower);
}

function endText(invocation: ShownInvocation, rules: Rules): string {
  const words = text().invocations;
  const texts: Readonly<Record<string, string>> = {
    Succeeded: words.endedSucceeded(invocation.attempts),
    Failed: words.endedFailed(attemptsOf(invocation).length),
    Expired: words.endedExpired(span(rules.maxAsyncEventAgeInSeconds * 1000)),
    Stopped: words.endedStopped,
    Invalid: words.endedInvalid,
  };
  return texts[invocation.status] ?? attemptText(invocation);
}

function destinationText({ status, delivery }: ShownInvocation): string {
  return delivery === null && status !== "Invalid" ? text().invocations.noDestination : "";
}
