import { useSignal } from "@preact/signals";
import { useLayoutEffect, useRef } from "preact/hooks";
import { refusalOf } from "../elements/refusal.ts";
import { announcement, connection, isClosed, mayChange, summary } from "../sandbox.ts";
import { text } from "../text/text.ts";
import { endPresenting, stepMs } from "./presenting.ts";
import { abandon, hasBegun, restore, restoreOnLeaving } from "./stage.ts";
import { acts, type Scene } from "./story.ts";

/** What keys are for in these places, they are not for the story. */
const OWN_KEYS = "input, textarea, select, pre, dialog, [contenteditable], [role=tablist]";
/** What Escape closes first. */
const CLOSES_FIRST = "dialog[open], .menu[open]";

/**
 * - `waiting` for the next act, or for a failed one to be tried again;
 * - `playing` an act, or `ending` the story, which brings back what was there;
 * - `stuck`: what was there is still to be brought back, because that failed or the page was left.
 */
type Stage = "waiting" | "playing" | "ending" | "stuck";

/** The captions of the story, below the page, with what leads to the next act. */
export function Presenter() {
  const words = text().presenter;
  /** The act that is played or was played last; -1 before the first. */
  const index = useSignal(-1);
  const hasFailed = useSignal(false);
  const stage = useSignal<Stage>(hasBegun() ? "stuck" : "waiting");
  const said = useSignal("");
  const problem = useSignal("");
  const stopped = useRef(new AbortController());
  const played = useRef<Promise<void>>(Promise.resolve());
  const element = useRef<HTMLElement>(null);
  const following = acts[hasFailed.value ? index.value : index.value + 1];
  // Without the token there is nothing to play; the page is only larger.
  const mayPlay = mayChange.value && summary.value !== undefined;

  const play = async (number: number) => {
    stage.value = "playing";
    index.value = number;
    said.value = problem.value = "";
    const { signal } = stopped.current;
    const refused = await refusalOf(async () => acts[number]?.play(sceneOf(signal, said)));
    if (signal.aborted) return;
    hasFailed.value = refused !== undefined;
    if (refused) problem.value = words.failed(refused.detail);
    stage.value = "waiting";
  };
  const next = () => {
    if (stage.value !== "waiting" || following === undefined || !mayPlay) return;
    played.current = play(acts.indexOf(following));
  };
  const end = async () => {
    if (stage.value === "ending") return;
    stage.value = "ending";
    problem.value = "";
    stopped.current.abort(new DOMException("The story was ended.", "AbortError"));
    // A request that is on its way would change what is brought back.
    await played.current;
    const isBegun = hasBegun();
    const refused = await refusalOf(restore);
    if (refused) {
      problem.value = words.notRestored(refused.detail);
      stage.value = "stuck";
      return;
    }
    if (isBegun) announcement.value = words.restored;
    leave();
  };
  const leave = () => {
    endPresenting();
    if (element.current?.contains(document.activeElement)) document.getElementById("main")?.focus();
  };
  const leaveAsIs = () => {
    abandon();
    leave();
  };

  const keys = useRef({ next, end });
  keys.current = { next, end };
  // In place as soon as the captions can be seen.
  useLayoutEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const { target, key } = event;
      if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey || event.repeat) return;
      if (target instanceof HTMLElement && target.closest(OWN_KEYS)) return;
      if (document.querySelector(CLOSES_FIRST)) return;
      if (key === "ArrowRight" || key === "PageDown") {
        event.preventDefault();
        keys.current.next();
      }
      if (key === "Escape") void keys.current.end();
    };
    const onLeaving = () => {
      stopped.current.abort();
      restoreOnLeaving();
    };
    // Before other keys' handlers: what Escape closes is still open.
    document.addEventListener("keydown", onKey, true);
    window.addEventListener("pagehide", onLeaving);
    // What gets the focus is not covered by the captions.
    const { style } = document.documentElement;
    const observer = new ResizeObserver(([entry]) => {
      style.scrollPaddingBottom = `${Math.ceil(entry?.borderBoxSize[0]?.blockSize ?? 0)}px`;
    });
    if (element.current) observer.observe(element.current);
    if (document.activeElement === document.body) element.current?.focus({ preventScroll: true });
    return () => {
      document.removeEventListener("keydown", onKey, true);
      window.removeEventListener("pagehide", onLeaving);
      observer.disconnect();
      style.scrollPaddingBottom = "";
    };
  }, []);
  return (
    <aside class="captions" aria-label={words.title} tabIndex={-1} ref={element}>
      <div aria-live="polite">
        <Caption index={index.value} stage={stage.value} mayPlay={mayPlay} />
        {said.value && <p>{said.value}</p>}
        {problem.value && <p class="error">{problem.value}</p>}
      </div>
      <div class="buttons">
        <span class="hint">{mayPlay && following ? words.nextHint : words.endHint}</span>
        {mayPlay && following && (stage.value === "waiting" || stage.value === "playing") && (
          // Not disabled while an act is played: it would lose the focus.
          <button type="button" class="primary" aria-disabled={stage.value === "playing"} onClick={next}>
            {hasFailed.value ? words.again : index.value < 0 ? words.start : words.next}
          </button>
        )}
        {stage.value === "stuck" && (
          <button type="button" class="quiet" onClick={leaveAsIs}>
            {words.leaveAsIs}
          </button>
        )}
        <button type="button" class="quiet" aria-disabled={stage.value === "ending"} onClick={end}>
          {stage.value === "stuck" ? words.restore : words.end}
        </button>
      </div>
    </aside>
  );
}

function Caption({ index, stage, mayPlay }: { index: number; stage: Stage; mayPlay: boolean }) {
  const words = text().presenter;
  const act = acts[index];
  if (act === undefined) {
    return (
      <>
        <h2>{words.title}</h2>
        <p>
          {stage === "stuck"
            ? words.interrupted
            : mayPlay
              ? words.startHint
              : isClosed(connection.value) || connection.value === "live"
                ? words.needsControl
                : text().common.loading}
        </p>
      </>
    );
  }
  return (
    <>
      <p class="act">
        {words.act(index + 1, acts.length)}
        {stage === "playing" && <span class="hint"> {words.playing}…</span>}
        {stage === "ending" && <span class="hint"> {words.restoring}…</span>}
      </p>
      <h2>{words.acts[act.name].title}</h2>
      <p>{words.acts[act.name].text}</p>
    </>
  );
}

function sceneOf(signal: AbortSignal, said: { value: string }): Scene {
  return {
    signal,
    pause: (steps) =>
      new Promise((resolve, reject) => {
        signal.throwIfAborted();
        const onAbort = () => {
          clearTimeout(timer);
          reject(signal.reason);
        };
        const timer = setTimeout(() => {
          signal.removeEventListener("abort", onAbort);
          resolve();
        }, steps * stepMs);
        signal.addEventListener("abort", onAbort, { once: true });
      }),
    say: (sentence) => {
      said.value = sentence;
    },
  };
}
