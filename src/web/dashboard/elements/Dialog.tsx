import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef } from "preact/hooks";
import { text } from "../text/text.ts";

/** Finds the element that has the focus next, by the element that had it before. */
export type FocusAfter = (before: HTMLElement | null) => HTMLElement | null | undefined;

/**
 * A modal dialog. Escape and the close button close it, and the focus goes to the element that `focusAfter`
 * finds, or returns to where it was before.
 */
export function Dialog({
  title,
  onClose,
  focusAfter,
  children,
}: {
  title: string;
  focusAfter?: FocusAfter | undefined;
  onClose: () => void;
  children: ComponentChildren;
}) {
  const element = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    const before = document.activeElement as HTMLElement | null;
    element.current?.showModal();
    // A dialog that is removed while open does not restore the focus.
    return () => (focusAfter?.(before) ?? before)?.focus();
  }, []);
  return (
    <dialog ref={element} aria-labelledby={id} onClose={onClose}>
      <header>
        <h2 id={id}>{title}</h2>
        <button type="button" class="quiet" onClick={() => element.current?.close()}>
          {text().common.close}
        </button>
      </header>
      {children}
    </dialog>
  );
}
