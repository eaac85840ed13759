import { tokenInAddress } from "../dashboard/address.ts";
import "./guide.css";
import { keepToken } from "./keepToken.ts";
import { startSearch } from "./search.ts";

const token = tokenInAddress();
if (token !== undefined) keepToken(token);

const form = document.querySelector<HTMLFormElement>("form[data-index]");
if (form) startSearch(form, token);

const pages = document.querySelector<HTMLDetailsElement>(".pages details");
const current = document.querySelector<HTMLElement>(".pages [aria-current]");
const wide = matchMedia("(min-width: 900px)");
const unfold = () => {
  if (pages) pages.open = wide.matches;
};
wide.addEventListener("change", unfold);
unfold();
// Not scrollIntoView, after which the Tab key would begin here.
if (wide.matches && current) current.closest(".pages")?.scrollTo(0, current.offsetTop - innerHeight / 3);

/** What scrolls sideways must be in reach of the keyboard, and what does not needs no stop of the Tab key. */
const overflow = new ResizeObserver((entries) => {
  for (const { target } of entries) {
    if (target.scrollWidth > target.clientWidth) target.setAttribute("tabindex", "0");
    else target.removeAttribute("tabindex");
  }
});
for (const element of document.querySelectorAll("main pre, main .scroll")) overflow.observe(element);
