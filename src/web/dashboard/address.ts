import { partsOf } from "../../state/sandboxId.ts";

// The page's address determines which sandbox the page shows.

/** The endpoint for clients: the page's address without the trailing slash. */
export const endpoint = new URL(".", location.href).href.replace(/\/$/, "");

/** The token that the address's fragment names, which browsers send to no server and in no Referer header. */
export function tokenInAddress(): string | undefined {
  return new URLSearchParams(location.hash.slice(1)).get("token") || undefined;
}

/** The fragment that passes the token to a page; empty without a token. */
export function fragmentOf(token: string | undefined): string {
  return token === undefined ? "" : `#${new URLSearchParams({ token })}`;
}

/** The id of the sandbox that the page's path or host names; undefined on the front page of a server. */
export const addressedSandbox: string | undefined =
  /\/s\/([^/]+)$/.exec(endpoint)?.[1] ?? hostLabel(new URL(endpoint).hostname);

/** The front page of the server; undefined where a host of its own names the sandbox. */
export const frontPage: string | undefined = /\/s\/[^/]+$/.test(endpoint)
  ? endpoint.replace(/s\/[^/]+$/, "")
  : undefined;

function hostLabel(hostname: string): string | undefined {
  const [label = ""] = hostname.split(".");
  return partsOf(label) && label;
}
