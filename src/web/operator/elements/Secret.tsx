import { Code } from "../../dashboard/elements/Code.tsx";
import { Copy } from "../../dashboard/elements/Copy.tsx";
import { text } from "../../dashboard/text/text.ts";

/** A text that is shown once, with a button that copies it. */
export function Secret({ label, value }: { label: string; value: string }) {
  return (
    <section class="secret">
      <header>
        <h3>{label}</h3>
        <Copy text={value} label={text().punctuation.labelled(text().common.copy, label)} />
      </header>
      <Code label={label}>{value}</Code>
    </section>
  );
}
