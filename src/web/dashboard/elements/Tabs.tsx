import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useId } from "preact/hooks";

/** Tabs, and the panel of the one that is chosen. The arrow keys, Home and End choose. */
export function Tabs<T extends { readonly name: string }>({
  label,
  tabs,
  children,
}: {
  label: string;
  tabs: readonly [T, ...T[]];
  children: (tab: T) => ComponentChildren;
}) {
  const id = useId();
  const chosen = useSignal(0);
  const index = Math.min(chosen.value, tabs.length - 1);
  const choose = (to: number, event: KeyboardEvent | MouseEvent) => {
    chosen.value = (to + tabs.length) % tabs.length;
    const list = (event.currentTarget as HTMLElement).closest("[role=tablist]")?.children;
    (list?.[chosen.value] as HTMLElement | undefined)?.focus();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const to = { ArrowRight: index + 1, ArrowLeft: index - 1, Home: 0, End: tabs.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    choose(to, event);
  };
  return (
    <>
      <div class="tabs" role="tablist" aria-label={label}>
        {tabs.map(({ name }, position) => (
          <button
            key={name}
            type="button"
            role="tab"
            id={`${id}-${position}`}
            aria-selected={index === position}
            aria-controls={`${id}-panel`}
            tabIndex={index === position ? 0 : -1}
            onClick={(event) => choose(position, event)}
            onKeyDown={onKeyDown}
          >
            {name}
          </button>
        ))}
      </div>
      <div class="tabpanel" id={`${id}-panel`} role="tabpanel" aria-labelledby={`${id}-${index}`}>
        {children(tabs[index] ?? tabs[0])}
      </div>
    </>
  );
}
