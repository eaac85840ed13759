import { titleOf } from "../configs/configs.ts";
import { Code } from "../elements/Code.tsx";
import { Copy } from "../elements/Copy.tsx";
import { EmptyDetail } from "../elements/EmptyDetail.tsx";
import { Link } from "../elements/Link.tsx";
import { ClearButton, ListHead, NothingYet } from "../elements/ListHead.tsx";
import { Panes } from "../elements/Panes.tsx";
import { SearchField } from "../elements/SearchField.tsx";
import { Time } from "../elements/Time.tsx";
import { VirtualList } from "../elements/VirtualList.tsx";
import { destinationName, invocationId } from "../invocations/invocations.ts";
import { pretty } from "../requests/entries.ts";
import { filterBy, route, sharedHref } from "../route.ts";
import { control, mayChange, summary } from "../sandbox.ts";
import { text } from "../text/text.ts";
import { sandboxNow, zoneName } from "../time.ts";
import { inbox, loadOlderDeliveries, type ShownDelivery, useInbox } from "./inbox.ts";
import { verificationOf } from "./verification.ts";

const ROW_HEIGHT = 52;

/** What was delivered, newest first, and the delivery that is open. Reading the inbox consumes nothing. */
export function InboxView() {
  const words = text().inbox;
  useInbox();
  const { id, filters } = route.value;
  const { search = "", condition = "" } = filters;
  const list = inbox.value?.list ?? [];
  const sought = search.toLowerCase().split(/\s+/).filter(Boolean);
  const shown = list.filter((delivery) => {
    if (condition !== "" && delivery.condition !== condition) return false;
    const all = `${delivery.destination} ${titleOf(delivery)} ${delivery.message}`.toLowerCase();
    return sought.every((word) => all.includes(word));
  });
  const opened = id === undefined ? undefined : list.find((delivery) => delivery.id === id);
  const total = Math.max(summary.value?.counts.deliveries ?? 0, list.length);
  return (
    <Panes
      label={words.detail}
      placeholder={words.choose}
      detail={
        id === undefined ? undefined : opened ? (
          <Detail key={id} delivery={opened} />
        ) : (
          <EmptyDetail title={words.detail}>{inbox.value ? words.gone : text().common.loading}</EmptyDetail>
        )
      }
      list={
        <>
          <ListHead title={words.title} count={total}>
            {mayChange.value && list.length > 0 && (
              <ClearButton
                title={words.clearTitle}
                about={words.clearText}
                action={words.clear}
                done={words.cleared}
                onClear={async () => {
                  await control().deliveries.clear();
                  inbox.value = { list: [], nextToken: undefined };
                }}
              />
            )}
          </ListHead>
          {list.length > 0 && (
            <div class="filter">
              <SearchField label={words.search} />
              <select
                aria-label={words.condition}
                value={condition}
                onChange={(event) => filterBy({ condition: event.currentTarget.value })}
              >
                <option value="">{words.anyCondition}</option>
                <option value="onSuccess">{words.onSuccess}</option>
                <option value="onFailure">{words.onFailure}</option>
              </select>
            </div>
          )}
          {inbox.value === undefined && <p class="empty">{text().common.loading}</p>}
          {inbox.value && list.length === 0 && <NothingYet what={words.none} how={words.noneText} />}
          {list.length > 0 && shown.length === 0 && <p class="empty">{words.noneMatches}</p>}
          {list.length > 0 && <p class="hint zone">{text().invocations.times(zoneName.value)}</p>}
          <VirtualList
            items={shown}
            keyOf={(delivery) => delivery.id}
            rowHeight={ROW_HEIGHT}
            label={words.title}
            openKey={id}
            loaded={list.length}
            onEnd={inbox.value?.nextToken === undefined ? undefined : loadOlderDeliveries}
          >
            {(delivery) => <Row delivery={delivery} isOpen={delivery.id === id} />}
          </VirtualList>
        </>
      }
    />
  );
}

function Row({ delivery, isOpen }: { delivery: ShownDelivery; isOpen: boolean }) {
  return (
    <Link
      view="inbox"
      id={delivery.id}
      filters={route.value.filters}
      class="row-delivery"
      aria-current={isOpen ? "true" : undefined}
    >
      <Time value={delivery.time} now={sandboxNow.peek()} />
      <Status delivery={delivery} />
      <span class="what" title={delivery.destination}>
        {destinationName(delivery.destination)}
      </span>
      <span class="about">
        {text().items[delivery.condition]} · {titleOf(delivery)}
      </span>
    </Link>
  );
}

function Status({ delivery: { status } }: { delivery: ShownDelivery }) {
  const words = text().inbox;
  return status === "Succeeded" ? (
    <span class="status good">{words.delivered}</span>
  ) : (
    <span class="status bad">{words.failed}</span>
  );
}

function Detail({ delivery }: { delivery: ShownDelivery }) {
  const words = text().inbox;
  const { service, function: name, invocationId: id, condition, destination } = delivery;
  const title = destinationName(destination);
  return (
    <article class="inbox-delivery" aria-label={title}>
      <header>
        <h2 tabIndex={-1}>
          {title} <Status delivery={delivery} />
        </h2>
        <div class="buttons">
          <Copy text={sharedHref("inbox", delivery.id)} label={text().common.copyLink}>
            {text().common.copyLink}
          </Copy>
          <Copy
            text={verificationOf({ destination, condition, service, function: name, invocationId: id })}
            label={words.verify}
          >
            {words.verify}
          </Copy>
        </div>
      </header>
      <p class="links">
        <Link view="invocations" id={invocationId({ service, function: name, id })}>
          {words.openInvocation}
        </Link>
      </p>
      <h3>{words.message}</h3>
      <Code label={words.message}>{pretty(delivery.message)}</Code>
      {delivery.messageCut && <p class="hint">{words.messageCut}</p>}
      <dl class="facts">
        {delivery.error !== undefined && (
          <>
            <dt>{words.why}</dt>
            <dd class="bad">{delivery.error}</dd>
          </>
        )}
        <dt>{words.destination}</dt>
        <dd>
          <code>{destination}</code>
        </dd>
        <dt>{words.condition}</dt>
        <dd>{text().items[condition]}</dd>
        <dt>{words.from}</dt>
        <dd>{titleOf(delivery)}</dd>
        <dt>{words.time}</dt>
        <dd>
          <Time value={delivery.time} isExact />
        </dd>
        <dt>{words.id}</dt>
        <dd>
          <code>{delivery.id}</code>
        </dd>
      </dl>
    </article>
  );
}
