import { type Signal, signal } from "@preact/signals";
import { useRef } from "preact/hooks";

/** What was typed in forms that were closed without being sent, by form and field. */
const drafts = new Map<string, Map<string, Signal<unknown>>>();

/** A value of a form that outlives the form's closing, until the form's request succeeds. */
export function useDraft<T>(form: string, field: string, initial: T): Signal<T> {
  const found = useRef<Signal<T> | undefined>(undefined);
  if (found.current === undefined) {
    const fields = drafts.get(form) ?? new Map<string, Signal<unknown>>();
    drafts.set(form, fields);
    const draft = (fields.get(field) ?? signal(initial)) as Signal<T>;
    fields.set(field, draft as Signal<unknown>);
    found.current = draft;
  }
  return found.current;
}

/** Forgets what was typed in a form, because it was sent. */
export function forgetDraft(form: string): void {
  drafts.delete(form);
}
