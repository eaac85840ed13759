import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { announcement } from "../sandbox.ts";
import { Dialog, type FocusAfter } from "./Dialog.tsx";
import { Refused } from "./Refused.tsx";
import { type Refusal, refusalOf } from "./refusal.ts";

/** A dialog that asks before something is lost, says what, and then does it. */
export function Confirm({
  title,
  action,
  done,
  isPossible = true,
  focusAfter,
  onConfirm,
  onClose,
  children,
}: {
  title: string;
  /** The label of the button that does it. */
  action: string;
  /** What is announced once it is done. */
  done: string;
  isPossible?: boolean;
  focusAfter?: FocusAfter | undefined;
  onConfirm: () => Promise<unknown>;
  onClose: () => void;
  children: ComponentChildren;
}) {
  const refusal = useSignal<Refusal | undefined>(undefined);
  const isDoing = useSignal(false);
  const submit = async (event: Event) => {
    event.preventDefault();
    isDoing.value = true;
    refusal.value = await refusalOf(onConfirm);
    isDoing.value = false;
    if (refusal.value !== undefined) return;
    announcement.value = done;
    onClose();
  };
  return (
    <Dialog title={title} onClose={onClose} focusAfter={focusAfter}>
      <form onSubmit={submit}>
        {children}
        <Refused refusal={refusal.value} />
        <footer>
          <button type="submit" class="danger" disabled={isDoing.value || !isPossible}>
            {action}
          </button>
        </footer>
      </form>
    </Dialog>
  );
}
