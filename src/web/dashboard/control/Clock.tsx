import { useSignal } from "@preact/signals";
import { Field } from "../elements/Field.tsx";
import { Refused } from "../elements/Refused.tsx";
import { control, mayChange, summary } from "../sandbox.ts";
import { text } from "../text/text.ts";
import { dateAndTime, sandboxNow, zoneName } from "../time.ts";
import { happened, move, refusedMove } from "./advancing.ts";
import { Steps } from "./ClockBar.tsx";

const units = { seconds: 1, minutes: 60, hours: 3600, days: 86_400 } as const;

/** The sandbox's clock, which the API's timestamps show, and buttons that change the clock. */
export function Clock() {
  const words = text().clock;
  const clock = summary.value?.clock;
  const amount = useSignal("1");
  const unit = useSignal<keyof typeof units>("hours");
  const time = useSignal("");
  if (clock === undefined) return null;
  const refusal = refusedMove.value;
  const freeze = (event: Event) => {
    event.preventDefault();
    const given = time.value === "" ? {} : { time: time.value };
    return move(() => control().clock.set({ mode: "frozen", ...given }));
  };
  const advance = (event: Event) => {
    event.preventDefault();
    return move(() => control().clock.advance(Number(amount.value) * units[unit.value]));
  };
  return (
    <section class="panel clock" aria-labelledby="clock">
      <header>
        <h2 id="clock">{words.title}</h2>
        <span class={`badge ${clock.mode}`}>{words[clock.mode]}</span>
      </header>
      <p class="now">
        <time dateTime={new Date(sandboxNow.value).toISOString()}>
          {dateAndTime(sandboxNow.value)} <small>{zoneName.value}</small>
        </time>
      </p>
      {mayChange.value && (
        <>
          <form class="row" onSubmit={freeze}>
            <Field
              label={words.freezeAt}
              hint={words.freezeHint}
              error={refusal?.errors.find(({ path }) => path === "time")?.reason}
            >
              {(field) => (
                <input
                  {...field}
                  value={time.value}
                  placeholder="2030-01-31T12:00:00Z"
                  spellcheck={false}
                  onInput={(event) => (time.value = event.currentTarget.value.trim())}
                />
              )}
            </Field>
            <button type="submit" class="quiet">
              {words.freeze}
            </button>
          </form>
          {clock.mode !== "real" && (
            <>
              <form class="row" onSubmit={advance}>
                <Field label={words.advanceBy}>
                  {(field) => (
                    <input
                      {...field}
                      class="short"
                      inputMode="numeric"
                      value={amount.value}
                      onInput={(event) => (amount.value = event.currentTarget.value.trim())}
                    />
                  )}
                </Field>
                <select
                  aria-label={words.unit}
                  value={unit.value}
                  onChange={(event) => (unit.value = event.currentTarget.value as keyof typeof units)}
                >
                  {(Object.keys(units) as (keyof typeof units)[]).map((name) => (
                    <option key={name} value={name}>
                      {text().common[name]}
                    </option>
                  ))}
                </select>
                <button type="submit" class="quiet">
                  {words.advance}
                </button>
              </form>
              <div class="row">
                <Steps next={words.next} isFrozen={false} />
              </div>
            </>
          )}
        </>
      )}
      {happened.value && <p class="hint">{happened.value}</p>}
      <Refused refusal={refusal} />
    </section>
  );
}
