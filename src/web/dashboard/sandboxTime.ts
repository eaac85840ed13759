import { effect, signal } from "@preact/signals";
import { summary } from "./sandbox.ts";

const TICK_MS = 500;

/** The sandbox's time in milliseconds since 1970. It advances by itself, unless the clock is frozen. */
export const sandboxNow = signal(Date.now());

effect(() => {
  const clock = summary.value?.clock;
  if (clock === undefined) return;
  const loaded = Date.parse(clock.now);
  if (clock.mode === "frozen") {
    sandboxNow.value = loaded;
    return;
  }
  const loadedAt = performance.now();
  const tick = () => {
    sandboxNow.value = loaded + performance.now() - loadedAt;
  };
  tick();
  const timer = setInterval(tick, TICK_MS);
  return () => clearInterval(timer);
});

/** A time in whole seconds, in RFC 3339. */
export function wholeSeconds(time: number): string {
  return new Date(time).toISOString().replace(/\.\d+/, "");
}

/** A time of the sandbox for a list: only the time of day for a time of the day `now`, else the date too. */
export function shortTime(time: string, now: number): string {
  const isToday = time.slice(0, 10) === new Date(now).toISOString().slice(0, 10);
  return isToday ? time.slice(11, 19) : `${time.slice(0, 10)} ${time.slice(11, 19)}`;
}

const units = [
  [86_400, "d"],
  [3600, "h"],
  [60, "min"],
] as const;

/** How long something takes, in whole seconds rounded up and at most two units: `4 s`, `2 min 5 s`. */
export function span(milliseconds: number): string {
  const seconds = Math.ceil(milliseconds / 1000);
  const index = units.findIndex(([size]) => seconds >= size);
  const [size, unit] = units[index] ?? [1, "s"];
  const [smallerSize, smaller] = units[index + 1] ?? [1, "s"];
  const rest = index < 0 ? 0 : Math.floor((seconds % size) / smallerSize);
  return `${Math.floor(seconds / size)} ${unit}${rest > 0 ? ` ${rest} ${smaller}` : ""}`;
}
