import { useEffect, useRef } from "preact/hooks";

/** Leads the focus into a view that has taken the place of another one. */
export function useViewFocus(view: string): void {
  const drawn = useRef(view);
  useEffect(() => {
    if (drawn.current === view) return;
    drawn.current = view;
    // The link that led here may have gone with the view that it was in.
    if (document.activeElement === document.body) document.getElementById("main")?.focus();
  }, [view]);
}
