import { DEFAULT_QUALIFIER } from "../../../fc/names.ts";
import { titleOf } from "../configs/configs.ts";
import { openForm } from "../configs/forms.ts";
import { ClockBar } from "../control/ClockBar.tsx";
import { Link } from "../elements/Link.tsx";
import { ClearButton, ListHead, NothingYet } from "../elements/ListHead.tsx";
import { Panes } from "../elements/Panes.tsx";
import { SearchField } from "../elements/SearchField.tsx";
import { Time } from "../elements/Time.tsx";
import { VirtualList } from "../elements/VirtualList.tsx";
import { filterBy, route } from "../route.ts";
import { configs, control, invocations, mayChange, resources, summary } from "../sandbox.ts";
import { text } from "../text/text.ts";
import { sandboxNow, zoneName } from "../time.ts";
import { configOf } from "./configOf.ts";
import { InvocationDetail } from "./InvocationDetail.tsx";
import { loadOlderInvocations } from "./invocationSync.ts";
import {
  attemptText,
  deliveryText,
  hasEnded,
  invocationId,
  nextText,
  type ShownInvocation,
  toneOf,
} from "./invocations.ts";
import { Marks } from "./Marks.tsx";
import { planOf, rulesOf } from "./plan.ts";

const ROW_HEIGHT = 52;

/** The clock, the asynchronous invocations, newest first, and the one that is open. */
export function InvocationsView() {
  const words = text().invocations;
  const { id, filters } = route.value;
  const { search = "", only = "" } = filters;
  const { list, hasOlder, nextToken } = invocations.value;
  const sought = search.toLowerCase().split(/\s+/).filter(Boolean);
  const shown = list.filter((invocation) => {
    if (only === "failed" && toneOf(invocation.status) !== "bad" && invocation.failure === null) return false;
    const all = `${titleOf(invocation)} ${invocation.status} ${invocation.id}`.toLowerCase();
    return sought.every((word) => all.includes(word));
  });
  const total = summary.value?.counts.invocations ?? list.length;
  return (
    <div class="with-clock">
      <ClockBar />
      <Panes
        label={words.detail}
        placeholder={words.choose}
        detail={id === undefined ? undefined : <InvocationDetail key={id} id={id} />}
        list={
          <>
            <ListHead title={words.title} count={Math.max(total, list.length)}>
              {mayChange.value && list.length > 0 && (
                <ClearButton
                  title={words.clearTitle}
                  about={words.clearText}
                  action={words.clear}
                  done={words.cleared}
                  onClear={() => control().invocations.clear()}
                />
              )}
              {mayChange.value && (
                <button type="button" onClick={() => (openForm.value = { form: "invoke", name: likely() })}>
                  {words.invoke}
                </button>
              )}
            </ListHead>
            {list.length > 0 && (
              <div class="filter">
                <SearchField label={words.search} />
                <label>
                  <input
                    type="checkbox"
                    checked={only === "failed"}
                    onChange={(event) => filterBy({ only: event.currentTarget.checked ? "failed" : "" })}
                  />
                  {words.failedOnly}
                </label>
              </div>
            )}
            {list.length === 0 && <NothingYet what={words.none} how={words.noneText} />}
            {list.length > 0 && shown.length === 0 && <p class="empty">{words.noneMatches}</p>}
            {list.length > 0 && <p class="hint zone">{words.times(zoneName.value)}</p>}
            <VirtualList
              items={shown}
              keyOf={invocationId}
              rowHeight={ROW_HEIGHT}
              label={words.title}
              openKey={id}
              loaded={list.length}
              onEnd={nextToken === undefined ? undefined : loadOlderInvocations}
              footer={hasOlder && nextToken === undefined && <p class="hint">{words.newest(list.length)}</p>}
            >
              {(invocation) => <Row invocation={invocation} isOpen={invocationId(invocation) === id} />}
            </VirtualList>
          </>
        }
      />
    </div>
  );
}

/** The function that a person most likely wants to invoke: one that has a config, or one that exists. */
function likely() {
  const [config] = configs.value.values();
  if (config) return config;
  const [created] = resources.value.functions.values();
  return {
    service: created?.service ?? "",
    function: created?.function ?? "hello",
    qualifier: DEFAULT_QUALIFIER,
  };
}

function Row({ invocation, isOpen }: { invocation: ShownInvocation; isOpen: boolean }) {
  const { status } = invocation;
  const rules = rulesOf(invocation, configOf(invocation));
  const plan = planOf(invocation, rules, summary.value?.settings.retryDelaysSeconds ?? []);
  const title = titleOf(invocation);
  return (
    <Link
      view="invocations"
      id={invocationId(invocation)}
      filters={route.value.filters}
      class="row-invocation"
      aria-current={isOpen ? "true" : undefined}
    >
      <EnqueuedTime time={invocation.enqueuedAt} />
      <span class={`status ${toneOf(status)}`}>{status}</span>
      <span class="what" title={title}>
        {title}
      </span>
      <Marks invocation={invocation} plan={plan} hasDestination={rules.onFailure !== null} />
      <span class="about">
        <About invocation={invocation} />
      </span>
    </Link>
  );
}

function EnqueuedTime({ time }: { time: string }) {
  return <Time value={time} now={sandboxNow.value} />;
}

/** What happens next, or how it ended. Only this is drawn again while the time passes. */
function About({ invocation }: { invocation: ShownInvocation }) {
  const isFrozen = summary.value?.clock.mode === "frozen";
  if (!hasEnded(invocation)) return <span>{nextText(invocation, sandboxNow.value, isFrozen)}</span>;
  const delivery = deliveryText(invocation);
  return (
    <>
      <span>{attemptText(invocation)}</span>
      {delivery && (
        <span class={delivery.tone}>{text().punctuation.labelled(delivery.destination, delivery.text)}</span>
      )}
    </>
  );
}
