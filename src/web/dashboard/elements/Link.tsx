import type { ComponentChildren } from "preact";
import { go, hrefOf, type Route, type View } from "../route.ts";

/** A link to a view of this page, which changes the page without loading it again. */
export function Link({
  view,
  id,
  filters,
  children,
  onFollow,
  ...attributes
}: {
  view: View;
  id?: string | undefined;
  filters?: Route["filters"];
  children: ComponentChildren;
  /** Called when the link changed the page. */
  onFollow?: () => void;
  class?: string;
  title?: string;
  tabIndex?: number;
  "aria-label"?: string;
  "aria-current"?: "page" | "true" | undefined;
}) {
  const follow = (event: MouseEvent) => {
    if (!isPlainClick(event)) return;
    event.preventDefault();
    go(view, id, filters);
    onFollow?.();
  };
  return (
    <a href={hrefOf(view, id, filters)} onClick={follow} {...attributes}>
      {children}
    </a>
  );
}

/** Whether a click follows a link in this page. Otherwise the browser opens it elsewhere. */
export function isPlainClick({ button, metaKey, ctrlKey, shiftKey, altKey }: MouseEvent): boolean {
  return button === 0 && !metaKey && !ctrlKey && !shiftKey && !altKey;
}
