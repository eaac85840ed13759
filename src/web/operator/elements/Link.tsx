import { type LinkAttributes, PageLink } from "../../dashboard/elements/PageLink.tsx";
import { type Filters, go, hrefOf, type View } from "../route.ts";

/** A link to a view of the operator's page. */
export function Link({
  view,
  id,
  filters,
  ...attributes
}: LinkAttributes & { view: View; id?: string | undefined; filters?: Filters }) {
  return <PageLink href={hrefOf(view, id, filters)} onFollow={() => go(view, id, filters)} {...attributes} />;
}
