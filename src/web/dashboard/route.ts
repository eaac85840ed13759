import { dashboardFragment, token } from "./token.ts";
import { type RouteTo, viewRoutes } from "./viewRoutes.ts";

// The query of the address has the view, and the fragment has the token.

export const views = ["overview", "configs", "requests", "invocations", "inbox", "control", "audit"] as const;
export type View = (typeof views)[number];
export type Route = RouteTo<View>;

const routes = viewRoutes<View>(views, () => dashboardFragment(token.value));

export const { route, isPlain, hrefOf, go, filterBy, open, followHistory } = routes;

/** The whole address of a view, to share: without this page's token, so that it gives nobody control. */
export function sharedHref(view: View, id?: string, watchToken?: string): string {
  const query = routes.queryOf({ view, id, filters: {} });
  return new URL(query, location.href.replace(/#.*/, "")).href + dashboardFragment(watchToken);
}
