import { useComputed, useSignal } from "@preact/signals";
import { Link } from "../elements/Link.tsx";
import { ListHead, NothingYet } from "../elements/ListHead.tsx";
import { Panes } from "../elements/Panes.tsx";
import { SearchField } from "../elements/SearchField.tsx";
import { VirtualList } from "../elements/VirtualList.tsx";
import { destinationName } from "../invocations/invocations.ts";
import { route } from "../route.ts";
import { configs, lastChange, mayChange, resources } from "../sandbox.ts";
import { text } from "../text/text.ts";
import { ConfigDetail } from "./ConfigDetail.tsx";
import { itemText, keyOf, type ShownConfig, titleOf } from "./configs.ts";
import { openForm } from "./forms.ts";
import { filtered, listed } from "./listing.ts";
import { FunctionDetail, ServiceDetail } from "./ResourceDetail.tsx";
import { nameText } from "./resources.ts";
import { type ConfigRow, rowsOf } from "./rows.ts";

const ROW_HEIGHT = 34;

/** The sandbox's services and functions with their configs: a list that can be searched, and what is open of it. */
export function ConfigsView() {
  const words = text().configs;
  const folded = useSignal<ReadonlySet<string>>(new Set());
  const search = route.value.filters["search"] ?? "";
  const all = useComputed(() => listed(resources.value, configs.value.values()));
  const found = useComputed(() => filtered(all.value, route.value.filters["search"] ?? ""));
  const rows = useComputed(() =>
    // What is searched for is shown, folded or not.
    rowsOf(found.value, route.value.filters["search"] ? new Set() : folded.value),
  );
  const count = all.value.reduce((sum, { functions }) => sum + functions.length, 0);
  const { id } = route.value;
  const fold = (service: string) => {
    const next = new Set(folded.value);
    if (!next.delete(service)) next.add(service);
    folded.value = next;
  };
  return (
    <Panes
      label={words.detail}
      placeholder={words.choose}
      detail={id === undefined ? undefined : <Detail id={id} />}
      list={
        <>
          <ListHead title={words.title} count={words.count(count, configs.value.size)}>
            {mayChange.value && (
              <>
                <button type="button" class="quiet" onClick={() => (openForm.value = { form: "create" })}>
                  {words.createFunction}
                </button>
                <button type="button" onClick={() => (openForm.value = { form: "config" })}>
                  {words.newConfig}
                </button>
              </>
            )}
          </ListHead>
          {(count > 0 || search !== "") && <SearchField label={words.search} />}
          {all.value.length === 0 && <NothingYet what={words.nothingYet} how={words.runExample} />}
          {all.value.length > 0 && rows.value.length === 0 && <p class="empty">{words.noneMatches}</p>}
          <VirtualList
            items={rows.value}
            keyOf={(row) => `${row.kind} ${row.id}`}
            rowHeight={ROW_HEIGHT}
            label={words.title}
            openKey={id === undefined ? undefined : `${kindOf(id)} ${id}`}
          >
            {(row) => <Row row={row} isOpen={row.id === id && kindOf(id) === row.kind} onFold={fold} />}
          </VirtualList>
        </>
      }
    />
  );
}

/** What an id in the page's address names. */
function kindOf(id: string): ConfigRow["kind"] {
  return (["service", "function", "config"] as const)[id.split("/").length - 1] ?? "config";
}

function Detail({ id }: { id: string }) {
  const [service = "", name = ""] = id.split("/");
  const kind = kindOf(id);
  const config = configs.value.get(id);
  if (kind === "config") {
    return config ? <ConfigDetail key={id} config={config} /> : <Gone id={id} />;
  }
  const all = listed(resources.value, configs.value.values()).find((one) => one.service === service);
  if (kind === "service") return all ? <ServiceDetail key={id} listed={all} /> : <Gone id={id} />;
  const found = all?.functions.find((one) => one.function === name);
  return found ? <FunctionDetail key={id} listed={found} /> : <Gone id={id} />;
}

/** What was open is gone; a config's history may tell why. */
function Gone({ id }: { id: string }) {
  const [service = "", name = "", qualifier] = id.split("/");
  return (
    <>
      <h2 tabIndex={-1}>
        {qualifier === undefined
          ? nameText({ service, function: name })
          : titleOf({ service, function: name, qualifier })}
      </h2>
      <p class="empty">{text().configs.gone}</p>
    </>
  );
}

function Row({
  row,
  isOpen,
  onFold,
}: {
  row: ConfigRow;
  isOpen: boolean;
  onFold: (service: string) => void;
}) {
  const words = text().configs;
  const current = isOpen ? ("true" as const) : undefined;
  const filters = route.value.filters;
  if (row.kind === "service") {
    const name = row.service || words.withoutService;
    return (
      <div class="row-service">
        <button
          type="button"
          class="fold"
          aria-expanded={!row.isFolded}
          aria-label={row.isFolded ? words.unfold(name) : words.fold(name)}
          onClick={() => onFold(row.service)}
        >
          {row.isFolded ? "▸" : "▾"}
        </button>
        {row.service === "" ? (
          <span class="name">{name}</span>
        ) : (
          <Link view="configs" id={row.id} filters={filters} class="name" aria-current={current}>
            {name}
          </Link>
        )}
        <span class="about">{row.functions === 0 ? words.noFunctions : row.functions}</span>
      </div>
    );
  }
  if (row.kind === "function") {
    const { created, name } = row;
    return (
      <Link view="configs" id={row.id} filters={filters} class="row-function" aria-current={current}>
        <span class="name">{name.function}</span>
        {created && <span class="about">{words.sizes(created.runtime, created.memorySize)}</span>}
      </Link>
    );
  }
  const { config } = row;
  const isLatest = lastChange.value?.key === keyOf(config);
  return (
    <Link
      view="configs"
      id={row.id}
      filters={filters}
      class={isLatest ? "row-config latest" : "row-config"}
      aria-current={current}
    >
      {/* Only the rows above it show whose qualifier it is. */}
      <span class="hidden">{nameText(config)} : </span>
      <span class="qualifier">{config.qualifier}</span>
      <span class="about">{summaryOf(config)}</span>
      {isLatest && <span class="mark">{words.changedLast}</span>}
    </Link>
  );
}

/** A config in a line: what differs from the defaults. */
function summaryOf({ items }: ShownConfig): string {
  const words = text().configs;
  return [
    items.maxAsyncRetryAttempts === null ? "" : words.retries(items.maxAsyncRetryAttempts),
    items.maxAsyncEventAgeInSeconds === null ? "" : itemText(items, "maxAsyncEventAgeInSeconds"),
    items.onSuccess && `✓ ${destinationName(items.onSuccess)}`,
    items.onFailure && `✗ ${destinationName(items.onFailure)}`,
  ]
    .filter(Boolean)
    .join(" · ");
}
