import { useSignal } from "@preact/signals";
import { Field } from "../elements/Field.tsx";
import { Refused } from "../elements/Refused.tsx";
import { type Refusal, refusalOf } from "../elements/refusal.ts";
import { offers } from "../sandbox.ts";
import { text } from "../text/text.ts";
import { dateAndTime } from "../time.ts";
import { keepInvitation, keptInvitation } from "./invitation.ts";
import { makeSandbox } from "./making.ts";
import { allowRemembering, recent } from "./recent.ts";

/** What this is and what it is for, and the way to a sandbox of one's own. */
export function FrontDoor() {
  const words = text().frontDoor;
  const makesSandboxes = offers.value?.createsSandboxes ?? true;
  return (
    <section class="front" aria-labelledby="front">
      <div class="pitch">
        <h2 id="front">{words.title}</h2>
        <p>{words.what}</p>
        <p>{words.why}</p>
        <p class="links">
          <a href="guide">{words.guide}</a> <a href="docs">{words.reference}</a>
        </p>
      </div>
      <div class="panel make">
        {makesSandboxes ? <MakeForm /> : <p class="empty">{words.noSandboxes}</p>}
        {makesSandboxes && <Recent />}
      </div>
    </section>
  );
}

function MakeForm() {
  const words = text().frontDoor;
  const label = useSignal("");
  const invitation = useSignal(keptInvitation());
  const isInvited = offers.value?.creation === "invited";
  const refusal = useSignal<Refusal | undefined>(undefined);
  const isMaking = useSignal(false);
  const submit = async (event: Event) => {
    event.preventDefault();
    isMaking.value = true;
    refusal.value = await refusalOf(() => makeSandbox(label.value, isInvited ? invitation.value : ""));
    isMaking.value = false;
  };
  const wrong = refusal.value?.errors.find(({ path }) => path === "label")?.reason;
  return (
    <form onSubmit={submit}>
      <Field label={words.label} hint={words.labelHint} error={wrong}>
        {(field) => (
          <input
            {...field}
            value={label.value}
            autocomplete="off"
            autocapitalize="off"
            spellcheck={false}
            maxLength={64}
            onInput={(event) => (label.value = event.currentTarget.value.trim().toLowerCase())}
          />
        )}
      </Field>
      {isInvited && (
        <Field label={words.invitation} hint={words.invitationHint}>
          {(field) => (
            <input
              {...field}
              type="password"
              value={invitation.value}
              autocomplete="off"
              spellcheck={false}
              onInput={(event) => {
                invitation.value = event.currentTarget.value.trim();
                keepInvitation(invitation.value);
              }}
            />
          )}
        </Field>
      )}
      <button type="submit" class="primary" disabled={isMaking.value}>
        {words.make}
      </button>
      <p class="hint">{words.isolated}</p>
      <Refused refusal={wrong === undefined ? refusal.value : undefined} />
    </form>
  );
}

/** The sandboxes that were made in this browser, if the person wants them remembered. */
function Recent() {
  const words = text().frontDoor;
  const list = recent.value;
  return (
    <>
      <label class="check">
        <input
          type="checkbox"
          checked={list !== undefined}
          onChange={(event) => allowRemembering(event.currentTarget.checked)}
        />
        <span>
          {words.remember}
          <small class="hint"> {list === undefined ? words.rememberHint : words.forgetHint}</small>
        </span>
      </label>
      {list !== undefined && list.length > 0 && (
        <section aria-label={words.recent} class="recent">
          <h3>{words.recent}</h3>
          <ul>
            {list.map(({ id, link, madeAt }) => (
              <li key={id}>
                <a href={link}>{id}</a> <small class="hint">{words.madeAt(dateAndTime(madeAt))}</small>
              </li>
            ))}
          </ul>
        </section>
      )}
    </>
  );
}
