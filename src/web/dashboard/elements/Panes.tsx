import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { open } from "../route.ts";
import { text } from "../text/text.ts";

/** What has the focus when what had it is gone: the head of the list, or where that is hidden the way back to it. */
export function headOfList(): HTMLElement | null {
  const head = document.querySelector<HTMLElement>("#main .list h2");
  return head?.checkVisibility() ? head : document.querySelector<HTMLElement>("#main .back");
}

/**
 * A list, and beside it what is open of it. On a narrow screen each of them is a screen of its own.
 */
export function Panes({
  list,
  detail,
  label,
  placeholder,
  onBack = () => open(undefined),
}: {
  list: ComponentChildren;
  /** What is open; undefined when nothing is. */
  detail: ComponentChildren | undefined;
  /** What the pane of details is called. */
  label: string;
  /** What stands in the pane of details while nothing is open. */
  placeholder: string;
  /** Closes what is open. */
  onBack?: () => void;
}) {
  const back = useRef<HTMLButtonElement>(null);
  const wasOpen = useRef(detail !== undefined);
  const isOpen = detail !== undefined;
  useEffect(() => {
    if (wasOpen.current === isOpen) return;
    wasOpen.current = isOpen;
    // On a narrow screen, what had the focus is no longer shown.
    const had = document.activeElement;
    if (had instanceof HTMLElement && had !== document.body && had.checkVisibility()) return;
    (isOpen ? back.current : document.querySelector<HTMLElement>("#main .list h2"))?.focus();
  }, [isOpen]);
  return (
    <div class={detail === undefined ? "panes" : "panes opened"}>
      <div class="pane list">{list}</div>
      <section class="pane detail" aria-label={label}>
        {detail === undefined ? (
          <p class="empty">{placeholder}</p>
        ) : (
          <>
            <button ref={back} type="button" class="quiet back" onClick={onBack}>
              ← {text().common.back}
            </button>
            {detail}
          </>
        )}
      </section>
    </div>
  );
}
