import { useSignal } from "@preact/signals";
import type { JournalEntry } from "../../client/index.ts";
import { Code } from "./Code.tsx";
import {
  asksForChange,
  type ConfigItems,
  changes,
  configOfRequest,
  configOfResponse,
  itemLabels,
  keyOf,
  titleOf,
} from "./configs.ts";
import { control, mayControl, olderRequests, requests, type SeenRequest, summary } from "./sandbox.ts";
import { loadOlderRequests } from "./sync.ts";

/** The live list of requests to the sandbox, newest first. */
export function Requests() {
  const filter = useSignal("");
  const errorsOnly = useSignal(false);
  const words = filter.value.toLowerCase().split(/\s+/).filter(Boolean);
  const all = requests.value;
  const dropped = summary.value?.counts.dropped ?? 0;
  const shown = all
    .map((seen, index) => ({ seen, index }))
    .filter(({ seen: { entry } }) => {
      const text =
        `${entry.method} ${entry.url} ${entry.operation} ${entry.status} ${entry.requestId}`.toLowerCase();
      return (!errorsOnly.value || entry.status >= 400) && words.every((word) => text.includes(word));
    });
  return (
    <section class="panel requests" aria-labelledby="requests">
      <header>
        <h2 id="requests">
          Requests{" "}
          <span class="count">
            {all.length}
            {olderRequests.value && "+"}
          </span>
        </h2>
        {mayControl.value && all.length > 0 && (
          <button type="button" class="quiet" onClick={() => control().requests.clear()}>
            Clear
          </button>
        )}
      </header>
      {all.length > 0 && (
        <div class="filter">
          <input
            type="search"
            placeholder="Filter by name, status, operation"
            aria-label="Filter the requests"
            value={filter.value}
            onInput={(event) => (filter.value = event.currentTarget.value)}
          />
          <label>
            <input
              type="checkbox"
              checked={errorsOnly.value}
              onChange={(event) => (errorsOnly.value = event.currentTarget.checked)}
            />
            Errors only
          </label>
        </div>
      )}
      {all.length === 0 && (
        <div class="empty">
          <p>No request has come yet.</p>
          <p>They show up here while they happen, each with what it changed.</p>
        </div>
      )}
      {all.length > 0 && shown.length === 0 && (
        <p class="empty">None of these requests matches the filter.</p>
      )}
      <ol>
        {shown.map(({ seen, index }) => (
          <li key={seen.entry.requestId}>
            <Request seen={seen} index={index} />
          </li>
        ))}
      </ol>
      {dropped > 0 && (
        <p class="hint">
          {dropped === 1 ? "One older request was dropped" : `${dropped} older requests were dropped`}: the
          journal keeps {summary.value?.settings.journalSize} for each function.
        </p>
      )}
      {olderRequests.value && (
        <button type="button" class="quiet older" onClick={loadOlderRequests}>
          Show older requests
        </button>
      )}
    </section>
  );
}

function Request({ seen, index }: { seen: SeenRequest; index: number }) {
  const isOpen = useSignal(false);
  const { entry } = seen;
  const named = configOfRequest(entry);
  const time = new Date(entry.time);
  return (
    <details onToggle={(event) => (isOpen.value = event.currentTarget.open)}>
      <summary>
        <time dateTime={entry.time}>{time.toLocaleTimeString([], { hour12: false })}</time>
        <span class={`status s${String(entry.status)[0]}`}>{entry.status}</span>
        <span class="method">{entry.method}</span>
        <span class="what">{named ? titleOf(named) : subjectOf(entry)}</span>
        {entry.faults.length > 0 && <span class="fault">fault</span>}
        <span class="took">{entry.durationMs} ms</span>
      </summary>
      {isOpen.value && <RequestDetails seen={seen} index={index} />}
    </details>
  );
}

function RequestDetails({ seen, index }: { seen: SeenRequest; index: number }) {
  const { entry } = seen;
  return (
    <div class="details">
      <Difference seen={seen} index={index} />
      <h4>Request</h4>
      <Code label="Request">
        {`${entry.method} ${entry.url}\n${headerLines(entry)}${entry.body && `\n\n${pretty(entry.body)}`}`}
      </Code>
      <h4>
        Response <span class="hint">{entry.status}</span>
      </h4>
      <Code label="Response">{entry.responseBody ? pretty(entry.responseBody) : "(no body)"}</Code>
      <dl class="facts">
        <dt>Request ID</dt>
        <dd>{entry.requestId}</dd>
        <dt>Operation</dt>
        <dd>{entry.operation ? `${entry.operation}, ${entry.version}` : "none"}</dd>
        {entry.faults.length > 0 && (
          <>
            <dt>Faults</dt>
            <dd>{entry.faults.join(", ")}</dd>
          </>
        )}
      </dl>
    </div>
  );
}

/** Shows what a request changed in its config. */
function Difference({ seen, index }: { seen: SeenRequest; index: number }) {
  const { entry } = seen;
  if (!asksForChange(entry)) return null;
  if (entry.faults.length > 0)
    return <p class="hint">A fault struck it: the response need not say what happened.</p>;
  if (entry.status >= 400) return <p class="hint">It failed, and changed nothing.</p>;
  const put = configOfResponse(entry);
  const before = seen.before ?? earlier(entry, index, put);
  if (before === undefined)
    return <p class="hint">What it changed is not known: the request before it is gone.</p>;
  const found = changes(before.items, put?.items);
  return (
    <div class="difference">
      <h4>{put ? (before.items ? "Changed" : "Created") : "Deleted"}</h4>
      {found.length === 0 && <p class="hint">Nothing but the time of modification.</p>}
      <ul>
        {found.map(({ item, before: was, after: is }) => (
          <li key={item}>
            {itemLabels[item]}: {was && <del>{was}</del>}{" "}
            {is ? <ins>{is}</ins> : before.items && put && <ins>none</ins>}
          </li>
        ))}
      </ul>
    </div>
  );
}

/**
 * The config before a request, derived from the previous request that changed it; undefined when that is
 * unknown.
 */
function earlier(
  entry: JournalEntry,
  index: number,
  put: ReturnType<typeof configOfResponse>,
): { readonly items: ConfigItems | undefined } | undefined {
  const named = configOfRequest(entry);
  if (named === undefined) return undefined;
  const previous = requests.value.slice(index + 1).find(({ entry: other }) => {
    const config = configOfRequest(other);
    return config && keyOf(config) === keyOf(named) && other.status < 300 && asksForChange(other);
  })?.entry;
  if (previous && previous.faults.length === 0) return { items: configOfResponse(previous)?.items };
  return put && put.createdTime === put.lastModifiedTime ? { items: undefined } : undefined;
}

function headerLines(entry: JournalEntry): string {
  return Object.entries(entry.headers)
    .map(([name, value]) => `${name}: ${value}`)
    .join("\n");
}

function pretty(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

/** What a request that is not for one config is for: the operation and its names, or else the address. */
function subjectOf({ operation, service, function: name, qualifier, url }: JournalEntry): string {
  if (operation === null) return shortened(url);
  const names = [service, name].filter(Boolean).join(" / ");
  return [operation, names, qualifier && `: ${qualifier}`].filter(Boolean).join(" ");
}

function shortened(url: string): string {
  return url.length > 60 ? `${url.slice(0, 60)}…` : url;
}
