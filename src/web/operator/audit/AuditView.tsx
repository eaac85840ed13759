import { useSignal } from "@preact/signals";
import type { Audit } from "../../../documents/responseBodies.ts";
import type { AuditEntry } from "../../../state/audit.ts";
import { Code } from "../../dashboard/elements/Code.tsx";
import { downloadText } from "../../dashboard/elements/download.ts";
import { ListHead, NothingYet } from "../../dashboard/elements/ListHead.tsx";
import { Refused } from "../../dashboard/elements/Refused.tsx";
import { type Refusal, refusalOf } from "../../dashboard/elements/refusal.ts";
import { Time } from "../../dashboard/elements/Time.tsx";
import { joined } from "../../dashboard/loadedPages.ts";
import { announcement } from "../../dashboard/sandbox.ts";
import { count } from "../amounts.ts";
import { Link } from "../elements/Link.tsx";
import { Waiting } from "../elements/Waiting.tsx";
import { useLoaded } from "../loading.ts";
import { ask, askText } from "../session.ts";
import { words } from "../text/text.ts";

const PAGE_SIZE = 100;

function pageAfter(nextToken?: string): Promise<Audit> {
  const given = { limit: String(PAGE_SIZE), ...(nextToken === undefined ? {} : { nextToken }) };
  return ask<Audit>("GET", `/deployment/audit?${new URLSearchParams(given)}`);
}

/** What the operator changed in the deployment, the latest first. */
export function AuditView() {
  const { audit: texts, shell, sandboxes } = words();
  const pages = useLoaded("audit", () => pageAfter());
  const refusal = useSignal<Refusal | undefined>(undefined);
  const isLoading = useSignal(false);
  const { entries, nextToken } = pages.value.value ?? {};
  const exportAll = async () => {
    refusal.value = await refusalOf(async () => {
      downloadText(
        "deployment-audit.ndjson",
        await askText("/deployment/audit?format=ndjson"),
        "application/x-ndjson",
      );
      announcement.value = texts.exported;
    });
  };
  const loadMore = async () => {
    const before = pages.value.peek();
    isLoading.value = true;
    refusal.value = await refusalOf(async () => {
      const page = await pageAfter(nextToken);
      // Meanwhile the list may have been loaded again.
      if (before === undefined || pages.value.peek() !== before) return;
      pages.set({ ...page, entries: joined(before.entries, page.entries, ({ requestId }) => requestId) });
    });
    isLoading.value = false;
  };
  const shown = count(entries?.length ?? 0);
  return (
    <div class="page">
      <ListHead
        title={texts.title}
        count={entries === undefined ? "" : nextToken === undefined ? shown : sandboxes.someShown(shown)}
      >
        {entries && entries.length > 0 && (
          <button type="button" class="quiet" onClick={exportAll}>
            {texts.export}
          </button>
        )}
      </ListHead>
      <Waiting loaded={pages} />
      <Refused refusal={refusal.value} />
      {entries?.length === 0 && <NothingYet what={texts.none} how={texts.noneText} />}
      {entries && entries.length > 0 && (
        <ol class="panel events-of-all">
          {entries.map((entry) => (
            <Entry key={entry.requestId} entry={entry} />
          ))}
        </ol>
      )}
      {nextToken !== undefined && (
        <div class="more">
          <button type="button" class="quiet" disabled={isLoading.value} onClick={loadMore}>
            {shell.loadMore}
          </button>
        </div>
      )}
    </div>
  );
}

function Entry({ entry }: { entry: AuditEntry }) {
  const { audit: texts } = words();
  const { time, actor, operation, method, path, status, sandbox, given, requestId } = entry;
  return (
    <li>
      <p>
        <Time value={time} /> <span class="status">{status}</span> <b>{operation}</b>{" "}
        <span class="about">{actor.name ?? texts.actor}</span>
      </p>
      <p>
        <code>
          {method} {path}
        </code>
      </p>
      {sandbox && (
        <p>
          <Link view="sandboxes" id={sandbox}>
            {sandbox}
          </Link>
        </p>
      )}
      {given && (
        <details>
          <summary>{texts.given}</summary>
          <Code label={`${texts.given}: ${requestId}`}>{given}</Code>
        </details>
      )}
    </li>
  );
}
