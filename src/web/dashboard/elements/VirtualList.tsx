import {
  defaultRangeExtractor,
  elementScroll,
  observeElementOffset,
  observeElementRect,
  Virtualizer,
} from "@tanstack/virtual-core";
import type { ComponentChildren } from "preact";
import { useEffect, useLayoutEffect, useReducer, useRef } from "preact/hooks";

/** How many rows are drawn beyond those that can be seen, on either side. */
const OVERSCAN = 8;

/**
 * A list that scrolls, and draws only the rows in view, however long it is. Rows may have any height. When rows are
 * added above what is seen, what is seen stays where it is. The arrow keys, Home and End move from row to row.
 */
export function VirtualList<T>({
  items,
  keyOf,
  rowHeight,
  label,
  openKey,
  onEnd,
  loaded = items.length,
  children,
  footer,
}: {
  items: readonly T[];
  /** What identifies an item among the others. */
  keyOf: (item: T) => string;
  /** A row's height in pixels, about: rows are measured when they are drawn. */
  rowHeight: number;
  label: string;
  /** The row to scroll to when it changes or is there at first. */
  openKey?: string | undefined;
  /** Called when the last row is in view, and again when that loaded nothing that is shown. */
  onEnd?: (() => void) | undefined;
  /** How many items are loaded, where a filter of the page shows some of them only. */
  loaded?: number;
  children: (item: T) => ComponentChildren;
  /** What stands below the last row. */
  footer?: ComponentChildren;
}) {
  const scroller = useRef<HTMLDivElement>(null);
  const [, redraw] = useReducer((count: number) => count + 1, 0);
  /** The key of the row that has the focus. */
  const focused = useRef<string | undefined>(undefined);
  /** The key of the row that was the first one. */
  const first = useRef<string | undefined>(undefined);
  const options = {
    count: items.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: OVERSCAN,
    getItemKey: (index: number) => keyOf(items[index] as T),
    observeElementRect,
    observeElementOffset,
    scrollToFn: elementScroll,
    // The row that has the focus stays, or else the focus would be lost.
    rangeExtractor: (range: Parameters<typeof defaultRangeExtractor>[0]) => {
      const indexes = defaultRangeExtractor(range);
      const { current } = focused;
      const index = current === undefined ? -1 : items.findIndex((item) => keyOf(item) === current);
      return index < 0 || indexes.includes(index) ? indexes : [...indexes, index].sort((a, b) => a - b);
    },
    onChange: () => redraw(undefined),
  };
  const list = useRef<Virtualizer<HTMLDivElement, HTMLLIElement> | undefined>(undefined);
  list.current ??= new Virtualizer<HTMLDivElement, HTMLLIElement>(options);
  const virtualizer = list.current;
  virtualizer.setOptions(options);
  useLayoutEffect(() => virtualizer._didMount(), [virtualizer]);
  useLayoutEffect(() => virtualizer._willUpdate());

  const rows = virtualizer.getVirtualItems();
  useLayoutEffect(() => {
    const element = scroller.current;
    const [top] = items;
    const before = first.current;
    first.current = top === undefined ? undefined : keyOf(top);
    if (!element || element.scrollTop === 0 || before === undefined || before === first.current) return;
    const index = items.findIndex((item) => keyOf(item) === before);
    if (index <= 0) return;
    // So far below the top is now the row that was the first one.
    element.scrollTop += virtualizer.getOffsetForIndex(index, "start")?.[0] ?? 0;
    // The event of that scrolling comes with a later frame: until then, no row would be drawn there.
    virtualizer.scrollOffset = element.scrollTop;
    redraw(undefined);
  }, [items]);

  const openIndex = openKey === undefined ? -1 : items.findIndex((item) => keyOf(item) === openKey);
  const isOpenThere = openIndex >= 0;
  useEffect(() => {
    if (isOpenThere) virtualizer.scrollToIndex(openIndex, { align: "auto" });
  }, [openKey, isOpenThere]);

  const last = rows.at(-1)?.index ?? -1;
  useEffect(() => {
    if (last >= items.length - 1) onEnd?.();
  }, [last, items.length, loaded, onEnd === undefined]);

  /** The row that has the focus in the next frame, once it is drawn: a key that comes before goes on from it. */
  const awaited = useRef<number | undefined>(undefined);
  const focusRow = (index: number) => {
    virtualizer.scrollToIndex(index, { align: "auto" });
    awaited.current = index;
    focused.current = keyOf(items[index] as T);
    redraw(undefined);
    requestAnimationFrame(() => {
      if (awaited.current !== index) return;
      awaited.current = undefined;
      scroller.current
        ?.querySelector<HTMLElement>(`[data-index="${index}"] :is(a, button, summary)`)
        ?.focus({ preventScroll: true });
    });
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const row = (event.target as HTMLElement).closest<HTMLElement>("[data-index]");
    const from = awaited.current ?? Number(row?.dataset["index"]);
    const to = row && nextIndex(event.key, from, items.length);
    if (to === undefined || to === null) return;
    event.preventDefault();
    focusRow(to);
  };
  const onFocusIn = (event: FocusEvent) => {
    const row = (event.target as HTMLElement).closest<HTMLElement>("[data-index]");
    const item = row ? items[Number(row.dataset["index"])] : undefined;
    focused.current = item === undefined ? undefined : keyOf(item);
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the keys move between the links in it.
    <div class="scroller" ref={scroller} onKeyDown={onKeyDown} onFocusIn={onFocusIn}>
      <ol class="rows" aria-label={label} style={{ height: `${virtualizer.getTotalSize()}px` }}>
        {rows.map((row) => (
          <li
            key={row.key}
            ref={virtualizer.measureElement}
            data-index={row.index}
            aria-setsize={items.length}
            aria-posinset={row.index + 1}
            style={{ transform: `translateY(${row.start}px)` }}
          >
            {children(items[row.index] as T)}
          </li>
        ))}
      </ol>
      {footer}
    </div>
  );
}

/** The row that a key leads to from a row; undefined when it leads nowhere. */
function nextIndex(key: string, index: number, count: number): number | undefined {
  if (key === "ArrowDown") return Math.min(index + 1, count - 1);
  if (key === "ArrowUp") return Math.max(index - 1, 0);
  if (key === "Home") return 0;
  if (key === "End") return count - 1;
  return undefined;
}
