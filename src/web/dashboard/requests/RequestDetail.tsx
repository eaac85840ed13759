import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { JournalEntry } from "../../../client/index.ts";
import { DEFAULT_QUALIFIER } from "../../../fc/names.ts";
import { send } from "../api.ts";
import { Changes } from "../configs/Changes.tsx";
import { asksFor, asksForChange, configOfRequest, keyOf } from "../configs/configs.ts";
import { openFaultForm } from "../control/faults.ts";
import { Code } from "../elements/Code.tsx";
import { Copy } from "../elements/Copy.tsx";
import { EmptyDetail } from "../elements/EmptyDetail.tsx";
import { Link } from "../elements/Link.tsx";
import { Time } from "../elements/Time.tsx";
import { invocationId } from "../invocations/invocations.ts";
import { sharedHref } from "../route.ts";
import { announcement, control, mayChange, requests, signingKey } from "../sandbox.ts";
import { text } from "../text/text.ts";
import { clientOf } from "./client.ts";
import { callOf, curlOf, fetchOf, isBroken, pretty, subjectOf, verificationOf } from "./entries.ts";
import { shownRequests } from "./found.ts";
import { Status } from "./RequestLine.tsx";

/** A request: what it changed, what it sent and what came back, and what can be done with it. */
export function RequestDetail({ id }: { id: string }) {
  const words = text().requests;
  const here =
    requests.value.find(({ requestId }) => requestId === id) ??
    shownRequests.value?.find(({ requestId }) => requestId === id);
  // It stays open when the list no longer has it.
  const kept = useSignal<JournalEntry | "loading" | undefined>(here ?? "loading");
  useEffect(() => {
    if (here) {
      kept.value = here;
      return;
    }
    if (kept.value !== "loading") return;
    control()
      .requests.list({ requestId: id }, { limit: 1 })
      .then(
        ({ requests: [entry] }) => (kept.value = entry),
        () => (kept.value = undefined),
      );
  }, [id, here]);
  const entry = here ?? kept.value;
  if (entry === "loading") return <p class="empty">{text().common.loading}</p>;
  if (entry === undefined) {
    return <EmptyDetail title={words.detail}>{words.gone}</EmptyDetail>;
  }
  return <Entry entry={entry} />;
}

function Entry({ entry }: { entry: JournalEntry }) {
  const words = text().requests;
  const { common } = text();
  const config = configOfRequest(entry);
  const { effects = [] } = entry;
  return (
    <article class="request" aria-label={`${entry.method} ${subjectOf(entry)}`}>
      <header>
        <h2 tabIndex={-1}>
          <Status entry={entry} /> <span class="method">{entry.method}</span> {subjectOf(entry)}
        </h2>
        <div class="buttons">
          <Copy text={sharedHref("requests", entry.requestId)} label={common.copyLink}>
            {common.copyLink}
          </Copy>
          {mayChange.value && <Replay entry={entry} />}
          {mayChange.value && entry.operation !== null && (
            <button type="button" class="quiet" onClick={() => openFaultForm({ of: entry })}>
              {words.makeFault}
            </button>
          )}
        </div>
        <div class="buttons">
          <span class="hint">{words.copyAs}</span>
          <Copy text={curlOf(entry)} label={`${words.copyAs} ${words.copyCurl}`}>
            {words.copyCurl}
          </Copy>
          <Copy text={fetchOf(entry)} label={`${words.copyAs} ${words.copyFetch}`}>
            {words.copyFetch}
          </Copy>
          <Copy text={verificationOf(entry)} label={`${words.copyAs} ${words.copyVerify}`}>
            {words.copyVerify}
          </Copy>
        </div>
      </header>
      {isBroken(entry) && <p class="error">{words.brokenText}</p>}
      {entry.changes && (
        <section class="difference">
          <h3>{changesTitle(entry)}</h3>
          <Changes changes={entry.changes} />
        </section>
      )}
      {!entry.changes && asksForChange(entry) && entry.status >= 400 && (
        <p class="hint">{words.failedNothing}</p>
      )}
      <p class="links">
        {config && (
          <Link view="configs" id={keyOf({ ...config, qualifier: config.qualifier || DEFAULT_QUALIFIER })}>
            {words.openConfig}
          </Link>
        )}
        {asksFor(entry, "InvokeFunction") && entry.status === 202 && (
          <Link
            view="invocations"
            id={invocationId({
              service: entry.service ?? "",
              function: entry.function ?? "",
              id: invocationOf(entry),
            })}
          >
            {words.openInvocation}
          </Link>
        )}
      </p>
      <h3>{words.request}</h3>
      <Code label={words.request}>
        {`${entry.method} ${entry.url}\n${headerLines(entry)}${entry.body && `\n\n${pretty(entry.body)}`}`}
      </Code>
      {entry.bodyCut && <p class="hint">{words.bodyCut}</p>}
      <h3>{words.response}</h3>
      <Code label={words.response}>
        {`${entry.status}${entry.responseBody ? `\n\n${pretty(entry.responseBody)}` : `\n\n${words.noBody}`}`}
      </Code>
      <dl class="facts">
        <dt>{words.time}</dt>
        <dd>
          <Time value={entry.time} isExact />
        </dd>
        <dt>{words.took}</dt>
        <dd>{entry.durationMs} ms</dd>
        <dt>{words.operation}</dt>
        <dd>{entry.operation ? `${entry.operation}, ${entry.version}` : words.noOperation}</dd>
        {clientOf(entry) && (
          <>
            <dt>{words.client}</dt>
            <dd>{clientOf(entry)}</dd>
          </>
        )}
        {effects.length > 0 && (
          <>
            <dt>{words.faults}</dt>
            <dd>
              {effects.map((effect, index) => (
                <span key={index}>
                  {index > 0 && ", "}
                  <code>{effect}</code> ({entry.faults[index]})
                </span>
              ))}
            </dd>
          </>
        )}
        <dt>{words.id}</dt>
        <dd>
          <code>{entry.requestId}</code>
        </dd>
      </dl>
    </article>
  );
}

function changesTitle({ changes }: JournalEntry): string {
  const words = text().requests;
  if (changes?.kind === "created") return words.created;
  return changes?.kind === "deleted" ? words.deleted : words.changed;
}

/** The id of the invocation that a request made: the caller's own for a task, or else the request's. */
function invocationOf({ headers, requestId }: JournalEntry): string {
  return headers["x-fc-stateful-async-invocation-id"] ?? headers["x-fc-async-task-id"] ?? requestId;
}

function headerLines({ headers }: JournalEntry): string {
  return Object.entries(headers)
    .map(([name, value]) => `${name}: ${value}`)
    .join("\n");
}

/** A button that sends a request again, as it came, signed where it must be. */
function Replay({ entry }: { entry: JournalEntry }) {
  const words = text().requests;
  const result = useSignal("");
  if (entry.bodyCut) return <span class="hint">{words.replayCut}</span>;
  const replay = async () => {
    try {
      const response = await send(callOf(entry), signingKey.value);
      await response.arrayBuffer();
      result.value = words.replayed(response.status);
    } catch {
      result.value = words.replayFailed;
    }
    announcement.value = result.value;
  };
  return (
    <>
      <button type="button" class="quiet" onClick={replay}>
        {words.replay}
      </button>
      {result.value && <span class="hint">{result.value}</span>}
    </>
  );
}
