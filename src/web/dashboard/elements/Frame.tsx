import type { ComponentChildren } from "preact";
import { announcement } from "../sandbox.ts";
import { text } from "../text/text.ts";

/** What every page has: a way past its head, the head, the view, what lies over the view, and what is announced. */
export function Frame({
  view,
  head,
  over,
  children,
}: {
  view: string;
  head: ComponentChildren;
  over?: ComponentChildren;
  children: ComponentChildren;
}) {
  return (
    <>
      <button type="button" class="skip" onClick={() => document.getElementById("main")?.focus()}>
        {text().common.skip}
      </button>
      {head}
      <main id="main" class={`view ${view}`} tabIndex={-1}>
        {children}
      </main>
      {over}
      <p class="announcement" role="status" aria-live="polite">
        {announcement.value}
      </p>
    </>
  );
}
