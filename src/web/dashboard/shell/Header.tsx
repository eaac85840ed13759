import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { fragmentOf } from "../address.ts";
import { Lazy } from "../elements/Lazy.tsx";
import { Link } from "../elements/Link.tsx";
import { isPresenting, startPresenting } from "../presenter/presenting.ts";
import { route, type View, views } from "../route.ts";
import { configs, connection, isFrontPage, mayControl, sandboxId, summary, token } from "../sandbox.ts";
import { chooseLanguage, type Language, language, languages, text } from "../text/text.ts";
import { chooseZone, type Zone, zone, zoneName } from "../time.ts";

/** The head of every page: which sandbox it is, its views, and what concerns the page as a whole. */
export function Header() {
  const words = text().shell;
  const isSharing = useSignal(false);
  return (
    <header class="top">
      <h1>
        <a href={`./${fragmentOf(token.value)}`}>fc-sandbox</a>{" "}
        {!isFrontPage.value && (
          <span class="id" title={sandboxId.value}>
            {sandboxId.value}
          </span>
        )}
      </h1>
      {!isFrontPage.value && <ConnectionBadge />}
      {summary.value && <Views />}
      <div class="tools">
        {summary.value && (
          <button type="button" class="quiet" onClick={() => (isSharing.value = true)}>
            {words.share}
          </button>
        )}
        <a href={`guide${fragmentOf(token.value)}`}>{words.guide}</a>
        <a href={`docs${fragmentOf(token.value)}`}>{words.reference}</a>
        <Menu />
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
    <span class={`badge ${state}`} role="status">
      {state === "live" && !mayControl.value
        ? [words.live, words.readOnly].join(text().punctuation.phrases)
        : words[state]}
    </span>
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

/** The choices that this browser remembers, and what is seldom wanted. */
function Menu() {
  const words = text().shell;
  const details = useRef<HTMLDetailsElement>(null);
  useEffect(() => {
    const close = (event: Event) => {
      const { current } = details;
      if (current?.open && !current.contains(event.target as Node)) current.open = false;
    };
    const onEscape = (event: KeyboardEvent) => {
      const { current } = details;
      if (event.key !== "Escape" || !current?.open) return;
      current.open = false;
      current.querySelector("summary")?.focus();
    };
    document.addEventListener("click", close);
    document.addEventListener("keydown", onEscape);
    return () => {
      document.removeEventListener("click", close);
      document.removeEventListener("keydown", onEscape);
    };
  }, []);
  return (
    <details class="menu" ref={details}>
      <summary>{words.more}</summary>
      <div>
        <label>
          {words.language}
          <select
            value={language.value}
            onChange={(event) => chooseLanguage(event.currentTarget.value as Language)}
          >
            {Object.entries(languages).map(([code, name]) => (
              <option key={code} value={code} lang={code}>
                {name}
              </option>
            ))}
          </select>
        </label>
        <label>
          {words.zone}
          <select value={zone.value} onChange={(event) => chooseZone(event.currentTarget.value as Zone)}>
            <option value="utc">{words.zoneUtc}</option>
            <option value="local">
              {words.zoneLocal(
                zone.value === "local" ? zoneName.value : Intl.DateTimeFormat().resolvedOptions().timeZone,
              )}
            </option>
          </select>
        </label>
        {mayControl.value && !isPresenting.value && (
          <button type="button" class="quiet" onClick={startPresenting}>
            {words.present}
          </button>
        )}
      </div>
    </details>
  );
}
