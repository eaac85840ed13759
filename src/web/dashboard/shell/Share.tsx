import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { DEFAULT_SANDBOX_ID } from "../../../state/sandboxId.ts";
import { endpoint } from "../address.ts";
import { Copy } from "../elements/Copy.tsx";
import { Dialog } from "../elements/Dialog.tsx";
import { Refused } from "../elements/Refused.tsx";
import { type Refusal, refusalOf } from "../elements/refusal.ts";
import { route, sharedHref } from "../route.ts";
import { announcement, control, mayChange, role, sandboxId, summary } from "../sandbox.ts";
import { text } from "../text/text.ts";
import { dateAndTime } from "../time.ts";
import { linkTo } from "../token.ts";
import { Replace } from "./Replace.tsx";

/** The links to this sandbox, each with what it gives to whoever has it. */
export function Share({ onClose }: { onClose: () => void }) {
  const words = text().sharing;
  const { settings, watchToken, accessKeyId, expiresAt } = summary.value ?? {};
  const isSigned = settings?.signatures === "required";
  const { view, id } = route.value;
  return (
    <Dialog title={words.title} onClose={onClose}>
      <div class="share">
        <ToControl />
        {watchToken !== undefined ? (
          <LinkTo title={words.watch} what={words.watchText} link={linkTo(endpoint, watchToken)}>
            {!isSigned && <OpenApi />}
          </LinkTo>
        ) : (
          role.value === "visitor" && (
            <LinkTo title={words.watch} what={words.addressText} link={linkTo(endpoint, undefined)}>
              <OpenApi />
            </LinkTo>
          )
        )}
        <LinkTo title={words.here} what="" link={sharedHref(view, id, watchToken)} />
        {mayChange.value && accessKeyId !== undefined && <Replace />}
        <p class="hint">{expiresAt ? words.expiry(dateAndTime(expiresAt)) : words.noExpiry}</p>
      </div>
    </Dialog>
  );
}

/** The link to control, or why there is none. */
function ToControl() {
  const words = text().sharing;
  const { controlToken } = summary.value ?? {};
  const link = (what: string) => (
    <LinkTo title={words.control} what={what} link={linkTo(endpoint, controlToken)} />
  );
  if (controlToken !== undefined) return link(words.controlText);
  if (role.value === "anyone") return link(words.openDefault);
  return (
    <section>
      <h3>{words.control}</h3>
      <p>{sandboxId.value === DEFAULT_SANDBOX_ID ? words.operator : words.noControl}</p>
    </section>
  );
}

function LinkTo({
  title,
  what,
  link,
  children,
}: {
  title: string;
  what: string;
  link: string;
  children?: ComponentChildren;
}) {
  // A token is not shown to an audience: it is copied.
  const shown = link.replace(/#.*/, "#…");
  return (
    <section>
      <h3>{title}</h3>
      {what && <p>{what}</p>}
      <div class="endpoint">
        <code>{shown}</code>
        <Copy text={link} label={text().punctuation.labelled(text().common.copyLink, title)} />
      </div>
      {children}
    </section>
  );
}

/** Says that watching does not keep anybody from calling the API, and changes that. */
function OpenApi() {
  const words = text().sharing;
  const refusal = useSignal<Refusal | undefined>(undefined);
  const require = async () => {
    refusal.value = await refusalOf(() => control().settings({ signatures: "required" }));
    if (refusal.value === undefined) announcement.value = words.required;
  };
  return (
    <div class="notice warning">
      <p>{words.watchApi}</p>
      {mayChange.value && (
        <>
          <button type="button" class="quiet" onClick={require} title={words.requireText}>
            {words.require}
          </button>
          <p class="hint">{words.requireText}</p>
        </>
      )}
      <Refused refusal={refusal.value} />
    </div>
  );
}
