import { useSignal } from "@preact/signals";
import type { ConfigName } from "../../fc/names.ts";
import { ApiForm } from "./ApiForm.tsx";
import { invocationCall } from "./api.ts";
import { titleOf } from "./configs.ts";
import { Field } from "./Field.tsx";
import { ChoiceField, TextField } from "./TextField.tsx";

/** The value of the choice that has a field for other outcomes. */
const OTHER = "other";

const outcomeChoices = [
  ["", "as the sandbox's outcomes say, or else success"],
  ["success", "success"],
  ["error", "error, at every attempt"],
  ["timeout", "timeout, at every attempt"],
  ["error, error, success", "error, error, success"],
  [OTHER, "other outcomes"],
] as const;

const OUTCOMES_HINT =
  "One for each attempt, the last repeats: success, error, handledError, timeout, throttled, systemError, noResources";

/** A form that invokes a function: asynchronously, unless another way is chosen. */
export function InvokeForm({ name, onClose }: { name: ConfigName; onClose: () => void }) {
  const event = useSignal("{}");
  const how = useSignal<"Async" | "Sync">("Async");
  const choice = useSignal<string>("");
  const other = useSignal("error=1500, success");
  const isAsync = how.value === "Async";
  const outcomes = choice.value === OTHER ? other.value : choice.value;
  return (
    <ApiForm
      title={`Invoke ${titleOf(name)}`}
      calls={[invocationCall(name, { event: event.value, isAsync, outcomes })]}
      note={
        isAsync
          ? "The request. Invocations shows what comes of it:"
          : "The request. Requests shows its response:"
      }
      submit="Invoke"
      fields={{ "X-Sandbox-Outcome": "outcomes", EntityTooLarge: "event" }}
      done={`Invoked ${titleOf(name)}`}
      onClose={onClose}
    >
      {(errorOf) => (
        <>
          <Field label="Event" hint="Any text, JSON as a rule" error={errorOf("event")}>
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
              label="Invocation"
              value={how.value}
              options={[
                ["Async", "asynchronous"],
                ["Sync", "synchronous"],
              ]}
              onChoose={(value) => (how.value = value === "Sync" ? "Sync" : "Async")}
            />
            <ChoiceField
              label="Outcome"
              error={choice.value === OTHER ? undefined : errorOf("outcomes")}
              value={choice.value}
              options={outcomeChoices}
              onChoose={(value) => (choice.value = value)}
            />
          </div>
          {choice.value === OTHER && (
            <TextField
              label="Outcomes"
              hint={OUTCOMES_HINT}
              error={errorOf("outcomes")}
              value={other.value}
              onEnter={(text) => (other.value = text)}
            />
          )}
        </>
      )}
    </ApiForm>
  );
}
