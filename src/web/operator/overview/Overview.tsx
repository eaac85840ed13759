import type { Deployment } from "../../../documents/responseBodies.ts";
import type { RegisteredSandbox } from "../../../state/registry.ts";
import { Time } from "../../dashboard/elements/Time.tsx";
import { count, percent, size } from "../amounts.ts";
import { Link } from "../elements/Link.tsx";
import { Waiting } from "../elements/Waiting.tsx";
import { useLoaded } from "../loading.ts";
import { pageOf } from "../sandboxes/pages.ts";
import { ask } from "../session.ts";
import { words } from "../text/text.ts";
import { Plot, withGaps } from "./Plot.tsx";

/** How many of the largest sandboxes are shown. */
const LARGEST = 5;

/** The deployment at a glance: what it has, what it is used for, and what went wrong. */
export function Overview() {
  const deployment = useLoaded("deployment", () => ask<Deployment>("GET", "/deployment"));
  const found = deployment.value.value;
  return (
    <>
      {(found === undefined || deployment.refusal.value) && (
        <div class="panels alone">
          <Waiting loaded={deployment} />
        </div>
      )}
      {found && (
        <div class="panels overview">
          <div class="column">
            <Facts deployment={found} />
            <Largest />
          </div>
          <div class="column">
            <Usage days={found.days} />
            <Errors errors={found.errors} />
          </div>
        </div>
      )}
    </>
  );
}

function Facts({ deployment: { sandboxes, bytes, quotas, health } }: { deployment: Deployment }) {
  const { overview: texts } = words();
  const { requestsPerDay, sandboxBytes, totalBytes } = quotas;
  return (
    <section class="panel" aria-labelledby="deployment">
      <h2 id="deployment">{texts.deployment}</h2>
      <dl class="facts">
        <dt>{texts.sandboxes}</dt>
        <dd>
          <Link view="sandboxes">{count(sandboxes)}</Link>
        </dd>
        <dt>{texts.stored}</dt>
        <dd>
          {totalBytes === null ? (
            size(bytes)
          ) : (
            <>
              {texts.ofQuota(size(bytes), size(totalBytes), percent(bytes, totalBytes))}
              <meter aria-label={texts.stored} value={bytes} max={totalBytes} />
            </>
          )}
        </dd>
        <dt>{texts.requestQuota}</dt>
        <dd>{requestsPerDay === null ? texts.noQuota : count(requestsPerDay)}</dd>
        <dt>{texts.byteQuota}</dt>
        <dd>{sandboxBytes === null ? texts.noQuota : size(sandboxBytes)}</dd>
        <dt>{texts.creates}</dt>
        <dd>{health.createsSandboxes ? texts.createdBy[health.creation] : texts.createsNone}</dd>
        <dt>{texts.shared}</dt>
        <dd>{texts.sharedModes[health.defaultSandbox]}</dd>
      </dl>
    </section>
  );
}

function Largest() {
  const { overview: texts } = words();
  const largest = useLoaded("largest", () => pageOf({ sort: "bytes" }, LARGEST));
  const list = largest.value.value?.list;
  return (
    <section class="panel" aria-labelledby="largest">
      <header>
        <h2 id="largest">{texts.largest}</h2>
        {list && list.length > 0 && (
          <Link view="sandboxes" filters={{ sort: "bytes" }}>
            {texts.all}
          </Link>
        )}
      </header>
      <Waiting loaded={largest} />
      {list?.length === 0 && <p class="empty">{texts.noSandboxes}</p>}
      <ol class="largest">
        {list?.map((sandbox) => (
          <Large key={sandbox.id} sandbox={sandbox} />
        ))}
      </ol>
    </section>
  );
}

function Large({ sandbox: { id, team, bytes } }: { sandbox: RegisteredSandbox }) {
  return (
    <li>
      <Link view="sandboxes" id={id} filters={{ sort: "bytes" }}>
        {id}
      </Link>
      {team && <span class="about">{team}</span>}
      <span class="amount">{size(bytes)}</span>
    </li>
  );
}

function Usage({ days }: { days: Deployment["days"] }) {
  const { overview: texts } = words();
  const all = days.length === 0 ? [] : withGaps(days);
  return (
    <section class="panel" aria-labelledby="usage">
      <h2 id="usage">{texts.usage}</h2>
      {all.length === 0 ? (
        <p class="empty">{texts.noUsage}</p>
      ) : (
        <>
          <Plot title={texts.requests} days={all} item="requests" />
          <Plot title={texts.posts} days={all} item="posts" />
          <p class="hint">{texts.postsText}</p>
          <details>
            <summary>{texts.asTable}</summary>
            <table>
              <thead>
                <tr>
                  <th scope="col">{texts.day}</th>
                  <th scope="col">{texts.requests}</th>
                  <th scope="col">{texts.posts}</th>
                </tr>
              </thead>
              <tbody>
                {all.toReversed().map(({ day, requests, posts }) => (
                  <tr key={day}>
                    <th scope="row">{day}</th>
                    <td>{count(requests)}</td>
                    <td>{count(posts)}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </details>
        </>
      )}
    </section>
  );
}

function Errors({ errors }: { errors: Deployment["errors"] }) {
  const { overview: texts } = words();
  return (
    <section class="panel" aria-labelledby="errors">
      <h2 id="errors">{texts.errors}</h2>
      {errors.length === 0 && <p class="empty">{texts.noErrors}</p>}
      <ol class="events-of-all">
        {errors.map(({ requestId, time, status, sandbox, message }) => (
          <li key={requestId}>
            <p>
              <Time value={time} /> <span class="status s5">{status}</span> <code>{requestId}</code>
            </p>
            <p>{message}</p>
            {sandbox && (
              <p>
                <Link view="sandboxes" id={sandbox}>
                  {sandbox}
                </Link>
              </p>
            )}
          </li>
        ))}
      </ol>
    </section>
  );
}
