import { useSignal } from "@preact/signals";
import { Fragment } from "preact";
import { useRef } from "preact/hooks";
import type { Part, Settings, Snapshot } from "../../client/index.ts";
import { PARTS } from "../../documents/parts.ts";
import { Dialog } from "./Dialog.tsx";
import { Field } from "./Field.tsx";
import { Refused } from "./Refused.tsx";
import { type Refusal, refusalOf } from "./refusal.ts";
import { announcement, control, mayControl, sandboxId, summary } from "./sandbox.ts";

const parts: Readonly<Record<Part, string>> = {
  configs: "Configs",
  journal: "Requests",
  faults: "Faults",
  outcomes: "Outcomes",
  invocations: "Invocations",
  deliveries: "Deliveries",
  clock: "Clock",
  settings: "Settings",
  functions: "Services and functions",
};

/** The settings with a fixed set of values, and the label of each value. */
const choices = [
  {
    item: "signatures",
    label: "Signatures",
    hint: "Whether requests must be signed",
    options: { off: "ignored", optional: "checked when there", required: "required" },
  },
  {
    item: "functions",
    label: "Functions",
    hint: "Which functions can be configured",
    options: { open: "any", declared: "those that exist" },
  },
  {
    item: "destinations",
    label: "A given destinationConfig",
    hint: "What it does to the destinations that it leaves out",
    options: {
      "by version": "keeps them in FC 2.0, clears them in FC 3.0",
      merge: "keeps them",
      replace: "clears them",
    },
  },
] as const satisfies readonly {
  [Item in keyof Settings]: {
    item: Item;
    label: string;
    hint: string;
    options: Settings[Item] extends string ? Readonly<Record<Settings[Item], string>> : never;
  };
}[keyof Settings][];

/** The sandbox's settings, and buttons to export, import and reset its state. */
export function State() {
  const refusal = useSignal<Refusal | undefined>(undefined);
  const isResetting = useSignal(false);
  const file = useRef<HTMLInputElement>(null);
  const settings = summary.value?.settings;
  if (settings === undefined) return null;
  const set = async (changes: Partial<Settings>) => {
    refusal.value = await refusalOf(() => control().settings(changes));
  };
  const exportState = async () => {
    refusal.value = await refusalOf(async () => {
      const text = `${JSON.stringify(await control().snapshot.export(), null, 2)}\n`;
      const link = document.createElement("a");
      link.href = URL.createObjectURL(new Blob([text], { type: "application/json" }));
      link.download = `${sandboxId.value}.json`;
      link.click();
      URL.revokeObjectURL(link.href);
    });
  };
  const importState = async (chosen: File | undefined) => {
    if (chosen === undefined) return;
    let snapshot: Snapshot;
    try {
      snapshot = JSON.parse(await chosen.text());
    } catch (error) {
      refusal.value = { detail: `${chosen.name} is not JSON: ${(error as Error).message}`, errors: [] };
      return;
    }
    refusal.value = await refusalOf(() => control().snapshot.import(snapshot));
    if (refusal.value === undefined) announcement.value = `Imported ${chosen.name}`;
  };
  return (
    <section class="panel state" aria-labelledby="state">
      <h2 id="state">Sandbox</h2>
      {mayControl.value ? (
        <div class="fields two">
          {choices.map(({ item, label, hint, options }) => (
            <Field key={item} label={label} hint={hint}>
              {(field) => (
                <select
                  {...field}
                  value={settings[item]}
                  onChange={(event) => set({ [item]: event.currentTarget.value })}
                >
                  {Object.entries(options).map(([value, text]) => (
                    <option key={value} value={value}>
                      {text}
                    </option>
                  ))}
                </select>
              )}
            </Field>
          ))}
        </div>
      ) : (
        <dl class="facts">
          {choices.map(({ item, label, options }) => (
            <Fragment key={item}>
              <dt>{label}</dt>
              <dd>{(options as Record<string, string>)[settings[item]]}</dd>
            </Fragment>
          ))}
        </dl>
      )}
      <div class="buttons">
        <button type="button" class="quiet" onClick={exportState}>
          Export
        </button>
        {mayControl.value && (
          <>
            <button type="button" class="quiet" onClick={() => file.current?.click()}>
              Import
            </button>
            <input
              ref={file}
              type="file"
              accept="application/json,.json"
              aria-label="Snapshot to import"
              hidden
              onChange={(event) => {
                void importState(event.currentTarget.files?.[0]);
                event.currentTarget.value = "";
              }}
            />
            <button type="button" class="quiet danger" onClick={() => (isResetting.value = true)}>
              Reset
            </button>
          </>
        )}
      </div>
      <Refused refusal={refusal.value} />
      {isResetting.value && <ResetForm onClose={() => (isResetting.value = false)} />}
    </section>
  );
}

function ResetForm({ onClose }: { onClose: () => void }) {
  const chosen = useSignal<readonly Part[]>(PARTS);
  const refusal = useSignal<Refusal | undefined>(undefined);
  const toggle = (part: Part, isChosen: boolean) => {
    chosen.value = isChosen ? [...chosen.value, part] : chosen.value.filter((other) => other !== part);
  };
  const submit = async (event: Event) => {
    event.preventDefault();
    refusal.value = await refusalOf(() => control().reset(...chosen.value));
    if (refusal.value !== undefined) return;
    announcement.value = "The sandbox was reset";
    onClose();
  };
  return (
    <Dialog title="Reset the sandbox" onClose={onClose}>
      <form onSubmit={submit}>
        <p>
          Everyone who uses this sandbox loses what is reset. It can't be undone; export first to keep it.
        </p>
        <fieldset>
          <legend>What to reset</legend>
          {PARTS.map((part) => (
            <label key={part} class="check">
              <input
                type="checkbox"
                checked={chosen.value.includes(part)}
                onChange={(event) => toggle(part, event.currentTarget.checked)}
              />
              {parts[part]}
            </label>
          ))}
        </fieldset>
        <Refused refusal={refusal.value} />
        <footer>
          <button type="submit" class="danger" disabled={chosen.value.length === 0}>
            Reset
          </button>
        </footer>
      </form>
    </Dialog>
  );
}
