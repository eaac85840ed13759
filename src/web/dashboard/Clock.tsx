import { useSignal } from "@preact/signals";
import { useRef } from "preact/hooks";
import type { AdvancedClock } from "../../client/index.ts";
import { Field } from "./Field.tsx";
import { advanceText } from "./invocations.ts";
import { Refused } from "./Refused.tsx";
import { type Refusal, refusalOf } from "./refusal.ts";
import { announcement, control, mayControl, summary } from "./sandbox.ts";
import { sandboxNow, wholeSeconds } from "./sandboxTime.ts";

const units = { seconds: 1, minutes: 60, hours: 3600, days: 86_400 } as const;

/** The sandbox's clock, which the API's timestamps show, and buttons that change the clock. */
export function Clock() {
  const clock = summary.value?.clock;
  const refusal = useSignal<Refusal | undefined>(undefined);
  const amount = useSignal("1");
  const unit = useSignal<keyof typeof units>("hours");
  const time = useSignal("");
  const happened = useSignal("");
  const isAdvancing = useRef(false);
  if (clock === undefined) return null;
  const shown = wholeSeconds(sandboxNow.value);
  const act = async (doing: () => Promise<unknown>) => {
    happened.value = "";
    refusal.value = await refusalOf(doing);
  };
  const move = async (doing: () => Promise<AdvancedClock>) => {
    if (isAdvancing.current) return;
    isAdvancing.current = true;
    await act(async () => {
      happened.value = advanceText(await doing());
      announcement.value = happened.value;
    });
    isAdvancing.current = false;
  };
  const freeze = (event: Event) => {
    event.preventDefault();
    const given = time.value === "" ? {} : { time: time.value };
    return move(() => control().clock.set({ mode: "frozen", ...given }));
  };
  const advance = (event: Event) => {
    event.preventDefault();
    return move(() => control().clock.advance(Number(amount.value) * units[unit.value]));
  };
  const modes = { real: "real time", shifted: "shifted from real time", frozen: "frozen" };
  return (
    <section class="panel clock" aria-labelledby="clock">
      <header>
        <h2 id="clock">Clock</h2>
        <span class={`badge ${clock.mode}`}>{modes[clock.mode]}</span>
      </header>
      <p class="now">
        <time dateTime={shown}>{shown}</time>
      </p>
      {mayControl.value && (
        <>
          <form class="row" onSubmit={freeze}>
            <Field
              label="Freeze at"
              hint="Empty: now"
              error={refusal.value?.errors.find(({ path }) => path === "time")?.reason}
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
              Freeze
            </button>
          </form>
          {clock.mode !== "real" && (
            <>
              <form class="row" onSubmit={advance}>
                <Field label="Advance by">
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
                  aria-label="Unit"
                  value={unit.value}
                  onChange={(event) => (unit.value = event.currentTarget.value as keyof typeof units)}
                >
                  {Object.keys(units).map((name) => (
                    <option key={name}>{name}</option>
                  ))}
                </select>
                <button type="submit" class="quiet">
                  Advance
                </button>
              </form>
              <div class="row">
                <button type="button" class="quiet" onClick={() => move(() => control().clock.toNext())}>
                  Next event
                </button>
                <button type="button" class="quiet" onClick={() => move(() => control().clock.toIdle())}>
                  Until idle
                </button>
                <button
                  type="button"
                  class="quiet"
                  onClick={() => act(() => control().clock.set({ mode: "real" }))}
                >
                  Real time
                </button>
              </div>
            </>
          )}
        </>
      )}
      {happened.value && <p class="hint">{happened.value}</p>}
      <Refused refusal={refusal.value} />
    </section>
  );
}
