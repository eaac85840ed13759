import { useSignal } from "@preact/signals";
import type { ConfigName } from "../../../fc/names.ts";
import { invocationCall } from "../api.ts";
import { ApiForm } from "../configs/ApiForm.tsx";
import { titleOf } from "../configs/configs.ts";
import { useDraft } from "../configs/drafts.ts";
import { Field } from "../elements/Field.tsx";
import { ChoiceField, TextField } from "../elements/TextField.tsx";
import { text } from "../text/text.ts";
import { outcomeChoices } from "./outcomes.ts";

/** The value of the choice that has a field for other outcomes. */
const OTHER = "other";

/** A form that invokes a function: asynchronously, unless another way is chosen. */
export function InvokeForm({
  name,
  event: given = "{}",
  onClose,
}: {
  name: ConfigName;
  event?: string;
  onClose: () => void;
}) {
  const words = text().forms;
  const chosen = text().outcomes;
  const draft = `invoke ${titleOf(name)}`;
  const event = useDraft(draft, "event", given);
  const how = useSignal<"Async" | "Sync">("Async");
  const choice = useSignal<string>("");
  const other = useSignal("error=1500, success");
  const isAsync = how.value === "Async";
  const outcomes = choice.value === OTHER ? other.value : choice.value;
  return (
    <ApiForm
      title={words.invoke(titleOf(name))}
      draft={draft}
      calls={[invocationCall(name, { event: event.value, isAsync, outcomes })]}
      note={isAsync ? words.invokeAsyncNote : words.invokeSyncNote}
      submit={text().configs.invoke}
      fields={{ "X-Sandbox-Outcome": "outcomes", EntityTooLarge: "event" }}
      done={words.invoked(titleOf(name))}
      onClose={onClose}
    >
      {(errorOf) => (
        <>
          <Field label={words.event} hint={words.eventHint} error={errorOf("event")}>
            {(control) => (
              <textarea
                {...control}
                rows={4}
                value={event.value}
                spellcheck={false}
                onInput={({ currentTarget }) => (event.value = currentTarget.value)}
              />
            )}
          </Field>
          <div class="fields two">
            <ChoiceField
              label={words.invocation}
              value={how.value}
              options={[
                ["Async", words.asynchronous],
                ["Sync", words.synchronous],
              ]}
              onChoose={(value) => (how.value = value === "Sync" ? "Sync" : "Async")}
            />
            <ChoiceField
              label={words.outcome}
              error={choice.value === OTHER ? undefined : errorOf("outcomes")}
              value={choice.value}
              options={[["", words.outcomeAsSandbox], ...outcomeChoices().slice(1), [OTHER, chosen.other]]}
              onChoose={(value) => (choice.value = value)}
            />
          </div>
          {choice.value === OTHER && (
            <TextField
              label={words.outcomes}
              hint={chosen.hint}
              error={errorOf("outcomes")}
              value={other.value}
              onEnter={(typed) => (other.value = typed)}
            />
          )}
        </>
      )}
    </ApiForm>
  );
}
