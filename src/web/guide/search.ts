import type MiniSearch from "minisearch";
import type { SearchResult } from "minisearch";
import { withToken } from "./keepToken.ts";
import { type FoundSection, readIndex } from "./searchIndex.ts";

/** How many sections a search shows. */
const SHOWN = 20;
/** How many characters an excerpt has about. */
const EXCERPT = 180;

type Found = SearchResult & Pick<FoundSection, "url" | "path" | "text">;

/**
 * Lets the form search the guide. The index is loaded when it is needed first. `?q=` in the page's address has the
 * query, so that a search can be shared, and a browser goes back to it.
 */
export function startSearch(form: HTMLFormElement, token: string | undefined): void {
  const { index: indexUrl = "", root = "" } = form.dataset;
  const input = form.querySelector("input");
  if (input === null) return;
  const list = document.createElement("div");
  list.id = "guide-results";
  list.hidden = true;
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", "Sections that were found");
  const status = document.createElement("p");
  status.className = "hidden";
  status.setAttribute("role", "status");
  form.append(list, status);
  for (const [name, value] of Object.entries({
    role: "combobox",
    "aria-controls": list.id,
    "aria-expanded": "false",
    "aria-autocomplete": "list",
  })) {
    input.setAttribute(name, value);
  }
  form.hidden = false;

  let index: Promise<MiniSearch<FoundSection>> | undefined;
  let active = -1;

  const options = () => [...list.querySelectorAll<HTMLAnchorElement>("a")];

  function activate(place: number): void {
    const all = options();
    all[active]?.setAttribute("aria-selected", "false");
    active = all.length === 0 ? -1 : (place + all.length) % all.length;
    const option = all[active];
    option?.setAttribute("aria-selected", "true");
    option?.scrollIntoView({ block: "nearest" });
    if (option) input?.setAttribute("aria-activedescendant", option.id);
    else input?.removeAttribute("aria-activedescendant");
  }

  function show(isShown: boolean): void {
    list.hidden = !isShown;
    input?.setAttribute("aria-expanded", String(isShown));
    if (!isShown) activate(-1 - options().length);
  }

  async function search(): Promise<void> {
    const query = input?.value.trim() ?? "";
    const address = new URL(location.href);
    if (query) address.searchParams.set("q", query);
    else address.searchParams.delete("q");
    history.replaceState(null, "", address);
    if (query === "") {
      list.replaceChildren();
      status.textContent = "";
      show(false);
      return;
    }
    index ??= fetch(indexUrl).then(async (response) => readIndex(await response.text()));
    const loaded = await index.catch(() => undefined);
    // Another key may have been pressed since.
    if (input?.value.trim() !== query) return;
    if (loaded === undefined) index = undefined;
    const found = (loaded?.search(query) ?? []).slice(0, SHOWN) as Found[];
    const say = loaded === undefined ? "The search could not be loaded." : "Nothing was found.";
    list.replaceChildren(...(found.length > 0 ? found.map(option) : [textElement("p", say)]));
    status.textContent = found.length > 0 ? `${found.length} sections` : say;
    active = -1;
    show(true);
    if (found.length > 0) activate(0);
  }

  function option({ url, path, text, terms }: Found, place: number): HTMLElement {
    const link = document.createElement("a");
    link.id = `guide-result-${place}`;
    link.href = token === undefined ? root + url : withToken(root + url, token);
    link.tabIndex = -1;
    link.setAttribute("role", "option");
    link.setAttribute("aria-selected", "false");
    link.addEventListener("click", () => show(false));
    link.append(textElement("b", path), excerpt(text, terms));
    return link;
  }

  input.addEventListener("input", () => void search());
  input.addEventListener("focus", () => show(list.childElementCount > 0));
  form.addEventListener("focusout", ({ relatedTarget }) => {
    if (!(relatedTarget instanceof Node && form.contains(relatedTarget))) show(false);
  });
  form.addEventListener("submit", (event) => event.preventDefault());
  input.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      if (list.hidden) show(list.childElementCount > 0);
      activate(active + (event.key === "ArrowDown" ? 1 : -1));
    } else if (event.key === "Enter") {
      if (!list.hidden) options()[active]?.click();
    } else if (event.key === "Escape") {
      input.value = "";
      void search();
      input.blur();
    } else {
      return;
    }
    event.preventDefault();
  });
  addEventListener("keydown", (event) => {
    const { target } = event;
    const isTyping = target instanceof Element && target.matches("input, textarea, select");
    if (event.key !== "/" || isTyping || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    input.focus();
    input.select();
  });

  const asked = new URLSearchParams(location.search).get("q");
  if (asked) {
    input.value = asked;
    input.focus();
    void search();
  }
}

function textElement(name: string, text: string): HTMLElement {
  const element = document.createElement(name);
  element.textContent = text;
  return element;
}

/** The part of a text about the first of the terms, with the terms marked. */
function excerpt(text: string, terms: readonly string[]): HTMLElement {
  const escaped = terms.map((term) => term.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  // A longer term first, because it may begin with a shorter one.
  const pattern = new RegExp(`(${escaped.sort((a, b) => b.length - a.length).join("|")})`, "giu");
  const first = Math.max(0, text.search(pattern));
  const start = first < EXCERPT / 3 ? 0 : text.lastIndexOf(" ", first - EXCERPT / 3) + 1;
  const end = text.indexOf(" ", start + EXCERPT);
  const part = `${start > 0 ? "… " : ""}${text.slice(start, end < 0 ? undefined : end)}${end < 0 ? "" : " …"}`;
  const element = document.createElement("span");
  // Every second part is a term.
  for (const [place, piece] of part.split(pattern).entries()) {
    element.append(place % 2 === 1 ? textElement("mark", piece) : piece);
  }
  return element;
}
