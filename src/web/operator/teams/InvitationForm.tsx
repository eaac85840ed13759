import { useSignal } from "@preact/signals";
import type { CreatedInvitation } from "../../../documents/responseBodies.ts";
import { Dialog } from "../../dashboard/elements/Dialog.tsx";
import { Field } from "../../dashboard/elements/Field.tsx";
import { Refused } from "../../dashboard/elements/Refused.tsx";
import { type Refusal, refusalOf } from "../../dashboard/elements/refusal.ts";
import { TextField } from "../../dashboard/elements/TextField.tsx";
import { announcement } from "../../dashboard/sandbox.ts";
import { Secret } from "../elements/Secret.tsx";
import { ask } from "../session.ts";
import { words } from "../text/text.ts";

/** The items of an invitation, as they are entered. */
interface Entered {
  readonly team: string;
  readonly expiresOn: string;
  readonly sandboxes: string;
  readonly requestsPerDay: string;
}

/** The body that entered items make; other text than a number stays text, so that the server says what is wrong with it. */
function bodyOf({ team, expiresOn, sandboxes, requestsPerDay }: Entered): object {
  const number = (text: string) =>
    text === "" ? undefined : /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : text;
  return {
    team,
    expiresAt: expiresOn === "" ? undefined : `${expiresOn}T23:59:59Z`,
    sandboxes: number(sandboxes),
    requestsPerDay: number(requestsPerDay),
  };
}

/** The command that creates a sandbox by an invitation. */
function commandWith(key: string): string {
  const server = new URL(".", location.href).href;
  return `curl -X POST ${server}_sandbox/sandboxes -H "Authorization: Bearer ${key}" -d '{"label": "pr-17"}'`;
}

/** Makes an invitation, and shows its key once. */
export function InvitationForm({
  teams,
  onMade,
  onClose,
}: {
  /** The teams that there are, to choose from. */
  teams: readonly string[];
  onMade: () => void;
  onClose: () => void;
}) {
  const { teams: texts } = words();
  const entered = useSignal<Entered>({ team: "", expiresOn: "", sandboxes: "", requestsPerDay: "" });
  const made = useSignal<CreatedInvitation | undefined>(undefined);
  const isMaking = useSignal(false);
  const refusal = useSignal<Refusal | undefined>(undefined);
  const enter = (changes: Partial<Entered>) => (entered.value = { ...entered.value, ...changes });
  const submit = async (event: Event) => {
    event.preventDefault();
    isMaking.value = true;
    refusal.value = await refusalOf(async () => {
      made.value = await ask<CreatedInvitation>("POST", "/invitations", bodyOf(entered.value));
      announcement.value = texts.wasMade;
      onMade();
    });
    isMaking.value = false;
  };
  const invitation = made.value;
  if (invitation !== undefined) {
    return (
      <Dialog title={texts.made(invitation.team)} onClose={onClose}>
        <div class="share">
          <p>{texts.madeText}</p>
          <Secret label={texts.key} value={invitation.key} />
          <Secret label={texts.example} value={commandWith(invitation.key)} />
        </div>
      </Dialog>
    );
  }
  const wrong = (item: string) => refusal.value?.errors.find(({ path }) => path === item)?.reason;
  const expiry = wrong("expiresAt");
  const { team, expiresOn, sandboxes, requestsPerDay } = entered.value;
  return (
    <Dialog title={texts.invite} onClose={onClose}>
      <form onSubmit={submit}>
        <TextField
          label={texts.team}
          hint={texts.teamHint}
          error={wrong("team")}
          value={team}
          suggestions={teams}
          onEnter={(given) => enter({ team: given })}
        />
        <Field label={texts.until} hint={texts.untilHint} error={expiry}>
          {(control) => (
            <input
              {...control}
              type="date"
              value={expiresOn}
              onInput={(event) => enter({ expiresOn: event.currentTarget.value })}
            />
          )}
        </Field>
        <div class="fields two">
          <TextField
            label={texts.most}
            hint={texts.noQuotaHint}
            error={wrong("sandboxes")}
            value={sandboxes}
            isNumeric
            onEnter={(given) => enter({ sandboxes: given })}
          />
          <TextField
            label={texts.mostRequests}
            hint={texts.noQuotaHint}
            error={wrong("requestsPerDay")}
            value={requestsPerDay}
            isNumeric
            onEnter={(given) => enter({ requestsPerDay: given })}
          />
        </div>
        <Refused refusal={refusal.value?.errors.length ? undefined : refusal.value} />
        <footer>
          <button type="submit" disabled={isMaking.value}>
            {texts.make}
          </button>
        </footer>
      </form>
    </Dialog>
  );
}
