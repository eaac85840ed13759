import { useSignal } from "@preact/signals";
import type { Invitation } from "../../../state/registry.ts";
import { Confirm } from "../../dashboard/elements/Confirm.tsx";
import { ListHead, NothingYet } from "../../dashboard/elements/ListHead.tsx";
import { Time } from "../../dashboard/elements/Time.tsx";
import { count, percent } from "../amounts.ts";
import { Link } from "../elements/Link.tsx";
import { Waiting } from "../elements/Waiting.tsx";
import { refresh, useLoaded } from "../loading.ts";
import { ask } from "../session.ts";
import { words } from "../text/text.ts";
import { InvitationForm } from "./InvitationForm.tsx";

/** The teams that were invited, with what they may use and what they use. */
export function TeamsView() {
  const { teams: texts } = words();
  const loaded = useLoaded("invitations", () =>
    ask<{ readonly invitations: readonly Invitation[] }>("GET", "/invitations"),
  );
  const isInviting = useSignal(false);
  const revoking = useSignal<Invitation | undefined>(undefined);
  const invitations = loaded.value.value?.invitations;
  const teams = [...Map.groupBy(invitations ?? [], ({ team }) => team)].sort(([a], [b]) =>
    a.localeCompare(b),
  );
  return (
    <div class="page">
      <ListHead title={texts.title} count={invitations === undefined ? "" : count(teams.length)}>
        <button type="button" onClick={() => (isInviting.value = true)}>
          {texts.invite}
        </button>
      </ListHead>
      <Waiting loaded={loaded} />
      {invitations?.length === 0 && <NothingYet what={texts.none} how={texts.noneText} />}
      {teams.map(([team, its]) => (
        <section key={team} class="panel" aria-label={team}>
          <header>
            <h3>{team}</h3>
            <Link view="sandboxes" filters={{ team }} aria-label={texts.sandboxesOf(team)}>
              {words().views.sandboxes}
            </Link>
          </header>
          <ul class="invitations">
            {its.map((invitation) => (
              <Invited
                key={invitation.id}
                invitation={invitation}
                onRevoke={() => (revoking.value = invitation)}
              />
            ))}
          </ul>
        </section>
      ))}
      {isInviting.value && (
        <InvitationForm
          teams={teams.map(([team]) => team)}
          onMade={refresh}
          onClose={() => (isInviting.value = false)}
        />
      )}
      {revoking.value && (
        <Revocation invitation={revoking.value} onClose={() => (revoking.value = undefined)} />
      )}
    </div>
  );
}

type State = "valid" | "expired" | "revoked";

function stateOf({ revokedAt, expiresAt }: Invitation): State {
  if (revokedAt !== null) return "revoked";
  return Date.parse(expiresAt) <= Date.now() ? "expired" : "valid";
}

function Invited({ invitation, onRevoke }: { invitation: Invitation; onRevoke: () => void }) {
  const { teams: texts } = words();
  const { id, team, createdAt, expiresAt, revokedAt, latestDay } = invitation;
  const state = stateOf(invitation);
  const until = { valid: texts.expires, expired: texts.expiredAt, revoked: texts.revokedAt }[state];
  return (
    <li>
      <p class="invitation">
        <span class={`status ${state === "valid" ? "" : "plain"}`}>{texts[state]}</span>
        <code>{id}</code>
        {state !== "revoked" && (
          <button type="button" class="quiet danger" aria-label={texts.revokeOf(id, team)} onClick={onRevoke}>
            {texts.revoke}
          </button>
        )}
      </p>
      <dl class="facts">
        <dt>{texts.sandboxes}</dt>
        <dd>
          <Part name={texts.sandboxes} part={invitation.livingSandboxes} whole={invitation.sandboxes} />
        </dd>
        <dt>{texts.requests(latestDay.day)}</dt>
        <dd>
          <Part
            name={texts.requests(latestDay.day)}
            part={latestDay.requests}
            whole={invitation.requestsPerDay}
          />
        </dd>
        <dt>{texts.created}</dt>
        <dd>
          <Time value={createdAt} />
        </dd>
        <dt>{until}</dt>
        <dd>
          <Time value={revokedAt ?? expiresAt} />
        </dd>
      </dl>
    </li>
  );
}

/** What is used of a quota. */
function Part({ name, part, whole }: { name: string; part: number; whole: number | null }) {
  const { teams: texts, overview } = words();
  if (whole === null) return <>{texts.noQuota(count(part))}</>;
  return (
    <>
      {overview.ofQuota(count(part), count(whole), percent(part, whole))}
      <meter aria-label={name} value={part} max={whole} />
    </>
  );
}

function Revocation({ invitation, onClose }: { invitation: Invitation; onClose: () => void }) {
  const { teams: texts } = words();
  const { id, team, livingSandboxes: living } = invitation;
  return (
    <Confirm
      title={texts.revokeTitle(team)}
      action={texts.revoke}
      done={texts.wasRevoked}
      focusAfter={() => document.querySelector<HTMLElement>("#main h2")}
      onConfirm={async () => {
        await ask("DELETE", `/invitations/${encodeURIComponent(id)}`);
        refresh();
      }}
      onClose={onClose}
    >
      <p>
        <code>{id}</code>
      </p>
      <p>{texts.revokeText}</p>
      <p>{living === 0 ? texts.revokeNone : texts.revokeStay(living, count(living))}</p>
    </Confirm>
  );
}
