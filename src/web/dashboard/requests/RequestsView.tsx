import { useComputed, useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { JournalEntry } from "../../../client/index.ts";
import { changedText } from "../configs/configs.ts";
import { Lazy } from "../elements/Lazy.tsx";
import { Link } from "../elements/Link.tsx";
import { ClearButton, ListHead, NothingYet } from "../elements/ListHead.tsx";
import { Panes } from "../elements/Panes.tsx";
import { SearchField } from "../elements/SearchField.tsx";
import { VirtualList } from "../elements/VirtualList.tsx";
import { filterBy, route } from "../route.ts";
import { control, mayChange, requests, summary } from "../sandbox.ts";
import { text } from "../text/text.ts";
import { zoneName } from "../time.ts";
import { clientOf } from "./client.ts";
import { hasOlder, isSearching, loadOlder, searchProblem, shownRequests, useSearch } from "./found.ts";
import { RequestDetail } from "./RequestDetail.tsx";
import { RequestLine } from "./RequestLine.tsx";

const ROW_HEIGHT = 52;

/** The requests to the sandbox, newest first: a live list that the server searches, and the request that is open. */
export function RequestsView() {
  const words = text().requests;
  useSearch();
  const isExporting = useSignal(false);
  // What is shown while the list is paused.
  const held = useSignal<readonly JournalEntry[] | undefined>(undefined);
  const shown = held.value ?? shownRequests.value;
  const missed = useComputed(() => {
    if (held.value === undefined) return 0;
    const known = new Set(held.value.map(({ requestId }) => requestId));
    return (shownRequests.value ?? []).filter(({ requestId }) => !known.has(requestId)).length;
  });
  const { id, filters } = route.value;
  const { search = "", status = "" } = filters;
  useEffect(() => {
    held.value = undefined;
  }, [search, status]);
  const { counts, settings } = summary.value ?? {};
  const total = counts?.requests ?? 0;
  const dropped = counts?.dropped ?? 0;
  const isEmpty = requests.value.length === 0 && !isSearching.value;
  return (
    <Panes
      label={words.detail}
      placeholder={words.choose}
      detail={id === undefined ? undefined : <RequestDetail key={id} id={id} />}
      list={
        <>
          <ListHead title={words.title} count={total}>
            {!isEmpty && (
              <button
                type="button"
                class="quiet"
                aria-pressed={held.value !== undefined}
                title={held.value && words.paused}
                onClick={() => (held.value = held.value ? undefined : (shownRequests.value ?? []))}
              >
                {held.value ? words.resume(missed.value) : words.pause}
              </button>
            )}
            {!isEmpty && (
              <button type="button" class="quiet" onClick={() => (isExporting.value = true)}>
                {text().exports.open}
              </button>
            )}
            {mayChange.value && !isEmpty && (
              <ClearButton
                title={words.clearTitle}
                about={words.clearText(total)}
                action={words.clear}
                done={words.cleared}
                onClear={() => control().requests.clear()}
              />
            )}
          </ListHead>
          {isExporting.value && (
            <Lazy
              name="export"
              load={async () => (await import("./ExportForm.tsx")).ExportForm}
              given={{ onClose: () => (isExporting.value = false) }}
            />
          )}
          {!isEmpty && (
            <div class="filter">
              <SearchField label={words.search} />
              <select
                aria-label={words.status}
                value={status}
                onChange={(event) => filterBy({ status: event.currentTarget.value })}
              >
                <option value="">{words.anyStatus}</option>
                <option value="errors">{words.errors}</option>
                <option value="successes">{words.successes}</option>
              </select>
            </div>
          )}
          {isEmpty && <NothingYet what={words.none} how={words.noneText} />}
          {searchProblem.value && <p class="error">{searchProblem.value}</p>}
          {shown === undefined && <p class="empty">{text().common.loading}</p>}
          {isSearching.value && shown?.length === 0 && !searchProblem.value && (
            <p class="empty">{words.noneMatches}</p>
          )}
          {!isEmpty && <p class="hint zone">{words.times(zoneName.value)}</p>}
          <VirtualList
            items={shown ?? []}
            keyOf={(entry) => entry.requestId}
            rowHeight={ROW_HEIGHT}
            label={words.title}
            openKey={id}
            onEnd={hasOlder.value && held.value === undefined ? loadOlder : undefined}
            footer={
              !hasOlder.value &&
              dropped > 0 && <p class="hint">{words.dropped(dropped, settings?.journalSize ?? 0)}</p>
            }
          >
            {(entry) => <Row entry={entry} isOpen={entry.requestId === id} />}
          </VirtualList>
        </>
      }
    />
  );
}

function Row({ entry, isOpen }: { entry: JournalEntry; isOpen: boolean }) {
  const about = aboutOf(entry);
  return (
    <Link
      view="requests"
      id={entry.requestId}
      filters={route.value.filters}
      class="row-request"
      aria-current={isOpen ? "true" : undefined}
    >
      <RequestLine entry={entry} />
      <span class="about">
        {about.map(({ tone, what }) => (
          <span key={what} class={tone}>
            {what}
          </span>
        ))}
      </span>
    </Link>
  );
}

/** What a row says besides: the error, the faults, what changed, and who sent it. */
function aboutOf(entry: JournalEntry): { readonly tone: string; readonly what: string }[] {
  const { errorCode, effects = [], changes } = entry;
  const words = text();
  return [
    { tone: "bad", what: errorCode ?? "" },
    ...effects.map((effect) => ({ tone: "fault", what: words.requests.faultText(effect) })),
    { tone: "", what: changes ? changesText(changes) : "" },
    { tone: "client", what: clientOf(entry) },
  ].filter(({ what }) => what !== "");
}

/** What a request changed in a config, in a line. */
function changesText({ kind, items }: NonNullable<JournalEntry["changes"]>): string {
  const { configs, items: names, punctuation, requests: words } = text();
  if (kind === "deleted") return configs.historyDeleted;
  const changed = items
    .map(({ item, before, after }) => {
      const [was, is] = [changedText(item, before), changedText(item, after)];
      return `${names[item]} ${was && `${was} → `}${is || words.noneAfter}`;
    })
    .join(punctuation.phrases);
  if (kind === "changed") return changed;
  return changed ? punctuation.labelled(configs.historyCreated, changed) : configs.historyCreated;
}
