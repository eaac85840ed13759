import { useSignal } from "@preact/signals";
import { useRef } from "preact/hooks";
import { titleOf } from "./configs.ts";
import { InvocationDetails } from "./InvocationDetails.tsx";
import {
  attemptText,
  deliveryText,
  hasEnded,
  invocationKey,
  nextText,
  type ShownInvocation,
  toneOf,
} from "./invocations.ts";
import { Refused } from "./Refused.tsx";
import { type Refusal, refusalOf } from "./refusal.ts";
import { announcement, control, invocations, mayControl, summary } from "./sandbox.ts";
import { sandboxNow, shortTime } from "./sandboxTime.ts";

/** From how many invocations on there is a filter. */
const MANY = 12;

/** The live list of asynchronous invocations, newest first. */
export function Invocations() {
  const filter = useSignal("");
  const refusal = useSignal<Refusal | undefined>(undefined);
  const { list, hasOlder } = invocations.value;
  const words = filter.value.toLowerCase().split(/\s+/).filter(Boolean);
  const shown = list.filter((invocation) => {
    const text = `${titleOf(invocation)} ${invocation.status} ${invocation.id}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
  return (
    <section class="panel invocations" aria-labelledby="invocations">
      <header>
        <h2 id="invocations">
          Invocations{" "}
          <span class="count">
            {list.length}
            {hasOlder && "+"}
          </span>
        </h2>
      </header>
      {(list.length > MANY || filter.value !== "") && (
        <input
          type="search"
          aria-label="Filter the invocations"
          placeholder="Filter by name, status, invocation ID"
          value={filter.value}
          onInput={(event) => (filter.value = event.currentTarget.value)}
        />
      )}
      {list.length === 0 && (
        <p class="empty">
          None yet. When a client invokes a function asynchronously, its attempts and its delivery show up
          here.
        </p>
      )}
      {list.length > 0 && shown.length === 0 && (
        <p class="empty">None of these invocations matches the filter.</p>
      )}
      <Refused refusal={refusal.value} />
      <ol>
        {shown.map((invocation) => (
          <li key={invocationKey(invocation)}>
            <Invocation invocation={invocation} onRefused={(refused) => (refusal.value = refused)} />
          </li>
        ))}
      </ol>
      {hasOlder && (
        <p class="hint">
          These are the newest. <code>GET /_sandbox/invocations</code> lists the older ones, too.
        </p>
      )}
    </section>
  );
}

function Invocation({
  invocation,
  onRefused,
}: {
  invocation: ShownInvocation;
  onRefused: (refusal: Refusal | undefined) => void;
}) {
  const isOpen = useSignal(false);
  const summaryElement = useRef<HTMLElement>(null);
  const { status, enqueuedAt } = invocation;
  const title = titleOf(invocation);
  const delivery = deliveryText(invocation);
  const stop = async () => {
    const { id, service, function: name } = invocation;
    const refused = await refusalOf(() => control().invocations.stop(id, { service, function: name }));
    onRefused(refused);
    if (refused !== undefined) return;
    announcement.value = `Stopped ${title}`;
    // The button goes away.
    summaryElement.current?.focus();
  };
  return (
    <>
      <details onToggle={(event) => (isOpen.value = event.currentTarget.open)}>
        <summary ref={summaryElement}>
          <EnqueuedTime time={enqueuedAt} />
          <span class={`status ${toneOf(status)}`}>{status}</span>
          <span class="what">{title}</span>
          <span class="took">{attemptText(invocation)}</span>
          <span class="then">
            <Next invocation={invocation} />
            {delivery && (
              <span class={delivery.tone}>
                {delivery.destination}: {delivery.text}
              </span>
            )}
          </span>
        </summary>
        {isOpen.value && <InvocationDetails invocation={invocation} />}
      </details>
      {mayControl.value && !hasEnded(invocation) && status !== "Stopping" && (
        <button
          type="button"
          class="quiet"
          aria-label={`Stop ${title}, enqueued ${enqueuedAt}`}
          onClick={stop}
        >
          Stop
        </button>
      )}
    </>
  );
}

function EnqueuedTime({ time }: { time: string }) {
  return (
    <time dateTime={time} title={time}>
      {shortTime(time, sandboxNow.value)}
    </time>
  );
}

/** What happens next. Only this is drawn again while the time passes. */
function Next({ invocation }: { invocation: ShownInvocation }) {
  const text = nextText(invocation, sandboxNow.value, summary.value?.clock.mode === "frozen");
  return text === "" ? null : <span>{text}</span>;
}
