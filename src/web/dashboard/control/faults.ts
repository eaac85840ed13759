import { signal } from "@preact/signals";
import type { Fault, GivenFault, JournalEntry } from "../../../client/index.ts";
import { text } from "../text/text.ts";

/** What the form for faults is open for: a new fault, one like another, an edit, or a fault made of a request. */
export type FaultRequest =
  | { readonly fault?: GivenFault; readonly id?: string }
  | { readonly of: JournalEntry };

/** What the form for faults is open for; undefined when it is closed. */
export const openFault = signal<FaultRequest | undefined>(undefined);

/** Opens the form for faults. */
export function openFaultForm(request: FaultRequest): void {
  openFault.value = request;
}

/** A fault for requests like this one: with its operation and names, and the error that it got, or Throttling. */
export function faultLike({
  operation,
  service,
  function: name,
  qualifier,
  errorCode,
}: JournalEntry): GivenFault {
  const match = {
    ...(operation === null ? {} : { operation }),
    ...(service ? { service } : {}),
    ...(name === null ? {} : { function: name }),
    ...(qualifier === null ? {} : { qualifier }),
  } as NonNullable<GivenFault["match"]>;
  return { match, effect: { type: "error", code: errorCode ?? "Throttling" } };
}

/** The items that a fault is made of, without its id and its counts. */
export function givenOf({ id: _, matched: __, struck: ___, ...given }: Fault): GivenFault {
  return given;
}

/** What a fault does, for people. */
export function effectText({ effect }: GivenFault): string {
  const words = text().faults;
  const after = effect.after === "apply" ? words.after : "";
  if (effect.type === "error") return `${effect.code}${after}`;
  if (effect.type === "response") return `${words.response(effect.status)}${after}`;
  if (effect.type === "broken") return `${words.broken}${after}`;
  const jitter = effect.jitterMilliseconds ? ` ± ${effect.jitterMilliseconds}` : "";
  return `${words.delay(`${effect.milliseconds}${jitter}`)}${after}`;
}

/** Which requests a fault is for, for people. */
export function matchText({ match = {} }: GivenFault): string {
  const words = text().faults;
  const parts = Object.entries(match).filter(([, value]) => value !== undefined);
  return parts.length === 0
    ? words.every
    : parts
        .map(([item, value]) => `${words.match[item as keyof typeof words.match]} ${value}`)
        .join(text().punctuation.phrases);
}

/** How often a fault struck, and its limits, for people. */
export function countText({ matched, struck, times, skip, probability }: Fault): string {
  const words = text().faults;
  const limits = [
    times === undefined ? "" : words.limits(times),
    skip ? words.skips(skip) : "",
    probability === undefined ? "" : words.probably(probability),
  ].filter(Boolean);
  return [words.struck(struck, matched), ...limits].join(text().punctuation.clauses);
}
