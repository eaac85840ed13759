/**
 * A link's URL with the control token in its fragment. The fragment of a link to a section then names the section
 * beside the token.
 */
export function withToken(href: string, token: string): string {
  const [address = "", section = ""] = href.split("#");
  return `${address}#${new URLSearchParams({ token, ...(section && { section }) })}`;
}

/** Keeps the control token with which the page was opened in all links to the sandbox's pages, and in the page's address. */
export function keepToken(token: string): void {
  for (const link of document.querySelectorAll<HTMLAnchorElement>("a[href]")) {
    const href = link.getAttribute("href") ?? "";
    if (!/^[a-z]+:/.test(href)) link.setAttribute("href", withToken(href, token));
  }
  addEventListener("hashchange", goToSection);
  goToSection();
}

/** Goes to the section that the fragment names beside the token, as a browser goes to the fragment itself. */
function goToSection(): void {
  const section = new URLSearchParams(location.hash.slice(1)).get("section");
  const element = section === null ? null : document.getElementById(section);
  element?.scrollIntoView();
  element?.focus({ preventScroll: true });
}
