import { titleOf } from "../configs/configs.ts";
import { Traffic } from "../control/Traffic.tsx";
import { Link } from "../elements/Link.tsx";
import { Time } from "../elements/Time.tsx";
import { hasEnded, invocationId, nextText, toneOf } from "../invocations/invocations.ts";
import { RequestLine } from "../requests/RequestLine.tsx";
import { configs, faults, invocations, requests, summary } from "../sandbox.ts";
import { text } from "../text/text.ts";
import { dateAndTime, sandboxNow } from "../time.ts";
import { Connect } from "./Connect.tsx";

/** How many of the latest requests and invocations are shown. */
const LATEST = 8;

/** The sandbox at a glance: how to connect, what is in it, and what happened last. */
export function Overview() {
  return (
    <div class="panels overview">
      <div class="column">
        <Connect />
        <Counts />
      </div>
      <div class="column">
        <LatestRequests />
        <LatestInvocations />
        <Traffic />
      </div>
    </div>
  );
}

function Counts() {
  const words = text().overview;
  const { counts, expiresAt } = summary.value ?? {};
  if (counts === undefined) return null;
  return (
    <section class="panel" aria-labelledby="counts">
      <h2 id="counts">{words.counts}</h2>
      <ul class="counts">
        <li>
          <Link view="configs">{words.functionsCount(counts.functions)}</Link>
        </li>
        <li>
          <Link view="configs">{words.configsCount(configs.value.size)}</Link>
        </li>
        <li>
          <Link view="requests">{words.requestsCount(counts.requests)}</Link>
        </li>
        <li>
          <Link view="invocations">{words.invocationsCount(counts.invocations)}</Link>
        </li>
        <li>
          <Link view="inbox">{words.deliveriesCount(counts.deliveries)}</Link>
        </li>
        <li>
          <Link view="control">{words.faultsCount(faults.value.length)}</Link>
        </li>
      </ul>
      <p class="hint">
        {expiresAt === null || expiresAt === undefined
          ? words.neverExpires
          : words.expires(dateAndTime(expiresAt))}
      </p>
    </section>
  );
}

function LatestRequests() {
  const words = text().overview;
  const latest = requests.value.slice(0, LATEST);
  return (
    <section class="panel" aria-labelledby="latest-requests">
      <header>
        <h2 id="latest-requests">{words.latestRequests}</h2>
        {latest.length > 0 && <Link view="requests">{words.all}</Link>}
      </header>
      {latest.length === 0 && <p class="empty">{words.noRequests}</p>}
      <ol class="latest">
        {latest.map((entry) => (
          <li key={entry.requestId}>
            <Link view="requests" id={entry.requestId} class="row-request">
              <RequestLine entry={entry} />
            </Link>
          </li>
        ))}
      </ol>
    </section>
  );
}

function LatestInvocations() {
  const words = text().overview;
  const latest = invocations.value.list.slice(0, LATEST);
  const isFrozen = summary.value?.clock.mode === "frozen";
  return (
    <section class="panel" aria-labelledby="latest-invocations">
      <header>
        <h2 id="latest-invocations">{words.latestInvocations}</h2>
        {latest.length > 0 && <Link view="invocations">{words.all}</Link>}
      </header>
      {latest.length === 0 && <p class="empty">{words.noInvocations}</p>}
      <ol class="latest">
        {latest.map((invocation) => (
          <li key={invocationId(invocation)}>
            <Link view="invocations" id={invocationId(invocation)} class="row-invocation short">
              <Time value={invocation.enqueuedAt} now={sandboxNow.value} />
              <span class={`status ${toneOf(invocation.status)}`}>{invocation.status}</span>
              <span class="what">{titleOf(invocation)}</span>
              <span class="took">
                {hasEnded(invocation) ? "" : nextText(invocation, sandboxNow.value, isFrozen)}
              </span>
            </Link>
          </li>
        ))}
      </ol>
    </section>
  );
}
