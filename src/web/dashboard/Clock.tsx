import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { Field } from "./Field.tsx";
import { Refused } from "./Refused.tsx";
import { type Refusal, refusalOf } from "./refusal.ts";
import { control, mayControl, summary } from "./sandbox.ts";

const units = { seconds: 1, minutes: 60, hours: 3600, days: 86_400 } as const;

/** The sandbox's clock, which the API's timestamps show, and buttons that change the clock. */
export function Clock() {
  const clock = summary.value?.clock;
  const refusal = useSignal<Refusal | undefined>(undefined);
  const amount = useSignal("1");
  const unit = useSignal<keyof typeof units>("hours");
  const time = useSignal("");
  const shown = useTicking(clock?.now, clock?.mode !== "frozen");
  if (clock === undefined) return null;
  const act = async (doing: () => Promise<unknown>) => {
    refusal.value = await refusalOf(doing);
  };
  const freeze = (event: Event) => {
    event.preventDefault();
    return act(() => control().clock.freeze(time.value || undefined));
  };
  const advance = (event: Event) => {
    event.preventDefault();
    return act(() => control().clock.advance(Number(amount.value) * units[unit.value]));
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
              <button
                type="button"
                class="quiet"
                onClick={() => act(() => control().clock.set({ mode: "real" }))}
              >
                Real time
              </button>
            </form>
          )}
        </>
      )}
      <Refused refusal={refusal.value} />
    </section>
  );
}

/** A time in whole seconds, in RFC 3339, which advances by itself while `going` is true. */
function useTicking(now: string | undefined, going: boolean): string {
  const shown = useSignal(now ?? "");
  useEffect(() => {
    const loadedAt = performance.now();
    const show = () => {
      const passed = going ? performance.now() - loadedAt : 0;
      shown.value = new Date(Date.parse(now ?? "") + passed).toISOString().replace(/\.\d+/, "");
    };
    if (now === undefined) return;
    show();
    const timer = setInterval(show, 500);
    return () => clearInterval(timer);
  }, [now, going]);
  return shown.value;
}
