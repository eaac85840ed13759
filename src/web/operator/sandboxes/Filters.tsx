import type { SandboxOrder } from "../../../state/registry.ts";
import { useTyped } from "../../dashboard/elements/typed.ts";
import { size } from "../amounts.ts";
import { filterBy, route } from "../route.ts";
import { words } from "../text/text.ts";
import { spanOf, spans } from "./pages.ts";

/** How long typing must pause before the list is asked for again, in milliseconds. */
const PAUSE_MS = 300;

/** The usual order first. */
const ORDERS: readonly SandboxOrder[] = ["lastUsedAt", "createdAt", "bytes", "label"];

const SIZES = [1e6, 1e7, 1e8, 1e9];

/** The filters besides the label and the order. */
const MORE = ["team", "created", "used", "minBytes", "throttled"] as const;

/** What the list is searched and sorted by, as the page's address has it. */
export function Filters() {
  const { sandboxes: texts } = words();
  const { filters } = route.value;
  const set = MORE.filter((name) => filters[name]).length;
  return (
    <>
      <div class="filter">
        <Typed name="label" label={texts.search} />
        <label>
          {texts.sort}
          <select
            value={filters["sort"] ?? ORDERS[0]}
            onChange={(event) => filterBy({ sort: event.currentTarget.value })}
          >
            {ORDERS.map((order) => (
              <option key={order} value={order}>
                {texts.sorts[order]}
              </option>
            ))}
          </select>
        </label>
      </div>
      <details class="filters" open={set > 0}>
        <summary>{set === 0 ? texts.filters : texts.filtersSet(set)}</summary>
        <div class="filter">
          <Typed name="team" label={texts.teamExactly} />
          <Span name="created" label={texts.created} />
          <Span name="used" label={texts.used} />
          <label>
            {texts.minBytes}
            <select
              value={filters["minBytes"] ?? ""}
              onChange={(event) => filterBy({ minBytes: event.currentTarget.value })}
            >
              <option value="">{texts.anySize}</option>
              {SIZES.map((bytes) => (
                <option key={bytes} value={bytes}>
                  {texts.atLeast(size(bytes))}
                </option>
              ))}
            </select>
          </label>
          <label>
            <input
              type="checkbox"
              checked={filters["throttled"] === "true"}
              onChange={(event) => filterBy({ throttled: event.currentTarget.checked ? "true" : "" })}
            />
            {texts.throttledOnly}
          </label>
          {set > 0 && (
            <button
              type="button"
              class="quiet"
              onClick={() => filterBy(Object.fromEntries(MORE.map((name) => [name, ""])))}
            >
              {texts.clearFilters}
            </button>
          )}
        </div>
      </details>
    </>
  );
}

/** A field for a filter that is typed, which waits for a pause. */
function Typed({ name, label }: { name: string; label: string }) {
  const value = route.value.filters[name] ?? "";
  const { typed, enter } = useTyped(
    value,
    PAUSE_MS,
    (given) => filterBy({ [name]: given }),
    (given) => given.trim(),
  );
  return (
    <input
      type="search"
      aria-label={label}
      placeholder={label}
      autocapitalize="off"
      autocomplete="off"
      spellcheck={false}
      value={typed.value}
      onInput={(event) => enter(event.currentTarget.value)}
    />
  );
}

/** A choice of a span of time. */
function Span({ name, label }: { name: "created" | "used"; label: string }) {
  const { sandboxes: texts } = words();
  return (
    <label>
      {label}
      <select
        value={route.value.filters[name] ?? ""}
        onChange={(event) => filterBy({ [name]: event.currentTarget.value })}
      >
        <option value="">{texts.anyTime}</option>
        {spans.map((span) => {
          const { days = 0, isBefore = false } = spanOf(span) ?? {};
          return (
            <option key={span} value={span}>
              {isBefore ? texts.before(days) : texts.within(days)}
            </option>
          );
        })}
      </select>
    </label>
  );
}
