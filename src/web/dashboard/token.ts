import { signal } from "@preact/signals";
import { fragmentOf, tokenInAddress } from "./address.ts";

// The token in the fragment of a dashboard's address. The guide and the API reference have sections in theirs.

/** A token that the server makes: it is the whole fragment of a dashboard's address. */
const MADE = /^(?:(?:watch\.)?\d+\.)?[\w-]{43}$/;

/** The token to control or to watch; undefined for a visitor who has none. */
export const token = signal(tokenOfPage());

/** The tokens that this page has replaced. The browser's history still has them. */
const replaced = new Set<string>();

function tokenOfPage(): string | undefined {
  const fragment = location.hash.slice(1);
  return MADE.test(fragment) ? fragment : tokenInAddress();
}

/** The fragment that passes the token to a dashboard; empty without a token. */
export function dashboardFragment(token: string | undefined): string {
  return token !== undefined && MADE.test(token) ? `#${token}` : fragmentOf(token);
}

/** The address of a sandbox's dashboard, which may do what the token may. */
export function linkTo(sandboxEndpoint: string, token: string | undefined): string {
  return `${sandboxEndpoint}/${dashboardFragment(token)}`;
}

/** Goes on with another token in place of this page's own. */
export function replaceToken(by: string): void {
  if (token.value !== undefined) replaced.add(token.value);
  token.value = by;
  showToken();
}

/** Takes the token that the address has now. An address of the history has one that this page has replaced: it gets the new one. */
export function followToken(): void {
  const found = tokenOfPage();
  if (found !== undefined && replaced.has(found)) showToken();
  else token.value = found;
}

function showToken(): void {
  history.replaceState(null, "", location.search + dashboardFragment(token.value));
}
