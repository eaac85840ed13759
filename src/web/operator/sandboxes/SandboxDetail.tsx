import { useSignal } from "@preact/signals";
import type { CreatedLink } from "../../../documents/responseBodies.ts";
import type { RegisteredSandbox } from "../../../state/registry.ts";
import { DEFAULT_SANDBOX_ID } from "../../../state/sandboxId.ts";
import { Confirm } from "../../dashboard/elements/Confirm.tsx";
import { headOfList } from "../../dashboard/elements/Panes.tsx";
import { Refused } from "../../dashboard/elements/Refused.tsx";
import { type Refusal, refusalOf } from "../../dashboard/elements/refusal.ts";
import { Time } from "../../dashboard/elements/Time.tsx";
import { text } from "../../dashboard/text/text.ts";
import { count, size } from "../amounts.ts";
import { Link } from "../elements/Link.tsx";
import { Waiting } from "../elements/Waiting.tsx";
import { useLoaded } from "../loading.ts";
import { ask } from "../session.ts";
import { words } from "../text/text.ts";
import { LinkForm } from "./LinkForm.tsx";

/** The path of a sandbox among the operator's operations. */
export function pathOf(id: string): string {
  return `/sandboxes/${encodeURIComponent(id)}`;
}

/** A sandbox, as it says itself, and what the operator can do with it. */
export function SandboxDetail({
  id,
  listed,
  onDeleted,
}: {
  id: string;
  /** What the list says, until the sandbox has answered. */
  listed: RegisteredSandbox | undefined;
  onDeleted: (id: string) => void;
}) {
  const { sandboxes: texts } = words();
  const asked = useLoaded(id, () => ask<RegisteredSandbox>("GET", pathOf(id)));
  const exact = asked.value.value;
  const shown = exact ?? listed;
  return (
    <article aria-labelledby="sandbox">
      <header>
        <h2 id="sandbox">{id}</h2>
      </header>
      <Actions id={id} onDeleted={onDeleted} />
      <Waiting loaded={asked} />
      {shown && <Items sandbox={shown} />}
      {exact && <p class="hint">{texts.exact}</p>}
    </article>
  );
}

function Items({ sandbox }: { sandbox: RegisteredSandbox }) {
  const { sandboxes: texts, overview } = words();
  const { label, team, createdAt, lastUsedAt, bytes, functions, latestDay, throttled } = sandbox;
  return (
    <dl class="items">
      {throttled !== null && (
        <div>
          <dt>{texts.refusedBecause}</dt>
          <dd class="bad">{throttled}</dd>
        </div>
      )}
      <div>
        <dt>{texts.label}</dt>
        <dd>{label ?? text().common.none}</dd>
      </div>
      <div>
        <dt>{texts.team}</dt>
        <dd>
          {team === null ? (
            texts.noTeam
          ) : (
            <Link view="sandboxes" filters={{ team }}>
              {team}
            </Link>
          )}
        </dd>
      </div>
      <div>
        <dt>{texts.created}</dt>
        <dd>
          <Time value={createdAt} />
        </dd>
      </div>
      <div>
        <dt>{texts.used}</dt>
        <dd>
          <Time value={lastUsedAt} />
        </dd>
      </div>
      <div>
        <dt>{texts.size}</dt>
        <dd>{size(bytes)}</dd>
      </div>
      <div>
        <dt>{texts.functionsItem}</dt>
        <dd>{count(functions)}</dd>
      </div>
      <div>
        <dt>{texts.requestsItem}</dt>
        <dd>{overview.onDay(count(latestDay.requests), latestDay.day)}</dd>
      </div>
      <div>
        <dt>{texts.postsItem}</dt>
        <dd>{overview.onDay(count(latestDay.posts), latestDay.day)}</dd>
      </div>
    </dl>
  );
}

function Actions({ id, onDeleted }: { id: string; onDeleted: (id: string) => void }) {
  const { sandboxes: texts } = words();
  const opened = useSignal<"link" | "deletion" | undefined>(undefined);
  const isDefault = id === DEFAULT_SANDBOX_ID;
  const close = () => (opened.value = undefined);
  return (
    <>
      <div class="buttons">
        <Watch id={id} />
        {!isDefault && (
          <button type="button" class="quiet" onClick={() => (opened.value = "link")}>
            {texts.newLink}
          </button>
        )}
        <button type="button" class="quiet danger" onClick={() => (opened.value = "deletion")}>
          {text().common.delete}
        </button>
      </div>
      {opened.value === "link" && <LinkForm id={id} onClose={close} />}
      {opened.value === "deletion" && (
        <Confirm
          title={texts.deleteTitle(id)}
          action={text().common.delete}
          done={texts.deleted(id)}
          focusAfter={(before) => (before?.isConnected ? before : headOfList())}
          onConfirm={async () => {
            await ask("DELETE", pathOf(id));
            onDeleted(id);
          }}
          onClose={close}
        >
          <p>{texts.deleteText}</p>
          <p>{isDefault ? texts.deleteDefault : texts.deleteEnds}</p>
        </Confirm>
      )}
    </>
  );
}

/** Opens the sandbox's page in another tab, to watch only. */
function Watch({ id }: { id: string }) {
  const { sandboxes: texts } = words();
  const refusal = useSignal<Refusal | undefined>(undefined);
  /** The link, where the browser opened no tab. */
  const link = useSignal("");
  const watch = async () => {
    // Before anything is waited for: browsers open tabs only for a click.
    const tab = window.open("about:blank", "_blank");
    refusal.value = await refusalOf(async () => {
      const { url } = await ask<CreatedLink>("POST", `${pathOf(id)}/links`, { role: "watch" });
      if (tab === null) {
        link.value = url;
        return;
      }
      tab.opener = null;
      tab.location.replace(url);
    });
    if (refusal.value !== undefined) tab?.close();
  };
  return (
    <>
      <button type="button" onClick={watch}>
        {texts.watch}
      </button>
      {link.value && (
        <a href={link.value} target="_blank" rel="noopener noreferrer">
          {texts.watchAt}
        </a>
      )}
      <Refused refusal={refusal.value} />
    </>
  );
}
