import { useSignal } from "@preact/signals";
import { announcement } from "../sandbox.ts";
import { text as words } from "../text/text.ts";

const SHOWN_MS = 1500;

/** A button that copies a text. */
export function Copy({
  text,
  label,
  children,
}: {
  text: string;
  label: string;
  children?: string | undefined;
}) {
  const copied = useSignal(false);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      // Without HTTPS, browsers give pages no access to the clipboard.
      window.prompt(label, text);
      return;
    }
    copied.value = true;
    announcement.value = words().common.copied;
    setTimeout(() => {
      copied.value = false;
    }, SHOWN_MS);
  };
  return (
    <button
      type="button"
      class="quiet"
      onClick={copy}
      aria-label={copied.value ? words().common.copied : label}
    >
      {copied.value ? words().common.copied : (children ?? words().common.copy)}
    </button>
  );
}
