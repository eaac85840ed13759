import type { JournalEntry } from "../../../client/index.ts";
import { Time } from "../elements/Time.tsx";
import { text } from "../text/text.ts";
import { isBroken, subjectOf } from "./entries.ts";

/** A request in a line: when, what came of it, what it was for, and how long it took. */
export function RequestLine({ entry }: { entry: JournalEntry }) {
  return (
    <>
      <Time value={entry.time} now={Date.now()} />
      <Status entry={entry} />
      <span class="method">{entry.method}</span>
      <span class="what">{subjectOf(entry)}</span>
      <span class="took">{entry.durationMs} ms</span>
    </>
  );
}

/** The status of a response, or that it broke off. */
export function Status({ entry }: { entry: JournalEntry }) {
  return isBroken(entry) ? (
    <span class="status bad">{text().requests.broken}</span>
  ) : (
    <span class={`status s${String(entry.status)[0]}`}>{entry.status}</span>
  );
}
