import { useSignal } from "@preact/signals";
import { useRef } from "preact/hooks";
import type { Part, Settings, Snapshot } from "../../client/index.ts";
import { PARTS } from "../../sandbox/parts.ts";
import { Dialog } from "./Dialog.tsx";
import { Field } from "./Field.tsx";
import { Refused } from "./Refused.tsx";
import { type Refusal, refusalOf } from "./refusal.ts";
import { announcement, control, mayControl, sandboxId, summary } from "./sandbox.ts";

const parts: Readonly<Record<Part, string>> = {
  configs: "Configs",
  journal: "Requests",
  faults: "Faults",
  clock: "Clock",
  settings: "Settings",
  functions: "Declared functions",
};

/** The sandbox as a whole: its settings, and its state going out and in. */
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
          <Field label="Signatures" hint="Whether requests must be signed">
            {(field) => (
              <select
                {...field}
                value={settings.signatures}
                onChange={(event) => set({ signatures: event.currentTarget.value as Settings["signatures"] })}
              >
                <option value="off">ignored</option>
                <option value="optional">checked when there</option>
                <option value="required">required</option>
              </select>
            )}
          </Field>
          <Field label="Functions" hint="Which functions exist">
            {(field) => (
              <select
                {...field}
                value={settings.functions}
                onChange={(event) => set({ functions: event.currentTarget.value as Settings["functions"] })}
              >
                <option value="open">any</option>
                <option value="declared">those declared</option>
              </select>
            )}
          </Field>
          <Field label="What is not set" hint="How responses show it">
            {(field) => (
              <select
                {...field}
                value={settings.unset}
                onChange={(event) => set({ unset: event.currentTarget.value as Settings["unset"] })}
              >
                <option value="documented">as documented</option>
                <option value="go">as Go does</option>
              </select>
            )}
          </Field>
        </div>
      ) : (
        <dl class="facts">
          <dt>Signatures</dt>
          <dd>{settings.signatures}</dd>
          <dt>Functions</dt>
          <dd>{settings.functions}</dd>
          <dt>What is not set</dt>
          <dd>{settings.unset}</dd>
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
