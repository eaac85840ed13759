import type { JournalEntry } from "./entry.ts";
import { type NearMiss, nearest } from "./order.ts";

/** What a journal knows of the requests that match a filter. */
export interface Findings {
  /** How many entries match. */
  readonly count: number;
  /** How many entries may match: their bodies were cut, and nothing else of them differs. */
  readonly cut: number;
  /** How many requests the journal dropped that may match. */
  readonly dropped: number;
  /** Whether there were requests that the journal never kept, since its size was 0. */
  readonly hasGap: boolean;
}

export const NOTHING_FOUND: Findings = { count: 0, cut: 0, dropped: 0, hasGap: false };

/** What several journals know together. */
export function addFindings(a: Findings, b: Findings): Findings {
  return {
    count: a.count + b.count,
    cut: a.cut + b.cut,
    dropped: a.dropped + b.dropped,
    hasGap: a.hasGap || b.hasGap,
  };
}

/** How many requests there must have been. */
export interface Bounds {
  readonly exactly?: number | undefined;
  readonly atLeast?: number | undefined;
  readonly atMost?: number | undefined;
}

/**
 * Whether there were as many requests as wanted: at least one when no number is given. "inconclusive" when what the journal does
 * not have could change the answer.
 */
export function verdictOn(
  findings: Findings,
  { exactly, atLeast, atMost }: Bounds,
): boolean | "inconclusive" {
  const least = atLeast ?? exactly ?? (atMost === undefined ? 1 : 0);
  const most = atMost ?? exactly ?? Number.POSITIVE_INFINITY;
  const { fewest, highest } = extent(findings);
  if (fewest >= least && highest <= most) return true;
  return fewest > most || highest < least ? false : "inconclusive";
}

/** Whether the count of entries is the count of requests. */
export function isExact(findings: Findings): boolean {
  const { fewest, highest } = extent(findings);
  return fewest === highest;
}

function extent({ count, cut, dropped, hasGap }: Findings): {
  readonly fewest: number;
  readonly highest: number;
} {
  return { fewest: count, highest: hasGap ? Number.POSITIVE_INFINITY : count + cut + dropped };
}

/** What is missing and what to change, in sentences for people. */
export function inconclusive(
  { count, cut, dropped, hasGap }: Findings,
  limits: { readonly journalSize: number; readonly bodyBytes: number },
): string {
  const matching = `${count} ${count === 1 ? "request" : "requests"} in the journal ${count === 1 ? "matches" : "match"}`;
  const missing = [
    hasGap && "the journal did not keep all requests, since `journalSize` was 0: make it larger",
    dropped > 0 &&
      `the journal dropped ${dropped} that may match: make \`journalSize\` larger (it is ${limits.journalSize} for each function)`,
    cut > 0 &&
      `the bodies of ${cut} that may match were cut: make MAX_JOURNAL_BODY_BYTES larger (it is ${limits.bodyBytes})`,
  ].filter(Boolean);
  return `Inconclusive: ${matching}, but ${missing.join("; ")}. Reset the journal before the test, so that it has only the test's requests.`;
}

/** What of the inbox is missing and what to change, in a sentence for people. */
export function inconclusiveDeliveries({ count, cut, dropped }: Findings): string {
  const matching = `${count} ${count === 1 ? "delivery" : "deliveries"} in the inbox ${count === 1 ? "matches" : "match"}`;
  const missing = [
    dropped > 0 && `the inbox dropped ${dropped} that may match`,
    cut > 0 && `the messages of ${cut} that may match were too large to be kept whole`,
  ].filter(Boolean);
  return `Inconclusive: ${matching}, but ${missing.join("; ")}. Clear the deliveries before the test, so that the inbox has only the test's.`;
}

/** What a journal, or an inbox, knows of a filter, and which of its entries almost match. */
export interface Examination<E = JournalEntry> {
  readonly findings: Findings;
  readonly nearMisses: readonly NearMiss<E>[];
}

/** What several know together, with up to `most` near misses. */
export function addExaminations<E>(all: readonly Examination<E>[], most: number): Examination<E> {
  return {
    findings: all.map(({ findings }) => findings).reduce(addFindings, NOTHING_FOUND),
    nearMisses: nearest(
      all.flatMap(({ nearMisses }) => nearMisses),
      most,
    ),
  };
}
