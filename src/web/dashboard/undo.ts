import { signal } from "@preact/signals";
import { announcement } from "./sandbox.ts";
import { text } from "./text/text.ts";

/** How long something can be undone, in milliseconds. */
export const UNDO_MS = 10_000;

/** What can be undone: what was done, and how it is undone. */
export interface Undoable {
  readonly done: string;
  readonly undo: () => Promise<unknown>;
}

/** What can be undone now. */
export const undoable = signal<Undoable | undefined>(undefined);
/** Why it could not be undone; empty when it could. */
export const undoProblem = signal("");

let timer: ReturnType<typeof setTimeout> | undefined;

/** Offers to undo something for ten seconds, and announces what was done. */
export function offerUndo(offer: Undoable): void {
  clearTimeout(timer);
  undoProblem.value = "";
  undoable.value = offer;
  announcement.value = offer.done;
  timer = setTimeout(() => {
    undoable.value = undefined;
  }, UNDO_MS);
}

/** Undoes what is offered. */
export async function undoNow(): Promise<void> {
  const offer = undoable.value;
  clearTimeout(timer);
  undoable.value = undefined;
  if (offer === undefined) return;
  try {
    await offer.undo();
    announcement.value = text().settings.undone;
  } catch (error) {
    undoProblem.value = error instanceof Error ? error.message : String(error);
  }
}
