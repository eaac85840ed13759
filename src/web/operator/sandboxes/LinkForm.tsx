import { useSignal } from "@preact/signals";
import type { CreatedLink } from "../../../documents/responseBodies.ts";
import { Dialog } from "../../dashboard/elements/Dialog.tsx";
import { Refused } from "../../dashboard/elements/Refused.tsx";
import { type Refusal, refusalOf } from "../../dashboard/elements/refusal.ts";
import { announcement } from "../../dashboard/sandbox.ts";
import { Secret } from "../elements/Secret.tsx";
import { ask } from "../session.ts";
import { words } from "../text/text.ts";
import { pathOf } from "./SandboxDetail.tsx";

/** Makes a link to control a sandbox, for an owner who lost theirs, and shows it once. */
export function LinkForm({ id, onClose }: { id: string; onClose: () => void }) {
  const { sandboxes: texts } = words();
  const rotate = useSignal(false);
  const link = useSignal("");
  const isMaking = useSignal(false);
  const refusal = useSignal<Refusal | undefined>(undefined);
  const submit = async (event: Event) => {
    event.preventDefault();
    isMaking.value = true;
    refusal.value = await refusalOf(async () => {
      const given = { role: "control", rotate: rotate.value };
      const { url } = await ask<CreatedLink>("POST", `${pathOf(id)}/links`, given);
      link.value = url;
      announcement.value = texts.linkMade;
    });
    isMaking.value = false;
  };
  return (
    <Dialog title={texts.linkTitle(id)} onClose={onClose}>
      {link.value ? (
        <div class="share">
          <p>{texts.madeLink}</p>
          <Secret label={texts.link} value={link.value} />
        </div>
      ) : (
        <form onSubmit={submit}>
          <p>{texts.linkText}</p>
          <label class="check">
            <input
              type="checkbox"
              checked={rotate.value}
              onChange={(event) => (rotate.value = event.currentTarget.checked)}
            />
            <span>
              {texts.endFormer}
              <small class="hint"> {texts.endFormerHint}</small>
            </span>
          </label>
          <Refused refusal={refusal.value} />
          <footer>
            <button type="submit" disabled={isMaking.value}>
              {texts.makeLink}
            </button>
          </footer>
        </form>
      )}
    </Dialog>
  );
}
