import { useSignal } from "@preact/signals";
import { Copy } from "../elements/Copy.tsx";
import { Link } from "../elements/Link.tsx";
import { Time } from "../elements/Time.tsx";
import { sharedHref } from "../route.ts";
import { lastChange, mayChange } from "../sandbox.ts";
import { text } from "../text/text.ts";
import { dateAndTime } from "../time.ts";
import { Changes } from "./Changes.tsx";
import { type ConfigItems, itemNames, itemText, keyOf, type ShownConfig, titleOf } from "./configs.ts";
import { openForm } from "./forms.ts";
import { type ChangingEntry, historyOf, setterOf, useHistory } from "./history.ts";

/** How many changes a history shows at first. */
const SHOWN_CHANGES = 20;

/** A config: each item with the request that set it, what can be done, and its history. */
export function ConfigDetail({ config }: { config: ShownConfig }) {
  const words = text().configs;
  const { common } = text();
  const title = titleOf(config);
  const most = useSignal(SHOWN_CHANGES);
  const loaded = useHistory(config).value;
  const history = historyOf(loaded, config);
  const change = lastChange.value;
  const changed = change?.key === keyOf(config) ? change.items : undefined;
  // The first request of a config says so itself; times may be of the same second.
  const isNew = history[0]?.changes.kind === "created";
  return (
    <article class="config" aria-label={title}>
      {/* Its key changes with each change of the config, so that the animation restarts. */}
      {changed && (
        <span key={`${config.lastModifiedTime} ${history.length}`} class="flash" aria-hidden="true" />
      )}
      <header>
        <h2 tabIndex={-1}>{title}</h2>
        {changed && <span class="mark">{words.changedLast}</span>}
        <div class="buttons">
          <Copy text={sharedHref("configs", keyOf(config))} label={common.copyLink}>
            {common.copyLink}
          </Copy>
          {mayChange.value && (
            <>
              <button
                type="button"
                class="quiet"
                aria-label={words.invokeWhat(title)}
                onClick={() => (openForm.value = { form: "invoke", name: config })}
              >
                {words.invoke}
              </button>
              <button
                type="button"
                class="quiet"
                aria-label={words.editWhat(title)}
                onClick={() => (openForm.value = { form: "config", config })}
              >
                {common.edit}
              </button>
              <button
                type="button"
                class="quiet danger"
                aria-label={words.deleteWhat(title)}
                onClick={() => (openForm.value = { form: "deleteConfig", config })}
              >
                {common.delete}
              </button>
            </>
          )}
        </div>
      </header>
      <dl class="items">
        {itemNames.map((item) => (
          <Item
            key={item}
            config={config}
            item={item}
            isChanged={changed?.includes(item) ?? false}
            setter={loaded && setterOf(history, item, config.items[item])}
            isLoaded={loaded !== undefined}
          />
        ))}
      </dl>
      <p class="times">
        {words.created} <Time value={config.createdTime} />
        {!isNew && (
          <>
            {" · "}
            {words.modified} <Time value={config.lastModifiedTime} />
          </>
        )}
      </p>
      <section aria-label={words.history}>
        <h3>{words.history}</h3>
        {loaded && history.length === 0 && <p class="empty">{words.noHistory}</p>}
        <ol class="history">
          {history.slice(0, most.value).map((entry) => (
            <li key={entry.requestId}>
              <p>
                <strong>{kindText(entry)}</strong>{" "}
                <Link view="requests" id={entry.requestId}>
                  {entry.method} {dateAndTime(entry.time)}
                </Link>
              </p>
              <Changes changes={entry.changes} />
            </li>
          ))}
        </ol>
        {history.length > most.value && (
          <button type="button" class="quiet" onClick={() => (most.value = history.length)}>
            {common.andMore(history.length - most.value)}
          </button>
        )}
      </section>
    </article>
  );
}

function kindText({ changes: { kind } }: ChangingEntry): string {
  const words = text().configs;
  return { created: words.historyCreated, changed: words.historyChanged, deleted: words.historyDeleted }[
    kind
  ];
}

function Item({
  config,
  item,
  isChanged,
  setter,
  isLoaded,
}: {
  config: ShownConfig;
  item: keyof ConfigItems;
  isChanged: boolean;
  setter: ChangingEntry | undefined;
  isLoaded: boolean;
}) {
  const value = itemText(config.items, item);
  const isSet = config.items[item] !== null && config.items[item] !== "";
  return (
    <div class={isChanged ? "changed" : ""}>
      <dt>{text().items[item]}</dt>
      <dd>
        {isSet ? value : <span class="unset">{value || text().common.none}</span>}
        {isSet && isLoaded && <SetBy entry={setter} />}
      </dd>
    </div>
  );
}

/** A link to the request that set a value. */
export function SetBy({ entry }: { entry: ChangingEntry | undefined }) {
  const words = text().configs;
  if (entry === undefined) return <small class="hint">{words.setUnknown}</small>;
  return (
    <small>
      <Link view="requests" id={entry.requestId}>
        {words.setBy(entry.method, dateAndTime(entry.time))}
      </Link>
    </small>
  );
}
