import { useSignal } from "@preact/signals";
import type { AuditEntry } from "../../../client/index.ts";
import { Code } from "../elements/Code.tsx";
import { Copy } from "../elements/Copy.tsx";
import { downloadText } from "../elements/download.ts";
import { EmptyDetail } from "../elements/EmptyDetail.tsx";
import { Link } from "../elements/Link.tsx";
import { ListHead, NothingYet } from "../elements/ListHead.tsx";
import { Panes } from "../elements/Panes.tsx";
import { Refused } from "../elements/Refused.tsx";
import { type Refusal, refusalOf } from "../elements/refusal.ts";
import { Time } from "../elements/Time.tsx";
import { VirtualList } from "../elements/VirtualList.tsx";
import { pretty } from "../requests/entries.ts";
import { route, sharedHref } from "../route.ts";
import { announcement, control, role, sandboxId } from "../sandbox.ts";
import { text } from "../text/text.ts";
import { zoneName } from "../time.ts";
import { audit, doneText, idOf, loadOlderChanges, useAudit, whoText } from "./audit.ts";

const ROW_HEIGHT = 52;

/** Who changed what by the control plane, the latest first, and the change that is open. */
export function AuditView() {
  const words = text().audit;
  useAudit();
  const { id } = route.value;
  const refusal = useSignal<Refusal | undefined>(undefined);
  const { list = [], nextToken } = audit.value ?? {};
  const opened = id === undefined ? undefined : list.find((entry) => idOf(entry) === id);
  if (role.value === "visitor") {
    return (
      <div class="closed">
        <section class="panel">
          <h2>{words.title}</h2>
          <p>{words.needsToken}</p>
        </section>
      </div>
    );
  }
  const save = async () => {
    refusal.value = await refusalOf(async () => {
      const all = await control().audit.export();
      const lines = all.map((entry) => `${JSON.stringify(entry)}\n`).join("");
      downloadText(`${sandboxId.value}-audit.ndjson`, lines, "application/x-ndjson");
      announcement.value = words.exported;
    });
  };
  return (
    <Panes
      label={words.detail}
      placeholder={words.choose}
      detail={
        id === undefined ? undefined : opened ? (
          <Detail key={id} entry={opened} />
        ) : (
          <EmptyDetail title={words.detail}>{audit.value ? words.gone : text().common.loading}</EmptyDetail>
        )
      }
      list={
        <>
          <ListHead title={words.title} count={nextToken === undefined ? list.length : `${list.length}+`}>
            {list.length > 0 && (
              <button type="button" class="quiet" onClick={save}>
                {words.export}
              </button>
            )}
          </ListHead>
          <Refused refusal={refusal.value} />
          {audit.value === undefined && <p class="empty">{text().common.loading}</p>}
          {audit.value && list.length === 0 && <NothingYet what={words.none} how={words.noneText} />}
          {list.length > 0 && <p class="hint zone">{text().requests.times(zoneName.value)}</p>}
          <VirtualList
            items={list}
            keyOf={idOf}
            rowHeight={ROW_HEIGHT}
            label={words.title}
            openKey={id}
            onEnd={nextToken === undefined ? undefined : loadOlderChanges}
          >
            {(entry) => <Row entry={entry} isOpen={idOf(entry) === id} />}
          </VirtualList>
        </>
      }
    />
  );
}

function Row({ entry, isOpen }: { entry: AuditEntry; isOpen: boolean }) {
  return (
    <Link view="audit" id={idOf(entry)} class="row-delivery" aria-current={isOpen ? "true" : undefined}>
      <Time value={entry.time} now={Date.now()} />
      <Status entry={entry} />
      <span class="what">{doneText(entry)}</span>
      <span class="about">
        <span>{whoText(entry)}</span>
        {entry.given && <code>{entry.given}</code>}
      </span>
    </Link>
  );
}

function Status({ entry: { status } }: { entry: AuditEntry }) {
  return <span class={`status s${String(status)[0]}`}>{status}</span>;
}

function Detail({ entry }: { entry: AuditEntry }) {
  const words = text().audit;
  const title = doneText(entry);
  return (
    <article class="audit-entry" aria-label={title}>
      <header>
        <h2 tabIndex={-1}>
          <Status entry={entry} /> {title}
        </h2>
        <div class="buttons">
          <Copy text={sharedHref("audit", idOf(entry))} label={text().common.copyLink}>
            {text().common.copyLink}
          </Copy>
        </div>
      </header>
      <dl class="facts">
        <dt>{words.when}</dt>
        <dd>
          <Time value={entry.time} isExact />
        </dd>
        <dt>{words.who}</dt>
        <dd>{whoText(entry)}</dd>
        <dt>{words.request}</dt>
        <dd>
          <code>
            {entry.method} {entry.path}
          </code>
        </dd>
        <dt>{words.operation}</dt>
        <dd>
          <code>{entry.operation}</code>
        </dd>
        <dt>{words.requestId}</dt>
        <dd>
          <code>{entry.requestId}</code>
        </dd>
      </dl>
      {entry.given ? (
        <details open>
          <summary>{words.given}</summary>
          <Code label={words.given}>{pretty(entry.given)}</Code>
        </details>
      ) : (
        <p class="hint">{words.nothingGiven}</p>
      )}
    </article>
  );
}
