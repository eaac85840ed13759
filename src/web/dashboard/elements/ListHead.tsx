import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { text } from "../text/text.ts";
import { Confirm } from "./Confirm.tsx";

/** The head of a view's list: what it lists, how many there are, and what can be done with them. */
export function ListHead({
  title,
  count,
  children,
}: {
  title: string;
  count: number | string;
  children?: ComponentChildren;
}) {
  return (
    <header>
      <h2 tabIndex={-1}>
        {title} <span class="count">{count}</span>
      </h2>
      <div class="buttons">{children}</div>
    </header>
  );
}

/** What stands in place of a list that has nothing in it, and how something gets there. */
export function NothingYet({ what, how }: { what: string; how: string }) {
  return (
    <div class="empty">
      <p>{what}</p>
      <p>{how}</p>
    </div>
  );
}

/** A button that deletes all of a list, after it has asked. */
export function ClearButton({
  title,
  about,
  action,
  done,
  onClear,
}: {
  /** The question. */
  title: string;
  /** What is lost. */
  about: string;
  /** The label of the button that does it. */
  action: string;
  /** What is announced once it is done. */
  done: string;
  onClear: () => Promise<unknown>;
}) {
  const isAsking = useSignal(false);
  return (
    <>
      <button type="button" class="quiet danger" onClick={() => (isAsking.value = true)}>
        {text().common.clear}
      </button>
      {isAsking.value && (
        <Confirm
          title={title}
          action={action}
          done={done}
          onConfirm={onClear}
          onClose={() => (isAsking.value = false)}
        >
          <p>{about}</p>
        </Confirm>
      )}
    </>
  );
}
