// The page's own address says which sandbox it shows.

/** What a client takes as its endpoint: the page's address without its last slash. */
export const endpoint = new URL(".", location.href).href.replace(/\/$/, "");

/** The control token, which stays in the fragment: no server and no referrer ever sees that. */
export function tokenInAddress(): string | undefined {
  return new URLSearchParams(location.hash.slice(1)).get("token") || undefined;
}

/** The fragment that hands a page the control token; empty without one. */
export function fragmentOf(token: string | undefined): string {
  return token === undefined ? "" : `#${new URLSearchParams({ token })}`;
}

/** The page of a sandbox, with the control token for someone who may change things, or without. */
export function linkTo(sandboxEndpoint: string, token: string | undefined): string {
  return `${sandboxEndpoint}/${fragmentOf(token)}`;
}
