import { useSignal } from "@preact/signals";
import { DEFAULT_SANDBOX_ID } from "../../../state/sandboxId.ts";
import { Confirm } from "../elements/Confirm.tsx";
import { deleteSandbox } from "../ownership.ts";
import { mayChange, role, sandboxId } from "../sandbox.ts";
import { text } from "../text/text.ts";

/** Deletes the sandbox for good. `default` is everybody's: it can only be reset. */
export function DeletionPanel() {
  const words = text().settings;
  const isAsking = useSignal(false);
  const id = sandboxId.value;
  if (!mayChange.value || id === DEFAULT_SANDBOX_ID) return null;
  return (
    <section class="panel state" aria-labelledby="deletion">
      <h2 id="deletion">{words.deletionTitle}</h2>
      <p class="hint">{words.deletionText}</p>
      <div class="buttons">
        <button type="button" class="quiet danger" onClick={() => (isAsking.value = true)}>
          {words.deleteSandbox}
        </button>
      </div>
      {isAsking.value && (
        <Confirm
          title={words.deletionAsk(id)}
          action={words.deleteForGood}
          done={words.sandboxDeleted}
          onConfirm={deleteSandbox}
          onClose={() => (isAsking.value = false)}
        >
          <p>{words.deletionWarning}</p>
          <p>{role.value === "operator" ? words.deletionByOperator : words.deletionByOwner}</p>
        </Confirm>
      )}
    </section>
  );
}
