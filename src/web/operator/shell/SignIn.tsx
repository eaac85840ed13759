import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { Field } from "../../dashboard/elements/Field.tsx";
import { type Refusal, refusalOf } from "../../dashboard/elements/refusal.ts";
import { reason, signIn } from "../session.ts";
import { words } from "../text/text.ts";

/** Asks for the operator's token, and says why the server wants it or did not take it. */
export function SignIn() {
  const { signIn: texts } = words();
  const entered = useSignal("");
  const isAsking = useSignal(false);
  const refusal = useSignal<Refusal | undefined>(undefined);
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => field.current?.focus(), []);
  const submit = async (event: Event) => {
    event.preventDefault();
    isAsking.value = true;
    refusal.value = await refusalOf(() => signIn(entered.value));
    isAsking.value = false;
    field.current?.focus();
  };
  const wrong = refusal.value?.detail ?? (reason.value || undefined);
  return (
    <div class="closed">
      <section class="panel" aria-labelledby="sign-in">
        <h2 id="sign-in">{texts.title}</h2>
        <p>{texts.text}</p>
        <form class="sign-in" onSubmit={submit}>
          <Field label={texts.token} hint={texts.tokenHint} error={wrong}>
            {(control) => (
              <input
                {...control}
                ref={field}
                type="password"
                autocomplete="current-password"
                required
                value={entered.value}
                onInput={(event) => (entered.value = event.currentTarget.value.trim())}
              />
            )}
          </Field>
          <p class="hidden" role="alert">
            {wrong}
          </p>
          <div class="buttons">
            <button type="submit" disabled={isAsking.value}>
              {texts.action}
            </button>
          </div>
        </form>
        <p>
          <a href="guide/operating">{texts.more}</a>
        </p>
      </section>
    </div>
  );
}
