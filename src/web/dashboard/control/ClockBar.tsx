import { useComputed } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { Refused } from "../elements/Refused.tsx";
import { stepText } from "../invocations/invocations.ts";
import { control, invocations, mayChange, summary } from "../sandbox.ts";
import { text } from "../text/text.ts";
import { dateAndTime, sandboxNow, span, zoneName } from "../time.ts";
import { happened, move, refusedMove } from "./advancing.ts";

/** The sandbox's clock above the invocations, with the buttons that lead from event to event. */
export function ClockBar() {
  const words = text().clock;
  const clock = summary.value?.clock;
  if (clock === undefined) return null;
  const isFrozen = clock.mode === "frozen";
  return (
    <section class="clockbar" aria-label={words.title}>
      <span class={`badge ${clock.mode}`}>{words[clock.mode]}</span>
      <Now />
      {mayChange.value && clock.mode === "real" && (
        <button
          type="button"
          class="quiet"
          onClick={() => move(() => control().clock.set({ mode: "frozen" }))}
        >
          {words.freezeNow}
        </button>
      )}
      {mayChange.value && clock.mode !== "real" && <Steps next={<NextLabel />} isFrozen={isFrozen} />}
      <span class="hint">
        {happened.value || (isFrozen ? words.frozenHint : clock.mode === "real" ? words.realHint : "")}
      </span>
      <Refused refusal={refusedMove.value} />
    </section>
  );
}

function Now() {
  const shown = dateAndTime(sandboxNow.value);
  return (
    <time class="now" dateTime={new Date(sandboxNow.value).toISOString()}>
      {shown} <small>{zoneName.value}</small>
    </time>
  );
}

/** The buttons that lead from event to event, and back to real time. */
export function Steps({ next, isFrozen }: { next: ComponentChildren; isFrozen: boolean }) {
  const words = text().clock;
  return (
    <>
      <button
        type="button"
        class={isFrozen ? "" : "quiet"}
        onClick={() => move(() => control().clock.toNext())}
      >
        {next}
      </button>
      <button type="button" class="quiet" onClick={() => move(() => control().clock.toIdle())}>
        {words.idle}
      </button>
      <button type="button" class="quiet" onClick={() => move(() => control().clock.set({ mode: "real" }))}>
        {words.realTime}
      </button>
    </>
  );
}

/** What the next event is, as far as the page knows. */
function NextLabel() {
  const words = text().clock;
  const next = useComputed(() => {
    const due = invocations.value.list.filter(({ dueAt }) => dueAt !== null);
    return due.toSorted((a, b) => ((a.dueAt ?? "") < (b.dueAt ?? "") ? -1 : 1))[0];
  });
  const first = next.value;
  if (first?.dueAt == null) return <>{words.next}</>;
  const left = Math.max(0, Date.parse(first.dueAt) - sandboxNow.value);
  return <>{words.nextWhat(stepText(first), span(left))} ▸</>;
}
