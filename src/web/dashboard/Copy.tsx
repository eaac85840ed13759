import { useSignal } from "@preact/signals";
import { announcement } from "./sandbox.ts";

const SHOWN_MS = 1500;

/** A button that copies a text. */
export function Copy({ text, label, children = "Copy" }: { text: string; label: string; children?: string }) {
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
    announcement.value = "Copied";
    setTimeout(() => {
      copied.value = false;
    }, SHOWN_MS);
  };
  return (
    <button type="button" class="quiet" onClick={copy} aria-label={copied.value ? "Copied" : label}>
      {copied.value ? "Copied" : children}
    </button>
  );
}
