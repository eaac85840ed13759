import { useComputed, useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { invocationCall, sendApi } from "../api.ts";
import { SetBy } from "../configs/ConfigDetail.tsx";
import { itemNames, keyOf, secondsText, titleOf } from "../configs/configs.ts";
import { historyOf, useHistory } from "../configs/history.ts";
import { Code } from "../elements/Code.tsx";
import { Copy } from "../elements/Copy.tsx";
import { EmptyDetail } from "../elements/EmptyDetail.tsx";
import { Link } from "../elements/Link.tsx";
import { Refused } from "../elements/Refused.tsx";
import { ApiRefusal, type Refusal, refusalOf } from "../elements/refusal.ts";
import { Time } from "../elements/Time.tsx";
import { pretty } from "../requests/entries.ts";
import { go, sharedHref } from "../route.ts";
import { announcement, control, invocations, mayChange, signingKey, summary } from "../sandbox.ts";
import { text } from "../text/text.ts";
import { dateAndTime, sandboxNow, span } from "../time.ts";
import { configOf } from "./configOf.ts";
import { consequenceText } from "./consequence.ts";
import { Delivery } from "./Delivery.tsx";
import { FunctionOutcome } from "./FunctionOutcome.tsx";
import {
  eventText,
  hasEnded,
  invocationId,
  invocationNamed,
  type ShownInvocation,
  toneOf,
} from "./invocations.ts";
import { type Plan, planOf, type Rules, rulesOf } from "./plan.ts";
import { Timeline } from "./Timeline.tsx";

/** How long the page waits before it loads an invocation again that is not in the list, in milliseconds. */
const AGAIN_AFTER_MS = 300;

/** An invocation: its rules, its timeline, what happened, and its delivery. */
export function InvocationDetail({ id }: { id: string }) {
  const words = text().invocations;
  const here = invocations.value.list.find((one) => invocationId(one) === id);
  const loaded = useSignal<ShownInvocation | "loading" | undefined>("loading");
  // An invocation that is not in the list is not told by the list's changes: it is loaded again after them.
  const changes = here ? undefined : invocations.value;
  useEffect(() => {
    if (here) return;
    const { id: its, ...owner } = invocationNamed(id);
    const load = () =>
      control()
        .invocations.get(its, owner)
        .then(
          (found) => (loaded.value = found),
          () => (loaded.value = undefined),
        );
    const timer = setTimeout(load, loaded.peek() === "loading" ? 0 : AGAIN_AFTER_MS);
    return () => clearTimeout(timer);
  }, [id, changes]);
  const invocation = here ?? loaded.value;
  if (invocation === "loading") return <p class="empty">{text().common.loading}</p>;
  if (invocation === undefined) {
    return <EmptyDetail title={words.detail}>{words.gone}</EmptyDetail>;
  }
  return <Invocation invocation={invocation} />;
}

function Invocation({ invocation }: { invocation: ShownInvocation }) {
  const words = text().invocations;
  const refusal = useSignal<Refusal | undefined>(undefined);
  const heading = useRef<HTMLHeadingElement>(null);
  const { status } = invocation;
  const title = titleOf(invocation);
  const rules = rulesOf(invocation, configOf(invocation));
  const plan = planOf(invocation, rules, summary.value?.settings.retryDelaysSeconds ?? []);
  const { id, service, function: name } = invocation;
  const stop = async () => {
    refusal.value = await refusalOf(() => control().invocations.stop(id, { service, function: name }));
    if (refusal.value !== undefined) return;
    announcement.value = words.stopped(title);
    // The button goes.
    heading.current?.focus();
  };
  const again = async () => {
    refusal.value = await refusalOf(async () => {
      const { requestPayload } = await control().invocations.get(id, { service, function: name });
      const call = invocationCall(invocation, { event: requestPayload, isAsync: true, outcomes: "" });
      const failure = await sendApi(call, signingKey.value);
      if (failure) throw new ApiRefusal(`${failure.code}: ${failure.message}`);
      announcement.value = words.againWhat(title);
      // The new one comes by the feed, and is the first of the list.
      go("invocations");
    });
  };
  return (
    <article class="invocation" aria-label={title}>
      <header>
        <h2 tabIndex={-1} ref={heading}>
          {title} <span class={`status ${toneOf(status)}`}>{status}</span>
        </h2>
        <div class="buttons">
          <Copy text={sharedHref("invocations", invocationId(invocation))} label={text().common.copyLink}>
            {text().common.copyLink}
          </Copy>
          {mayChange.value && !hasEnded(invocation) && status !== "Stopping" && (
            <button
              type="button"
              class="quiet"
              aria-label={words.stopWhat(title, dateAndTime(invocation.enqueuedAt))}
              onClick={stop}
            >
              {words.stop}
            </button>
          )}
          {mayChange.value && (
            <button type="button" class="quiet" onClick={again}>
              {words.again}
            </button>
          )}
        </div>
      </header>
      <Refused refusal={refusal.value} />
      <RuleList invocation={invocation} rules={rules} />
      <LiveTimeline invocation={invocation} plan={plan} rules={rules} />
      <p class="consequence">{consequenceText(invocation, plan, rules)}</p>
      <Happened invocation={invocation} plan={plan} />
      <Delivery invocation={invocation} rules={rules} />
      <Payloads invocation={invocation} />
      <Facts invocation={invocation} />
    </article>
  );
}

/** The timeline, which moves with the time. */
function LiveTimeline(given: { invocation: ShownInvocation; plan: Plan; rules: Rules }) {
  return <Timeline {...given} now={sandboxNow.value} />;
}

const ruleItems = itemNames.filter((item) => item !== "stateful");

/** The rules by which the invocation goes, each with the request that set it. */
function RuleList({ invocation, rules }: { invocation: ShownInvocation; rules: Rules }) {
  const words = text().invocations;
  const loaded = useHistory(invocation).value;
  const config = configOf(invocation);
  const history = historyOf(loaded, invocation);
  const hasItsOwn = hasEnded(invocation) && invocation.rules !== null;
  return (
    <>
      <dl class="rules">
        {ruleItems.map((item) => {
          const value = rules[item];
          const isDefault = !hasItsOwn && (config?.items[item] ?? null) === null;
          // The config may have changed since: the request counts that set it to this value.
          const setter = history.find(({ changes }) =>
            changes.items.some((change) => change.item === item && change.after === value),
          );
          const shown =
            typeof value === "number"
              ? item === "maxAsyncEventAgeInSeconds"
                ? secondsText(value)
                : String(value)
              : (value ?? words.unset);
          return (
            <div key={item}>
              <dt>{text().items[item]}</dt>
              <dd>
                {isDefault && typeof value === "number" ? text().items.default(shown) : shown}
                {loaded && value !== null && (setter || !isDefault) && <SetBy entry={setter} />}
              </dd>
            </div>
          );
        })}
      </dl>
      {!hasEnded(invocation) && <p class="hint">{words.rulesPlanned}</p>}
      {config && (
        <p class="links">
          <Link view="configs" id={keyOf(config)}>
            {text().requests.openConfig}
          </Link>
        </p>
      )}
      {!hasEnded(invocation) && (
        <FunctionOutcome name={{ service: invocation.service, function: invocation.function }} />
      )}
    </>
  );
}

/** What happened and what is planned, in a list: the truth that the timeline only draws. */
function Happened({ invocation, plan }: { invocation: ShownInvocation; plan: Plan }) {
  const words = text().invocations;
  const refusal = useSignal<Refusal | undefined>(undefined);
  const isFrozen = useComputed(() => summary.value?.clock.mode === "frozen");
  const advanceTo = async (at: number) => {
    refusal.value = await refusalOf(() =>
      control().clock.set({ mode: "frozen", time: new Date(at).toISOString() }),
    );
  };
  return (
    <section aria-label={words.happened}>
      <h3>{words.happened}</h3>
      <ol class="events">
        {shownEvents(invocation).map((event, index) => (
          <li key={index}>
            <Time value={event.time} isExact />
            <span class={`status ${event.status === "Retrying" ? "bad" : toneOf(event.status)}`}>
              {event.attempt === undefined || event.status === "Succeeded"
                ? event.status
                : words.attempt(event.attempt)}
            </span>
            <span class="text">{eventText(event)}</span>
            {event.status === "Enqueued" && invocation.origin === null && (
              <Link view="requests" id={invocation.requestId}>
                {text().common.request}
              </Link>
            )}
          </li>
        ))}
        {plan.attempts.map(({ number, at }) => (
          <li key={`planned ${number}`} class="planned">
            <Time value={new Date(at).toISOString()} isExact />
            <span class="status plain">{words.planned}</span>
            <span class="text">
              <PlannedText number={number} at={at} />
            </span>
            {mayChange.value && isFrozen.value && (
              <button
                type="button"
                class="quiet"
                aria-label={text().punctuation.labelled(words.advanceTo, words.attempt(number))}
                onClick={() => advanceTo(at)}
              >
                {words.advanceTo}
              </button>
            )}
          </li>
        ))}
      </ol>
      <Refused refusal={refusal.value} />
    </section>
  );
}

/** The events, without the beginnings of attempts that have ended: the end says all. */
function shownEvents({ events }: ShownInvocation) {
  return events.filter(
    (event) =>
      event.status !== "Running" ||
      !events.some((other) => other.attempt === event.attempt && other.status !== "Running"),
  );
}

function PlannedText({ number, at }: { number: number; at: number }) {
  const words = text().invocations;
  const left = at - sandboxNow.value;
  return <>{words.plannedAttempt(number, left > 0 ? words.inSpan(span(left)) : words.atOnce)}</>;
}

/** The event and the function's answer, which are loaded when they are asked for. */
function Payloads({ invocation }: { invocation: ShownInvocation }) {
  const words = text().invocations;
  const payloads = useSignal<{ readonly event: string; readonly answer: string } | undefined>(undefined);
  const refusal = useSignal<Refusal | undefined>(undefined);
  const { id, service, function: name } = invocation;
  const load = async (isOpen: boolean) => {
    if (!isOpen) return;
    refusal.value = await refusalOf(async () => {
      const found = await control().invocations.get(id, { service, function: name });
      payloads.value = { event: found.requestPayload, answer: found.responsePayload };
    });
  };
  return (
    <details class="payloads" onToggle={(event) => load(event.currentTarget.open)}>
      <summary>{words.payloads}</summary>
      <Refused refusal={refusal.value} />
      {payloads.value && (
        <>
          <h4>{words.event}</h4>
          <Code label={words.event}>{pretty(payloads.value.event) || text().requests.noBody}</Code>
          <h4>{words.answer}</h4>
          <Code label={words.answer}>{pretty(payloads.value.answer) || text().requests.noBody}</Code>
        </>
      )}
    </details>
  );
}

function Facts({ invocation }: { invocation: ShownInvocation }) {
  const words = text().invocations;
  const { id, requestId, isTask, version, failure, origin } = invocation;
  return (
    <dl class="facts">
      {failure && (
        <>
          <dt>{words.failure}</dt>
          <dd>{`${failure.error}: ${failure.message} (${failure.statusCode})`}</dd>
        </>
      )}
      <dt>{isTask ? words.taskId : words.invocationId}</dt>
      <dd>
        <code>{id}</code>
      </dd>
      {requestId !== id && (
        <>
          <dt>{words.requestId}</dt>
          <dd>
            <code>{requestId}</code>
          </dd>
        </>
      )}
      {origin ? (
        <>
          <dt>{words.deliveredBy}</dt>
          <dd>
            <Link view="invocations" id={invocationId(origin)}>
              {origin.service && `${origin.service} / `}
              {origin.function}
            </Link>
          </dd>
        </>
      ) : (
        <>
          <dt>{words.version}</dt>
          <dd>{version}</dd>
        </>
      )}
    </dl>
  );
}
