import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { Declared } from "../../../client/index.ts";
import { forgetDraft, useDraft } from "../configs/drafts.ts";
import { Dialog } from "../elements/Dialog.tsx";
import { Field } from "../elements/Field.tsx";
import { Refused } from "../elements/Refused.tsx";
import { type Refusal, refusalOf } from "../elements/refusal.ts";
import { control, mayChange, resources } from "../sandbox.ts";
import { text } from "../text/text.ts";
import { offerUndo } from "../undo.ts";

/** What was typed in the editor. */
const DRAFT = "declared";

/** How many of what exists there are, and the editor of the document that says it. */
export function Existing() {
  const words = text().declared;
  const isEditing = useSignal(false);
  const { services, functions } = resources.value;
  const owners = [...services.values(), ...functions.values()];
  const total = (kind: "versions" | "aliases") => owners.reduce((sum, owner) => sum + owner[kind].length, 0);
  return (
    <section class="panel" aria-labelledby="existing">
      <header>
        <h2 id="existing">{words.title}</h2>
        {mayChange.value && (
          <button type="button" class="quiet" onClick={() => (isEditing.value = true)}>
            {words.edit}
          </button>
        )}
      </header>
      <p>{words.counts(services.size, functions.size, total("versions"), total("aliases"))}</p>
      <p class="hint">{words.text}</p>
      {isEditing.value && <DeclaredEditor onClose={() => (isEditing.value = false)} />}
    </section>
  );
}

/** A dialog in which the document of what exists is edited as a whole. */
function DeclaredEditor({ onClose }: { onClose: () => void }) {
  const words = text().declared;
  const typed = useDraft<string | undefined>(DRAFT, "document", undefined);
  const refusal = useSignal<Refusal | undefined>(undefined);
  useEffect(() => {
    if (typed.peek() !== undefined) return;
    void refusalOf(async () => {
      typed.value = JSON.stringify(await control().functions.get(), null, 2);
    }).then((refused) => {
      refusal.value = refused;
    });
  }, []);
  const submit = async (event: Event) => {
    event.preventDefault();
    let document: Declared;
    try {
      document = JSON.parse(typed.value ?? "");
    } catch (error) {
      refusal.value = { detail: words.notJson((error as Error).message), errors: [] };
      return;
    }
    refusal.value = await refusalOf(async () => {
      const before = await control().snapshot.export();
      await control().functions.declare(document);
      offerUndo({ done: words.saved, undo: () => control().snapshot.import(before) });
    });
    if (refusal.value !== undefined) return;
    forgetDraft(DRAFT);
    onClose();
  };
  return (
    <Dialog title={words.editTitle} onClose={onClose}>
      <form onSubmit={submit}>
        <p>{words.editText}</p>
        <Field label={words.document}>
          {(field) => (
            <textarea
              {...field}
              rows={16}
              spellcheck={false}
              disabled={typed.value === undefined}
              value={typed.value ?? text().common.loading}
              onInput={({ currentTarget }) => (typed.value = currentTarget.value)}
            />
          )}
        </Field>
        <Refused refusal={refusal.value} />
        <footer>
          <button
            type="button"
            class="quiet"
            onClick={() => {
              forgetDraft(DRAFT);
              onClose();
            }}
          >
            {text().common.discard}
          </button>
          <button type="submit" disabled={typed.value === undefined}>
            {text().common.save}
          </button>
        </footer>
      </form>
    </Dialog>
  );
}
