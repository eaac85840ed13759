import { useSignal } from "@preact/signals";
import type { CredentialKind } from "../../../client/index.ts";
import { DEFAULT_SANDBOX_ID } from "../../../state/sandboxId.ts";
import { Confirm } from "../elements/Confirm.tsx";
import { replaceCredentials } from "../ownership.ts";
import { sandboxId } from "../sandbox.ts";
import { text } from "../text/text.ts";

/** What can be replaced; of `default`, only the operator's token is a control token. */
const kinds = ["controlToken", "watchToken", "accessKey"] as const satisfies readonly CredentialKind[];

/** Replaces credentials that went to somebody who shall have them no longer. */
export function Replace() {
  const words = text().sharing;
  const chosen = useSignal<readonly CredentialKind[]>([]);
  const isAsking = useSignal(false);
  const isReplaced = useSignal(false);
  const offered = kinds.filter((kind) => kind !== "controlToken" || sandboxId.value !== DEFAULT_SANDBOX_ID);
  const toggle = (kind: CredentialKind, isChosen: boolean) => {
    chosen.value = isChosen ? [...chosen.value, kind] : chosen.value.filter((other) => other !== kind);
  };
  return (
    <section>
      <h3>{words.replace}</h3>
      <p>{words.replaceText}</p>
      {offered.map((kind) => (
        <label key={kind} class="check">
          <input
            type="checkbox"
            checked={chosen.value.includes(kind)}
            onChange={(event) => toggle(kind, event.currentTarget.checked)}
          />
          <span>
            {words.credentials[kind]}
            <small class="hint"> {words.cutOff[kind]}</small>
          </span>
        </label>
      ))}
      <div class="buttons">
        <button
          type="button"
          class="quiet danger"
          disabled={chosen.value.length === 0}
          onClick={() => (isAsking.value = true)}
        >
          {words.replaceChosen}
        </button>
      </div>
      {isReplaced.value && <p class="notice">{words.replacedText}</p>}
      {isAsking.value && (
        <Confirm
          title={words.replaceTitle}
          action={words.replaceAction}
          done={words.replaced}
          onConfirm={async () => {
            await replaceCredentials(chosen.value);
            chosen.value = [];
            isReplaced.value = true;
          }}
          onClose={() => (isAsking.value = false)}
        >
          <ul>
            {chosen.value.map((kind) => (
              <li key={kind}>{text().punctuation.labelled(words.credentials[kind], words.cutOff[kind])}</li>
            ))}
          </ul>
          <p>{words.replaceForGood}</p>
        </Confirm>
      )}
    </section>
  );
}
