import { useSignal } from "@preact/signals";
import { Dialog } from "../elements/Dialog.tsx";
import { download } from "../elements/download.ts";
import { Refused } from "../elements/Refused.tsx";
import { type Refusal, refusalOf } from "../elements/refusal.ts";
import { ChoiceField, TextField } from "../elements/TextField.tsx";
import { announcement, control, sandboxId } from "../sandbox.ts";
import { text } from "../text/text.ts";
import { filter } from "./found.ts";

/** A dialog that saves the requests, as far as the search finds them, in a format of other tools. */
export function ExportForm({ onClose }: { onClose: () => void }) {
  const words = text().exports;
  const format = useSignal<"har" | "pact">("har");
  const consumer = useSignal("console");
  const provider = useSignal("function-compute");
  const refusal = useSignal<Refusal | undefined>(undefined);
  const errorAt = (path: string) => refusal.value?.errors.find((error) => error.path === path)?.reason;
  const save = async (event: Event) => {
    event.preventDefault();
    const found = filter.value ? { filter: filter.value } : {};
    refusal.value = await refusalOf(async () => {
      const { requests } = control();
      const saved =
        format.value === "har"
          ? await requests.export("har", found)
          : await requests.export("pact", {
              ...found,
              consumer: consumer.value,
              provider: provider.value,
            });
      download(`${sandboxId.value}.${format.value === "har" ? "har" : "pact.json"}`, saved);
    });
    if (refusal.value !== undefined) return;
    announcement.value = words.saved;
    onClose();
  };
  return (
    <Dialog title={words.title} onClose={onClose}>
      <form onSubmit={save}>
        <p>{filter.value ? words.ofSearch : words.ofAll}</p>
        <ChoiceField
          label={words.format}
          hint={format.value === "har" ? words.harHint : words.pactHint}
          value={format.value}
          options={[
            ["har", words.har],
            ["pact", words.pact],
          ]}
          onChoose={(chosen) => (format.value = chosen === "pact" ? "pact" : "har")}
        />
        {format.value === "pact" && (
          <div class="fields two">
            <TextField
              label={words.consumer}
              error={errorAt("consumer")}
              value={consumer.value}
              onEnter={(given) => (consumer.value = given)}
            />
            <TextField
              label={words.provider}
              error={errorAt("provider")}
              value={provider.value}
              onEnter={(given) => (provider.value = given)}
            />
          </div>
        )}
        <Refused refusal={refusal.value} />
        <footer>
          <button type="submit">{words.save}</button>
        </footer>
      </form>
    </Dialog>
  );
}
