import { useSignal } from "@preact/signals";
import { parseOutcomeHeader } from "../../../fc/invocations/outcome.ts";
import type { FunctionName } from "../../../fc/names.ts";
import { nameText } from "../configs/resources.ts";
import { Field } from "../elements/Field.tsx";
import { Refused } from "../elements/Refused.tsx";
import { type Refusal, refusalOf } from "../elements/refusal.ts";
import { announcement, control, mayChange, scripts } from "../sandbox.ts";
import { text } from "../text/text.ts";
import { isOnlyFor, outcomeChoices, outcomesText, outcomesWords, scriptFor } from "./outcomes.ts";

/** What a function does when it is invoked, with a choice for whoever may change it. */
export function FunctionOutcome({ name }: { name: FunctionName }) {
  const words = text().outcomes;
  const refusal = useSignal<Refusal | undefined>(undefined);
  const script = scriptFor(name);
  const now = script ? outcomesText(script.outcomes) : "";
  if (!mayChange.value) {
    return (
      <p>
        {text().punctuation.labelled(words.choose, "")}
        <strong>{script ? outcomesWords(script.outcomes) : words.usual}</strong>
      </p>
    );
  }
  const choices = outcomeChoices();
  const choose = async (chosen: string) => {
    const before = [...scripts.value];
    const others = before.filter((other) => !isOnlyFor(other, name));
    const { service, function: its } = name;
    const outcomes = parseOutcomeHeader(chosen || null);
    const own =
      outcomes.ok && outcomes.value
        ? [{ match: { service, function: its }, outcomes: [...outcomes.value] }]
        : [];
    // The first outcomes that match count, so the function's own come first.
    refusal.value = await refusalOf(() => control().snapshot.import({ outcomes: [...own, ...others] }));
    if (refusal.value !== undefined) return;
    const said = choices.find(([choice]) => choice === chosen)?.[1] ?? chosen;
    announcement.value = words.set(nameText(name), said);
  };
  return (
    <>
      <Field label={words.choose}>
        {(field) => (
          <select {...field} value={now} onChange={(event) => choose(event.currentTarget.value)}>
            {choices.map(([choice, said]) => (
              <option key={choice} value={choice}>
                {said}
              </option>
            ))}
            {!choices.some(([choice]) => choice === now) && <option value={now}>{now}</option>}
          </select>
        )}
      </Field>
      <Refused refusal={refusal.value} />
    </>
  );
}
