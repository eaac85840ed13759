import { useId } from "preact/hooks";
import { Field } from "./Field.tsx";

/** A labelled field for a line of text, which may suggest texts. */
export function TextField({
  label,
  hint,
  error,
  value,
  suggestions,
  isReadOnly = false,
  isNumeric = false,
  onEnter,
}: {
  label: string;
  hint?: string | undefined;
  error?: string | undefined;
  value: string;
  suggestions?: readonly string[] | undefined;
  isReadOnly?: boolean;
  isNumeric?: boolean;
  onEnter: (text: string) => void;
}) {
  const list = useId();
  return (
    <Field label={label} hint={hint} error={error}>
      {(control) => (
        <>
          <input
            {...control}
            value={value}
            readOnly={isReadOnly}
            inputMode={isNumeric ? "numeric" : "text"}
            autocomplete="off"
            spellcheck={false}
            list={suggestions && suggestions.length > 0 ? list : undefined}
            onInput={(event) => onEnter(event.currentTarget.value.trim())}
          />
          {suggestions && suggestions.length > 0 && (
            <datalist id={list}>
              {suggestions.map((text) => (
                <option key={text} value={text} />
              ))}
            </datalist>
          )}
        </>
      )}
    </Field>
  );
}

/** A labelled choice. Options are texts, or a text for each value. */
export function ChoiceField({
  label,
  hint,
  error,
  value,
  options,
  onChoose,
}: {
  label: string;
  hint?: string | undefined;
  error?: string | undefined;
  value: string;
  options: readonly (string | readonly [value: string, text: string])[];
  onChoose: (value: string) => void;
}) {
  return (
    <Field label={label} hint={hint} error={error}>
      {(control) => (
        <select {...control} value={value} onChange={(event) => onChoose(event.currentTarget.value)}>
          {options.map((option) => {
            const [key, text] = typeof option === "string" ? [option, option] : option;
            return (
              <option key={key} value={key}>
                {text}
              </option>
            );
          })}
        </select>
      )}
    </Field>
  );
}
