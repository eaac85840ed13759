import { useSignal } from "@preact/signals";
import { Fragment } from "preact";
import { useRef } from "preact/hooks";
import type { Part, Settings, Snapshot } from "../../../client/index.ts";
import { PARTS } from "../../../documents/parts.ts";
import { Confirm } from "../elements/Confirm.tsx";
import { download } from "../elements/download.ts";
import { Field } from "../elements/Field.tsx";
import { Refused } from "../elements/Refused.tsx";
import { ApiRefusal, type Refusal, refusalOf } from "../elements/refusal.ts";
import { control, mayChange, sandboxId, summary } from "../sandbox.ts";
import { text } from "../text/text.ts";
import { offerUndo } from "../undo.ts";

interface Choice<Item extends keyof Settings> {
  readonly item: Item;
  readonly label: string;
  readonly hint: string;
  readonly options: Settings[Item] extends string ? Readonly<Record<Settings[Item], string>> : never;
}

/** The settings with a fixed set of values, and the label of each value. */
function choices() {
  const words = text().settings;
  return [
    {
      item: "signatures",
      label: words.signatures,
      hint: words.signaturesHint,
      options: {
        off: words.signaturesOff,
        optional: words.signaturesOptional,
        required: words.signaturesRequired,
      },
    },
    {
      item: "functions",
      label: words.functions,
      hint: words.functionsHint,
      options: { open: words.functionsOpen, declared: words.functionsDeclared },
    },
    {
      item: "destinations",
      label: words.destinations,
      hint: words.destinationsHint,
      options: {
        "by version": words.destinationsByVersion,
        merge: words.destinationsMerge,
        replace: words.destinationsReplace,
      },
    },
  ] as const satisfies readonly { [Item in keyof Settings]: Choice<Item> }[keyof Settings][];
}

/** The sandbox's settings. */
export function SettingsPanel() {
  const words = text().settings;
  const refusal = useSignal<Refusal | undefined>(undefined);
  const settings = summary.value?.settings;
  if (settings === undefined) return null;
  const set = async (changes: Partial<Settings>) => {
    refusal.value = await refusalOf(() => control().settings(changes));
  };
  return (
    <section class="panel state" aria-labelledby="settings">
      <h2 id="settings">{words.title}</h2>
      {mayChange.value ? (
        <div class="fields two">
          {choices().map(({ item, label, hint, options }) => (
            <Field key={item} label={label} hint={hint}>
              {(field) => (
                <select
                  {...field}
                  value={settings[item]}
                  onChange={(event) => set({ [item]: event.currentTarget.value })}
                >
                  {Object.entries(options).map(([value, label]) => (
                    <option key={value} value={value}>
                      {label}
                    </option>
                  ))}
                </select>
              )}
            </Field>
          ))}
        </div>
      ) : (
        <dl class="facts">
          {choices().map(({ item, label, options }) => (
            <Fragment key={item}>
              <dt>{label}</dt>
              <dd>{(options as Record<string, string>)[settings[item]]}</dd>
            </Fragment>
          ))}
        </dl>
      )}
      <Refused refusal={refusal.value} />
    </section>
  );
}

/** Export, import and reset of the sandbox's state. */
export function StatePanel() {
  const words = text().settings;
  const refusal = useSignal<Refusal | undefined>(undefined);
  const toImport = useSignal<{ readonly file: string; readonly snapshot: Snapshot } | undefined>(undefined);
  const isResetting = useSignal(false);
  const file = useRef<HTMLInputElement>(null);
  const exportState = async () => {
    refusal.value = await refusalOf(async () => {
      download(`${sandboxId.value}.json`, await control().snapshot.export());
    });
  };
  const choose = async (chosen: File | undefined) => {
    if (chosen === undefined) return;
    refusal.value = undefined;
    try {
      toImport.value = { file: chosen.name, snapshot: JSON.parse(await chosen.text()) };
    } catch (error) {
      refusal.value = { detail: words.notJson(chosen.name, (error as Error).message), errors: [] };
    }
  };
  return (
    <section class="panel state" aria-labelledby="state">
      <h2 id="state">{words.stateTitle}</h2>
      <p class="hint">{words.stateText}</p>
      <div class="buttons">
        <button type="button" class="quiet" onClick={exportState}>
          {words.export}
        </button>
        {mayChange.value && (
          <>
            <button type="button" class="quiet" onClick={() => file.current?.click()}>
              {words.import}
            </button>
            <input
              ref={file}
              type="file"
              accept="application/json,.json"
              aria-label={words.importFile}
              hidden
              onChange={(event) => {
                void choose(event.currentTarget.files?.[0]);
                event.currentTarget.value = "";
              }}
            />
            <button type="button" class="quiet danger" onClick={() => (isResetting.value = true)}>
              {text().common.reset}
            </button>
          </>
        )}
      </div>
      <Refused refusal={refusal.value} />
      {toImport.value && <ImportForm {...toImport.value} onClose={() => (toImport.value = undefined)} />}
      {isResetting.value && <ResetForm onClose={() => (isResetting.value = false)} />}
    </section>
  );
}

/** Does something that replaces state, and offers to bring back the state that was there. */
async function undoably(done: string, doing: () => Promise<unknown>): Promise<void> {
  const before = await control().snapshot.export({ invocations: true });
  const most = summary.peek()?.limits["snapshotBytes"] ?? Number.POSITIVE_INFINITY;
  if (JSON.stringify(before).length > most) throw new ApiRefusal(text().settings.tooLargeToUndo);
  await doing();
  offerUndo({ done, undo: () => control().snapshot.import({ ...before, replace: "all" }) });
}

function ImportForm({ file, snapshot, onClose }: { file: string; snapshot: Snapshot; onClose: () => void }) {
  const words = text().settings;
  return (
    <Confirm
      title={words.importTitle(file)}
      action={words.import}
      done={words.imported(file)}
      onConfirm={() => undoably(words.imported(file), () => control().snapshot.import(snapshot))}
      onClose={onClose}
    >
      <p>{words.importText}</p>
    </Confirm>
  );
}

function ResetForm({ onClose }: { onClose: () => void }) {
  const words = text().settings;
  const chosen = useSignal<readonly Part[]>(PARTS);
  const toggle = (part: Part, isChosen: boolean) => {
    chosen.value = isChosen ? [...chosen.value, part] : chosen.value.filter((other) => other !== part);
  };
  return (
    <Confirm
      title={words.resetTitle}
      action={text().common.reset}
      done={words.wasReset}
      isPossible={chosen.value.length > 0}
      onConfirm={() => undoably(words.wasReset, () => control().reset(...chosen.value))}
      onClose={onClose}
    >
      <p>{words.resetText}</p>
      <fieldset>
        <legend>{words.resetWhat}</legend>
        {PARTS.map((part) => (
          <label key={part} class="check">
            <input
              type="checkbox"
              checked={chosen.value.includes(part)}
              onChange={(event) => toggle(part, event.currentTarget.checked)}
            />
            {words.parts[part]}
          </label>
        ))}
      </fieldset>
    </Confirm>
  );
}
