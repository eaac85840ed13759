import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { chooseLanguage, type Language, language, languages, text } from "../text/text.ts";
import { chooseZone, type Zone, zone, zoneName } from "../time.ts";

/** The choices that this browser remembers, and what is seldom wanted. */
export function Menu({ children }: { children?: ComponentChildren }) {
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
        {children}
      </div>
    </details>
  );
}
