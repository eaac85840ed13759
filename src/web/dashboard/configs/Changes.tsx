import type { JournalEntry } from "../../../client/index.ts";
import { text } from "../text/text.ts";
import { changedText } from "./configs.ts";

/** What a request changed in a config, item by item. */
export function Changes({ changes: { kind, items } }: { changes: NonNullable<JournalEntry["changes"]> }) {
  const words = text().requests;
  if (items.length === 0) return kind === "changed" ? <p class="hint">{words.nothingButTime}</p> : null;
  return (
    <ul class="changes">
      {items.map(({ item, before, after }) => {
        const [was, is] = [changedText(item, before), changedText(item, after)];
        return (
          <li key={item}>
            {text().punctuation.labelled(text().items[item], "")}
            {was && <del>{was}</del>}
            {was && " "}
            {is ? <ins>{is}</ins> : kind === "changed" && <ins>{words.noneAfter}</ins>}
          </li>
        );
      })}
    </ul>
  );
}
