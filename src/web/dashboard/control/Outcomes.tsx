import { useSignal } from "@preact/signals";
import type { Script } from "../../../client/index.ts";
import { nameText } from "../configs/resources.ts";
import { Refused } from "../elements/Refused.tsx";
import { type Refusal, refusalOf } from "../elements/refusal.ts";
import { outcomesWords } from "../invocations/outcomes.ts";
import { control, mayChange, scripts } from "../sandbox.ts";
import { text } from "../text/text.ts";
import { offerUndo } from "../undo.ts";

/** What functions do when they are invoked, as the sandbox is told. A function's own page chooses. */
export function Outcomes() {
  const words = text().outcomes;
  const refusal = useSignal<Refusal | undefined>(undefined);
  const remove = async (script: Script) => {
    // The order counts, so the outcomes are put back as they were.
    const before = [...scripts.value];
    refusal.value = await refusalOf(() => control().outcomes.remove(script.id));
    if (refusal.value !== undefined) return;
    offerUndo({ done: words.removed, undo: () => control().snapshot.import({ outcomes: before }) });
    document.getElementById("outcomes")?.focus();
  };
  return (
    <section class="panel faults" aria-labelledby="outcomes">
      <h2 id="outcomes" tabIndex={-1}>
        {words.title} <span class="count">{scripts.value.length}</span>
      </h2>
      {scripts.value.length === 0 && <p class="empty">{words.none}</p>}
      <ul>
        {scripts.value.map((script) => {
          const { match = {}, applied, matched } = script;
          const named = nameText({ service: match.service ?? "", function: match.function ?? "" });
          const qualifier = match.qualifier ? ` : ${match.qualifier}` : "";
          const what = words.does(`${named || words.forEvery}${qualifier}`, outcomesWords(script.outcomes));
          return (
            <li key={script.id}>
              <div>
                <strong>{what}</strong>
                {(script.times !== undefined || script.skip !== undefined) && (
                  <p class="hint">{words.appliedCount(applied, matched)}</p>
                )}
              </div>
              {mayChange.value && (
                <button
                  type="button"
                  class="quiet"
                  aria-label={text().punctuation.labelled(text().common.remove, what)}
                  onClick={() => remove(script)}
                >
                  {text().common.remove}
                </button>
              )}
            </li>
          );
        })}
      </ul>
      <Refused refusal={refusal.value} />
    </section>
  );
}
