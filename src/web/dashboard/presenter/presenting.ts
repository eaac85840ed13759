import { effect, signal } from "@preact/signals";
import { endpoint } from "../address.ts";

/** How many seconds each step of the story is shown, unless the address says otherwise: `?present=3`. */
const STEP_SECONDS = 1.6;
const MOST_SECONDS = 60;

/** What this tab keeps the state under that its sandbox had before a story. */
const KEPT = `fc-sandbox:before-story:${endpoint}`;

const asked = new URLSearchParams(location.search).get("present");

/** How long each step of the story is shown, in milliseconds. */
export const stepMs = 1000 * secondsIn(asked);

/** Whether the page is shown to an audience, with large text and captions: the address begins so with `?present`. */
export const isPresenting = signal(asked !== null || keptState() !== undefined);

effect(() => {
  document.documentElement.classList.toggle("presenting", isPresenting.value);
});

/** Shows the page to an audience. */
export function startPresenting(): void {
  isPresenting.value = true;
}

/** Shows the page as usual again. */
export function endPresenting(): void {
  isPresenting.value = false;
}

/** The state that a story left to be restored when this tab went elsewhere, as JSON; undefined without one. */
export function keptState(): string | undefined {
  try {
    return sessionStorage.getItem(KEPT) ?? undefined;
  } catch {
    return undefined;
  }
}

/** Keeps the state to restore in this tab; undefined forgets it. */
export function keepState(state: string | undefined): void {
  try {
    if (state === undefined) sessionStorage.removeItem(KEPT);
    else sessionStorage.setItem(KEPT, state);
  } catch {
    // The browser keeps nothing for this page: then only the page has the state.
  }
}

function secondsIn(given: string | null): number {
  const seconds = Number(given);
  return given && seconds >= 0 && seconds <= MOST_SECONDS ? seconds : STEP_SECONDS;
}
