import { go, hrefOf, type Route, type View } from "../route.ts";
import { type LinkAttributes, PageLink } from "./PageLink.tsx";

/** A link to a view of this page. */
export function Link({
  view,
  id,
  filters,
  onFollow,
  ...attributes
}: LinkAttributes & {
  view: View;
  id?: string | undefined;
  filters?: Route["filters"];
  /** Called when the link changed the page. */
  onFollow?: () => void;
}) {
  const follow = () => {
    go(view, id, filters);
    onFollow?.();
  };
  return <PageLink href={hrefOf(view, id, filters)} onFollow={follow} {...attributes} />;
}
