import { useSignal } from "@preact/signals";
import type { Fault } from "../../../client/index.ts";
import { Refused } from "../elements/Refused.tsx";
import { type Refusal, refusalOf } from "../elements/refusal.ts";
import { control, faults, mayChange } from "../sandbox.ts";
import { text } from "../text/text.ts";
import { offerUndo } from "../undo.ts";
import { countText, effectText, givenOf, matchText, openFaultForm } from "./faults.ts";

/** The sandbox's faults: each can be switched off and on, edited, duplicated and removed. */
export function Faults() {
  const words = text().faults;
  const refusal = useSignal<Refusal | undefined>(undefined);
  const remove = async (fault: Fault) => {
    // The order counts, so the faults are put back as they were.
    const before = [...faults.value];
    refusal.value = await refusalOf(() => control().faults.remove(fault.id));
    if (refusal.value !== undefined) return;
    offerUndo({ done: words.removed, undo: () => control().snapshot.import({ faults: before }) });
    document.getElementById("faults")?.focus();
  };
  const toggle = async (fault: Fault, isOn: boolean) => {
    refusal.value = await refusalOf(() =>
      control().faults.replace(fault.id, { ...givenOf(fault), enabled: isOn }),
    );
  };
  return (
    <section class="panel faults" aria-labelledby="faults">
      <header>
        <h2 id="faults" tabIndex={-1}>
          {words.title} <span class="count">{faults.value.length}</span>
        </h2>
        {mayChange.value && (
          <button type="button" onClick={() => openFaultForm({})}>
            {words.add}
          </button>
        )}
      </header>
      {faults.value.length === 0 && <p class="empty">{words.none}</p>}
      <ul>
        {faults.value.map((fault) => {
          const what = effectText(fault);
          const isOn = fault.enabled !== false;
          return (
            <li key={fault.id} class={isOn ? "" : "off"}>
              {mayChange.value ? (
                <input
                  type="checkbox"
                  checked={isOn}
                  aria-label={words.isOn(what)}
                  onChange={(event) => toggle(fault, event.currentTarget.checked)}
                />
              ) : (
                !isOn && <span class="badge">{words.off}</span>
              )}
              <div>
                <strong>{what}</strong>
                <p class="hint">{matchText(fault)}</p>
                <p class="hint">{countText(fault)}</p>
              </div>
              {mayChange.value && (
                <span class="actions">
                  <button
                    type="button"
                    class="quiet"
                    aria-label={words.editWhat(what)}
                    onClick={() => openFaultForm({ fault: givenOf(fault), id: fault.id })}
                  >
                    {text().common.edit}
                  </button>
                  <button
                    type="button"
                    class="quiet"
                    aria-label={words.duplicateWhat(what)}
                    onClick={() => openFaultForm({ fault: givenOf(fault) })}
                  >
                    {text().common.duplicate}
                  </button>
                  <button
                    type="button"
                    class="quiet"
                    aria-label={words.removeWhat(what)}
                    onClick={() => remove(fault)}
                  >
                    {text().common.remove}
                  </button>
                </span>
              )}
            </li>
          );
        })}
      </ul>
      <Refused refusal={refusal.value} />
    </section>
  );
}
