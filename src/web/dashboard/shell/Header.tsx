import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { fragmentOf } from "../address.ts";
import { Lazy } from "../elements/Lazy.tsx";
import { Link } from "../elements/Link.tsx";
import { isPresenting, startPresenting } from "../presenter/presenting.ts";
import { route, type View, views } from "../route.ts";
import {
  configs,
  connection,
  isClosed,
  isFrontPage,
  mayChange,
  role,
  sandboxId,
  summary,
} from "../sandbox.ts";
import { text } from "../text/text.ts";
import { dashboardFragment, token } from "../token.ts";
import { Menu } from "./Menu.tsx";
import { watchingText } from "./Notices.tsx";

/** The head of every page: which sandbox it is, its views, and what concerns the page as a whole. */
export function Header() {
  const words = text().shell;
  const isSharing = useSignal(false);
  const isShown = summary.value !== undefined && !isClosed(connection.value);
  return (
    <header class="top">
      <h1>
        <a href={`./${dashboardFragment(token.value)}`}>fc-sandbox</a>{" "}
        {!isFrontPage.value && (
          <span class="id" title={sandboxId.value}>
            {sandboxId.value}
          </span>
        )}
      </h1>
      {!isFrontPage.value && <ConnectionBadge />}
      {isShown && <Views />}
      <div class="tools">
        {isShown && (
          <button type="button" class="quiet" onClick={() => (isSharing.value = true)}>
            {words.share}
          </button>
        )}
        <a href={`guide${fragmentOf(token.value)}`}>{words.guide}</a>
        <a href={`docs${fragmentOf(token.value)}`}>{words.reference}</a>
        <Menu>
          {mayChange.value && !isPresenting.value && (
            <button type="button" class="quiet" onClick={startPresenting}>
              {words.present}
            </button>
          )}
        </Menu>
      </div>
      {isSharing.value && (
        <Lazy
          load={async () => (await import("./Share.tsx")).Share}
          given={{ onClose: () => (isSharing.value = false) }}
        />
      )}
    </header>
  );
}

function ConnectionBadge() {
  const words = text().shell;
  const state = connection.value;
  return (
    <>
      <span class={`badge ${state}`} role="status">
        {words[state]}
      </span>
      {role.value !== undefined && !mayChange.value && (
        <span class="badge watching" title={watchingText()}>
          {words.watching}
        </span>
      )}
    </>
  );
}

function countOf(view: View): number | undefined {
  const counts = summary.value?.counts;
  if (counts === undefined) return undefined;
  const { requests, invocations, deliveries } = counts;
  const all: Partial<Record<View, number>> = {
    configs: configs.value.size,
    requests,
    invocations,
    inbox: deliveries,
  };
  return all[view];
}

function Views() {
  const words = text();
  const nav = useRef<HTMLElement>(null);
  const { view: current } = route.value;
  useEffect(() => {
    // On a narrow screen the views are a row that scrolls. `scrollIntoView` would have the Tab key go on from there.
    const [row, link] = [nav.current, nav.current?.querySelector<HTMLElement>("[aria-current]")];
    if (row && link)
      row.scrollLeft = link.offsetLeft - row.offsetLeft - (row.clientWidth - link.offsetWidth) / 2;
  }, [current]);
  return (
    <nav ref={nav} class="views" aria-label={words.shell.views}>
      {views.map((view) => {
        const count = countOf(view);
        const isCurrent = current === view;
        return (
          <Link key={view} view={view} aria-current={isCurrent ? "page" : undefined}>
            {words.views[view]}
            {count !== undefined && count > 0 && <span class="count"> {count}</span>}
          </Link>
        );
      })}
    </nav>
  );
}
