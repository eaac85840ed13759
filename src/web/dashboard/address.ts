/** Which sandbox the page shows: the page's own address says it. */

/** What a client takes as its endpoint: the page's address without its last slash. */
export const endpoint = new URL(".", location.href).href.replace(/\/$/, "");

/** The control token, which stays in the fragment: no server and no referrer ever sees that. */
export function tokenInAddress(): string | undefined {
  return new URLSearchParams(location.hash.slice(1)).get("token") ?? undefined;
}

/** The page's address, with the control token for someone who may change things, or without. */
export function linkTo(page: string, token: string | undefined): string {
  return `${page}/${token === undefined ? "" : `#${new URLSearchParams({ token })}`}`;
}
