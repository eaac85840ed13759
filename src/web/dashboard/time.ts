import { computed, effect, signal } from "@preact/signals";
import { remember, remembered } from "./preferences.ts";
import { summary } from "./sandbox.ts";
import { text } from "./text/text.ts";

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

/** In which time zone the page shows times. */
export type Zone = "utc" | "local";

export const zone = signal<Zone>(remembered("zone") === "local" ? "local" : "utc");

/** Changes the time zone, and remembers it in this browser. */
export function chooseZone(chosen: Zone): void {
  remember("zone", chosen);
  zone.value = chosen;
}

/** The name of the time zone that the page shows: `UTC`, or the offset from it, such as `UTC+08:00`. */
export const zoneName = computed(() => (zone.value === "utc" ? "UTC" : localZone()));

function localZone(): string {
  const minutes = -new Date().getTimezoneOffset();
  if (minutes === 0) return "UTC";
  const two = (value: number) => String(value).padStart(2, "0");
  const [hours, rest] = [Math.floor(Math.abs(minutes) / 60), Math.abs(minutes) % 60];
  return `UTC${minutes < 0 ? "-" : "+"}${two(hours)}:${two(rest)}`;
}

/** A time in the chosen zone as `2026-11-27 12:00:04.120`. */
function inZone(time: string | number): string {
  const date = new Date(time);
  if (Number.isNaN(date.getTime())) return String(time);
  const shown = zone.value === "utc" ? date.getTime() : date.getTime() - date.getTimezoneOffset() * 60_000;
  return new Date(shown).toISOString().replace("T", " ").replace("Z", "");
}

/** A time with its date, in whole seconds: `2026-11-27 12:00:04`. */
export function dateAndTime(time: string | number): string {
  return inZone(time).slice(0, 19);
}

/** A time with its date and milliseconds. */
export function exactTime(time: string | number): string {
  return inZone(time);
}

/** A time for a list: only the time of day for a time of the day `now`, else with the date. */
export function shortTime(time: string, now: number): string {
  const shown = dateAndTime(time);
  return shown.slice(0, 10) === dateAndTime(now).slice(0, 10) ? shown.slice(11) : shown;
}

const units = [
  [86_400, "day"],
  [3600, "hour"],
  [60, "minute"],
] as const;

/** How long something takes, in whole seconds rounded up and at most two units: `4 s`, `2 min 5 s`. */
export function span(milliseconds: number): string {
  const seconds = Math.ceil(milliseconds / 1000);
  const index = units.findIndex(([size]) => seconds >= size);
  const [size, unit] = units[index] ?? [1, "second"];
  const [smallerSize, smaller] = units[index + 1] ?? [1, "second"];
  const rest = index < 0 ? 0 : Math.floor((seconds % size) / smallerSize);
  const words = text().units;
  return `${Math.floor(seconds / size)} ${words[unit]}${rest > 0 ? ` ${rest} ${words[smaller]}` : ""}`;
}
