import { viewRoutes } from "../dashboard/viewRoutes.ts";

export type { Filters } from "../dashboard/viewRoutes.ts";

// The operator's token is never in the address.

export const views = ["overview", "sandboxes", "teams", "audit"] as const;
export type View = (typeof views)[number];

const routes = viewRoutes<View>(views);

export const { route, hrefOf, go, filterBy, followHistory } = routes;

/** Closes what is open in this view, and keeps the filters. */
export function closeOpened(): void {
  routes.open(undefined);
}
