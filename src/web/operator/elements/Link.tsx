import type { ComponentChildren } from "preact";
import { isPlainClick } from "../../dashboard/elements/Link.tsx";
import { type Filters, go, hrefOf, type View } from "../route.ts";

/** A link to a view of the operator's page, which changes the page without loading it again. */
export function Link({
  view,
  id,
  filters,
  children,
  ...attributes
}: {
  view: View;
  id?: string | undefined;
  filters?: Filters;
  children: ComponentChildren;
  class?: string;
  "aria-label"?: string;
  "aria-current"?: "page" | "true" | undefined;
}) {
  const follow = (event: MouseEvent) => {
    if (!isPlainClick(event)) return;
    event.preventDefault();
    go(view, id, filters);
  };
  return (
    <a href={hrefOf(view, id, filters)} onClick={follow} {...attributes}>
      {children}
    </a>
  );
}
