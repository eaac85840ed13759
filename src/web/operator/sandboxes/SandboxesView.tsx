import { useSignal } from "@preact/signals";
import type { RegisteredSandbox } from "../../../state/registry.ts";
import { ListHead, NothingYet } from "../../dashboard/elements/ListHead.tsx";
import { Panes } from "../../dashboard/elements/Panes.tsx";
import { Refused } from "../../dashboard/elements/Refused.tsx";
import { type Refusal, refusalOf } from "../../dashboard/elements/refusal.ts";
import { VirtualList } from "../../dashboard/elements/VirtualList.tsx";
import { joined } from "../../dashboard/loadedPages.ts";
import { text } from "../../dashboard/text/text.ts";
import { dateAndTime, zoneName } from "../../dashboard/time.ts";
import { count, size } from "../amounts.ts";
import { Link } from "../elements/Link.tsx";
import { Waiting } from "../elements/Waiting.tsx";
import { type Loaded, useLoaded } from "../loading.ts";
import { closeOpened, route } from "../route.ts";
import { words } from "../text/text.ts";
import { Filters } from "./Filters.tsx";
import { pageOf, queryOf, type SandboxPages } from "./pages.ts";
import { SandboxDetail } from "./SandboxDetail.tsx";

const PAGE_SIZE = 100;
const ROW_HEIGHT = 52;

const idOf = ({ id }: RegisteredSandbox) => id;

/** All sandboxes that were used: a list that the server searches, and the sandbox that is open. */
export function SandboxesView() {
  const { sandboxes: texts } = words();
  const { id, filters } = route.value;
  const key = JSON.stringify(Object.entries(filters).sort());
  const pages = useLoaded(key, () => pageOf(queryOf(filters, Date.now()), PAGE_SIZE));
  const { list, nextToken } = pages.value.value ?? {};
  const isFiltered = Object.entries(filters).some(([name, value]) => name !== "sort" && value);
  const shown = count(list?.length ?? 0);
  const onDeleted = (gone: string) => {
    const before = pages.value.peek();
    if (before) pages.set({ ...before, list: before.list.filter((one) => one.id !== gone) });
    closeOpened();
  };
  return (
    <Panes
      label={texts.detail}
      placeholder={texts.choose}
      onBack={closeOpened}
      detail={
        id === undefined ? undefined : (
          <SandboxDetail key={id} listed={list?.find((one) => one.id === id)} id={id} onDeleted={onDeleted} />
        )
      }
      list={
        <>
          <ListHead
            title={texts.title}
            count={list === undefined ? "" : nextToken === undefined ? shown : texts.someShown(shown)}
          />
          <Filters />
          <Waiting loaded={pages} />
          {list?.length === 0 && nextToken === undefined && (
            <NothingYet
              what={isFiltered ? texts.noneMatches : texts.none}
              how={isFiltered ? texts.listed(zoneName.value) : texts.noneText}
            />
          )}
          {list && list.length > 0 && <p class="hint zone">{texts.listed(zoneName.value)}</p>}
          <VirtualList
            items={list ?? []}
            keyOf={idOf}
            rowHeight={ROW_HEIGHT}
            label={texts.title}
            openKey={id}
            footer={nextToken !== undefined && <More key={key} pages={pages} limit={PAGE_SIZE} />}
          >
            {(sandbox) => <Row sandbox={sandbox} isOpen={sandbox.id === id} />}
          </VirtualList>
        </>
      }
    />
  );
}

/** Loads the next page. After pages with nothing in them, it says that there may be more. */
function More({ pages, limit }: { pages: Loaded<SandboxPages>; limit: number }) {
  const { sandboxes: texts, shell } = words();
  const refusal = useSignal<Refusal | undefined>(undefined);
  const isLoading = useSignal(false);
  const { list = [], nextToken } = pages.value.value ?? {};
  const load = async () => {
    const before = pages.value.peek();
    isLoading.value = true;
    refusal.value = await refusalOf(async () => {
      const page = await pageOf(queryOf(route.peek().filters, Date.now()), limit, nextToken);
      // Meanwhile the list may have become another.
      if (before && pages.value.peek() === before) {
        pages.set({ ...page, list: joined(before.list, page.list, idOf) });
      }
    });
    isLoading.value = false;
  };
  return (
    <div class="more">
      {list.length === 0 && <p class="empty">{texts.noneSoFar}</p>}
      <Refused refusal={refusal.value} />
      <button type="button" class="quiet" disabled={isLoading.value} onClick={load}>
        {isLoading.value ? text().common.loading : list.length === 0 ? texts.goOn : shell.loadMore}
      </button>
    </div>
  );
}

function Row({ sandbox, isOpen }: { sandbox: RegisteredSandbox; isOpen: boolean }) {
  const { sandboxes: texts } = words();
  const { id, label, team, bytes, functions, latestDay, createdAt, lastUsedAt, throttled } = sandbox;
  const named = label !== null && id.startsWith(label) ? label : "";
  return (
    <Link
      view="sandboxes"
      id={id}
      filters={route.value.filters}
      class="row-sandbox"
      aria-current={isOpen ? "true" : undefined}
    >
      <span class="what">
        <b>{named}</b>
        {id.slice(named.length)}
      </span>
      {throttled !== null && <span class="status bad">{texts.throttled}</span>}
      <time dateTime={lastUsedAt}>{texts.usedAt(dateAndTime(lastUsedAt))}</time>
      <span class="about">
        {team !== null && <span class="team">{team}</span>}
        <span>{size(bytes)}</span>
        <span>{texts.functions(functions, count(functions))}</span>
        <span>{texts.requestsOn(count(latestDay.requests), latestDay.day)}</span>
        <span>{texts.createdAt(dateAndTime(createdAt))}</span>
        {throttled !== null && <span class="bad">{throttled}</span>}
      </span>
    </Link>
  );
}
