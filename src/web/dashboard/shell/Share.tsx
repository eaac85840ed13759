import { useSignal } from "@preact/signals";
import { DEFAULT_SANDBOX_ID } from "../../../state/sandboxId.ts";
import { endpoint, linkTo } from "../address.ts";
import { Copy } from "../elements/Copy.tsx";
import { Dialog } from "../elements/Dialog.tsx";
import { Refused } from "../elements/Refused.tsx";
import { type Refusal, refusalOf } from "../elements/refusal.ts";
import { route, sharedHref } from "../route.ts";
import { announcement, control, mayControl, sandboxId, summary, token } from "../sandbox.ts";
import { text } from "../text/text.ts";
import { dateAndTime } from "../time.ts";

/** The links to this sandbox, each with what it gives to whoever has it. */
export function Share({ onClose }: { onClose: () => void }) {
  const words = text().sharing;
  const { signatures = "off" } = summary.value?.settings ?? {};
  const isDefault = sandboxId.value === DEFAULT_SANDBOX_ID;
  const isOpen = isDefault && token.value === undefined;
  const expiresAt = summary.value?.expiresAt;
  return (
    <Dialog title={words.title} onClose={onClose}>
      <div class="share">
        {isOpen ? (
          <LinkTo title={words.watch} what={words.openDefault} link={linkTo(endpoint, undefined)} />
        ) : (
          <>
            {signatures === "required" || isDefault ? (
              <section>
                <h3>{words.watch}</h3>
                <p>{isDefault ? words.operator : words.watchRequired}</p>
              </section>
            ) : (
              <>
                <LinkTo title={words.watch} what={words.watchText} link={linkTo(endpoint, undefined)} />
                <OpenApi />
              </>
            )}
            {!isDefault &&
              (mayControl.value && token.value !== undefined ? (
                <LinkTo title={words.control} what={words.controlText} link={linkTo(endpoint, token.value)} />
              ) : (
                <section>
                  <h3>{words.control}</h3>
                  <p>{words.noControl}</p>
                </section>
              ))}
          </>
        )}
        {signatures !== "required" && (
          <LinkTo title={words.here} what="" link={sharedHref(route.value.view, route.value.id)} />
        )}
        <p class="hint">{expiresAt ? words.expiry(dateAndTime(expiresAt)) : words.noExpiry}</p>
      </div>
    </Dialog>
  );
}

function LinkTo({ title, what, link }: { title: string; what: string; link: string }) {
  // A token is not shown to an audience: it is copied.
  const shown = link.replace(/#token=.*/, "#token=…");
  return (
    <section>
      <h3>{title}</h3>
      {what && <p>{what}</p>}
      <div class="endpoint">
        <code>{shown}</code>
        <Copy text={link} label={text().punctuation.labelled(text().common.copyLink, title)} />
      </div>
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
    <div class="notice">
      <p>{words.watchApi}</p>
      {mayControl.value && (
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
