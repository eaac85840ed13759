import { connection, mayChange, summary } from "../sandbox.ts";
import { retryNow } from "../sync.ts";
import { text } from "../text/text.ts";

/** What whoever only watches is told: what this page can't do, and what others can. */
export function watchingText(): string {
  const words = text().shell;
  return summary.value?.settings.signatures === "required" ? words.watchingSigned : words.watchingNotice;
}

/** What concerns every view: a lost connection, a quota that is used up, and that nothing can be changed. */
export function Notices() {
  const words = text().shell;
  const state = connection.value;
  const throttled = summary.value?.throttled;
  return (
    <>
      {state === "disconnected" && (
        <div class="notice warning" role="alert">
          <p>{words.lostNotice}</p>
          <button type="button" class="quiet" onClick={retryNow}>
            {words.tryNow}
          </button>
        </div>
      )}
      {throttled && (
        <div class="notice warning" role="alert">
          <p>
            <strong>{words.throttled}</strong> <span lang="en">{throttled}.</span>
          </p>
          <p>{words.throttledHelp}</p>
        </div>
      )}
      {state === "live" && !mayChange.value && (
        <div class="notice">
          <p>{watchingText()}</p>
        </div>
      )}
    </>
  );
}
